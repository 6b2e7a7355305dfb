//go:build go_merge_added

package client

import (
	"context"
	"reflect"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/cloudwego/kitex/internal/client"
	"github.com/cloudwego/kitex/pkg/consts"
	"github.com/cloudwego/kitex/pkg/retry"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/rpcinfo/remoteinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/pkg/stats"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeClientInfo is the rpcinfo of a client's calls, in one piece.
type goMergeClientInfo interface {
	rpcinfo.RPCInfo
	GoMergeBegin(from *rpcinfo.EndpointBasicInfo, to rpcinfo.EndpointInfo, method string, info serviceinfo.MethodInfo, config rpcinfo.RPCConfig, level *stats.Level)
	GoMergeEnd()
}

// goMergeClientInfos makes them, if package rpcinfo is hooked. It is nil if it is not, and
// asked for when there is a call: statistics end the time in which a service defines
// events.
var goMergeClientInfos = sync.OnceValue(func() func(*serviceinfo.ServiceInfo) any {
	infos, ok := rpcinfo.NewRPCStats().(interface {
		GoMergeNewClientInfo(*serviceinfo.ServiceInfo) any
	})
	if !ok {
		return nil
	}
	return infos.GoMergeNewClientInfo
})

// goMergeShortCalls makes calls of a client as [kClient.Call] does where there is
// neither retry nor fallback nor an option of the call.
type goMergeShortCalls struct {
	possible bool
	inline   atomic.Bool // whether the last call was
	infos    sync.Pool   // of goMergeClientInfo
}

// note notes whether a call is inline. Those that are RPCs gain nothing.
func (s *goMergeShortCalls) note(inline bool) {
	if s.inline.Load() != inline {
		s.inline.Store(inline)
	}
}

// goMergeInChain are the options that act in the client's chain, which short calls pass
// through as others do, or when the rpcinfo is made. What is not named here, such as an
// option of a later version, is taken to need [kClient.Call].
var goMergeInChain = map[string]bool{
	"MWBs": true, "IMWBs": true, "UnaryMiddlewares": true, "UnaryMiddlewareBuilders": true,
	"Proxy": true, "CBSuite": true, "ACLRules": true, "Timeouts": true, "ExtraTimeout": true,
}

func goMergeCanBeShort(o *client.Options) bool {
	allowed := make(map[string]bool)
	for _, names := range []map[string]bool{goMergeUnobservable, goMergeInChain} {
		for name := range names {
			allowed[name] = true
		}
	}
	all := reflect.ValueOf(o).Elem()
	streams := all.FieldByName("StreamOptions")
	if streams.Kind() != reflect.Struct {
		return false
	}
	for _, name := range []string{"RecvTimeout", "RecvTimeoutConfig"} { // which the rpcinfo has
		if field := streams.FieldByName(name); !field.IsValid() || !field.IsZero() {
			return false
		}
	}
	return o.Configs.TransportProtocol()&^transport.TTHeaderFramed == 0 &&
		goMergeUnset(all, allowed) && goMergeUnset(goMergeUnaryOptions(o), allowed)
}

// infoOfShort returns the rpcinfo for a short call, nil if the call cannot be one.
func (c *goMergeClient) infoOfShort(ctx context.Context, method string) goMergeClientInfo {
	short := &c.link.short
	if !short.possible || !short.inline.Load() || !goMergeIsShort(c.svcInfo.Methods[method]) || !goMergePlainContext(ctx) {
		return nil
	}
	if info, ok := short.infos.Get().(goMergeClientInfo); ok {
		return info
	}
	if makeInfo := goMergeClientInfos(); makeInfo != nil {
		info, _ := makeInfo(c.svcInfo).(goMergeClientInfo)
		return info
	}
	return nil
}

// goMergeIsShort reports whether calls of a method can be short: it is known, and neither
// oneway nor a stream.
func goMergeIsShort(method serviceinfo.MethodInfo) bool {
	if method == nil || method.OneWay() {
		return false
	}
	mode := method.StreamingMode()
	return mode == serviceinfo.StreamingNone || mode == serviceinfo.StreamingUnary
}

// goMergeShortCall is all that belongs to one short call alone, but for its rpcinfo, and the
// context that has it. It is never used for another call: goroutines that are left behind
// may keep it.
type goMergeShortCall struct {
	context.Context
	info  rpcinfo.RPCInfo
	timed *goMergeTimedClient // nil if there is no deadline

	observed goMergeObserved

	// operation is what retry.CtxReqOp leads to, once prepared is set.
	operation int32
	prepared  atomic.Bool

	// first is the inline call of who sets bound: there are several if it is tried again.
	first goMergeInlineCall
	bound atomic.Bool
}

// goMergeShortKey is the key of the *goMergeShortCall of a context.
type goMergeShortKey struct{}

// goMergeInfoKey is under what contexts have their rpcinfo.
var goMergeInfoKey = func() any {
	var asked goMergeAsked
	rpcinfo.GetRPCInfo(&asked)
	return asked.key
}()

// goMergeOneOperation reports whether retry.CtxReqOp is all that calls are prepared with
// for being tried again.
var goMergeOneOperation = sync.OnceValue(func() bool {
	prepared := reflect.Indirect(reflect.ValueOf(retry.PrepareRetryContext(context.Background())))
	if prepared.Kind() != reflect.Struct || prepared.NumField() != 3 {
		return false
	}
	for _, name := range []string{"Context", "reqOp", "respOp"} { // the last one is in no context
		if !prepared.FieldByName(name).IsValid() {
			return false
		}
	}
	return true
})

// Value implements context.Context.
func (c *goMergeShortCall) Value(key interface{}) interface{} {
	switch {
	case key == goMergeInfoKey:
		return c.info
	case key == interface{}(goMergeShortKey{}):
		return c
	case key == interface{}(goMergeObservedKey{}):
		return &c.observed
	case c.timed.answers(key):
		return c.timed
	case key == interface{}(retry.CtxReqOp) && c.prepared.Load():
		return &c.operation
	}
	return c.Context.Value(key)
}

// prepare is [retry.PrepareRetryContext] for the context that tracers have made of c.
func (c *goMergeShortCall) prepare(ctx context.Context) context.Context {
	if goMergeOneOperation() {
		c.prepared.Store(true)
		if operation, ok := ctx.Value(retry.CtxReqOp).(*int32); ok && operation == &c.operation {
			return ctx
		}
	}
	return retry.PrepareRetryContext(ctx)
}

// goMergeBindIn is goMergeBind for a call whose context and rpcinfo are known.
func goMergeBindIn(ctx context.Context, info rpcinfo.RPCInfo, bound mergeruntime.Call) *goMergeInlineCall {
	if _, ok := info.(goMergeClientInfo); ok {
		short, _ := ctx.Value(goMergeShortKey{}).(*goMergeShortCall)
		if short != nil && short.bound.CompareAndSwap(false, true) {
			short.first.bound = bound
			return &short.first
		}
	}
	return goMergeBind(bound)
}

// callShort is [kClient.Call] with the rpcinfo in one piece.
func (c *goMergeClient) callShort(ctx context.Context, observation mergeruntime.Observation, info goMergeClientInfo, method string, request, response interface{}) (err error) {
	defer runtime.KeepAlive(c.kcFinalizerClient)
	opt := c.opt
	to := remoteinfo.NewRemoteInfo(opt.Svr, method)
	info.GoMergeBegin(opt.Cli, to.ImmutableView(), method, c.svcInfo.Methods[method], opt.Configs, opt.StatsLevel)
	config := rpcinfo.AsMutableRPCConfig(info.Config())
	opt.Locks.ApplyLocks(config, to)
	if from, ok := ctx.Value(consts.CtxKeyMethod).(string); ok {
		rpcinfo.AsMutableEndpointInfo(info.From()).SetMethod(from)
	}
	if opt.Timeouts != nil {
		if t := opt.Timeouts.Timeouts(info); t != nil {
			_ = config.SetRPCTimeout(t.RPCTimeout())
			_ = config.SetConnectTimeout(t.ConnectTimeout())
			_ = config.SetReadWriteTimeout(t.ReadWriteTimeout())
		}
	}
	call := c.link.newShortCall(ctx)
	call.info = info
	drawn := observation.Foreseen()
	if drawn == mergeruntime.Undrawn {
		c.link.watch()
	}
	call.observed.begin(c.link, observation, drawn)
	ctx = opt.TracerCtl.DoStart(call, info)
	var failure error // for tracers
	returned, answered := false, false
	defer func() {
		p := recover()
		if p != nil {
			err = rpcinfo.ClientPanicToErr(ctx, p, info, false)
			failure = err
		}
		opt.TracerCtl.DoFinish(ctx, info, failure)
		how := goMergeUnreturned
		if returned || p != nil {
			how = goMergeEndingOf(err)
		}
		call.observed.end(how)
		if answered && rpcinfo.PoolEnabled() {
			// As the framework does. A call that failed may go on in another goroutine.
			info.GoMergeEnd()
			c.link.short.infos.Put(info)
			if to, ok := to.(interface{ Recycle() }); ok {
				to.Recycle()
			}
		}
	}()
	ctx = call.prepare(ctx)
	err = c.eps(ctx, request, response)
	returned = true
	if err != nil {
		failure = err
		return err
	}
	answered = true
	if biz := info.Invocation().BizStatusErr(); biz != nil {
		return biz
	}
	return nil
}
