//go:build go_merge_added

package http2

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/grpc/grpcframe"
)

// What crosses of an inline stream other than messages. Both services have a copy of
// this file, so the types have no names.
type (
	// goMergeRequest is what a stream begins with.
	goMergeRequest = struct {
		Fields [][2]string
		// Reset is the code with which the caller resets the stream, if it does. It is
		// stored before the caller leaves.
		Reset *atomic.Uint32
	}
	// goMergeTrailer is what a stream ends with: header fields, or a code with which the
	// callee resets it.
	goMergeTrailer = struct {
		Fields [][2]string
		Reset  uint32
	}
)

// goMergeFields copies header fields into a form that crosses.
func goMergeFields(fields []hpack.HeaderField) [][2]string {
	crossing := make([][2]string, len(fields))
	for i, f := range fields {
		crossing[i] = [2]string{f.Name, f.Value}
	}
	return crossing
}

// goMergeInvalid is why a framer would refuse header fields, "" if it would not.
func goMergeInvalid(fields [][2]string) string {
	for _, f := range fields {
		if !httpguts.ValidHeaderFieldValue(f[1]) {
			return fmt.Sprintf("invalid header field value %q", f[1])
		}
		if strings.HasPrefix(f[0], ":") {
			continue // the framework keeps those of users back
		}
		if !httpguts.ValidHeaderFieldName(f[0]) || strings.ToLower(f[0]) != f[0] {
			return fmt.Sprintf("invalid header field name %q", f[0])
		}
	}
	return ""
}

// goMergeHeadersFrame is the frame with which header fields would arrive.
func goMergeHeadersFrame(id uint32, fields [][2]string, end bool) *grpcframe.MetaHeadersFrame {
	frame := &grpcframe.MetaHeadersFrame{HeadersFrame: new(grpcframe.HeadersFrame)}
	frame.FrameHeader = http2.FrameHeader{Type: http2.FrameHeaders, StreamID: id, Flags: http2.FlagHeadersEndHeaders}
	if end {
		frame.FrameHeader.Flags |= http2.FlagHeadersEndStream
	}
	for _, f := range fields {
		frame.Fields = append(frame.Fields, hpack.HeaderField{Name: f[0], Value: f[1]})
	}
	return frame
}

// goMergeResetFrame is the frame with which the other side would reset a stream.
func goMergeResetFrame(id uint32, code http2.ErrCode) *http2.RSTStreamFrame {
	return &http2.RSTStreamFrame{FrameHeader: http2.FrameHeader{Type: http2.FrameRSTStream, StreamID: id}, ErrCode: code}
}

// goMergeMessage copies a message, which the framework may use again.
func goMergeMessage(frame *dataFrame) []byte {
	message := make([]byte, 0, len(frame.h)+len(frame.d))
	return append(append(message, frame.h...), frame.d...)
}

// goMergeWindow limits how much of a stream waits to be read, as flow control does.
type goMergeWindow struct {
	mu     sync.Mutex
	unread int
	room   chan struct{}
}

// follow has a window learn what is read of a stream. The buffers that are read are those
// of single messages, and of no pool.
func (w *goMergeWindow) follow(s *Stream) {
	w.room = make(chan struct{}, 1)
	s.requestRead = func(int) {}
	reader := s.trReader.(*transportReader)
	reader.windowHandler = w.read
	reader.reader.(*recvBufferReader).freeBuffer = func(*bytes.Buffer) {}
}

func (w *goMergeWindow) read(n int) {
	w.mu.Lock()
	w.unread -= n
	w.mu.Unlock()
	select {
	case w.room <- struct{}{}:
	default:
	}
}

// arrived notes n bytes that wait to be read.
func (w *goMergeWindow) arrived(n int) {
	w.mu.Lock()
	w.unread += n
	w.mu.Unlock()
}

// wait waits until there is room for a message, or a channel is closed.
func (w *goMergeWindow) wait(ended, alsoEnded <-chan struct{}) {
	for {
		w.mu.Lock()
		full := w.unread >= int(defaultWindowSize)
		w.mu.Unlock()
		if !full {
			return
		}
		select {
		case <-w.room:
		case <-ended:
			return
		case <-alsoEnded:
			return
		}
	}
}
