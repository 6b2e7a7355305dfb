//go:build go_merge_added

package client

import (
	"context"
	"runtime/debug"
	"sync"

	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/klog"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// Where the framework's pool for calls with a deadline is another one, it stays. It
// runs such a call in another goroutine than the caller's, and waits for the deadline
// and for the end of the context, but not for that of the callee.

func (*goMergeLink) timed(ctx context.Context) context.Context { return ctx }

func (*goMergeLink) newShortCall(ctx context.Context) *goMergeShortCall {
	return &goMergeShortCall{Context: ctx}
}

type goMergeTimedClient struct{}

func (*goMergeTimedClient) answers(interface{}) bool { return false }

func goMergeGuard(ctx context.Context, request, response interface{}, next endpoint.Endpoint) error {
	return next(ctx, request, response)
}

var goMergeStrictOnly sync.Once

// do runs the callee: in another goroutine if the framework waits for this one, which
// then does not wait for a callee that is gone.
func (c *goMergeInlineCall) do(ctx context.Context, result interface{}, meta *goMergeMeta) mergeruntime.Response {
	if ctx.Done() == nil || c.bound.Oneway() {
		return c.bound.Do(ctx, c.args, result, meta)
	}
	if c.bound.Cooperative() {
		goMergeStrictOnly.Do(func() {
			klog.Warnf("KITEX: rules_go_merge: deadlines of calls that %s makes are strict, also of %s that are to be cooperative: its Kitex is older than v0.13", goMergeService, c.bound.Callee())
		})
	}
	leavable := &goMergeLeavableCall{ctx: ctx, call: *c, result: result, meta: meta}
	future := mergeruntime.HandOff(leavable)
	switch future.Wait(mergeruntime.Until{Gone: c.bound.Gone()}) {
	case mergeruntime.TaskReturned:
		if leavable.panicked != nil {
			panic(leavable.panicked)
		}
		return leavable.answer
	case mergeruntime.WaitGone:
		future.Leave()
	}
	return mergeruntime.NoAnswer()
}

// goMergeLeavableCall is a call that runs in another goroutine.
type goMergeLeavableCall struct {
	ctx      context.Context
	call     goMergeInlineCall
	result   interface{}
	meta     *goMergeMeta
	answer   mergeruntime.Response
	panicked interface{}
}

// Run implements mergeruntime.Task.
func (l *goMergeLeavableCall) Run() {
	defer func() {
		if l.panicked = recover(); l.panicked != nil {
			klog.CtxErrorf(l.ctx, "KITEX: panic in inline call, error=%v\nstack=%s", l.panicked, debug.Stack())
		}
	}()
	l.answer = l.call.bound.Do(l.ctx, l.call.args, l.result, l.meta)
}
