//go:build go_merge_added

package server

import (
	"context"
	"errors"
	"net"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/limit"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// The generated structs of a method, the same for the caller and the callee.
type (
	goMergeTestArgs   struct{ Do func() error }
	goMergeTestResult struct{ Name string }
)

// goMergeTestServer runs a server with a method Get, which does what its
// arguments hold, and returns what makes inline calls of it, which carry meta or nothing.
func goMergeTestServer(t *testing.T, options ...Option) func(do func() error, meta ...*goMergeMeta) (string, mergeruntime.Response) {
	t.Helper()
	handle := func(_ context.Context, _, args, result interface{}) error {
		result.(*goMergeTestResult).Name = "item"
		return args.(*goMergeTestArgs).Do()
	}
	newArgs := func() interface{} { return new(goMergeTestArgs) }
	newResult := func() interface{} { return new(goMergeTestResult) }
	svcInfo := &serviceinfo.ServiceInfo{
		ServiceName: t.Name(), PayloadCodec: serviceinfo.Thrift, HandlerType: (*interface{})(nil),
		Extra:   map[string]interface{}{"PackageName": "stock"},
		Methods: map[string]serviceinfo.MethodInfo{"Get": serviceinfo.NewMethodInfo(handle, newArgs, newResult, false)},
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(append(options, WithListener(ln), WithServerBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: t.Name()}))...)
	if err := s.RegisterService(svcInfo, new(struct{})); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Run() }()
	t.Cleanup(func() {
		if err := errors.Join(s.Stop(), <-done); err != nil {
			t.Error(err)
		}
	})
	mergeruntime.AddLink(mergeruntime.Link{
		Caller: "item", Callee: goMergeService, RPCService: t.Name(),
		Methods: map[string]mergeruntime.Method{"Get": {
			Args:       func(src any) (any, error) { return src, nil },
			NewResult:  newResult,
			ResultView: func(dst any) any { return dst },
		}},
	})
	client := mergeruntime.NewClient("item", t.Name(), "")
	return func(do func() error, meta ...*goMergeMeta) (string, mergeruntime.Response) {
		call, ok := client.Bind("Get")
		for end := time.Now().Add(20 * time.Second); !ok && time.Now().Before(end); call, ok = client.Bind("Get") {
			time.Sleep(10 * time.Millisecond)
		}
		if !ok {
			t.Fatal("the server takes no inline calls")
		}
		if len(meta) == 0 {
			meta = []*goMergeMeta{{}}
		}
		var result goMergeTestResult
		response := call.Do(context.Background(), &goMergeTestArgs{do}, &result, meta[0])
		return result.Name, response
	}
}

// TestGoMergeLevels has a call succeed, fail and panic at each level.
func TestGoMergeLevels(t *testing.T) {
	pass := func(next endpoint.Endpoint) endpoint.Endpoint { return next }
	ways := map[string]mergeruntime.Way{"serveDirect": mergeruntime.Short, "serveTransport": mergeruntime.Transport}
	for level, options := range map[string][]Option{
		"serveLean":      nil,
		"serveDirect":    {WithMiddleware(pass)},
		"serveTransport": {WithLimit(&limit.Option{MaxConnections: 100, MaxQPS: 1000})},
	} {
		t.Run(level, func(t *testing.T) {
			call := goMergeTestServer(t, options...)
			var stack string
			name, response := call(func() error { stack = string(debug.Stack()); return nil })
			if name != "item" || response.Failed() || response.Way != ways[level] {
				t.Errorf("result %q, response %+v", name, response)
			}
			if !strings.Contains(stack, level+"(") {
				t.Errorf("the handler does not run in %s:\n%s", level, stack)
			}
			_, response = call(func() error { return errors.New("out of stock") })
			if e := response.Failure; e == nil || !strings.Contains(e.Message, "out of stock") || response.Panicked {
				t.Errorf("an error has the response %+v", response)
			}
			_, response = call(func() error { panic("broken") })
			if e := response.Failure; e == nil || !strings.Contains(e.Message, "broken") || !response.Panicked {
				t.Errorf("a panic has the response %+v", response)
			}
		})
	}
}

// TestGoMergeMiddlewarePanics has a middleware panic where a server would close
// the connection.
func TestGoMergeMiddlewarePanics(t *testing.T) {
	breaks := func(endpoint.Endpoint) endpoint.Endpoint {
		return func(context.Context, interface{}, interface{}) error { panic("broken") }
	}
	for level, options := range map[string][]Option{
		"direct":    {WithMiddleware(breaks)},
		"transport": {WithMiddleware(breaks), WithLimit(&limit.Option{MaxConnections: 100, MaxQPS: 1000})},
	} {
		t.Run(level, func(t *testing.T) {
			call := goMergeTestServer(t, options...)
			if _, response := call(func() error { return nil }); !response.Failed() || response.Failure.Kind != mergeruntime.Closed {
				t.Errorf("response %+v", response)
			}
		})
	}
}

// TestGoMergeContextIsKept has a goroutine that a handler leaves behind read the
// rpcinfo of a call that is over, while the service answers others.
func TestGoMergeContextIsKept(t *testing.T) {
	for level, options := range map[string][]Option{
		"serveDirect":    nil,
		"serveTransport": {WithLimit(&limit.Option{MaxConnections: 100, MaxQPS: 1000})},
	} {
		t.Run(level, func(t *testing.T) {
			var infos []rpcinfo.RPCInfo
			keeps := func(next endpoint.Endpoint) endpoint.Endpoint {
				return func(ctx context.Context, request, response interface{}) error {
					infos = append(infos, rpcinfo.GetRPCInfo(ctx))
					return next(ctx, request, response)
				}
			}
			call := goMergeTestServer(t, append(options, WithMiddleware(keeps))...)
			var stack string
			for i := 0; i < 3; i++ {
				call(func() error { stack = string(debug.Stack()); return nil })
			}
			if !strings.Contains(stack, level+"(") {
				t.Errorf("the handler does not run in %s:\n%s", level, stack)
			}
			seen := make(map[rpcinfo.RPCInfo]bool)
			for _, info := range infos {
				if info.From() == nil || info.To() == nil || info.Invocation() == nil || info.Config() == nil {
					t.Errorf("%+v has no parts", info)
				}
				if seen[info] {
					t.Error("two calls have one rpcinfo")
				}
				seen[info] = true
			}
		})
	}
}

// goMergeTestTrans is a server for connections, which has stopped by itself.
type goMergeTestTrans struct {
	remote.TransServer
	err error
}

func (s goMergeTestTrans) Shutdown() error { return s.err }

// TestGoMergeShutdown stops a server while an inline call runs.
func TestGoMergeShutdown(t *testing.T) {
	broken := errors.New("broken")
	for _, test := range []struct {
		name       string
		wait, ends time.Duration // the call does not end if ends is 0
		err, want  error
	}{
		{"the call hangs", 50 * time.Millisecond, 0, nil, context.DeadlineExceeded},
		{"and connections fail", 50 * time.Millisecond, 0, broken, broken},
		{"the call ends", time.Minute, 50 * time.Millisecond, nil, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			g := &goMergeServer{TransServer: goMergeTestTrans{err: test.err}, opt: &remote.ServerOption{ExitWaitTime: test.wait}}
			g.running.Begin(0)
			if test.ends > 0 {
				time.AfterFunc(test.ends, func() { g.running.End(0) })
			}
			if err := g.Shutdown(); err != test.want {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}
