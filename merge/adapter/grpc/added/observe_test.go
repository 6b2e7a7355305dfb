//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"sync/atomic"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeObservedOf returns how many calls of a method ended well and not, of each draw.
func goMergeObservedOf(method string) (inline, rpc [2]uint64) {
	for _, l := range mergeruntime.Links() {
		if l.Method == method {
			inline = [2]uint64{l.Drawn.Inline.Ended.OK, l.Drawn.Inline.Ended.Failed()}
			rpc = [2]uint64{l.Drawn.RPC.Ended.OK, l.Drawn.RPC.Ended.Failed()}
		}
	}
	return inline, rpc
}

// goMergeKeep has all calls of a method drawn RPC until the returned function is called.
func goMergeKeep(t *testing.T, e *goMergeEnv, method string) (end func()) {
	t.Helper()
	call, ok := goMergeConnOf(e.cc).client(goMergeTestService).Bind(method)
	if !ok {
		t.Fatal("the call is not inline")
	}
	gate := reflect.ValueOf(goMergeField(reflect.ValueOf(&call), "method")).Elem().FieldByName("count").FieldByName("gate")
	kept := (*atomic.Uint32)(gate.FieldByName("kept").Addr().UnsafePointer())
	kept.Store(1_000_000)
	return func() { kept.Store(0) }
}

// TestGoMergeObserved counts calls and streams of both draws, each once.
func TestGoMergeObserved(t *testing.T) {
	if goMergeRace {
		t.Skip("the race detector takes what goes by TCP for a race")
	}
	e := goMergeStart(t, &goMergeCase{}, true)
	defer e.stop()
	e.handleUnary(func(_ context.Context, request string) (string, error) {
		if request == "bad" {
			return "", status.Error(codes.NotFound, "no item")
		}
		return request, nil
	})
	e.handleStream(func(_ string, s ServerStream) error {
		for {
			m, err := goMergeRecv(s)
			if err != nil {
				return nil
			}
			if m == "bad" {
				return status.Error(codes.NotFound, "no item")
			}
			if err := s.SendMsg(goMergeText(m)); err != nil {
				return err
			}
		}
	})
	stream := func(text string) error {
		s := e.open(context.Background(), "Both")
		if err := s.SendMsg(goMergeText(text)); err != nil {
			return err
		}
		if _, err := goMergeRecv(s); err != nil {
			return err
		}
		s.CloseSend()
		if _, err := goMergeRecv(s); err != io.EOF {
			return fmt.Errorf("after the last message: %v", err)
		}
		return nil
	}
	for _, kind := range []struct {
		method string
		call   func(text string) error
	}{
		{"Get", func(text string) error { _, err := e.call(context.Background(), text); return err }},
		{"Both", stream},
	} {
		for _, drawn := range []string{"inline", "RPC"} {
			end := func() {}
			if drawn == "RPC" {
				end = goMergeKeep(t, e, kind.method)
			}
			inlineBefore, rpcBefore := goMergeObservedOf(kind.method)
			for _, text := range []string{"good", "good", "bad"} {
				if err := kind.call(text); (err != nil) != (text == "bad") {
					t.Errorf("%s: %v", text, err)
				}
			}
			inline, rpc := goMergeObservedOf(kind.method)
			got := fmt.Sprint(inline[0]-inlineBefore[0], inline[1]-inlineBefore[1], rpc[0]-rpcBefore[0], rpc[1]-rpcBefore[1])
			want := map[string]string{"inline": "2 1 0 0", "RPC": "0 0 2 1"}[drawn]
			if got != want {
				t.Errorf("%s, drawn %s: inline and RPC, well and not: got %s, want %s", kind.method, drawn, got, want)
			}
			end()
		}
	}
}

// TestGoMergeObservedOnce has streams end while they are opened, and several times.
func TestGoMergeObservedOnce(t *testing.T) {
	e := goMergeStart(t, &goMergeCase{}, true)
	defer e.stop()
	before, _ := goMergeObservedOf("Both")
	ctx, cancel := context.WithCancel(context.Background())
	s := e.open(ctx, "Both")
	cancel()
	for range 3 {
		goMergeRecv(s)
	}
	if _, err := e.tryOpen(context.Background(), "Both", UseCompressor("none that is there")); err == nil {
		t.Error("a stream with an unknown compressor is open")
	}
	after, _ := goMergeObservedOf("Both")
	if got := [2]uint64{after[0] - before[0], after[1] - before[1]}; got != [2]uint64{0, 2} {
		t.Errorf("%d streams ended well and %d not, want 0 and 2", got[0], got[1])
	}
}

// TestGoMergeGoneObserved has a callee go down while it serves a call, for a panic of the
// handler or for another reason.
func TestGoMergeGoneObserved(t *testing.T) {
	call := func(ctx context.Context, cc *ClientConn) error {
		return cc.Invoke(ctx, "/test.Gone/Ask", goMergeText("x"), goMergeText(""))
	}
	stream := func(ctx context.Context, cc *ClientConn) error {
		s, err := cc.NewStream(ctx, &StreamDesc{StreamName: "Watch", ClientStreams: true, ServerStreams: true}, "/test.Gone/Watch")
		if err == nil {
			_, err = goMergeRecv(s)
		}
		return err
	}
	cancelable, cancel := context.WithCancel(context.Background())
	defer cancel()
	for i, test := range []struct {
		name, method string
		ctx          context.Context
		call         func(ctx context.Context, cc *ClientConn) error
		panics       bool
	}{
		{"in the caller's goroutine", "Ask", context.Background(), call, true},
		{"in another goroutine", "Ask", cancelable, call, true},
		{"a stream", "Watch", context.Background(), stream, true},
		{"in the caller's goroutine, without a panic", "Ask", context.Background(), call, false},
		{"in another goroutine, without a panic", "Ask", cancelable, call, false},
		{"a stream, without a panic", "Watch", context.Background(), stream, false},
	} {
		callee := fmt.Sprint("gone", i)
		mergeruntime.AddLink(mergeruntime.Link{
			Caller: goMergeService, Callee: callee, RPCService: "test.Gone", Targets: []string{callee + ".invalid:1"},
			Methods: map[string]mergeruntime.Method{"Ask": {}, "Watch": {Stream: true}},
		})
		var server *mergeruntime.Server
		server = mergeruntime.StartServer(callee, "test.Gone", mergeruntime.ServerConfig{
			Handler: func(_ context.Context, r mergeruntime.Request) mergeruntime.Response { // as serve does
				resp := mergeruntime.NoAnswer()
				resp.Panicked = test.panics
				if test.panics {
					atomic.StoreUint32(&r.Meta.(*goMergeRequest).Panicked, 1)
				}
				server.Close()
				return resp
			},
		})
		cc, err := Dial(callee+".invalid:1", WithTransportCredentials(insecure.NewCredentials()))
		if err != nil {
			t.Fatal(err)
		}
		defer cc.Close()
		if err := test.call(test.ctx, cc); status.Code(err) != codes.Unavailable {
			t.Errorf("%s: error %v", test.name, err)
		}
		want := [2]uint64{0, 1}
		if test.panics {
			want = [2]uint64{1, 0}
		}
		for _, l := range mergeruntime.Links() {
			if l.Callee != callee || l.Method != test.method {
				continue
			}
			e := l.Drawn.Inline.Ended
			if got := [2]uint64{e.Panic, e.Unavailable}; got != want || e.Failed() != 1 || e.OK != 0 {
				t.Errorf("%s: endings %+v", test.name, e)
			}
		}
	}
}

// TestGoMergeGoexitObserved has a handler end its caller's goroutine.
func TestGoMergeGoexitObserved(t *testing.T) {
	e := goMergeStart(t, &goMergeCase{}, true)
	defer e.stop()
	e.handleUnary(func(context.Context, string) (string, error) { runtime.Goexit(); return "", nil })
	before, _ := goMergeObservedOf("Get")
	over, returned := make(chan struct{}), false
	go func() {
		defer close(over)
		e.call(context.Background(), "x")
		returned = true
	}()
	<-over
	after, _ := goMergeObservedOf("Get")
	if got := [2]uint64{after[0] - before[0], after[1] - before[1]}; returned || got != [2]uint64{0, 1} {
		t.Errorf("returned: %t, %d calls ended well and %d not, want 0 and 1", returned, got[0], got[1])
	}
}

func TestGoMergeEndings(t *testing.T) {
	for code, want := range map[codes.Code]mergeruntime.Ending{
		codes.OK: mergeruntime.EndedOK, codes.Canceled: mergeruntime.EndedCanceled, codes.DeadlineExceeded: mergeruntime.EndedTimeout,
		codes.PermissionDenied: mergeruntime.EndedDenied, codes.Unauthenticated: mergeruntime.EndedDenied, codes.ResourceExhausted: mergeruntime.EndedOverloaded,
		codes.Unavailable: mergeruntime.EndedUnavailable, codes.Unknown: mergeruntime.EndedInternal, codes.Internal: mergeruntime.EndedInternal,
		codes.Unimplemented: mergeruntime.EndedInternal, codes.DataLoss: mergeruntime.EndedInternal, codes.InvalidArgument: mergeruntime.EndedApplication,
		codes.NotFound: mergeruntime.EndedApplication, codes.AlreadyExists: mergeruntime.EndedApplication, codes.FailedPrecondition: mergeruntime.EndedApplication,
		codes.Aborted: mergeruntime.EndedApplication, codes.OutOfRange: mergeruntime.EndedApplication,
	} {
		if got := goMergeEndingOf(status.Error(code, ""), false); got != want {
			t.Errorf("%v: got %d, want %d", code, got, want)
		}
		if got := goMergeEndingOf(status.Error(code, ""), true); code != codes.OK && got != mergeruntime.EndedPanic {
			t.Errorf("%v after a panic: got %d", code, got)
		}
	}
	if got := goMergeEndingOf(errors.New("of a codec"), false); got != mergeruntime.EndedInternal {
		t.Errorf("an error without a status: got %d", got)
	}
	if got := goMergeEndingOf(io.EOF, true); got != mergeruntime.EndedOK {
		t.Errorf("the end of a stream: got %d", got)
	}
}
