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
