//go:build go_merge_added

package client

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// The generated structs of a method, the same for the caller and the callee.
type (
	goMergeTestArgs   struct{ ID int }
	goMergeTestResult struct{ Name string }
)

var errGoMergeArgs = errors.New("the arguments cannot be converted")

// goMergeTestLink links this service to a callee that serves an RPC service with
// handler, if there is one: the methods Get and Notify, of which the latter is oneway.
func goMergeTestLink(t testing.TB, name string, handler mergeruntime.Handler) *serviceinfo.ServiceInfo {
	t.Helper()
	get := mergeruntime.Method{
		Args: func(src any) (any, error) {
			if src.(*goMergeTestArgs).ID < 0 {
				return nil, errGoMergeArgs
			}
			return src, nil
		},
		ResultView: func(dst any) any { return dst },
		NewResult:  func() any { return new(goMergeTestResult) },
	}
	notify := mergeruntime.Method{Args: get.Args}
	mergeruntime.AddLink(mergeruntime.Link{
		Caller: goMergeService, Callee: name, RPCService: name,
		Methods: map[string]mergeruntime.Method{"Get": get, "Notify": notify},
	})
	if handler != nil {
		t.Cleanup(mergeruntime.Serve(name, name, name, handler))
	}
	newArgs := func() interface{} { return new(goMergeTestArgs) }
	newResult := func() interface{} { return new(goMergeTestResult) }
	return &serviceinfo.ServiceInfo{
		ServiceName: name, PayloadCodec: serviceinfo.Thrift, Extra: map[string]interface{}{"PackageName": name},
		Methods: map[string]serviceinfo.MethodInfo{
			"Get":    serviceinfo.NewMethodInfo(nil, newArgs, newResult, false),
			"Notify": serviceinfo.NewMethodInfo(nil, newArgs, newResult, true),
		},
	}
}

// goMergeTestCall returns a bound call of Get.
func goMergeTestCall(t *testing.T, handler mergeruntime.Handler) *goMergeInlineCall {
	t.Helper()
	svcInfo := goMergeTestLink(t, t.Name(), handler)
	bound, ok := mergeruntime.NewClient(goMergeService, svcInfo.ServiceName, "").Bind("Get")
	if !ok {
		t.Fatal("the call is an RPC")
	}
	return goMergeBind(bound)
}

func goMergeTestState(t *testing.T, call *goMergeInlineCall, want goMergeState) {
	t.Helper()
	if call.state != want {
		t.Errorf("state %d, want %d", call.state, want)
	}
}

// goMergeGreet answers Get.
func goMergeGreet(_ context.Context, request mergeruntime.Request) mergeruntime.Response {
	request.Result.(*goMergeTestResult).Name = "item"
	return mergeruntime.Response{}
}

func goMergeFail(context.Context, mergeruntime.Request) mergeruntime.Response {
	return mergeruntime.Response{Failure: &mergeruntime.Failure{Kind: mergeruntime.Answered, Number: 6, Message: "out of stock"}}
}

func TestGoMergeCallOf(t *testing.T) {
	info := rpcinfo.NewRPCInfo(nil, rpcinfo.EmptyEndpointInfo(), nil, nil, nil)
	if call := goMergeCallOf(info); call != nil {
		t.Errorf("an RPC has the inline call %v", call)
	}
}

func TestGoMergeCallWithResult(t *testing.T) {
	call := goMergeTestCall(t, goMergeGreet)
	goMergeTestState(t, call, goMergeBound)
	if err := call.convert(&goMergeTestArgs{ID: -1}); !errors.As(err, new(mergeruntime.Refusal)) {
		t.Errorf("error %v is not a refusal", err)
	}
	goMergeTestState(t, call, goMergeBound)
	// Twice, as for an instance middleware that tries again.
	for i := 0; i < 2; i++ {
		if err := call.convert(&goMergeTestArgs{ID: 1}); err != nil {
			t.Fatal(err)
		}
		goMergeTestState(t, call, goMergeConverted)
		call.send(goMergeMeta{SeqID: 1})
		goMergeTestState(t, call, goMergeSent)
		var result goMergeTestResult
		if ok := call.run(context.Background(), &result, false); !ok || result.Name != "item" {
			t.Errorf("run returns %v and fills in %+v", ok, result)
		}
		goMergeTestState(t, call, goMergeDone)
	}
}

func TestGoMergeCallThatFails(t *testing.T) {
	call := goMergeTestCall(t, func(ctx context.Context, request mergeruntime.Request) mergeruntime.Response {
		request.Meta.(*goMergeMeta).Reply.Str["where"] = request.Meta.(*goMergeMeta).Header.Str["where"]
		return goMergeFail(ctx, request)
	})
	if err := call.convert(&goMergeTestArgs{ID: 1}); err != nil {
		t.Fatal(err)
	}
	header := goMergeHeader{Str: map[string]string{"where": "here"}}
	reply := goMergeHeader{Str: make(map[string]string)}
	call.sendHeaders(goMergeMeta{}, header, reply)
	goMergeTestState(t, call, goMergeSent)
	if call.run(context.Background(), new(goMergeTestResult), false) {
		t.Error("the call has a result")
	}
	goMergeTestState(t, call, goMergeFailed)
	delete(reply.Str, "where") // as a message does that is recycled
	if got := call.meta.Reply.Str["where"]; got != "here" {
		t.Errorf("the reply's header has %q", got)
	}
	if answer := call.takeAnswer(); !answer.Failed() || answer.Failure.Message != "out of stock" {
		t.Errorf("answer %+v", answer)
	}
	goMergeTestState(t, call, goMergeDone)

	if err := call.convert(&goMergeTestArgs{ID: 1}); err != nil || call.answer != nil {
		t.Errorf("a second try begins with error %v and answer %v", err, call.answer)
	}
	goMergeTestState(t, call, goMergeConverted)
}

func TestGoMergeCallThatIsLate(t *testing.T) {
	ctx, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancel()
	call := goMergeTestCall(t, goMergeGreet)
	for timeout, want := range map[bool]goMergeState{false: goMergeDone, true: goMergeFailed} {
		if err := call.convert(&goMergeTestArgs{ID: 1}); err != nil {
			t.Fatal(err)
		}
		call.send(goMergeMeta{})
		call.run(ctx, new(goMergeTestResult), timeout)
		goMergeTestState(t, call, want)
	}
}

func TestGoMergeCallRefusedByMetaHandler(t *testing.T) {
	call := goMergeTestCall(t, goMergeGreet)
	if err := call.convert(&goMergeTestArgs{ID: 1}); err != nil {
		t.Fatal(err)
	}
	refusal := errors.New("no")
	call.refuse(refusal)
	goMergeTestState(t, call, goMergeUnsent)
	if err := call.takeRefusal(); err != refusal {
		t.Errorf("error %v", err)
	}
	goMergeTestState(t, call, goMergeDone)
}
