//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"io"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeUnaryCall is the caller's end of a unary call, which needs no queues. It is
// used as a [mergeruntime.Stream] is.
type goMergeUnaryCall struct {
	call    mergeruntime.Call
	ctx     context.Context
	request *goMergeRequest

	done    chan struct{} // closed when the call is over; nil before Send
	message []byte        // the answer
	resp    mergeruntime.Response
	taken   int  // messages that Recv has returned
	gone    bool // the callee, without an answer
}

// Send makes the call, in a goroutine that the caller can leave behind. What it writes
// is then no longer read.
func (c *goMergeUnaryCall) Send(message []byte) error {
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

// wait waits until the call is over. The error is that of the caller's context, with
// which the caller leaves.
func (c *goMergeUnaryCall) wait() error {
	if c.gone {
		return nil
	}
	select {
	case <-c.done:
	case <-c.ctx.Done():
	case <-c.call.Gone():
	}
	select {
	case <-c.done: // at the same time, too
		if c.request.Reply.Trailer != nil {
			return nil
		}
	default:
		c.gone = c.ctx.Err() == nil
	}
	return c.ctx.Err()
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
	u := &goMergeServedUnary{request: r, reply: r.Meta.(*goMergeRequest).Reply}
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
