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

// serveLean calls the handler. What its context holds is made when the handler asks
// for it.
func (m *goMergeLeanMethod) serveLean(request mergeruntime.Request) (response mergeruntime.Response) {
	ctx := &goMergeLeanContext{method: m, protocol: int32(goMergeMetaOf(request).Protocol)}
	panicked := true
	defer func() {
		if panicked {
			response = m.panicked(ctx, recover())
		}
	}()
	err := m.handle(ctx, m.handler, request.Args, request.Result)
	panicked = false
	if err != nil {
		if _, ok := kerrors.FromBizStatusError(err); ok {
			return response // a transport without headers does not carry it
		}
		return m.fail(ctx, kerrors.ErrBiz.WithCause(err))
	}
	return response
}

// panicked answers as the framework does when a handler panics. It runs before
// the stack of the panic is gone.
func (m *goMergeLeanMethod) panicked(ctx *goMergeLeanContext, value interface{}) mergeruntime.Response {
	err := kerrors.ErrPanic.WithCauseAndStack(fmt.Errorf(
		"[happened in biz handler, method=%s.%s, please check the panic at the server side] %s", m.callee.svcInfo.ServiceName, m.name, value,
	), string(debug.Stack()))
	rpcinfo.AsMutableRPCStats(ctx.info().Stats()).SetPanicked(err)
	return m.fail(ctx, err)
}

func (m *goMergeLeanMethod) fail(ctx *goMergeLeanContext, err error) mergeruntime.Response {
	info := ctx.info()
	m.callee.logError(ctx, err)
	return goMergeFailure(info, remote.NewTransError(remote.InternalError, err))
}

// goMergeLeanContext is the context of a handler that is called directly. The
// caller has no deadline and cannot be cancelled.
type goMergeLeanContext struct {
	method   *goMergeLeanMethod
	protocol int32

	once sync.Once
	full context.Context
}

func (*goMergeLeanContext) Deadline() (time.Time, bool) { return time.Time{}, false }

func (*goMergeLeanContext) Done() <-chan struct{} { return nil }

func (*goMergeLeanContext) Err() error { return nil }

func (c *goMergeLeanContext) Value(key any) any {
	c.once.Do(c.fill)
	return c.full.Value(key)
}

// GoMergePlain tells the clients of the service that there are no call options
// and no middleware in the context, which saves them from looking.
func (*goMergeLeanContext) GoMergePlain() {}

func (c *goMergeLeanContext) info() rpcinfo.RPCInfo { return rpcinfo.GetRPCInfo(c) }

// goMergeSeqID numbers the calls whose caller has no use for a number.
var goMergeSeqID atomic.Int32

// fill makes what a transport without headers puts into a context.
func (c *goMergeLeanContext) fill() {
	callee, method := c.method.callee, c.method.name
	info := callee.opt.InitOrResetRPCInfoFunc(nil, goMergeAddr)
	callee.describe(info, mergeruntime.Request{
		Method: method,
		Meta:   &goMergeMeta{Protocol: int(c.protocol), SeqID: goMergeSeqID.Add(1)},
	})
	c.full = rpcinfo.NewCtxWithRPCInfo(context.Background(), info)
	if len(callee.server.opt.MetaHandlers) > 0 {
		c.full = goMergeReceive(metainfo.WithBackwardValuesToSend(c.full), method)
	}
}
