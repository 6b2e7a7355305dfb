//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"io"
	"sync"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeUnaryCall is the caller's end of a unary call, which needs no queues. It is
// used as a [mergeruntime.Stream] is.
type goMergeUnaryCall struct {
	call    mergeruntime.Call
	ctx     context.Context
	request *goMergeRequest
	conn    context.Context // ends with the connection

	done    chan struct{} // closed when the call is over; nil before Send and for direct calls
	message []byte        // the answer
	resp    mergeruntime.Response
	taken   int  // messages that Recv has returned
	gone    bool // the callee, without an answer
}

// errGoMergeClosing is the error of a unary call whose connection closes.
var errGoMergeClosing = func() error {
	if goMergeMinor < 58 {
		return status.Error(codes.Unavailable, "error reading from server: EOF")
	}
	return ErrClientConnClosing
}()

// Send makes the call: in the caller's goroutine if nothing ends the caller's context,
// and else in one that the caller can leave behind. What that writes is then no longer
// read.
func (c *goMergeUnaryCall) Send(message []byte) error {
	if c.request.Direct {
		c.resp = c.call.Pass(c.conn, message, &c.message, c.request)
		return nil
	}
	done := make(chan struct{})
	c.done = done
	go func() {
		defer close(done)
		c.resp = c.call.Pass(c.ctx, message, &c.message, c.request)
	}()
	return nil
}

func (*goMergeUnaryCall) CloseSend() {}

// Leave does nothing: the end of the context tells the callee.
func (*goMergeUnaryCall) Leave() {}

// wait waits until the call is over. The error is that with which the caller leaves: of
// its context, or of its connection.
func (c *goMergeUnaryCall) wait() error {
	if c.gone {
		return nil
	}
	if c.request.Direct {
		if c.request.Reply.Trailer == nil && c.conn.Err() != nil {
			return errGoMergeClosing
		}
		c.gone = c.closed()
		return nil
	}
	select {
	case <-c.done:
	case <-c.ctx.Done():
	case <-c.call.Gone():
	case <-c.conn.Done():
		return errGoMergeClosing
	}
	select {
	case <-c.done: // at the same time, too
		if c.gone = c.closed(); c.gone || c.request.Reply.Trailer != nil {
			return nil
		}
	default:
		c.gone = c.ctx.Err() == nil
	}
	return c.ctx.Err()
}

// closed reports whether the callee was gone before the call was over. What it has
// answered then, such as a panic that it recovered, does not arrive.
func (c *goMergeUnaryCall) closed() bool {
	return c.resp.Failed() && c.resp.Failure.Kind == mergeruntime.Closed
}

func (c *goMergeUnaryCall) Recv() ([]byte, error) {
	if err := c.wait(); err != nil {
		return nil, err
	}
	if c.gone || c.taken >= c.request.Reply.Messages {
		return nil, io.EOF
	}
	c.taken++
	return c.message, nil
}

func (c *goMergeUnaryCall) Header() (header interface{}, ok bool, err error) {
	if err := c.wait(); err != nil {
		return nil, false, err
	}
	if c.gone || c.request.Reply.Header == nil {
		return nil, false, nil
	}
	return c.request.Reply.Header, true, nil
}

// End returns how the callee has ended the call. The caller has waited.
func (c *goMergeUnaryCall) End() (trailer interface{}, resp mergeruntime.Response) {
	if c.gone {
		return nil, mergeruntime.Response{Failure: &mergeruntime.Failure{Kind: mergeruntime.Closed}}
	}
	if c.request.Reply.Trailer == nil {
		return nil, c.resp
	}
	return c.request.Reply.Trailer, c.resp
}

// goMergeServedUnary is the callee's end of a unary call.
type goMergeServedUnary struct {
	ctx     context.Context
	request mergeruntime.Request
	reply   *goMergeReply
	taken   bool
	ended   bool
}

// goMergeServeUnary returns the callee's end of a unary call, whose context has no
// values. The returned function ends the context.
func goMergeServeUnary(caller context.Context, r mergeruntime.Request) (*goMergeServedUnary, func()) {
	request := r.Meta.(*goMergeRequest)
	u := &goMergeServedUnary{request: r, reply: request.Reply}
	if request.Direct {
		ctx := &goMergeLazyContext{server: r.Server, conn: caller}
		u.ctx = ctx
		return u, ctx.end
	}
	var cancel context.CancelFunc
	u.ctx, cancel = context.WithCancel(context.Background())
	unwatch := context.AfterFunc(caller, cancel)
	return u, func() {
		unwatch()
		cancel()
	}
}

func (u *goMergeServedUnary) Context() context.Context { return u.ctx }

func (u *goMergeServedUnary) Recv() ([]byte, error) {
	if err := u.ctx.Err(); err != nil {
		return nil, err
	}
	if u.taken {
		return nil, io.EOF
	}
	u.taken = true
	return u.request.Args.([]byte), nil
}

func (u *goMergeServedUnary) Send(message []byte) error {
	if err := u.ctx.Err(); err != nil {
		return err
	}
	u.reply.Messages++
	*u.request.Result.(*[]byte) = message
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

// goMergeLazyContext is the context of a handler that runs in the caller's goroutine.
// It ends with the call, the server or the caller's connection. What that takes is made
// when somebody asks for it.
type goMergeLazyContext struct {
	server, conn context.Context

	mu      sync.Mutex
	ended   bool
	made    context.Context // nil until Done is called
	cancel  context.CancelFunc
	unwatch func() bool
}

func (*goMergeLazyContext) Deadline() (time.Time, bool) { return time.Time{}, false }

func (c *goMergeLazyContext) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		c.made, c.cancel = context.WithCancel(c.server)
		c.unwatch = context.AfterFunc(c.conn, c.cancel)
		if c.ended {
			c.unwatch()
			c.cancel()
		}
	}
	return c.made.Done()
}

func (c *goMergeLazyContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.made != nil:
		return c.made.Err()
	case c.ended || c.server.Err() != nil || c.conn.Err() != nil:
		return context.Canceled
	}
	return nil
}

// Value leads those that derive a context to the one that was made.
func (c *goMergeLazyContext) Value(key interface{}) interface{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.made == nil {
		return nil
	}
	return c.made.Value(key)
}

func (c *goMergeLazyContext) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ended = true
	if c.made != nil {
		c.unwatch()
		c.cancel()
	}
}
