//go:build go_merge_added

package http2

import (
	"bytes"
	"context"
	"io"
	"math"
	"net"

	"golang.org/x/net/http2"

	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/metadata"
	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeServer is the server's transport of one inline stream. The framework's own
// transport makes its frames, which no connection takes from the control buffer, and
// handles those of the caller.
type goMergeServer struct {
	*http2Server
	config  GoMergeServed
	request *goMergeRequest
	stream  *Stream
	window  goMergeWindow
}

// GoMergeServed is an inline stream at the callee.
type GoMergeServed struct {
	Stream *mergeruntime.ServerStream
	// Meta is what the caller's transport has made of the call.
	Meta interface{}
	// Context is that of a connection.
	Context context.Context
	// Conn has the addresses of both ends, and carries nothing.
	Conn net.Conn
	// Panicked reports whether the handler has panicked.
	Panicked func() bool
}

// GoMergeServe has handle serve a stream, and returns when it has.
func GoMergeServe(config GoMergeServed, handle func(ServerTransport, *Stream)) {
	t := &goMergeServer{
		config: config, request: config.Meta.(*goMergeRequest),
		http2Server: &http2Server{
			ctx: config.Context, done: make(chan struct{}), conn: config.Conn, remoteAddr: config.Conn.RemoteAddr(), localAddr: config.Conn.LocalAddr(),
			maxStreams: math.MaxUint32, state: reachable, activeStreams: make(map[uint32]*Stream), initialWindowSize: int32(initialWindowSize),
		},
	}
	t.controlBuf = newControlBuffer(t.done)
	t.operateHeaders(goMergeHeadersFrame(1, t.request.Fields, false), func(s *Stream) {
		s.st = t
		t.stream = s
		t.window.follow(s)
	}, func(ctx context.Context, _ string) context.Context { return ctx })
	if t.stream == nil {
		t.flush() // it is refused
		return
	}
	defer context.AfterFunc(config.Stream.Context(), t.abandon)()
	go t.receive()
	handle(t, t.stream)
	// A panic of a middleware leaves a stream without a status: the caller waits.
	<-config.Stream.Context().Done()
	t.abandon()
	t.deleteStream(t.stream, true) // with which before v0.12.0 its context ends
}

// abandon ends the stream for the handler once the caller has left.
func (t *goMergeServer) abandon() {
	if t.stream.getState() == streamDone {
		return
	}
	code := http2.ErrCode(t.request.Reset.Load())
	if code == http2.ErrCodeNo {
		code = http2.ErrCodeCancel
	}
	t.handleRSTStream(goMergeResetFrame(t.stream.id, code))
}

// receive hands over what the caller sends.
func (t *goMergeServer) receive() {
	for {
		t.window.wait(t.stream.ctxDone, t.config.Stream.Context().Done())
		message, err := t.config.Stream.Recv()
		switch err {
		case nil:
			t.window.arrived(len(message.Bytes))
			t.stream.write(recvMsg{buffer: bytes.NewBuffer(message.Bytes)})
		case io.EOF:
			t.stream.compareAndSwapState(streamActive, streamReadDone)
			t.stream.write(recvMsg{err: io.EOF})
			return
		default:
			t.abandon()
			return
		}
	}
}

// WriteHeader implements ServerTransport.
func (t *goMergeServer) WriteHeader(s *Stream, md metadata.MD) error {
	if err := t.http2Server.WriteHeader(s, md); err != nil {
		return err
	}
	return t.flush()
}

// Write implements ServerTransport.
func (t *goMergeServer) Write(s *Stream, hdr, data []byte, opts *Options) error {
	if err := t.http2Server.Write(s, hdr, data, opts); err != nil {
		return err
	}
	return t.flush()
}

// WriteStatus implements ServerTransport.
func (t *goMergeServer) WriteStatus(s *Stream, st *status.Status) error {
	if err := t.http2Server.WriteStatus(s, st); err != nil {
		return err
	}
	t.flush()
	return nil
}

// Drain implements ServerTransport. A transport takes no second stream.
func (*goMergeServer) Drain() {}

// goMergeGracefulShutdown is the code with which a server that stops resets streams,
// as since v0.12.0.
const goMergeGracefulShutdown = http2.ErrCode(1000)

// Close implements ServerTransport: it ends a stream that still runs when the server
// has stopped. Before v0.12.0 such a stream goes on, and the server's stop fails.
func (t *goMergeServer) Close() error {
	if t.stream.getState() == streamDone {
		return nil
	}
	if _, resets := interface{}(t.http2Server).(interface {
		rstActiveStreams(map[uint32]*Stream, error, http2.ErrCode, chan struct{}) int
	}); !resets {
		return context.DeadlineExceeded
	}
	t.handleRSTStream(goMergeResetFrame(t.stream.id, goMergeGracefulShutdown))
	t.config.Stream.End(&goMergeTrailer{Reset: uint32(goMergeGracefulShutdown)}, t.response())
	return nil
}

// flush hands over the frames that the framework has made.
func (t *goMergeServer) flush() error {
	for {
		item, err := t.controlBuf.get(false)
		if item == nil || err != nil {
			return err
		}
		switch frame := item.(type) {
		case *headerFrame:
			if fields := goMergeFields(frame.hf); frame.endStream {
				t.config.Stream.End(&goMergeTrailer{Fields: fields}, t.response())
			} else {
				t.config.Stream.SendHeader(fields)
			}
		case *dataFrame:
			message := goMergeMessage(frame)
			t.stream.wq.replenish(len(message))
			if t.config.Stream.Send(mergeruntime.Message{Bytes: message}) != nil {
				t.abandon()
				return ContextErr(t.stream.ctx.Err())
			}
		case *cleanupStream:
			if frame.rst {
				t.config.Stream.End(&goMergeTrailer{Reset: uint32(frame.rstCode)}, t.response())
			}
		}
	}
}

func (t *goMergeServer) response() mergeruntime.Response {
	return mergeruntime.Response{Panicked: t.config.Panicked()}
}
