//go:build go_merge_added

package server

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"

	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeLeanMethod is a method whose calls can go straight to its handler.
type goMergeLeanMethod struct {
	callee  *goMergeCallee
	name    string
	handle  serviceinfo.MethodHandler
	handler interface{} // the service's
}

// goMergeLeanMethods returns the methods of a service whose calls pass through
// nothing that the service could observe.
func goMergeLeanMethods(callee *goMergeCallee) map[string]*goMergeLeanMethod {
	handler := goMergeRegistered(callee.server, callee.svcInfo.ServiceName)
	if !callee.inlinability.lean || handler == nil {
		return nil
	}
	methods := make(map[string]*goMergeLeanMethod)
	for name, m := range callee.svcInfo.Methods {
		if !m.OneWay() {
			methods[name] = &goMergeLeanMethod{callee: callee, name: name, handle: m.Handler(), handler: handler}
		}
	}
	return methods
}

// leanHandler returns what the lean level runs for a method, nil if its calls take
// another one.
func (g *goMergeCallee) leanHandler(method string) mergeruntime.LeanHandler {
	if m := g.lean[method]; m != nil {
		return m.serveLean
	}
	return nil
}

// serveLean implements mergeruntime.LeanHandler. It calls the handler. What its
// context holds is made when the handler asks for it.
func (m *goMergeLeanMethod) serveLean(args, result, meta any) (failed *mergeruntime.Response) {
	ctx := &goMergeLeanContext{method: m, protocol: int32(meta.(*goMergeMeta).Protocol)}
	returned := false
	defer func() {
		if !returned {
			failed = m.panicked(ctx, recover())
		}
	}()
	err := m.handle(ctx, m.handler, args, result)
	returned = true
	if err != nil {
		return m.failed(ctx, err)
	}
	return nil
}

// failed answers a handler's error.
func (m *goMergeLeanMethod) failed(ctx *goMergeLeanContext, err error) *mergeruntime.Response {
	if _, ok := kerrors.FromBizStatusError(err); ok {
		return nil // a transport without headers does not carry it
	}
	return m.fail(ctx, kerrors.ErrBiz.WithCause(err))
}

// panicked answers as the framework does when a handler panics. It runs before
// the stack of the panic is gone.
func (m *goMergeLeanMethod) panicked(ctx *goMergeLeanContext, value interface{}) *mergeruntime.Response {
	err := kerrors.ErrPanic.WithCauseAndStack(fmt.Errorf(
		"[happened in biz handler, method=%s.%s, please check the panic at the server side] %s", m.callee.svcInfo.ServiceName, m.name, value,
	), string(debug.Stack()))
	rpcinfo.AsMutableRPCStats(ctx.info().Stats()).SetPanicked(err)
	return m.fail(ctx, err)
}

func (m *goMergeLeanMethod) fail(ctx *goMergeLeanContext, err error) *mergeruntime.Response {
	info := ctx.info()
	m.callee.logError(ctx, err)
	response := goMergeFailure(info, remote.NewTransError(remote.InternalError, err))
	return &response
}

// goMergeLeanContext is the context of a handler that is called directly. The
// caller has no deadline and cannot be cancelled. It is small, since every call
// has one and few handlers look at it.
type goMergeLeanContext struct {
	method   *goMergeLeanMethod
	values   atomic.Pointer[goMergeLeanValues]
	protocol int32
}

// goMergeLeanValues is what a context holds whose handler has asked for a value.
type goMergeLeanValues struct {
	once sync.Once
	full context.Context
}

func (*goMergeLeanContext) Deadline() (time.Time, bool) { return time.Time{}, false }

func (*goMergeLeanContext) Done() <-chan struct{} { return nil }

func (*goMergeLeanContext) Err() error { return nil }

func (c *goMergeLeanContext) Value(key any) any {
	v := c.values.Load()
	if v == nil {
		c.values.CompareAndSwap(nil, new(goMergeLeanValues))
		v = c.values.Load()
	}
	v.once.Do(func() { v.full = c.fill() })
	return v.full.Value(key)
}

// GoMergePlain tells the clients of the service that there are no call options
// and no middleware in the context, which saves them from looking.
func (*goMergeLeanContext) GoMergePlain() {}

func (c *goMergeLeanContext) info() rpcinfo.RPCInfo { return rpcinfo.GetRPCInfo(c) }

// goMergeSeqIDs numbers the calls whose caller has no use for a number. Each
// processor takes many numbers at a time, so that it seldom writes to what all of
// them do.
var (
	goMergeSeqIDs      atomic.Int32 // those that were taken
	goMergeSeqIDBlocks sync.Pool    // of *goMergeSeqIDBlock
)

// goMergeSeqIDBlock is the numbers after last up to end.
type goMergeSeqIDBlock struct{ last, end int32 }

func goMergeNextSeqID() int32 {
	const taken = 64
	block, _ := goMergeSeqIDBlocks.Get().(*goMergeSeqIDBlock)
	if block == nil || block.last == block.end {
		end := goMergeSeqIDs.Add(taken)
		block = &goMergeSeqIDBlock{last: end - taken, end: end}
	}
	block.last++
	id := block.last
	goMergeSeqIDBlocks.Put(block)
	return id
}

// fill makes what a transport without headers puts into a context.
func (c *goMergeLeanContext) fill() context.Context {
	callee, method := c.method.callee, c.method.name
	info := callee.opt.InitOrResetRPCInfoFunc(nil, goMergeAddr)
	callee.describe(info, mergeruntime.Request{
		Method: method,
		Meta:   &goMergeMeta{Protocol: int(c.protocol), SeqID: goMergeNextSeqID()},
	})
	full := rpcinfo.NewCtxWithRPCInfo(context.Background(), info)
	if len(callee.server.opt.MetaHandlers) > 0 {
		full = goMergeReceive(metainfo.WithBackwardValuesToSend(full), method)
	}
	return full
}
