//go:build go_merge_added

package server

import (
	"context"
	"errors"
	"io"
	"testing"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/codes"
	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/status"
	"github.com/cloudwego/kitex/pkg/streaming"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeTestCounts are how calls have ended.
type goMergeTestCounts struct{ ok, application, internal, panics, canceled, others uint64 }

func (a goMergeTestCounts) less(b goMergeTestCounts) goMergeTestCounts {
	return goMergeTestCounts{a.ok - b.ok, a.application - b.application, a.internal - b.internal, a.panics - b.panics, a.canceled - b.canceled, a.others - b.others}
}

// goMergeTestEnded returns how the calls of a method have ended. All are drawn inline, also
// those that go elsewhere.
func goMergeTestEnded(t *testing.T, method string) (n goMergeTestCounts) {
	t.Helper()
	for _, l := range mergeruntime.Links() {
		if l.RPCService == t.Name() && l.Method == method {
			e := l.Drawn.Inline.Ended
			return goMergeTestCounts{e.OK, e.Application, e.Internal, e.Panic, e.Canceled, e.Timeout + e.Denied + e.Overloaded + e.Unavailable}
		}
	}
	t.Fatalf("nothing is counted of %s", method)
	return n
}

// TestGoMergeStreamsObserved counts how streams and unary calls over gRPC end, by RPC and
// inline, each once.
func TestGoMergeStreamsObserved(t *testing.T) {
	c := goMergeTestStreams(t)
	tests := map[string]struct {
		method string
		serve  func(stream streaming.Stream) error
		unary  func(ctx context.Context, text string) (string, error)
		call   func(t *testing.T, made client.Client) error
		want   goMergeTestCounts
		by     string // the only way, "" for both
	}{
		"ends": {"Both", goMergeTestServeEcho, nil, func(t *testing.T, made client.Client) error {
			return goMergeTestReceive(t, c, made, "Both")
		}, goMergeTestCounts{ok: 1}, ""},
		"one answer": {"Client", func(stream streaming.Stream) error {
			if err := stream.RecvMsg(new(goMergeTestText)); err != nil {
				return err
			}
			return stream.SendMsg(&goMergeTestText{"sum"})
		}, nil, func(t *testing.T, made client.Client) error {
			stream, err := c.open(context.Background(), made, "Client")
			if err != nil {
				return err
			}
			if err := stream.SendMsg(&goMergeTestText{"one"}); err != nil {
				return err
			}
			if err := stream.RecvMsg(new(goMergeTestText)); err != nil {
				return err
			}
			return io.EOF
		}, goMergeTestCounts{ok: 1}, ""},
		"a business status": {"Both", func(streaming.Stream) error { return kerrors.NewGRPCBizStatusError(404, "no such item") }, nil, func(t *testing.T, made client.Client) error {
			return goMergeTestReceive(t, c, made, "Both")
		}, goMergeTestCounts{application: 1}, ""},
		"a status": {"Both", func(streaming.Stream) error { return status.Err(codes.NotFound, "no such item") }, nil, func(t *testing.T, made client.Client) error {
			return goMergeTestReceive(t, c, made, "Both")
		}, goMergeTestCounts{application: 1}, ""},
		"an error": {"Both", func(streaming.Stream) error { return errors.New("panic: of a callee") }, nil, func(t *testing.T, made client.Client) error {
			return goMergeTestReceive(t, c, made, "Both")
		}, goMergeTestCounts{internal: 1}, ""},
		"a panic": {"Both", func(streaming.Stream) error { panic("out of order") }, nil, func(t *testing.T, made client.Client) error {
			return goMergeTestReceive(t, c, made, "Both")
		}, goMergeTestCounts{panics: 1}, ""},
		"the client leaves": {"Both", goMergeTestServeEcho, nil, func(t *testing.T, made client.Client) error {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			stream, err := c.open(ctx, made, "Both")
			if err != nil {
				return err
			}
			if err := stream.SendMsg(&goMergeTestText{"one"}); err != nil {
				return err
			}
			if err := stream.RecvMsg(new(goMergeTestText)); err != nil {
				return err
			}
			cancel()
			for i := 0; i < 2; i++ {
				err = stream.RecvMsg(new(goMergeTestText))
			}
			return err
		}, goMergeTestCounts{canceled: 1}, ""},
		"a context that is over": {"Both", goMergeTestServeEcho, nil, func(t *testing.T, made client.Client) error {
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			_, err := c.open(ctx, made, "Both")
			return err
		}, goMergeTestCounts{others: 1}, "RPC"}, // which says that it is late; inline, the stream opens
		"unary": {"Unary", nil, func(context.Context, string) (string, error) { return "", nil }, func(t *testing.T, made client.Client) error {
			if err := made.Call(context.Background(), "Unary", new(goMergeTestText), new(goMergeTestText)); err != nil {
				return err
			}
			return io.EOF
		}, goMergeTestCounts{ok: 1}, ""},
		"unary, an error": {"Unary", nil, func(context.Context, string) (string, error) { return "", errors.New("panic: of a callee") }, func(t *testing.T, made client.Client) error {
			return made.Call(context.Background(), "Unary", new(goMergeTestText), new(goMergeTestText))
		}, goMergeTestCounts{internal: 1}, ""},
		"unary, a panic": {"Unary", nil, func(context.Context, string) (string, error) { panic("out of order") }, func(t *testing.T, made client.Client) error {
			return made.Call(context.Background(), "Unary", new(goMergeTestText), new(goMergeTestText))
		}, goMergeTestCounts{panics: 1}, ""},
	}
	for name, test := range tests {
		c.streamer.handle(test.serve, test.unary)
		for way, made := range map[string]client.Client{"RPC": c.rpc, "inline": c.inline} {
			if test.by != "" && test.by != way {
				continue
			}
			before := goMergeTestEnded(t, test.method)
			err := test.call(t, made)
			if err == nil {
				t.Errorf("%s, %s: the call has not ended", name, way)
			}
			if got := goMergeTestEnded(t, test.method).less(before); got != test.want {
				t.Errorf("%s, %s: counted %+v after %v, want %+v", name, way, got, err, test.want)
			}
		}
	}
}

func goMergeTestServeEcho(stream streaming.Stream) error {
	return goMergeTestEcho(new(goMergeTestStreamer), stream)
}

// goMergeTestReceive sends one message and receives until the stream ends.
func goMergeTestReceive(t *testing.T, c *goMergeTestCallee, made client.Client, method string) error {
	t.Helper()
	stream, err := c.open(context.Background(), made, method)
	if err != nil {
		return err
	}
	stream.SendMsg(&goMergeTestText{"one"}) // which fails if the stream has ended
	stream.Close()
	for err == nil {
		err = stream.RecvMsg(new(goMergeTestText))
	}
	return err
}
