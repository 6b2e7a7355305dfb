//go:build go_merge_added && go1.24

package grpc

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeCallerEnd is the caller's end of an inline call as the runtime has it: a
// [mergeruntime.Stream], or that of a unary call.
type goMergeCallerEnd interface {
	Send(message mergeruntime.Message) error
	CloseSend()
	Recv() (mergeruntime.Message, error)
	Header() (header interface{}, ok bool, err error)
	End() (trailer interface{}, resp mergeruntime.Response)
	Leave()
}

// goMergeClientStream is the caller's end of an inline stream. It does what the
// package's own clientStream does with a stream of the network.
type goMergeClientStream struct {
	conn   *goMergeConn
	cc     *ClientConn
	desc   *StreamDesc
	method string
	opts   []CallOption
	info   callInfo
	// Limits of messages.
	maxSend, maxReceive int

	unary    *goMergeUnaryCall // nil for streams
	end      goMergeUnaryEnd   // of the same
	unseen   bool              // nobody but the adapter sees the context
	client   *mergeruntime.Client
	name     string // of the method, without the service
	call     mergeruntime.Call
	base     context.Context // of all attempts
	encoding string          // of messages to the server, as it was asked for
	retry    *goMergeRetry   // nil if there is one attempt only

	sends      string // how messages to the server are marked
	compressor encoding.Compressor
	ends       *goMergeEnds
	session    *goMergeSession        // of the attempt, nil without a handshake
	messages   *mergeruntime.Messages // of the attempt, nil if messages have to be bytes

	ctx       context.Context
	cancel    context.CancelFunc
	stream    goMergeCallerEnd
	asked     *goMergeRequest // of the attempt
	panicked  atomic.Bool     // the handler, and so the callee is gone
	began     time.Time
	unwatches [2]func() bool
	leave     func() // makes room for another call of the connection

	// Of a unary call.
	message   interface{}   // that was sent
	packed    goMergePacked // the same as it crosses
	withdrawn bool          // the server stopped before the call began
	over      bool          // an attempt has ended, and the call has not

	sentLast bool           // of the goroutine that sends
	received bool           // of the one that receives
	seen     *goMergeHeader // of the same, since there was a message

	mu       sync.Mutex
	finished bool
	failure  error         // by which the client finished the stream
	closed   chan struct{} // closed when that is done; nil for unary calls
	header   *goMergeHeader
	ended    bool
	trailer  metadata.MD
	status   *status.Status
}

// watch finishes the stream when the connection closes or the context ends. For a
// unary call both show when it waits for the answer.
func (s *goMergeClientStream) watch() {
	if s.desc == unaryStreamDesc {
		return
	}
	s.closed = make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unwatches[0] = context.AfterFunc(s.cc.ctx, func() { s.finish(ErrClientConnClosing) })
	s.unwatches[1] = context.AfterFunc(s.ctx, func() { s.finish(toRPCErr(s.ctx.Err())) })
}

func (s *goMergeClientStream) Context() context.Context { return s.ctx }

func (s *goMergeClientStream) SendMsg(m interface{}) (err error) {
	defer func() {
		if err != nil && err != io.EOF {
			s.finish(err)
		}
	}()
	if s.sentLast {
		return status.Errorf(codes.Internal, "SendMsg called after CloseSend")
	}
	if !s.desc.ClientStreams {
		s.sentLast = true
	}
	packed, err := s.pack(m)
	if err != nil {
		return err
	}
	events := goMergeOutPayloads(s.conn.stats, true, m, packed)
	message := packed.message()
	if s.desc == unaryStreamDesc {
		s.message, s.packed = m, packed
	}
	if s.retry != nil && len(message.Bytes)+headerLen <= s.info.maxRetryRPCBufferSize {
		s.retry.keeps = true
		message.Bytes = bytes.Clone(message.Bytes)
	}
	err = s.stream.Send(message)
	if !s.desc.ClientStreams {
		s.stream.CloseSend()
	}
	if err != nil {
		if !s.desc.ClientStreams {
			return nil
		}
		return io.EOF
	}
	goMergeTell(s.ctx, s.conn.stats, events)
	return nil
}

func (s *goMergeClientStream) CloseSend() error {
	if !s.sentLast {
		s.sentLast = true
		s.stream.CloseSend()
	}
	return nil
}

func (s *goMergeClientStream) RecvMsg(m interface{}) error {
	err := s.recv(m)
	for err != nil && (s.retry != nil || s.withdrawn) {
		if s.withdrawn { // nothing has run
			s.endAttempt(err, nil)
			s.over = true
		} else if again, failure := s.retry.decide(s, err); !again {
			err = failure
			break
		}
		for again := true; again; again = s.withdrawn {
			if s.isGone() && !s.renew() {
				return s.byRPC(m)
			}
			err = s.again()
			s.withdrawn = err == errGoMergeWithdrawn
		}
		if err != nil {
			break
		}
		err = s.recv(m)
	}
	if err != nil || !s.desc.ServerStreams {
		s.finish(err)
	}
	return err
}

func (s *goMergeClientStream) recv(m interface{}) error {
	err := s.recvMessage(m, true)
	switch {
	case err == io.EOF:
		if err := s.status.Err(); err != nil {
			return err
		}
		if !s.desc.ServerStreams && !s.received && goMergeMinor >= 76 {
			return status.Error(codes.Internal, "cardinality violation: received no response message from non-server-streaming RPC")
		}
		return io.EOF
	case err != nil:
		return err
	}
	s.received = true
	if s.desc.ServerStreams {
		return nil
	}
	err = s.recvMessage(m, false)
	switch {
	case err == io.EOF:
		return s.status.Err()
	case err != nil:
		return err
	case goMergeMinor < 74:
		return status.Error(codes.Unknown, "grpc: client streaming protocol violation: get <nil>, want <EOF>")
	}
	return status.Error(codes.Internal, "cardinality violation: expected <EOF> for non server-streaming RPCs, but received another message")
}

// recvMessage receives a message. The error is io.EOF when the server has ended the
// stream, and else a status.
func (s *goMergeClientStream) recvMessage(m interface{}, events bool) error {
	message, err := s.stream.Recv()
	if err == io.EOF {
		s.sawEnd()
		return io.EOF
	}
	if err != nil {
		s.mu.Lock()
		finished, failure := s.finished, s.failure
		s.mu.Unlock()
		if finished {
			s.awaitFinish()
			err = failure
		}
		return toRPCErr(err)
	}
	if s.seen == nil {
		header, _, _ := s.stream.Header() // which came before the message
		s.seen = s.sawHeader(header)
	}
	in, err := s.incoming(message)
	if err != nil {
		return err
	}
	if err := in.readReply(s.info.codec, m); err != nil {
		return err
	}
	if events {
		for _, handler := range s.conn.stats {
			handler.HandleRPC(s.ctx, goMergeInPayload(true, m, &in))
		}
	}
	return nil
}

// sawHeader takes note of the header, the first time.
func (s *goMergeClientStream) sawHeader(header interface{}) *goMergeHeader {
	s.mu.Lock()
	known := s.header
	if known == nil {
		s.header = header.(*goMergeHeader)
	}
	h := s.header
	s.mu.Unlock()
	if known == nil {
		for _, handler := range s.conn.stats {
			handler.HandleRPC(s.ctx, &stats.InHeader{Client: true, Header: s.headerMD(h), Compression: h.Encoding})
		}
	}
	return h
}

// headerMD returns a copy of the metadata of a header.
func (s *goMergeClientStream) headerMD(h *goMergeHeader) metadata.MD {
	md := goMergeCopy(h.MD)
	md["content-type"] = s.contentType()
	return md
}

// sawEnd takes note of how the server has ended the stream, the first time.
func (s *goMergeClientStream) sawEnd() {
	header, hasHeader, _ := s.stream.Header()
	if hasHeader {
		s.sawHeader(header)
	}
	trailer, resp := s.stream.End()
	s.mu.Lock()
	if s.ended {
		s.mu.Unlock()
		return
	}
	s.ended = true
	t, ok := trailer.(*goMergeTrailer)
	if !ok { // there is a failure, which is not an answer
		if !resp.Failed() {
			resp = mergeruntime.NoAnswer()
		}
		s.status = s.failed(resp.Failure)
		s.withdrawn = resp.Failure.Kind == mergeruntime.Withdrawn && s.desc == unaryStreamDesc
		s.panicked.Store(resp.Failure.Kind == mergeruntime.Closed && atomic.LoadUint32(&s.asked.Panicked) != 0)
		s.mu.Unlock()
		return
	}
	s.trailer = t.MD // which is the client's
	if !hasHeader && !t.Rejected {
		if s.trailer == nil {
			s.trailer = metadata.MD{}
		}
		s.trailer["content-type"] = s.contentType()
	}
	s.status = goMergeStatus(t)
	if goMergeMinor < 59 {
		delete(s.trailer, goMergeDetails)
	}
	md := s.trailer
	s.mu.Unlock()
	for _, handler := range s.conn.stats {
		handler.HandleRPC(s.ctx, &stats.InTrailer{Client: true, Trailer: goMergeCopy(md)})
	}
}

// failed returns the status of a stream that has no trailer.
func (s *goMergeClientStream) failed(f *mergeruntime.Failure) *status.Status {
	if f.Kind != mergeruntime.Answered {
		return status.Convert(goMergeFailure(f))
	}
	// The server has reset the stream. If that is for the deadline, it is over here, too.
	if deadline, ok := s.ctx.Deadline(); ok && !deadline.After(time.Now()) {
		return status.New(codes.DeadlineExceeded, context.DeadlineExceeded.Error())
	}
	return status.New(codes.Code(f.Number), f.Message)
}

// goMergeStatus reads the status of a trailer.
func goMergeStatus(t *goMergeTrailer) *status.Status {
	code := codes.Code(t.Code)
	if code == codes.OK {
		return nil // whose Err is nil
	}
	plain := status.New(code, t.Message)
	details := t.MD[goMergeDetails]
	if len(details) != 1 {
		return plain
	}
	full := plain.Proto()
	if full == nil {
		full = status.New(codes.Unknown, "").Proto()
	}
	proto.Reset(full)
	if err := proto.Unmarshal([]byte(details[0]), full); err != nil {
		return plain
	}
	if goMergeMinor >= 59 && full.GetCode() != int32(code) {
		return status.New(codes.Internal, fmt.Sprintf(
			"grpc-status-details-bin mismatch: grpc-status=%v, grpc-message=%q, grpc-status-details-bin=%+v", code, t.Message, full))
	}
	return status.FromProto(full)
}

func (s *goMergeClientStream) Header() (metadata.MD, error) {
	header, ok, err := s.stream.Header()
	switch {
	case err != nil:
		err = toRPCErr(err)
	case ok:
		return s.headerMD(s.sawHeader(header)), nil
	case goMergeMinor < 58:
		return nil, nil
	default:
		s.sawEnd()
		err = s.status.Err()
	}
	s.finish(err)
	if goMergeMinor < 58 {
		return nil, err
	}
	return nil, nil // RecvMsg returns the error
}

func (s *goMergeClientStream) Trailer() metadata.MD {
	s.mu.Lock()
	defer s.mu.Unlock()
	return goMergeCopy(s.trailer)
}

// finish ends the stream for the client. An error that is not the server's tells the
// server to stop. When it returns, what call options point to is filled, whoever did it.
func (s *goMergeClientStream) finish(err error) {
	if err == io.EOF {
		err = nil
	}
	s.mu.Lock()
	if s.finished {
		s.mu.Unlock()
		s.awaitFinish()
		return
	}
	s.finished, s.failure = true, err
	unwatches, trailer, header := s.unwatches, s.trailer, s.header
	s.mu.Unlock()
	for _, unwatch := range unwatches {
		if unwatch != nil {
			unwatch()
		}
	}
	early := goMergeMinor < 85
	if early {
		s.onFinish(err)
	}
	if !s.over {
		s.endAttempt(err, trailer)
	}
	s.after(header, trailer)
	if err == nil {
		s.conn.throttler.successfulRPC()
	}
	if s.closed != nil {
		close(s.closed)
	}
	if !early {
		s.onFinish(err)
	}
	s.cancel()
}

// awaitFinish waits until whoever finishes the stream is done. Of a unary call that is
// the same goroutine.
func (s *goMergeClientStream) awaitFinish() {
	if s.closed != nil {
		<-s.closed
	}
}

// endAttempt ends an attempt for the client.
func (s *goMergeClientStream) endAttempt(err error, trailer metadata.MD) {
	s.stream.Leave()
	s.leave()
	if len(s.conn.stats) > 0 {
		s.endStats(err, goMergeCopy(trailer))
	}
}

func (s *goMergeClientStream) onFinish(err error) {
	for _, o := range s.opts {
		if o, ok := o.(OnFinishCallOption); ok {
			o.OnFinish(err)
		}
	}
}

func (s *goMergeClientStream) endStats(err error, trailer metadata.MD) {
	for _, handler := range s.conn.stats {
		handler.HandleRPC(s.ctx, &stats.End{Client: true, BeginTime: s.began, EndTime: time.Now(), Trailer: trailer, Error: err})
	}
}

// after fills what call options point to.
func (s *goMergeClientStream) after(header *goMergeHeader, trailer metadata.MD) {
	// Nobody but the options of a unary call wants what its reply has.
	keptHeader, keptTrailer := s.unary == nil, s.unary == nil
	for _, o := range s.opts {
		switch o := o.(type) {
		case HeaderCallOption:
			switch {
			case header == nil:
				*o.HeaderAddr = nil
			case keptHeader || header.MD == nil:
				*o.HeaderAddr = s.headerMD(header)
			default:
				header.MD["content-type"] = s.contentType()
				*o.HeaderAddr, keptHeader = header.MD, true
			}
		case TrailerCallOption:
			if keptTrailer || trailer == nil {
				*o.TrailerAddr = goMergeCopy(trailer)
			} else {
				*o.TrailerAddr, keptTrailer = trailer, true
			}
		case PeerCallOption:
			*o.PeerAddr = *s.ends.peer
		}
	}
}
