//go:build go_merge_added

package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"testing"
	"time"

	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/codes"
	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/status"
	"github.com/cloudwego/kitex/pkg/retry"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeTestCounted returns what was counted of the calls of Get: attempts, endings by
// draw, and fallbacks.
func goMergeTestCounted(t *testing.T, callee string) string {
	t.Helper()
	for _, l := range mergeruntime.Links() {
		if l.Callee != callee || l.Method != "Get" {
			continue
		}
		timed := l.Drawn.Inline.Latency.Count + l.Drawn.RPC.Latency.Count + l.Drawn.None.Latency.Count
		return fmt.Sprintf("attempts %d inline %d RPC, drawn inline %d ok %d failed, RPC %d, none %d, fallbacks %d, timed %t",
			l.Inline, l.RPC, l.Drawn.Inline.Ended.OK, l.Drawn.Inline.Ended.Failed(),
			l.Drawn.RPC.Ended.OK+l.Drawn.RPC.Ended.Failed(), l.Drawn.None.Ended.OK+l.Drawn.None.Ended.Failed(),
			l.Fallbacks.Sum(), timed > 0)
	}
	t.Fatalf("nothing is counted of %s", callee)
	return ""
}

// TestGoMergeObserved has calls end at each level. Each is counted once, whichever way it
// went.
func TestGoMergeObserved(t *testing.T) {
	pass := func(next endpoint.Endpoint) endpoint.Endpoint { return next }
	refuse := func(endpoint.Endpoint) endpoint.Endpoint {
		return func(context.Context, interface{}, interface{}) error { return kerrors.ErrACL }
	}
	again := retry.NewFailurePolicy()
	again.WithMaxRetryTimes(2)
	for name, test := range map[string]struct {
		options []Option
		answer  mergeruntime.Handler // nil if the callee does not run
		id      int
		short   bool
		want    string
	}{
		"lean":                  {answer: goMergeGreet, want: "attempts 1 inline 0 RPC, drawn inline 1 ok 0 failed, RPC 0, none 0, fallbacks 0, timed true"},
		"lean, fails":           {answer: goMergeFail, want: "attempts 1 inline 0 RPC, drawn inline 0 ok 1 failed, RPC 0, none 0, fallbacks 0, timed true"},
		"lean, refused":         {answer: goMergeGreet, id: -2, want: "attempts 0 inline 1 RPC, drawn inline 0 ok 1 failed, RPC 0, none 0, fallbacks 1, timed true"},
		"lean, absent":          {want: "attempts 0 inline 1 RPC, drawn inline 0 ok 1 failed, RPC 0, none 0, fallbacks 1, timed true"},
		"direct":                {options: []Option{WithInstanceMW(pass)}, answer: goMergeGreet, want: "attempts 1 inline 0 RPC, drawn inline 1 ok 0 failed, RPC 0, none 0, fallbacks 0, timed true"},
		"direct, fails":         {options: []Option{WithInstanceMW(pass)}, answer: goMergeFail, want: "attempts 1 inline 0 RPC, drawn inline 0 ok 1 failed, RPC 0, none 0, fallbacks 0, timed true"},
		"direct, absent":        {options: []Option{WithInstanceMW(pass)}, want: "attempts 0 inline 1 RPC, drawn inline 0 ok 1 failed, RPC 0, none 0, fallbacks 1, timed true"},
		"transport":             {options: []Option{WithBoundHandler(goMergeTestBound{})}, answer: goMergeGreet, want: "attempts 1 inline 0 RPC, drawn inline 1 ok 0 failed, RPC 0, none 0, fallbacks 0, timed true"},
		"with a timeout":        {options: []Option{WithRPCTimeout(time.Minute)}, answer: goMergeGreet, want: "attempts 1 inline 0 RPC, drawn inline 1 ok 0 failed, RPC 0, none 0, fallbacks 0, timed true"},
		"with a timeout, fails": {options: []Option{WithRPCTimeout(time.Minute)}, answer: goMergeFail, want: "attempts 1 inline 0 RPC, drawn inline 0 ok 1 failed, RPC 0, none 0, fallbacks 0, timed true"},
		"short":                 {options: []Option{WithMiddleware(pass)}, short: true, answer: goMergeGreet, want: "attempts 1 inline 0 RPC, drawn inline 1 ok 0 failed, RPC 0, none 0, fallbacks 0, timed true"},
		"short, fails":          {options: []Option{WithMiddleware(pass), WithRPCTimeout(time.Minute)}, short: true, answer: goMergeFail, want: "attempts 1 inline 0 RPC, drawn inline 0 ok 1 failed, RPC 0, none 0, fallbacks 0, timed true"},
		"tried three times":     {options: []Option{WithFailureRetry(again), WithSpecifiedResultRetry(retry.AllErrorRetry())}, answer: goMergeFail, want: "attempts 3 inline 0 RPC, drawn inline 0 ok 1 failed, RPC 0, none 0, fallbacks 0, timed true"},
		"in a middleware":       {options: []Option{WithMiddleware(refuse)}, answer: goMergeGreet, want: "attempts 0 inline 0 RPC, drawn inline 0 ok 1 failed, RPC 0, none 0, fallbacks 0, timed true"},
	} {
		t.Run(name, func(t *testing.T) {
			client := goMergeTestClient(t, test.answer, test.options...)
			client.link.short.note(test.short)
			client.Call(context.Background(), "Get", &goMergeTestArgs{ID: test.id + 1}, new(goMergeTestResult))
			if got := goMergeTestCounted(t, t.Name()); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

// TestGoMergeNoteDraw keeps what the first attempt drew, and nothing that a call of
// another client drew.
func TestGoMergeNoteDraw(t *testing.T) {
	client := goMergeTestClient(t, goMergeGreet)
	ctx, observed := client.link.watched(context.Background())
	observed.begin(client.link, client.link.runtime.Observe("Get"), mergeruntime.Undrawn)
	other := new(goMergeLink)
	other.watch()
	other.noteDraw(ctx, mergeruntime.DrawnInline)
	client.link.noteDraw(ctx, mergeruntime.DrawnRPC)
	client.link.noteDraw(ctx, mergeruntime.DrawnInline)
	client.link.noteDraw(context.Background(), mergeruntime.DrawnInline)
	observed.end(mergeruntime.EndedOK)
	if got, want := goMergeTestCounted(t, t.Name()), "attempts 0 inline 0 RPC, drawn inline 0 ok 0 failed, RPC 1, none 0, fallbacks 0, timed true"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestGoMergeEndings(t *testing.T) {
	for _, test := range []struct {
		err  error
		want mergeruntime.Ending
	}{
		{nil, mergeruntime.EndedOK},
		{kerrors.NewBizStatusError(7, "sold out"), mergeruntime.EndedApplication},
		{kerrors.ErrRemoteOrNetwork.WithCause(remote.NewTransErrorWithMsg(remote.InternalError, "biz error: sold out")), mergeruntime.EndedInternal},
		{kerrors.ErrRemoteOrNetwork.WithCause(remote.NewTransErrorWithMsg(remote.UnknownMethod, "unknown method")), mergeruntime.EndedInternal},
		{kerrors.ErrRemoteOrNetwork.WithCause(remote.NewTransErrorWithMsg(remote.InternalError, "panic: [happened in biz handler] out of order")), mergeruntime.EndedPanic},
		{kerrors.ErrRemoteOrNetwork.WithCause(remote.NewTransErrorWithMsg(1000, "panic: [happened in biz handler] out of order")), mergeruntime.EndedInternal},
		{kerrors.ErrRemoteOrNetwork.WithCause(remote.NewTransErrorWithMsg(remote.InternalError, "biz error: panic: [happened in biz handler] out of order")), mergeruntime.EndedInternal},
		{kerrors.ErrPanic, mergeruntime.EndedInternal}, // of the client
		{errors.New("of a middleware"), mergeruntime.EndedInternal},
		{kerrors.ErrRPCTimeout.WithCause(errors.New("timeout=1s")), mergeruntime.EndedTimeout},
		{kerrors.ErrRemoteOrNetwork.WithCause(&net.OpError{Op: "read", Err: goMergeTestLate{}}), mergeruntime.EndedTimeout},
		{kerrors.ErrRPCTimeout.WithCause(fmt.Errorf("timeout=1s: %w by business", context.Canceled)), mergeruntime.EndedCanceled},
		{kerrors.ErrACL.WithCause(errors.New("not you")), mergeruntime.EndedDenied},
		{kerrors.ErrRemoteOrNetwork.WithCause(remote.NewTransError(remote.InternalError, fmt.Errorf("denied: %w", fs.ErrPermission))), mergeruntime.EndedDenied},
		{kerrors.ErrServiceCircuitBreak, mergeruntime.EndedOverloaded},
		{kerrors.ErrQPSOverLimit, mergeruntime.EndedOverloaded},
		{kerrors.ErrGetConnection.WithCause(errors.New("connection refused")), mergeruntime.EndedUnavailable},
		{kerrors.ErrNoInstance, mergeruntime.EndedUnavailable},
		{kerrors.ErrRemoteOrNetwork.WithCause(io.EOF), mergeruntime.EndedUnavailable},
		{status.Err(codes.Unavailable, "gone"), mergeruntime.EndedUnavailable},
		{status.Err(codes.NotFound, "no item"), mergeruntime.EndedApplication},
		{status.Err(codes.Internal, "panic"), mergeruntime.EndedInternal},
		{status.Err(codes.Internal, "panic: [happened in biz handler] out of order"), mergeruntime.EndedPanic},
		{status.Err(codes.Internal, "panic: [happened in biz handler] out of order [biz error]"), mergeruntime.EndedInternal},
		{status.Err(codes.NotFound, "panic: [happened in biz handler] out of order"), mergeruntime.EndedApplication},
		{status.Err(codes.DeadlineExceeded, "late"), mergeruntime.EndedTimeout},
	} {
		if got := goMergeEndingOf(test.err); got != test.want {
			t.Errorf("%v: got %d, want %d", test.err, got, test.want)
		}
	}
}

// goMergeTestLate is an error of a deadline.
type goMergeTestLate struct{}

func (goMergeTestLate) Error() string { return "i/o timeout" }
func (goMergeTestLate) Timeout() bool { return true }

// BenchmarkGoMergeLean measures what the adapter and the runtime do for a lean call.
func BenchmarkGoMergeLean(b *testing.B) {
	client := goMergeTestClient(b, goMergeGreet)
	ctx, request, result := context.Background(), &goMergeTestArgs{ID: 1}, new(goMergeTestResult)
	b.ReportAllocs()
	for b.Loop() {
		client.Call(ctx, "Get", request, result)
	}
}

// BenchmarkGoMergeRPC measures a call that does not get further than to the network.
func BenchmarkGoMergeRPC(b *testing.B) {
	stop := func(endpoint.Endpoint) endpoint.Endpoint {
		return func(context.Context, interface{}, interface{}) error { return nil }
	}
	client := goMergeTestClient(b, nil, WithInstanceMW(stop))
	ctx, request, result := context.Background(), &goMergeTestArgs{ID: 1}, new(goMergeTestResult)
	b.ReportAllocs()
	for b.Loop() {
		client.Call(ctx, "Get", request, result)
	}
}
