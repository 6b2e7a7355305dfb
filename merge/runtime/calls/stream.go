package calls

import (
	"context"
	"errors"
	"io"
	"sync"
)

// Stream is the caller's end of an inline stream. One goroutine may send while
// another receives.
type Stream struct {
	caller   context.Context // the caller's
	up, down queue
	// ctx is the callee's: it ends when the caller leaves, the callee ends the
	// stream, or its server is gone.
	ctx    context.Context
	cancel context.CancelFunc
	// unwatch stops following the caller's context, and the caller itself.
	unwatch [2]func() bool
	// keep stops the end of ctx from releasing those who wait for the queues.
	keep func() bool

	headed chan struct{} // closed when there is a header, or the stream has ended
	over   chan struct{} // closed when the callee has ended the stream

	mu       sync.Mutex
	hasEnded bool
	hasLeft  bool // the caller, before the stream has ended
	header   any
	headers  bool // there is a header
	trailer  any
	response Response
}

// ServerStream is the callee's end of an inline stream.
type ServerStream struct{ s *Stream }

// ErrEnded is returned to a caller that sends to a stream that the callee has
// ended: [Stream.Recv] says how.
var ErrEnded = errors.New("the callee has ended the stream")

// Open starts a stream, whose handler runs in its own goroutine. The caller's
// end is over when Recv returns an error, ctx ends, or Leave is called; one of these
// has to come. It ends with the calling service, too. The failure is that of a stream
// that the caller may not open, or whose server stops.
func (c Call) Open(ctx context.Context, meta any) (*Stream, *Failure) {
	m := c.method
	stripe, start, failure := c.begin(true)
	if failure != nil {
		return nil, failure
	}
	s := &Stream{caller: ctx, headed: make(chan struct{}), over: make(chan struct{})}
	s.up.init()
	s.down.init()
	s.ctx, s.cancel = context.WithCancel(c.server.gone)
	s.keep = context.AfterFunc(s.ctx, s.release)
	s.mu.Lock() // which Leave waits for, if ctx has ended
	s.unwatch[0] = context.AfterFunc(ctx, s.Leave)
	s.unwatch[1] = context.AfterFunc(m.link.life.Load().ctx, s.Leave)
	s.mu.Unlock()
	go func() {
		resp := c.attempt(s.ctx, Observation{stripe: stripe}, start, Request{Method: m.name, Caller: c.caller, Meta: meta, Stream: &ServerStream{s}})
		s.end(nil, resp)
		ended := s.response // which does not change any more
		ended.Way, ended.Panicked = Streamed, ended.Panicked || resp.Panicked
		m.end(stripe, start, &ended)
	}()
	return s, nil
}

// Send hands a message over to the callee. It waits while the callee has too much
// to read. The error is [ErrEnded], or that of the caller's context.
func (s *Stream) Send(message Message) error {
	if s.up.put(message) {
		return nil
	}
	return s.gone()
}

// gone is the error of a caller that cannot send.
func (s *Stream) gone() error {
	select {
	case <-s.over:
		return ErrEnded
	default:
	}
	if err := s.caller.Err(); err != nil {
		return err
	}
	return ErrEnded // the server is gone, or Leave was called
}

// CloseSend tells the callee that no more messages follow.
func (s *Stream) CloseSend() {
	if s.caller.Err() != nil {
		s.Leave() // which another goroutine may be late to do
	}
	s.up.end()
}

// Recv returns the next message. After the last one the error is io.EOF, and
// [Stream.End] says how the callee has ended the stream. Otherwise it is that of the
// caller's context.
func (s *Stream) Recv() (Message, error) {
	for {
		message, state := s.down.take()
		if state == queueTook {
			return message, nil
		}
		if err := s.left(); err != nil {
			return Message{}, err
		}
		if state == queueEnded {
			return Message{}, io.EOF
		}
		s.end(nil, NoAnswer()) // unless it has ended: the server is gone
	}
}

// left returns the error of a caller that has left before the stream ended. What the
// callee answers then comes too late.
func (s *Stream) left() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.hasLeft {
		return nil
	}
	if err := s.caller.Err(); err != nil {
		return err
	}
	return context.Canceled
}

// Header waits for the header that the callee sends. It returns false if the stream
// ended without one. The error is that of the caller's context.
func (s *Stream) Header() (header any, ok bool, err error) {
	select {
	case <-s.headed:
	default:
		select {
		case <-s.headed:
		case <-s.caller.Done():
			s.Leave()
			return nil, false, s.caller.Err()
		case <-s.ctx.Done():
			if err := s.left(); err != nil {
				return nil, false, err
			}
			s.end(nil, NoAnswer()) // unless it has ended: the server is gone
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.header, s.headers, nil
}

// End waits until the callee has ended the stream, though there may still be messages to
// receive, and returns its trailer and response.
func (s *Stream) End() (trailer any, resp Response) {
	<-s.over
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trailer, s.response
}

// Done is closed when the stream is over: the callee has ended it or is gone, or the
// caller has left. There may still be messages to receive.
func (s *Stream) Done() <-chan struct{} { return s.ctx.Done() }

// Leave tells the callee that the caller does not wait any longer.
func (s *Stream) Leave() {
	s.mu.Lock()
	s.hasLeft = s.hasLeft || !s.hasEnded
	s.mu.Unlock()
	s.stopWatching()
	s.close()
	s.up.leave()
	s.down.leave()
}

// close ends the callee's context, and wakes all who wait for the queues.
func (s *Stream) close() {
	kept := s.keep()
	s.cancel()
	if kept {
		s.release()
	}
}

func (s *Stream) release() {
	s.up.release()
	s.down.release()
}

func (s *Stream) stopWatching() {
	s.mu.Lock()
	unwatch := s.unwatch
	s.mu.Unlock()
	for _, f := range unwatch {
		f()
	}
}

// end ends the stream for the caller, if it has not ended yet.
func (s *Stream) end(trailer any, resp Response) bool {
	s.mu.Lock()
	if s.hasEnded {
		s.mu.Unlock()
		return false
	}
	s.hasEnded = true
	s.trailer, s.response = trailer, resp
	if !s.headers {
		close(s.headed)
	}
	s.mu.Unlock()
	s.up.leave() // before the caller can know
	close(s.over)
	s.down.end()
	s.stopWatching()
	s.close()
	return true
}

// Context is the callee's context: it ends with the stream and has no values.
func (s *ServerStream) Context() context.Context { return s.s.ctx }

// Recv returns the next message. After the last one the error is io.EOF. If the
// caller has left, it is that of the context.
func (s *ServerStream) Recv() (Message, error) {
	if err := s.s.ctx.Err(); err != nil {
		return Message{}, err
	}
	message, state := s.s.up.take()
	switch state {
	case queueTook:
		return message, nil
	case queueEnded:
		if err := s.s.ctx.Err(); err != nil {
			return Message{}, err // a caller that has left may close afterwards
		}
		return Message{}, io.EOF
	}
	return Message{}, s.s.ctx.Err()
}

// Send hands a message over to the caller. It waits while the caller has too much to
// read. The error is that of the context.
func (s *ServerStream) Send(message Message) error {
	if err := s.s.ctx.Err(); err != nil {
		return err
	}
	if s.s.down.put(message) {
		return nil
	}
	return context.Canceled
}

// SendHeader sends the header, which does not wait for messages. It returns false if
// there was one already, or the stream has ended.
func (s *ServerStream) SendHeader(header any) bool {
	s.s.mu.Lock()
	defer s.s.mu.Unlock()
	if s.s.headers || s.s.hasEnded {
		return false
	}
	s.s.header, s.s.headers = header, true
	close(s.s.headed)
	return true
}

// End ends the stream with a trailer, once the caller has the messages before. It
// returns false if the stream has ended before. A handler that returns without End
// ends the stream with what it returns.
func (s *ServerStream) End(trailer any, resp Response) bool { return s.s.end(trailer, resp) }
