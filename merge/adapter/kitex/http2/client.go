//go:build go_merge_added

package http2

import (
	"bytes"
	"context"
	"io"
	"net"
	"reflect"
	"strconv"
	"sync"
	"sync/atomic"

	"golang.org/x/net/http2"

	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/codes"
	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeClient is the client's transport of one inline stream. The framework's own
// transport makes its frames, which no connection takes from the control buffer, and
// handles those of the callee.
type goMergeClient struct {
	*http2Client
	bound  mergeruntime.Call
	stream *mergeruntime.Stream
	taking sync.Mutex // serializes take
	reset  atomic.Uint32
	window goMergeWindow
}

// GoMergeNewClientTransport returns a transport for one stream, which goes inline to
// the callee of bound. conn has the addresses of both ends, and carries nothing.
func GoMergeNewClientTransport(bound mergeruntime.Call, opts ConnectOptions, conn net.Conn) ClientTransport {
	ctx, cancel := context.WithCancel(context.Background())
	t := &http2Client{
		ctx: ctx, cancel: cancel, conn: conn, remoteAddr: conn.RemoteAddr(), localAddr: conn.LocalAddr(), scheme: "http",
		goAway: make(chan struct{}), activeStreams: make(map[uint32]*Stream), initialWindowSize: initialWindowSize, nextID: 1,
		maxConcurrentStreams: defaultMaxStreamsClient, streamQuota: defaultMaxStreamsClient, streamsQuotaAvailable: make(chan struct{}, 1),
	}
	t.controlBuf = newControlBuffer(ctx.Done())
	goMergeIgnore(&t.onClose)
	goMergeTrace(t, &opts)
	return &goMergeClient{http2Client: t, bound: bound}
}

// goMergeIgnore sets a callback, whose type depends on the version, to one that does
// nothing.
func goMergeIgnore[F any](callback *F) {
	reflect.ValueOf(callback).Elem().Set(reflect.MakeFunc(reflect.TypeFor[F](), func([]reflect.Value) []reflect.Value { return nil }))
}

// NewStream implements ClientTransport.
func (c *goMergeClient) NewStream(ctx context.Context, hdr *CallHdr) (*Stream, error) {
	s, err := c.http2Client.NewStream(ctx, hdr)
	if err != nil {
		return nil, err
	}
	item, err := c.controlBuf.get(false)
	if err != nil {
		return nil, err
	}
	c.window.follow(s)
	fields := goMergeFields(item.(*headerFrame).hf)
	if goMergeInvalid(fields) != "" {
		c.handleRSTStream(goMergeResetFrame(s.id, http2.ErrCodeProtocol)) // as the server would answer
		return s, nil
	}
	stream, failure := c.bound.Open(ctx, &goMergeRequest{Fields: fields, Reset: &c.reset})
	if failure != nil {
		c.fail(s, failure)
		return s, nil
	}
	c.stream = stream
	go c.receive(s)
	return s, nil
}

// Write implements ClientTransport.
func (c *goMergeClient) Write(s *Stream, hdr, data []byte, opts *Options) error {
	if c.stream == nil {
		return nil // refused, which a connection would not know yet
	}
	if err := c.http2Client.Write(s, hdr, data, opts); err != nil {
		return err
	}
	for {
		frame, err := c.take()
		if frame == nil {
			return err
		}
		if message := goMergeMessage(frame); len(message) > 0 {
			s.wq.replenish(len(message))
			if err := c.stream.Send(mergeruntime.Message{Bytes: message}); err != nil && err != mergeruntime.ErrEnded {
				<-s.done // receive sees to it
				return c.http2Client.Write(s, nil, nil, &Options{})
			}
		}
		if frame.endStream {
			c.stream.CloseSend()
		}
	}
}

// CloseStream implements ClientTransport.
func (c *goMergeClient) CloseStream(s *Stream, err error) {
	c.http2Client.CloseStream(s, err)
	if c.stream == nil || err == nil {
		return
	}
	c.leave()
}

// take returns the next data to send, nil if there is none. It notes the code of a
// reset, which another goroutine may be about to leave with.
func (c *goMergeClient) take() (*dataFrame, error) {
	c.taking.Lock()
	defer c.taking.Unlock()
	for {
		item, err := c.controlBuf.get(false)
		if item == nil || err != nil {
			return nil, err
		}
		switch frame := item.(type) {
		case *dataFrame:
			return frame, nil
		case *cleanupStream:
			if frame.rst {
				c.reset.Store(uint32(frame.rstCode))
			}
		}
	}
}

// leave resets the stream for the callee, unless it has ended.
func (c *goMergeClient) leave() {
	for {
		if frame, _ := c.take(); frame == nil {
			break
		}
	}
	c.stream.Leave()
}

// GracefulClose implements ClientTransport. A stream does not end with its client.
func (*goMergeClient) GracefulClose() {}

// receive handles what the callee sends, until the stream ends.
func (c *goMergeClient) receive(s *Stream) {
	header, ok, err := c.stream.Header()
	if err == nil && ok {
		c.handleHeaders(s, header.([][2]string), false)
	}
	for err == nil {
		// What is left of a stream that is over fits: the caller has to know that it is,
		// also while it does not read.
		if c.window.wait(s.done, c.stream.Done()); s.getState() == streamDone {
			<-s.done // then its code is there
			c.leave()
			return
		}
		var message mergeruntime.Message
		if message, err = c.stream.Recv(); err == nil {
			c.window.arrived(len(message.Bytes))
			s.write(recvMsg{buffer: bytes.NewBuffer(message.Bytes)})
		}
	}
	if err != io.EOF {
		if ended := s.ctx.Err(); ended != nil {
			c.http2Client.CloseStream(s, ContextErr(ended))
		} else { // the service ends, and so would its connection
			c.lose(io.EOF)
		}
		return
	}
	ended, response := c.stream.End()
	trailer, ok := ended.(*goMergeTrailer)
	switch {
	case response.Failed():
		c.fail(s, response.Failure)
	case !ok:
		c.lose(io.EOF)
	case trailer.Fields == nil:
		c.handleRSTStream(goMergeResetFrame(s.id, http2.ErrCode(trailer.Reset)))
	default:
		c.handleHeaders(s, trailer.Fields, true)
	}
}

func (c *goMergeClient) handleHeaders(s *Stream, fields [][2]string, end bool) {
	if invalid := goMergeInvalid(fields); invalid != "" {
		c.CloseStream(s, status.New(codes.Internal, invalid).Err())
		return
	}
	c.operateHeaders(goMergeHeadersFrame(s.id, fields, end))
}

// fail ends a stream that the runtime has refused, or whose callee is gone.
func (c *goMergeClient) fail(s *Stream, failure *mergeruntime.Failure) {
	code := codes.Unavailable
	switch failure.Kind {
	case mergeruntime.Denied:
		code = codes.PermissionDenied
	case mergeruntime.Overloaded:
		code = codes.ResourceExhausted
	default:
		c.lose(io.EOF)
		return
	}
	c.operateHeaders(goMergeHeadersFrame(s.id, [][2]string{
		{":status", "200"}, {"content-type", contentType("")},
		{"grpc-status", strconv.Itoa(int(code))}, {"grpc-message", encodeGrpcMessage(failure.Message)},
	}, true))
}

// lose does what a lost connection does to a stream.
func (c *goMergeClient) lose(cause error) {
	err := connectionErrorf(true, cause, "error reading from server, remoteAddress=%s, error=%v", c.remoteAddr, cause)
	switch shut := interface{}(c.http2Client.Close).(type) {
	case func(error) error:
		shut(err)
	case func() error: // before v0.11.0
		shut()
	}
}
