//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeUnaryCall is a unary call as both sides reach it. It needs no queues.
type goMergeUnaryCall struct {
	call    mergeruntime.Call
	request goMergeRequest
	callee  goMergeLazyContext
	over    atomic.Bool // nothing writes to the fields below any longer

	reply           goMergeReply
	message, answer []byte
	resp            mergeruntime.Response
	exited          bool // the handler has ended its goroutine by runtime.Goexit
}

// goMergeUnaryEnd is the caller's end of a unary call. It is used as a
// [mergeruntime.Stream] is.
type goMergeUnaryEnd struct {
	*goMergeUnaryCall
	ctx, conn context.Context // conn ends with the connection
	// here is set if the handler runs in the caller's goroutine.
	here bool
	// Else cut is closed when the connection or the server ends, and future is that of the
	// call, zero before Send and once it is over or the caller has left.
	cut    <-chan struct{}
	future mergeruntime.Future

	taken  int  // messages that Recv has returned
	gone   bool // the callee, without an answer
	waited bool
	left   error // what wait returns from the first time on
}

// errGoMergeClosing is the error of a unary call whose connection closes.
var errGoMergeClosing = func() error {
	if goMergeMinor < 58 {
		return status.Error(codes.Unavailable, "error reading from server: EOF")
	}
	return ErrClientConnClosing
}()

// begin prepares a call whose request is filled in. The caller's goroutine makes it if
// nothing ends the caller's context, or if that is chosen.
func (c *goMergeUnaryEnd) begin(ctx, conn context.Context) {
	c.ctx, c.conn = ctx, conn
	c.here = c.request.Direct || c.call.Cooperative()
	if c.request.Timeout > 0 && !c.request.Direct {
		c.callee.deadline = &c.request.Deadline
	}
	if c.here {
		c.callee.server, c.callee.conn = c.call.Server(), conn
		if !c.request.Direct {
			c.callee.caller = ctx
		}
	}
}

// Send makes the call: in the caller's goroutine, or in one that the caller can leave.
// What that writes is then no longer read.
func (c *goMergeUnaryEnd) Send(message mergeruntime.Message) error {
	c.message, c.request.Message, c.request.Size = message.Bytes, message.Made, message.Size
	if c.here {
		c.Run()
	} else {
		c.future = mergeruntime.HandOff(c.goMergeUnaryCall)
	}
	return nil
}

// Run makes the call.
func (c *goMergeUnaryCall) Run() {
	returned := false
	defer func() {
		c.exited = !returned
		c.over.Store(true)
	}()
	c.resp = c.call.Pass(&c.callee, &c.message, &c.answer, &c.request)
	returned = true
}

func (*goMergeUnaryEnd) CloseSend() {}

func (c *goMergeUnaryEnd) Leave() {
	c.callee.End()
	c.forget()
}

// forget leaves the goroutine that makes the call, if there is one.
func (c *goMergeUnaryEnd) forget() {
	if c.future != (mergeruntime.Future{}) {
		c.future.Leave()
		c.future = mergeruntime.Future{}
	}
}

// wait waits until the call is over. The error is that with which the caller leaves: of
// its context, or of its connection.
func (c *goMergeUnaryEnd) wait() error {
	if !c.waited {
		c.waited, c.left = true, c.await()
	}
	return c.left
}

func (c *goMergeUnaryEnd) await() error {
	if c.here {
		if c.reply.Trailer == nil { // in which the callee has seen the end
			switch {
			case goMergeIsOver(c.conn.Done()):
				return errGoMergeClosing
			case goMergeIsOver(c.ctx.Done()):
				return c.ctx.Err()
			case c.callee.isLate():
				return context.DeadlineExceeded
			}
		}
		c.gone = c.closed()
		return nil
	}
	switch c.future.Wait(mergeruntime.Until{Done: c.ctx.Done(), Gone: c.cut}) {
	case mergeruntime.TaskReturned, mergeruntime.TaskExited:
		c.future = mergeruntime.Future{}
	case mergeruntime.WaitGone:
		if goMergeIsOver(c.conn.Done()) {
			c.Leave()
			return errGoMergeClosing
		}
		fallthrough
	default:
		defer c.forget()
	}
	if c.over.Load() { // at the same time, too
		if c.gone = c.closed(); c.gone || c.reply.Trailer != nil {
			return nil
		}
		return c.ctx.Err()
	}
	err := c.ctx.Err()
	c.callee.end(err == context.DeadlineExceeded)
	c.gone = err == nil
	return err
}

// closed reports whether the callee was gone before the call was over. What it has
// answered then, such as a panic that it recovered, does not arrive.
func (c *goMergeUnaryEnd) closed() bool {
	return c.resp.Failed() && c.resp.Failure.Kind == mergeruntime.Closed
}

func (c *goMergeUnaryEnd) Recv() (mergeruntime.Message, error) {
	if err := c.wait(); err != nil {
		return mergeruntime.Message{}, err
	}
	if c.gone || c.taken >= c.reply.Messages {
		return mergeruntime.Message{}, io.EOF
	}
	c.taken++
	return mergeruntime.Message{Bytes: c.answer, Made: c.reply.Message, Size: c.reply.Size}, nil
}

func (c *goMergeUnaryEnd) Header() (header interface{}, ok bool, err error) {
	if err := c.wait(); err != nil {
		return nil, false, err
	}
	if c.gone || c.reply.Header == nil {
		return nil, false, nil
	}
	return c.reply.Header, true, nil
}

// End returns how the callee has ended the call. The caller has waited.
func (c *goMergeUnaryEnd) End() (trailer interface{}, resp mergeruntime.Response) {
	if c.gone {
		return nil, mergeruntime.NoAnswer()
	}
	if c.reply.Trailer == nil {
		return nil, c.resp
	}
	return c.reply.Trailer, c.resp
}

// goMergeServedUnary is the callee's end of a unary call.
type goMergeServedUnary struct {
	ctx           goMergeCalleeContext
	request       *goMergeRequest
	reply         *goMergeReply
	message, into *[]byte
	taken, ended  bool
}

// begin takes a call over.
func (u *goMergeServedUnary) begin(caller context.Context, r mergeruntime.Request) {
	u.ctx = caller.(goMergeCalleeContext)
	u.request = r.Meta.(*goMergeRequest)
	u.reply = u.request.Reply
	u.message, u.into = r.Args.(*[]byte), r.Result.(*[]byte)
}

func (u *goMergeServedUnary) Context() context.Context { return u.ctx }

func (u *goMergeServedUnary) Recv() (mergeruntime.Message, error) {
	if u.ctx.Left() {
		return mergeruntime.Message{}, u.ctx.Err()
	}
	if u.taken {
		return mergeruntime.Message{}, io.EOF
	}
	u.taken = true
	return mergeruntime.Message{Bytes: *u.message, Made: u.request.Message, Size: u.request.Size}, nil
}

func (u *goMergeServedUnary) Send(message mergeruntime.Message) error {
	if u.ctx.Left() {
		return u.ctx.Err()
	}
	u.reply.Messages++
	*u.into, u.reply.Message, u.reply.Size = message.Bytes, message.Made, message.Size
	return nil
}

func (u *goMergeServedUnary) SendHeader(header interface{}) bool {
	if u.reply.Header != nil || u.ended {
		return false
	}
	u.reply.Header = header.(*goMergeHeader)
	return true
}

func (u *goMergeServedUnary) End(trailer interface{}, _ mergeruntime.Response) bool {
	if u.ended {
		return false
	}
	u.ended = true
	u.reply.Trailer, _ = trailer.(*goMergeTrailer)
	return true
}

// goMergeCalleeContext is the context of a unary call's handler. It has no values.
type goMergeCalleeContext interface {
	context.Context
	// End ends the context: the handler has returned, or the caller has left.
	End()
	// Left is as Err() != nil, without a look at the clock.
	Left() bool
}

// goMergeLazyContext is a [goMergeCalleeContext] that is part of the caller's end. The
// caller ends it unless it runs the handler in the same goroutine; then the context
// follows the server, the connection, and the caller's context if that can end. What that
// takes is made when somebody asks for it.
type goMergeLazyContext struct {
	server, conn context.Context                    // nil if the caller ends the context
	caller       context.Context                    // nil if it cannot end, too
	deadline     *time.Time                         // nil if there is none
	ended        atomic.Int32                       // how, or goMergeRuns
	made         atomic.Pointer[goMergeMadeContext] // nil until Done is called
	mu           sync.Mutex
}

// How a [goMergeLazyContext] ends.
const (
	goMergeRuns int32 = iota
	goMergeCanceled
	goMergeExpired
)

type goMergeMadeContext struct {
	context.Context
	cancel  context.CancelFunc
	unwatch func() bool
}

func (*goMergeLazyContext) Deadline() (time.Time, bool) { return time.Time{}, false }

// isLate reports whether the deadline is over.
func (c *goMergeLazyContext) isLate() bool {
	return c.deadline != nil && time.Until(*c.deadline) <= 0 // which is cheaper than time.Now
}

func (c *goMergeLazyContext) Done() <-chan struct{} {
	if made := c.made.Load(); made != nil {
		return made.Done()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	made := c.made.Load()
	if made == nil {
		made = &goMergeMadeContext{unwatch: func() bool { return true }}
		outer := context.Background()
		if c.server != nil {
			outer = c.server
		}
		switch {
		case c.ended.Load() == goMergeExpired: // for the caller, whose deadline is not rounded
			made.Context, made.cancel = context.WithDeadline(outer, time.Time{})
		case c.deadline != nil:
			made.Context, made.cancel = context.WithDeadline(outer, *c.deadline)
		default:
			made.Context, made.cancel = context.WithCancel(outer)
		}
		c.watch(made)
		c.made.Store(made)
		switch c.ended.Load() {
		case goMergeCanceled:
			made.end()
		case goMergeExpired:
			made.unwatch()
		}
	}
	return made.Done()
}

// watch has what was made end with the connection and the caller's context.
func (c *goMergeLazyContext) watch(made *goMergeMadeContext) {
	if c.conn == nil {
		return
	}
	conn := context.AfterFunc(c.conn, made.cancel)
	made.unwatch = conn
	if c.caller != nil {
		caller := context.AfterFunc(c.caller, func() { c.end(c.caller.Err() == context.DeadlineExceeded) })
		made.unwatch = func() bool { caller(); return conn() }
	}
}

func (c *goMergeLazyContext) Err() error {
	if made := c.made.Load(); made != nil {
		if err := made.Err(); err != nil {
			return err
		}
	}
	switch how := c.ended.Load(); {
	case how == goMergeCanceled:
		return context.Canceled
	case how == goMergeExpired || c.isLate():
		return context.DeadlineExceeded
	case c.isCut():
		if c.deadline != nil && c.caller != nil && c.caller.Err() == context.DeadlineExceeded {
			return context.DeadlineExceeded
		}
		return context.Canceled
	}
	return nil
}

// Value leads those that derive a context to the one that was made.
func (c *goMergeLazyContext) Value(key interface{}) interface{} {
	if made := c.made.Load(); made != nil {
		return made.Value(key)
	}
	return nil
}

func (c *goMergeLazyContext) End() {
	if c.ended.Load() == goMergeRuns {
		c.end(c.isLate())
	}
}

func (c *goMergeLazyContext) Left() bool {
	return c.ended.Load() != goMergeRuns || c.isCut()
}

// isCut reports whether what the context follows has ended.
func (c *goMergeLazyContext) isCut() bool {
	return c.conn != nil && (goMergeIsOver(c.server.Done()) || goMergeIsOver(c.conn.Done()) ||
		c.caller != nil && goMergeIsOver(c.caller.Done()))
}

// end ends the context. If that is for the deadline, what was made ends by itself.
func (c *goMergeLazyContext) end(expired bool) {
	if expired && c.deadline != nil {
		if c.ended.CompareAndSwap(goMergeRuns, goMergeExpired) {
			if made := c.made.Load(); made != nil {
				made.unwatch()
			}
		}
		return
	}
	if !c.ended.CompareAndSwap(goMergeRuns, goMergeCanceled) {
		return
	}
	if made := c.made.Load(); made != nil {
		made.end()
	}
}

func (m *goMergeMadeContext) end() {
	m.unwatch()
	m.cancel()
}
