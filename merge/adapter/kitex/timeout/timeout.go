//go:build go_merge_added

package timeout

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/profiler"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/rpcinfo/remoteinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// RunTask runs what is behind the framework's timeout middleware and returns at
// the deadline, or when ctx ends, with the error of the context that it returns
// too. What the middleware makes of that is the framework's own code.
//
// In a merged binary the goroutine is one that the runtime keeps for all services,
// and the caller also returns when the callee of an inline call is gone. If the
// deadline is cooperative there is no other goroutine.
func (*timeoutPool) RunTask(ctx context.Context, timeout time.Duration, request, response interface{}, next endpoint.Endpoint) (context.Context, error) {
	client, _ := ctx.Value(goMergeTimedKey{}).(*goMergeTimedClient)
	call := client.timedCall()
	call.limit(ctx, timeout)
	call.next, call.request, call.response = next, request, response
	if client == nil {
		return call, call.runStrict(nil)
	}
	if client.link.cooperates(ctx) && !call.ended() {
		return call, call.runCooperative()
	}
	return call, call.runStrict(client.link)
}

// goMergeTimedKey is the key of the innermost *goMergeTimedCall of a context, or of
// the *goMergeTimedClient whose call has not come to RunTask yet.
type goMergeTimedKey struct{}

// goMergeTimedClient tells RunTask whose call is on its way there.
type goMergeTimedClient struct {
	link *goMergeLink

	// first is the call of who sets taken: there are several if it is tried again.
	first goMergeTimedCall
	taken atomic.Bool
}

// goMergeTimedContext is the context of a call on its way to RunTask.
type goMergeTimedContext struct {
	context.Context
	client goMergeTimedClient
}

// isTimed reports whether a call may have a deadline.
func (l *goMergeLink) isTimed(ctx context.Context) bool {
	return ctx.Done() != nil || l.opt.Configs.RPCTimeout() > 0 || l.opt.Timeouts != nil || l.opt.XDSEnabled || ctx.Value(ctxCallOptionKey) != nil
}

// timed returns the context with which the framework makes a call.
func (l *goMergeLink) timed(ctx context.Context) context.Context {
	if ctx == nil || !l.isTimed(ctx) {
		return ctx
	}
	return &goMergeTimedContext{ctx, goMergeTimedClient{link: l}}
}

// newShortCall returns a short call, in one piece with what its deadline needs.
func (l *goMergeLink) newShortCall(ctx context.Context) *goMergeShortCall {
	if !l.isTimed(ctx) {
		return &goMergeShortCall{Context: ctx}
	}
	call := &struct {
		goMergeShortCall
		timed goMergeTimedClient
	}{goMergeShortCall{Context: ctx}, goMergeTimedClient{link: l}}
	call.goMergeShortCall.timed = &call.timed
	return &call.goMergeShortCall
}

// answers reports whether c is what a context has for a key.
func (c *goMergeTimedClient) answers(key interface{}) bool {
	_, ok := key.(goMergeTimedKey)
	return ok && c != nil
}

func (c *goMergeTimedContext) Value(key interface{}) interface{} {
	if c.client.answers(key) {
		return &c.client
	}
	return c.Context.Value(key)
}

func (c *goMergeTimedClient) timedCall() *goMergeTimedCall {
	if c != nil && c.taken.CompareAndSwap(false, true) {
		return &c.first
	}
	return new(goMergeTimedCall)
}

// cooperates reports whether a call has a cooperative deadline.
func (l *goMergeLink) cooperates(ctx context.Context) bool {
	info := rpcinfo.GetRPCInfo(ctx)
	return info != nil && l.runtime.Cooperative(info.Invocation().MethodName())
}

// goMergeTimedCall is a call with a deadline, or with a context that can end: it is
// the context of what is behind the timeout middleware, and the task that runs it.
// A goroutine that is left behind may hold it, so it is not used again.
//
// It asks the context above for nothing but its error, once that has ended: where
// services call each other in turn, there is one above for each call.
type goMergeTimedCall struct {
	context.Context
	parentDone  <-chan struct{}
	deadline    time.Time     // zero if there is none
	after       time.Duration // until the deadline, 0 if the end of the parent tells
	cooperative bool          // nobody waits for the deadline

	mu   sync.Mutex
	err  error
	done chan struct{} // nil until somebody asks for it
	stop func()        // stops what ends a cooperative call, if not nil

	// These are those of who runs the call.
	next              endpoint.Endpoint
	request, response interface{}
	result            error
}

// limit puts a new call below ctx and gives it a timeout, 0 for none.
func (c *goMergeTimedCall) limit(ctx context.Context, timeout time.Duration) {
	c.Context, c.parentDone = ctx, ctx.Done()
	c.deadline, _ = ctx.Deadline()
	if timeout != 0 {
		if own := time.Now().Add(timeout); c.deadline.IsZero() || own.Before(c.deadline) {
			c.deadline, c.after = own, timeout
			return
		}
	}
	if c.parentDone == nil {
		c.after = c.remaining()
	}
}

// remaining returns the time until the deadline, which is not 0, or 0 if there is
// none.
func (c *goMergeTimedCall) remaining() time.Duration {
	if c.deadline.IsZero() {
		return 0
	}
	if left := time.Until(c.deadline); left != 0 {
		return left
	}
	return -1
}

// ended reports whether a call is over before it has begun.
func (c *goMergeTimedCall) ended() bool {
	return c.after < 0 || goMergeClosed(c.parentDone)
}

func goMergeClosed(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

func (c *goMergeTimedCall) Deadline() (time.Time, bool) { return c.deadline, !c.deadline.IsZero() }

// GoMergeCanEnd reports whether the context can end. To ask costs less than Done does if
// the deadline is cooperative.
func (c *goMergeTimedCall) GoMergeCanEnd() bool { return c.parentDone != nil || !c.deadline.IsZero() }

func (c *goMergeTimedCall) Value(key interface{}) interface{} {
	if _, ok := key.(goMergeTimedKey); ok {
		return c
	}
	return c.Context.Value(key)
}

func (c *goMergeTimedCall) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done != nil {
		return c.done
	}
	c.done = make(chan struct{})
	if c.err != nil {
		close(c.done)
	} else if c.cooperative {
		c.watch()
	}
	return c.done
}

// watch ends a cooperative call in time. c.mu is held.
func (c *goMergeTimedCall) watch() {
	stopTimer, stopParent := func() bool { return false }, func() bool { return false }
	if !c.deadline.IsZero() {
		stopTimer = time.AfterFunc(time.Until(c.deadline), func() { c.end(context.DeadlineExceeded) }).Stop
	}
	if c.parentDone != nil {
		stopParent = context.AfterFunc(c.Context, func() { c.end(c.Context.Err()) })
	}
	c.stop = func() { stopTimer(); stopParent() }
}

func (c *goMergeTimedCall) Err() error {
	c.mu.Lock()
	err := c.err
	c.mu.Unlock()
	switch {
	case err != nil:
		return err
	case goMergeClosed(c.parentDone):
		return c.end(c.Context.Err())
	case c.cooperative && !c.deadline.IsZero() && !time.Now().Before(c.deadline):
		return c.end(context.DeadlineExceeded)
	}
	return nil
}

// end ends the context, unless it has ended, and returns why it did.
func (c *goMergeTimedCall) end(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err == nil && err != nil {
		c.err = err
		if c.done != nil {
			close(c.done)
		}
		if c.stop != nil {
			c.stop()
		}
	}
	return c.err
}

// runCooperative runs the call in the caller's goroutine. If it is late, the caller
// gets the error that it would have got in time.
func (c *goMergeTimedCall) runCooperative() error {
	c.cooperative = true
	c.Run()
	result := c.result
	if err := c.Err(); err != nil {
		return err
	}
	c.end(context.Canceled)
	return result
}

// runStrict runs the call in another goroutine, and leaves it at its end. link is
// nil if nobody knows it.
func (c *goMergeTimedCall) runStrict(link *goMergeLink) error {
	until := mergeruntime.Until{Done: c.parentDone, After: c.after}
	if link != nil {
		until.Gone = link.runtime.Gone()
	}
	// The framework, too, starts a call that is over already. An RPC has no answer then.
	over := c.ended()
	late := over && c.remaining() < 0
	future := mergeruntime.HandOff(c)
	for {
		end := mergeruntime.WaitExpired
		switch {
		case late:
		case over:
			end = mergeruntime.WaitDone
		default:
			end = future.Wait(until)
		}
		switch end {
		case mergeruntime.TaskReturned:
			c.end(context.Canceled)
			return c.result
		case mergeruntime.TaskExited:
			var err error // as the framework, unless it was the handler of an inline call
			if call := goMergeCallOf(rpcinfo.GetRPCInfo(c)); link != nil && call != nil && call.state == goMergeSent {
				err = link.closedError(c, call.bound)
			}
			c.end(context.Canceled)
			return err
		case mergeruntime.WaitGone:
			// A call that is bound later finds out by itself, see goMergeInlineCall.do.
			if call := goMergeCallOf(rpcinfo.GetRPCInfo(c)); call != nil && !call.streams && call.bound.Gone() == until.Gone {
				err := link.closedError(c, call.bound)
				c.end(context.Canceled)
				future.Leave()
				return err
			}
			until.Gone = nil
			if c.after > 0 {
				until.After = c.remaining()
				late = until.After < 0
			}
		case mergeruntime.WaitDone:
			err := c.end(c.Context.Err())
			future.Leave()
			return err
		case mergeruntime.WaitExpired:
			err := c.end(context.DeadlineExceeded)
			future.Leave()
			return err
		}
	}
}

// Run implements mergeruntime.Task.
func (c *goMergeTimedCall) Run() {
	defer func() {
		if p := recover(); p != nil {
			c.result = c.panicked(p)
		}
		c.next, c.request, c.response = nil, nil, nil
	}()
	if !profiler.IsEnabled(c) {
		c.result = c.next(c, c.request, c.response)
		return
	}
	profiler.Tag(c)
	c.result = c.next(c, c.request, c.response)
	profiler.Untag(c)
}

// panicked returns the framework's error for a panic.
func (c *goMergeTimedCall) panicked(value interface{}) error {
	if info := rpcinfo.GetRPCInfo(c); info != nil {
		return rpcinfo.ClientPanicToErr(c, value, info, true)
	}
	return fmt.Errorf("KITEX: panic without rpcinfo, error=%v\nstack=%s", value, debug.Stack())
}

// closedError returns the error of an inline call whose callee is gone, as the
// transport level makes it. The call itself may still use all that it has.
func (l *goMergeLink) closedError(ctx context.Context, bound mergeruntime.Call) error {
	info := rpcinfo.GetRPCInfo(ctx)
	to := remoteinfo.NewRemoteInfo(&rpcinfo.EndpointBasicInfo{ServiceName: info.To().ServiceName()}, info.To().Method())
	to.SetInstance(goMergeBindFailed(bound, mergeruntime.NoAnswer()))
	info = rpcinfo.NewRPCInfo(info.From(), to, info.Invocation(), info.Config(), info.Stats())
	failing := newIOErrorHandleMW(l.opt.ErrHandle)(l.callTransport)
	return failing(rpcinfo.NewCtxWithRPCInfo(ctx, info), nil, nil)
}

// goMergeGuard runs next, which makes an RPC. If the call has a cooperative deadline,
// it returns at that nevertheless: the RPC has nobody to cooperate.
func goMergeGuard(ctx context.Context, request, response interface{}, next endpoint.Endpoint) error {
	outer, ok := ctx.Value(goMergeTimedKey{}).(*goMergeTimedCall)
	if !ok || !outer.cooperative {
		return next(ctx, request, response)
	}
	call := &goMergeTimedCall{next: next, request: request, response: response}
	call.Context, call.parentDone, call.deadline = ctx, outer.parentDone, outer.deadline
	call.after = call.remaining()
	return call.runStrict(nil)
}

// do runs the callee.
func (c *goMergeInlineCall) do(ctx context.Context, result interface{}, meta *goMergeMeta) mergeruntime.Response {
	if goMergeClosed(c.bound.Gone()) {
		// Who waits for the call may have looked for its callee too early.
		return mergeruntime.NoAnswer()
	}
	return c.bound.Do(ctx, c.args, result, meta)
}
