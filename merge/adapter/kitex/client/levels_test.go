//go:build go_merge_added

package client

import (
	"context"
	"errors"
	"net"
	"reflect"
	"runtime"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/rpcinfo/remoteinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeTestBound is a handler at the client's connections.
type goMergeTestBound struct{}

func (goMergeTestBound) Write(ctx context.Context, _ net.Conn, _ remote.Message) (context.Context, error) {
	return ctx, nil
}

// goMergeTestClient returns a client of a callee with one handler, and no other
// address that answers.
func goMergeTestClient(t testing.TB, handler mergeruntime.Handler, options ...Option) *goMergeClient {
	t.Helper()
	svcInfo := goMergeTestLink(t, t.Name(), handler)
	made, err := NewClient(svcInfo, append(options, WithDestService(svcInfo.ServiceName), WithHostPorts("127.0.0.1:1"))...)
	if err != nil {
		t.Fatal(err)
	}
	return made.(*goMergeClient)
}

// TestGoMergeLevels has a call succeed and fail at each level, and the callee
// run once for each.
func TestGoMergeLevels(t *testing.T) {
	pass := func(next endpoint.Endpoint) endpoint.Endpoint { return next }
	for level, options := range map[string][]Option{
		"callLean":            nil,
		"callDirect":          {WithInstanceMW(pass)},
		"goMergeCodec.Decode": {WithBoundHandler(goMergeTestBound{})}, // the transport level
	} {
		t.Run(level, func(t *testing.T) {
			runs, answer := 0, goMergeGreet
			client := goMergeTestClient(t, func(ctx context.Context, request mergeruntime.Request) mergeruntime.Response {
				runs++
				if stack := string(debug.Stack()); !strings.Contains(stack, level+"(") {
					t.Errorf("the callee does not run in %s:\n%s", level, stack)
				}
				return answer(ctx, request)
			}, options...)
			var result goMergeTestResult
			if err := client.Call(context.Background(), "Get", &goMergeTestArgs{ID: 1}, &result); err != nil || result.Name != "item" {
				t.Errorf("result %+v, error %v", result, err)
			}
			answer = goMergeFail
			err := client.Call(context.Background(), "Get", &goMergeTestArgs{ID: 1}, &result)
			if !errors.Is(err, kerrors.ErrRemoteOrNetwork) {
				t.Errorf("error %v is not the framework's", err)
			}
			if runs != 2 {
				t.Errorf("the callee ran %d times for two calls", runs)
			}
		})
	}
}

// TestGoMergeGoexit has handlers end their goroutine. A caller that waits in another
// one gets the error of a closed connection.
func TestGoMergeGoexit(t *testing.T) {
	pass := func(next endpoint.Endpoint) endpoint.Endpoint { return next }
	for level, options := range map[string][]Option{
		"lean":      nil,
		"direct":    {WithInstanceMW(pass)},
		"transport": {WithBoundHandler(goMergeTestBound{})},
	} {
		t.Run(level, func(t *testing.T) {
			client := goMergeTestClient(t, func(context.Context, mergeruntime.Request) mergeruntime.Response {
				runtime.Goexit()
				return mergeruntime.Response{}
			}, append(options, WithRPCTimeout(time.Minute))...)
			err := client.Call(context.Background(), "Get", &goMergeTestArgs{ID: 1}, new(goMergeTestResult))
			if !errors.Is(err, kerrors.ErrRemoteOrNetwork) || !strings.Contains(err.Error(), "EOF peer close") {
				t.Errorf("error %v", err)
			}
		})
	}
}

// goMergeTestKeep has a rule keep so many of a million calls of Get back.
func goMergeTestKeep(t *testing.T, client *goMergeClient, n uint32) {
	t.Helper()
	call, ok := client.link.runtime.Bind("Get")
	if !ok {
		t.Fatal("the call is not inline")
	}
	method := reflect.ValueOf(call).Field(0).Elem().FieldByName("method").Elem()
	kept := method.FieldByName("count").FieldByName("gate").FieldByName("kept")
	(*atomic.Uint32)(kept.Addr().UnsafePointer()).Store(n)
}

// TestGoMergeGoexitOfTheCaller has handlers end their callers' goroutines. What the
// callers do not see is counted as what others do: a lost connection.
func TestGoMergeGoexitOfTheCaller(t *testing.T) {
	pass := func(next endpoint.Endpoint) endpoint.Endpoint { return next }
	for _, test := range []struct {
		level   string
		options []Option
		kept    uint32 // of a million calls
	}{
		{"lean", nil, 0},
		{"direct", []Option{WithInstanceMW(pass)}, 0},
		{"direct, by chance", []Option{WithInstanceMW(pass)}, 1},
		{"short", []Option{WithMiddleware(pass)}, 0},
	} {
		t.Run(test.level, func(t *testing.T) {
			client := goMergeTestClient(t, func(context.Context, mergeruntime.Request) mergeruntime.Response {
				runtime.Goexit()
				return mergeruntime.Response{}
			}, test.options...)
			goMergeTestKeep(t, client, test.kept)
			client.link.short.note(test.level == "short")
			over, returned := make(chan struct{}), false
			go func() {
				defer close(over)
				client.Call(context.Background(), "Get", &goMergeTestArgs{ID: 1}, new(goMergeTestResult))
				returned = true
			}()
			<-over
			if returned {
				t.Error("the call returns")
			}
			for _, l := range mergeruntime.Links() {
				if l.Callee != t.Name() || l.Method != "Get" {
					continue
				}
				if e := l.Drawn.Inline.Ended; l.Inline != 1 || l.Errors != 1 || e.Unavailable != 1 || e.OK+e.Failed() != 1 {
					t.Errorf("%d attempts, %d errors, endings %+v", l.Inline, l.Errors, e)
				}
			}
		})
	}
}

// TestGoMergeGone has the callee's server close while a handler hangs. A caller that
// waits in another goroutine gets the error of a closed connection.
func TestGoMergeGone(t *testing.T) {
	pass := func(next endpoint.Endpoint) endpoint.Endpoint { return next }
	for level, options := range map[string][]Option{
		"direct":    {WithInstanceMW(pass)},
		"transport": {WithBoundHandler(goMergeTestBound{})},
		"short":     {WithMiddleware(pass)}, // where there are such calls
	} {
		for wait, timeout := range map[string]time.Duration{"timeout": time.Hour, "context": 0} {
			t.Run(level+" "+wait, func(t *testing.T) {
				release, over := make(chan struct{}), make(chan struct{})
				var server *mergeruntime.Server
				client := goMergeTestClient(t, nil, append(options, WithRPCTimeout(timeout))...)
				server = mergeruntime.StartServer(t.Name(), t.Name(), mergeruntime.ServerConfig{Name: t.Name(), Handler: func(context.Context, mergeruntime.Request) mergeruntime.Response {
					defer close(over)
					server.Close()
					<-release
					return mergeruntime.Response{}
				}})
				client.link.short.note(level == "short")
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				err := client.Call(ctx, "Get", &goMergeTestArgs{ID: 1}, new(goMergeTestResult))
				if !errors.Is(err, kerrors.ErrRemoteOrNetwork) || !strings.Contains(err.Error(), "EOF peer close") {
					t.Errorf("error %v", err)
				}
				close(release)
				<-over
			})
		}
	}
}

// TestGoMergeGoneBeforeBound has the server close before a call is bound, which then is
// an RPC and waited for.
func TestGoMergeGoneBeforeBound(t *testing.T) {
	var server *mergeruntime.Server
	client := goMergeTestClient(t, nil, WithRPCTimeout(time.Hour), WithMiddleware(func(next endpoint.Endpoint) endpoint.Endpoint {
		return func(ctx context.Context, request, response interface{}) error {
			server.Close()
			return next(ctx, request, response)
		}
	}))
	server = mergeruntime.StartServer(t.Name(), t.Name(), mergeruntime.ServerConfig{Name: t.Name()})
	err := client.Call(context.Background(), "Get", &goMergeTestArgs{ID: 1}, new(goMergeTestResult))
	if !errors.Is(err, kerrors.ErrGetConnection) {
		t.Errorf("error %v is not that of an RPC", err)
	}
}

// goMergeTestRefusal is a meta handler that refuses requests.
type goMergeTestRefusal struct{ count int }

func (r *goMergeTestRefusal) WriteMeta(ctx context.Context, _ remote.Message) (context.Context, error) {
	r.count++
	return ctx, errGoMergeArgs
}

func (*goMergeTestRefusal) ReadMeta(ctx context.Context, _ remote.Message) (context.Context, error) {
	return ctx, nil
}

// TestGoMergeMetaHandlerRefuses has a meta handler refuse a call once, at
// whatever level it runs.
func TestGoMergeMetaHandlerRefuses(t *testing.T) {
	refusal := new(goMergeTestRefusal)
	client := goMergeTestClient(t, func(context.Context, mergeruntime.Request) mergeruntime.Response {
		t.Error("the callee runs")
		return mergeruntime.Response{}
	}, WithMetaHandler(refusal))
	err := client.Call(context.Background(), "Get", &goMergeTestArgs{ID: 1}, new(goMergeTestResult))
	if err == nil || !strings.Contains(err.Error(), errGoMergeArgs.Error()) {
		t.Errorf("error %v", err)
	}
	if refusal.count != 1 {
		t.Errorf("the handler runs %d times", refusal.count)
	}
}

// TestGoMergeOnewayStartsLean has the transport level run what the lean level
// leaves to it.
func TestGoMergeOnewayStartsLean(t *testing.T) {
	ran := make(chan int, 2)
	client := goMergeTestClient(t, func(_ context.Context, request mergeruntime.Request) mergeruntime.Response {
		ran <- request.Args.(*goMergeTestArgs).ID
		return mergeruntime.Response{}
	})
	if err := client.Call(context.Background(), "Notify", &goMergeTestArgs{ID: 7}, nil); err != nil {
		t.Fatal(err)
	}
	select {
	case id := <-ran:
		if id != 7 {
			t.Errorf("the callee ran with %d", id)
		}
	case <-time.After(10 * time.Second):
		t.Error("the callee did not run")
	}
}

// TestGoMergeOutcome has a call that the lean level leaves to the network get
// there with its own request.
func TestGoMergeOutcome(t *testing.T) {
	client := goMergeTestClient(t, goMergeGreet)
	request := &goMergeTestArgs{ID: -1}
	call, bound, _ := client.link.runtime.ObserveDraw("Get")
	outcome := client.link.callLean(context.Background(), call, bound, "Get", request, new(goMergeTestResult))
	if outcome == nil || outcome.call != nil {
		t.Fatalf("outcome %+v is not an RPC", outcome)
	}
	to := remoteinfo.NewRemoteInfo(client.opt.Svr, "Get")
	info := rpcinfo.NewRPCInfo(nil, to.ImmutableView(), rpcinfo.NewInvocation(client.svcInfo.ServiceName, "Get"), nil, nil)
	var sent interface{}
	chosen := client.link.choose(func(_ context.Context, request, _ interface{}) error {
		sent = request
		return nil
	})
	if err := chosen(rpcinfo.NewCtxWithRPCInfo(context.Background(), info), outcome, new(goMergeTestResult)); err != nil {
		t.Fatal(err)
	}
	if sent != interface{}(request) || goMergeCallOf(info) != nil {
		t.Errorf("the RPC is of %v, with the call %v", sent, goMergeCallOf(info))
	}
}

func TestGoMergeLeanAllocatesNothing(t *testing.T) {
	client := goMergeTestClient(t, goMergeGreet)
	ctx, request, result := context.Background(), &goMergeTestArgs{ID: 1}, new(goMergeTestResult)
	allocs := testing.AllocsPerRun(100, func() {
		if err := client.Call(ctx, "Get", request, result); err != nil {
			t.Error(err)
		}
	})
	if allocs != 0 {
		t.Errorf("%v allocations per call", allocs)
	}
}
