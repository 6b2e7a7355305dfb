//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/internal/transport"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeCalleeEnd is the callee's end of an inline call: a
// [mergeruntime.ServerStream], or that of a unary call.
type goMergeCalleeEnd interface {
	Context() context.Context
	Recv() (mergeruntime.Message, error)
	Send(message mergeruntime.Message) error
	SendHeader(header interface{}) bool
	End(trailer interface{}, resp mergeruntime.Response) bool
}

// goMergeTransport is the callee's end of an inline stream, in place of a stream of
// the package transport. It is the ServerTransportStream in the handler's context.
type goMergeTransport struct {
	stream  goMergeCalleeEnd
	request *goMergeRequest
	stats   []stats.Handler
	ctx     context.Context // as stats handlers get it

	merge sync.Once   // the metadata of the client
	md    metadata.MD // the same

	mu      sync.Mutex
	header  metadata.MD
	trailer metadata.MD
	sends   string // the compressor of messages to the client
	sent    bool   // the header
	done    bool
	aborted bool
	invalid bool // the client notices that HTTP/2 could not carry the header
}

func (t *goMergeTransport) Method() string { return t.request.Method }

// incoming returns the metadata of the client.
func (t *goMergeTransport) incoming() metadata.MD {
	t.merge.Do(func() {
		t.md = t.request.Header
		if t.md == nil {
			t.md = make(metadata.MD, 4)
		}
		add := func(key string, values []string) {
			if len(values) > 0 {
				t.md[key] = append(values, t.md[key]...)
			}
		}
		standard := t.request.Standard
		add(":authority", standard.Authority)
		add("content-type", standard.ContentType)
		add("user-agent", standard.UserAgent)
		add("grpc-accept-encoding", standard.Accepts)
	})
	return t.md
}

// expire ends the stream at its deadline.
func (t *goMergeTransport) expire() {
	if t.stream.Context().Err() != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.done {
		t.done = true
		t.stream.End(nil, goMergeAnswer(codes.Canceled, "stream terminated by RST_STREAM with error code: CANCEL"))
	}
}

// isDone reports whether the stream is over for the handler. t.mu is held.
func (t *goMergeTransport) isDone() bool { return t.done || t.stream.Context().Err() != nil }

// gone is the error of a handler that uses a stream that is over.
func (t *goMergeTransport) gone() error {
	if err := t.ctx.Err(); err != nil {
		return transport.ContextErr(err)
	}
	return transport.ContextErr(context.Canceled)
}

func (t *goMergeTransport) SetHeader(md metadata.MD) error {
	if md.Len() == 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sent || t.isDone() {
		return transport.ErrIllegalHeaderWrite
	}
	t.header = metadata.Join(t.header, md)
	return nil
}

func (t *goMergeTransport) SetTrailer(md metadata.MD) error {
	if md.Len() == 0 {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.isDone() {
		return transport.ErrIllegalHeaderWrite
	}
	t.trailer = metadata.Join(t.trailer, md)
	return nil
}

func (t *goMergeTransport) SendHeader(md metadata.MD) error {
	t.mu.Lock()
	if t.isDone() {
		t.mu.Unlock()
		return t.gone()
	}
	if t.sent {
		t.mu.Unlock()
		return transport.ErrIllegalHeaderWrite
	}
	t.sent = true
	t.header = metadata.Join(t.header, md)
	event := t.sendHeader()
	t.mu.Unlock()
	event()
	return nil
}

// sendHeader sends the header. It returns a function that tells the stats handlers,
// without the lock. t.mu is held.
func (t *goMergeTransport) sendHeader() (event func()) {
	header := t.header
	if len(t.stats) > 0 {
		header = goMergeCopy(header)
	}
	sent, invalid := goMergeSendable(t.header)
	if invalid != "" {
		t.reject(invalid)
	} else {
		var h *goMergeHeader
		if reply := t.request.Reply; reply != nil {
			h = &reply.HeaderValue
		} else {
			h = new(goMergeHeader)
		}
		*h = goMergeHeader{MD: sent, Encoding: t.sends}
		t.stream.SendHeader(h)
	}
	if len(t.stats) == 0 {
		return func() {}
	}
	encoding := t.sends
	return func() {
		for _, handler := range t.stats {
			handler.HandleRPC(t.ctx, &stats.OutHeader{Header: header, Compression: encoding})
		}
	}
}

// reject ends a stream whose header or trailer HTTP/2 could not carry: the client
// notices. t.mu is held.
func (t *goMergeTransport) reject(invalid string) {
	t.invalid = true
	t.stream.End(&goMergeTrailer{MD: map[string][]string{}, Code: uint32(codes.Internal), Message: invalid, Rejected: true}, goMergeAnswer(codes.Internal, invalid))
}

func goMergeAnswer(code codes.Code, message string) mergeruntime.Response {
	if code == codes.OK {
		return mergeruntime.Response{}
	}
	return mergeruntime.Response{Failure: &mergeruntime.Failure{Kind: mergeruntime.Answered, Number: int32(code), Message: message}}
}

// write sends a message.
func (t *goMergeTransport) write(message mergeruntime.Message) error {
	t.mu.Lock()
	if t.isDone() {
		t.mu.Unlock()
		return t.gone()
	}
	event := func() {}
	if !t.sent {
		t.sent = true
		event = t.sendHeader()
	}
	invalid := t.invalid
	t.mu.Unlock()
	event()
	if invalid {
		return nil // as a message that is on its way to a client that does not read it
	}
	if t.stream.Send(message) != nil {
		return t.gone()
	}
	return nil
}

// writeStatus ends the stream.
func (t *goMergeTransport) writeStatus(st *status.Status) error {
	t.mu.Lock()
	if t.isDone() {
		t.mu.Unlock()
		return nil
	}
	event := func() {}
	if !t.sent && len(t.header) > 0 {
		event = t.sendHeader()
	}
	t.sent = true
	trailer := t.trailer // which is the client's from here on
	details, own := goMergeStatusDetails(st)
	if own {
		delete(trailer, goMergeDetails)
	}
	var told metadata.MD
	if len(t.stats) > 0 {
		told = goMergeCopy(trailer)
	}
	message := goMergeMessage(st.Message())
	sent, invalid := goMergeSendable(trailer)
	if invalid != "" {
		t.reject(invalid)
	} else {
		if details != nil {
			if sent == nil {
				sent = map[string][]string{}
			}
			sent[goMergeDetails] = []string{string(details)}
		}
		var end *goMergeTrailer
		if reply := t.request.Reply; reply != nil {
			end = &reply.TrailerValue
		} else {
			end = new(goMergeTrailer)
		}
		*end = goMergeTrailer{MD: sent, Code: uint32(st.Code()), Message: message}
		t.stream.End(end, goMergeAnswer(st.Code(), message))
	}
	t.done = true
	t.mu.Unlock()
	event()
	for i, handler := range t.stats {
		if i > 0 {
			told = goMergeCopy(told)
		}
		handler.HandleRPC(t.ctx, &stats.OutTrailer{Trailer: told})
	}
	return nil
}

// read receives a message. The error is io.EOF when the client sends no more.
func (t *goMergeTransport) read(max int) (goMergeIncoming, error) {
	message, err := t.stream.Recv()
	if err == io.EOF {
		return goMergeIncoming{}, io.EOF
	}
	if err != nil {
		return goMergeIncoming{}, t.gone()
	}
	if message.Made != nil {
		return goMergeConverted(message, max, t.request.Messages.TakeRequest)
	}
	return goMergeUnpack(message.Bytes, goMergeDirection(t.request.Encoding), max, true)
}

// setSends chooses the compressor of messages to the client.
func (t *goMergeTransport) setSends(name string) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.sent || t.isDone() {
		return errors.New("transport: set send compressor called after headers sent or stream done")
	}
	t.sends = name
	return nil
}

// accepts returns the compressors that the client advertises.
func (t *goMergeTransport) accepts() []string {
	values := strings.Split(strings.Join(t.incoming()["grpc-accept-encoding"], ","), ",")
	for i, v := range values {
		values[i] = strings.TrimSpace(v)
	}
	return values
}

// goMergeStatusDetails returns the encoded details of a status, and whether it has any,
// which may not be possible to encode.
func goMergeStatusDetails(st *status.Status) (details []byte, has bool) {
	if st == statusOK {
		return nil, false
	}
	p := st.Proto()
	if len(p.GetDetails()) == 0 {
		return nil, false
	}
	details, err := proto.Marshal(p)
	if err != nil {
		logger.Errorf("Failed to marshal rpc status: %v, error: %v", p, err)
		return nil, true
	}
	return details, true
}
