//go:build go_merge_added

package client

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"

	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/retry"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/stats"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeTestShort returns a client whose last call was inline, and skips the test if it
// has no short calls.
func goMergeTestShort(t *testing.T, handler mergeruntime.Handler, options ...Option) *goMergeClient {
	t.Helper()
	if goMergeClientInfos() == nil {
		t.Skip("before v0.16.0 there are no short calls")
	}
	client := goMergeTestClient(t, handler, options...)
	client.link.short.note(true)
	return client
}

// goMergeTestTracer notes what a tracer finds at the end of a call.
type goMergeTestTracer struct{ seen *[]string }

func (t goMergeTestTracer) Start(ctx context.Context) context.Context {
	return context.WithValue(ctx, goMergeTestTracer{}, "started")
}

func (t goMergeTestTracer) Finish(ctx context.Context) {
	s := rpcinfo.GetRPCInfo(ctx).Stats()
	panicked, _ := s.Panicked()
	text := fmt.Sprintf("%v, error %v, panicked %t, level %d:", ctx.Value(goMergeTestTracer{}), s.Error() != nil, panicked, s.Level())
	for _, e := range append(goMergeSentEvents, stats.RPCStart, stats.ReadFinish, stats.RPCFinish) {
		if ev := s.GetEvent(e); ev != nil {
			text += fmt.Sprintf(" %d/%d/%t", e.Index(), ev.Status(), ev.Info() != "")
		}
	}
	*t.seen = append(*t.seen, text)
}

// TestGoMergeShort compares what a service sees of a short call with what it sees of one
// that Kitex makes.
func TestGoMergeShort(t *testing.T) {
	var seen []string
	looks := func(next endpoint.Endpoint) endpoint.Endpoint {
		return func(ctx context.Context, request, response interface{}) error {
			info := rpcinfo.GetRPCInfo(ctx)
			idc, _ := info.From().Tag("idc")
			north, _ := info.To().Tag("idc")
			config, invocation := info.Config(), info.Invocation()
			seen = append(seen, fmt.Sprintf("from %s %s %s, to %s %s %s %v, invocation %s %s %s %t, biz %v, config %v %v %v %v %v %v, request %t",
				info.From().ServiceName(), info.From().Method(), idc, info.To().ServiceName(), info.To().Method(), north, info.To().Address(),
				invocation.PackageName(), invocation.ServiceName(), invocation.MethodName(), invocation.SeqID() != 0, invocation.BizStatusErr(),
				config.RPCTimeout(), config.ConnectTimeout(), config.ReadWriteTimeout(), config.TransportProtocol(), config.PayloadCodec(), config.InteractionMode(),
				ctx.Value(retry.CtxReqOp) != nil))
			rpcinfo.AsMutableEndpointInfo(info.From()).SetTag("idc", "changed")
			err := next(ctx, request, response)
			switch request.(*goMergeTestArgs).ID {
			case 2:
				info.Invocation().(rpcinfo.InvocationSetter).SetBizStatusErr(kerrors.NewBizStatusError(7, "sold out"))
			case 3:
				panic("broken")
			}
			return err
		}
	}
	fails, short := false, false
	client := goMergeTestShort(t, func(ctx context.Context, request mergeruntime.Request) mergeruntime.Response {
		if stack := string(debug.Stack()); strings.Contains(stack, "callShort(") != short {
			t.Errorf("short %t:\n%s", short, stack)
		}
		if fails {
			return goMergeFail(ctx, request)
		}
		return goMergeGreet(ctx, request)
	}, WithMiddleware(looks), WithTracer(goMergeTestTracer{&seen}), WithStatsLevel(stats.LevelDetailed), WithTransportProtocol(transport.TTHeader),
		WithMetaHandler(transmeta.ClientTTHeaderHandler), WithConnectTimeout(time.Second), WithTag("idc", "north"),
		WithClientBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: "item", Tags: map[string]string{"idc": "south"}}))
	call := func(id int, byKitex bool) string {
		seen, short = nil, !byKitex
		client.link.short.note(short)
		var result goMergeTestResult
		err := client.Call(context.WithValue(context.Background(), "K_METHOD", "Show"), "Get", &goMergeTestArgs{ID: id}, &result)
		text := fmt.Sprint(err)
		if stack := strings.Index(text, "stack="); stack >= 0 {
			text = text[:stack]
		}
		return fmt.Sprintf("%q %s, biz %t, remote %t\n%s", result.Name, text, errors.As(err, new(kerrors.BizStatusErrorIface)), errors.Is(err, kerrors.ErrRemoteOrNetwork), strings.Join(seen, "\n"))
	}
	for name, id := range map[string]int{"answers": 1, "has a business status": 2, "panics": 3} {
		for _, fails = range []bool{false, true} {
			want := call(id, true)
			for i := 0; i < 3; i++ {
				if got := call(id, false); got != want {
					t.Errorf("a call that %s, fails %t, is short\n%s\nand otherwise\n%s", name, fails, got, want)
				}
			}
		}
	}
}

// TestGoMergeShortPossible has options that short calls would not obey.
func TestGoMergeShortPossible(t *testing.T) {
	policy := retry.NewFailurePolicy()
	pass := func(next endpoint.Endpoint) endpoint.Endpoint { return next }
	for name, test := range map[string]struct {
		option Option
		want   bool
	}{
		"middleware":     {WithMiddleware(pass), true},
		"timeout":        {WithRPCTimeout(time.Minute), true},
		"retry":          {WithFailureRetry(policy), false},
		"methods' retry": {WithRetryMethodPolicies(map[string]retry.Policy{"Get": retry.BuildFailurePolicy(policy)}), false},
		"gRPC":           {WithTransportProtocol(transport.GRPC), false},
	} {
		t.Run(name, func(t *testing.T) {
			if client := goMergeTestShort(t, goMergeGreet, test.option); client.link.short.possible != test.want {
				t.Errorf("short calls are possible: %t, want %t", client.link.short.possible, test.want)
			}
		})
	}
}

// TestGoMergeShortNeedsInline has calls that are RPCs made by Kitex.
func TestGoMergeShortNeedsInline(t *testing.T) {
	pass := func(next endpoint.Endpoint) endpoint.Endpoint { return next }
	client := goMergeTestShort(t, goMergeGreet, WithMiddleware(pass))
	if err := client.Call(context.Background(), "Get", &goMergeTestArgs{ID: -1}, new(goMergeTestResult)); err == nil {
		t.Fatal("there is no callee for RPCs, and no error")
	}
	if err := client.Call(context.Background(), "Unknown", &goMergeTestArgs{ID: 1}, new(goMergeTestResult)); err == nil {
		t.Fatal("there is no such method, and no error")
	}
	if client.infoOfShort(context.Background(), "Notify") != nil {
		t.Error("a oneway call is short")
	}
}

// TestGoMergeShortAllocates bounds what a short call allocates, with all that carries
// something to its callee.
func TestGoMergeShortAllocates(t *testing.T) {
	pass := func(next endpoint.Endpoint) endpoint.Endpoint { return next }
	for name, test := range map[string]struct {
		timeout time.Duration
		most    float64
	}{
		"no deadline": {0, 1},
		"deadline":    {time.Hour, 1},
	} {
		t.Run(name, func(t *testing.T) {
			client := goMergeTestShort(t, goMergeGreet, WithMiddleware(pass), WithRPCTimeout(test.timeout),
				WithTransportProtocol(transport.TTHeader), WithMetaHandler(transmeta.ClientTTHeaderHandler), WithMetaHandler(transmeta.MetainfoClientHandler))
			ctx := metainfo.WithPersistentValue(metainfo.WithValue(context.Background(), "user", "7"), "region", "north")
			request, result := &goMergeTestArgs{ID: 1}, new(goMergeTestResult)
			n := testing.AllocsPerRun(1000, func() {
				if err := client.Call(ctx, "Get", request, result); err != nil {
					t.Error(err)
				}
			})
			if n > test.most {
				t.Errorf("%v allocations, want at most %v", n, test.most)
			}
		})
	}
}

// goMergeTestOperations is a tracer that says what calls are prepared with for being tried
// again, and changes the context.
type goMergeTestOperations struct {
	start  func(context.Context)
	change func(context.Context) context.Context
}

func (t goMergeTestOperations) Start(ctx context.Context) context.Context {
	t.start(ctx)
	return t.change(ctx)
}

func (goMergeTestOperations) Finish(context.Context) {}

// TestGoMergeShortOperation has a service read and change the state that a short call has
// for being tried again, as it can with one that Kitex makes.
func TestGoMergeShortOperation(t *testing.T) {
	outer, own := new(int32), new(int32)
	*outer, *own = 7, 8
	for name, change := range map[string]func(context.Context) context.Context{
		"the tracer's context is the same":   func(ctx context.Context) context.Context { return ctx },
		"the tracer's context has a value":   func(ctx context.Context) context.Context { return context.WithValue(ctx, "key", "value") },
		"the tracer's context has one state": func(ctx context.Context) context.Context { return context.WithValue(ctx, retry.CtxReqOp, own) },
	} {
		change := change
		t.Run(name, func(t *testing.T) {
			var seen []string
			look := func(where string, ctx context.Context) *int32 {
				operation, _ := ctx.Value(retry.CtxReqOp).(*int32)
				switch {
				case operation == nil:
					seen = append(seen, where+": none")
				default:
					seen = append(seen, fmt.Sprintf("%s: %d, the outer one %t, the tracer's %t", where, *operation, operation == outer, operation == own))
				}
				return operation
			}
			var kept []*int32
			reads := func(next endpoint.Endpoint) endpoint.Endpoint {
				return func(ctx context.Context, request, response interface{}) error {
					operation := look("outside", ctx)
					kept = append(kept, operation)
					*operation = retry.OpDoing
					if err := next(ctx, request, response); err != nil {
						return err
					}
					look("between", ctx)
					swapped := int32(9)
					return next(context.WithValue(ctx, retry.CtxReqOp, &swapped), request, response)
				}
			}
			inside := func(next endpoint.Endpoint) endpoint.Endpoint {
				return func(ctx context.Context, request, response interface{}) error {
					*look("inside", ctx) += retry.OpDone
					return next(ctx, request, response)
				}
			}
			tracer := goMergeTestOperations{func(ctx context.Context) { look("start", ctx) }, change}
			client := goMergeTestShort(t, goMergeGreet, WithMiddleware(reads), WithMiddleware(inside), WithTracer(tracer))
			call := func(short bool) string {
				seen = nil
				client.link.short.note(short)
				if err := client.Call(context.WithValue(context.Background(), retry.CtxReqOp, outer), "Get", &goMergeTestArgs{ID: 1}, new(goMergeTestResult)); err != nil {
					t.Error(err)
				}
				return strings.Join(seen, "\n")
			}
			want := call(false)
			for i := 0; i < 3; i++ {
				if got := call(true); got != want {
					t.Errorf("a short call has\n%s\nand another one\n%s", got, want)
				}
			}
			if len(kept) == 4 && (kept[2] == kept[1] || kept[3] == kept[2]) {
				t.Error("two calls have one state")
			}
		})
	}
}

// TestGoMergeShortCallIsKept has a middleware try again and keep what it has got of each
// call: no other attempt changes that.
func TestGoMergeShortCallIsKept(t *testing.T) {
	var infos []rpcinfo.RPCInfo
	var calls []*goMergeInlineCall
	var contexts []context.Context
	twice := func(next endpoint.Endpoint) endpoint.Endpoint {
		return func(ctx context.Context, request, response interface{}) error {
			contexts, infos = append(contexts, ctx), append(infos, rpcinfo.GetRPCInfo(ctx))
			for i := 0; i < 2; i++ {
				if err := next(ctx, request, response); err != nil {
					return err
				}
				calls = append(calls, goMergeCallOf(rpcinfo.GetRPCInfo(ctx)))
			}
			return nil
		}
	}
	client := goMergeTestShort(t, goMergeGreet, WithMiddleware(twice))
	for i := 0; i < 2; i++ {
		if err := client.Call(context.Background(), "Get", &goMergeTestArgs{ID: 1}, new(goMergeTestResult)); err != nil {
			t.Fatal(err)
		}
	}
	seen := make(map[*goMergeInlineCall]bool)
	for _, call := range calls {
		if call == nil || seen[call] || call.state != goMergeDone {
			t.Errorf("an attempt has the inline call %+v, as another one has: %t", call, seen[call])
		}
		seen[call] = true
	}
	for i, ctx := range contexts {
		if short, _ := ctx.Value(goMergeShortKey{}).(*goMergeShortCall); short == nil || &short.first != calls[2*i] {
			t.Errorf("call %d has left %+v", i, short)
		}
		if got := rpcinfo.GetRPCInfo(ctx); got != infos[i] {
			t.Errorf("call %d has left another rpcinfo", i)
		}
	}
}
