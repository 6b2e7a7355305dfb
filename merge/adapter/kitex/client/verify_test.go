//go:build go_merge_added

package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// The generated structs of a method that is verified.
type (
	goMergeTestAsked struct {
		Names []string `thrift:"names,1" frugal:"1,default,list<string>"`
	}
	goMergeTestItem struct {
		Price int64    `thrift:"price,1" frugal:"1,default,i64"`
		Token string   `thrift:"token,2" frugal:"2,default,string"`
		Names []string `thrift:"names,3" frugal:"3,default,list<string>"`
	}
	goMergeTestMissing struct {
		Name string `thrift:"name,1" frugal:"1,default,string"`
	}
	goMergeTestAnswer struct {
		Success *goMergeTestItem    `thrift:"success,0,optional" frugal:"0,optional,goMergeTestItem"`
		Missing *goMergeTestMissing `thrift:"missing,1,optional" frugal:"1,optional,goMergeTestMissing"`
	}
)

const (
	// goMergeVerifyEnv has TestGoMergeVerified be a merged binary.
	goMergeVerifyEnv = "GO_MERGE_TEST_VERIFIED"
	goMergeVerified  = "warehouse" // the callee
)

// goMergeTestVerified is a call that is verified. Each way of it has an answer.
type goMergeTestVerified struct {
	name        string
	rpc, inline func(ctx context.Context, asked *goMergeTestAsked, answer *goMergeTestAnswer) error
	want        string // what the caller gets, and what was found out
	opts        []Option
}

// goMergeTestPrice answers with an item.
func goMergeTestPrice(price int64, token string) func(context.Context, *goMergeTestAsked, *goMergeTestAnswer) error {
	return func(_ context.Context, asked *goMergeTestAsked, answer *goMergeTestAnswer) error {
		answer.Success = &goMergeTestItem{Price: price, Token: token, Names: append([]string(nil), asked.Names...)}
		return nil
	}
}

// goMergeTestFails answers with an error, of which a server makes an exception.
func goMergeTestFails(err error) func(context.Context, *goMergeTestAsked, *goMergeTestAnswer) error {
	return func(context.Context, *goMergeTestAsked, *goMergeTestAnswer) error { return err }
}

func goMergeTestMisses(name string) func(context.Context, *goMergeTestAsked, *goMergeTestAnswer) error {
	return func(_ context.Context, _ *goMergeTestAsked, answer *goMergeTestAnswer) error {
		answer.Missing = &goMergeTestMissing{name}
		return nil
	}
}

var goMergeVerifiedCalls = []goMergeTestVerified{
	{"same", goMergeTestPrice(5, "a"), goMergeTestPrice(5, "a"), "5 [tea]: 1 same, 0 different, 0 skipped", nil},
	{"differs", goMergeTestPrice(5, "a"), goMergeTestPrice(6, "b"), "5 [tea]: 0 same, 1 different, 0 skipped; success.price: 5 -> 6; success.token: (redacted) -> (redacted)", nil},
	{"exception", goMergeTestMisses("tea"), goMergeTestMisses("tea"), "missing tea: 1 same, 0 different, 0 skipped", nil},
	{"exception inline", goMergeTestPrice(5, "a"), goMergeTestMisses("tea"), `5 [tea]: 0 same, 1 different, 0 skipped; success: {price: 5, token: (redacted), names: ["tea"]} -> null; missing: null -> {name: "tea"}`, nil},
	{"business status", goMergeTestFails(kerrors.NewBizStatusError(7, "sold out")), goMergeTestFails(kerrors.NewBizStatusError(7, "sold out")), "business status 7 sold out: 1 same, 0 different, 0 skipped", nil},
	{"another business status", goMergeTestFails(kerrors.NewBizStatusError(7, "sold out")), goMergeTestFails(kerrors.NewBizStatusError(8, "sold out")), "business status 7 sold out: 0 same, 1 different, 0 skipped; error.code: 7 -> 8", nil},
	{"error", goMergeTestFails(errors.New("no shelf")), goMergeTestFails(errors.New("no shelf")), "remote or network error[remote]: no shelf: 1 same, 0 different, 0 skipped", nil},
	{"error inline", goMergeTestPrice(5, "a"), goMergeTestFails(errors.New("no shelf")), `5 [tea]: 0 same, 1 different, 0 skipped; error: null -> {kind: exception, code: 6, message: "no shelf"}`, nil},
	{"panic inline", goMergeTestPrice(5, "a"), func(context.Context, *goMergeTestAsked, *goMergeTestAnswer) error { panic("no shelf") },
		`5 [tea]: 0 same, 1 different, 0 skipped; error: null -> {kind: exception, code: 6, message: "panic: no shelf"}`, nil},
	{"goroutine ended inline", goMergeTestPrice(5, "a"), func(context.Context, *goMergeTestAsked, *goMergeTestAnswer) error {
		runtime.Goexit()
		return nil
	}, `5 [tea]: 0 same, 1 different, 0 skipped; error: null -> {kind: goexit, code: 0, message: "the handler has ended its goroutine"}`, nil},
	{"timeout", goMergeTestFails(kerrors.ErrRPCTimeout), goMergeTestPrice(5, "a"), "rpc timeout: 0 same, 0 different, 1 skipped", nil},
	{"no connection", goMergeTestFails(kerrors.ErrGetConnection), goMergeTestPrice(5, "a"), "get connection error: 0 same, 0 different, 1 skipped", nil},
	{"context", goMergeTestPrice(5, "a"), func(ctx context.Context, asked *goMergeTestAsked, answer *goMergeTestAnswer) error {
		if deadline, ok := ctx.Deadline(); !ok || time.Until(deadline) > 10*time.Second || ctx.Value(goMergeVerifyEnv) != nil {
			return errors.New("the context is the caller's")
		}
		return goMergeTestPrice(5, "a")(ctx, asked, answer)
	}, "5 [tea]: 1 same, 0 different, 0 skipped", nil},
	{"over gRPC", goMergeTestPrice(5, "a"), goMergeTestPrice(6, "a"), "5 [tea]: 0 same, 0 different, 1 skipped; it goes over gRPC, where the inline call needs another stream",
		[]Option{WithTransportProtocol(transport.GRPC)}},
	{"meta handler", goMergeTestPrice(5, "a"), goMergeTestPrice(6, "a"), "5 [tea]: 0 same, 0 different, 1 skipped; the client has meta handlers other than the framework's, which would run twice",
		[]Option{WithMetaHandler(goMergeTestMetaHandler{})}},
}

// goMergeTestMetaHandler is one of the service's.
type goMergeTestMetaHandler struct{}

func (goMergeTestMetaHandler) WriteMeta(ctx context.Context, _ remote.Message) (context.Context, error) {
	return ctx, nil
}

func (goMergeTestMetaHandler) ReadMeta(ctx context.Context, _ remote.Message) (context.Context, error) {
	return ctx, nil
}

// TestGoMergeVerified has a merged binary verify calls: rules come with its start.
func TestGoMergeVerified(t *testing.T) {
	if os.Getenv(goMergeVerifyEnv) != "" {
		callee, caller := goMergeTestVerifying(t)
		mergeruntime.Main(mergeruntime.Binary{Name: "verified", Services: []mergeruntime.Service{
			{Name: goMergeVerified, Listen: true, Main: callee}, {Name: goMergeService, Main: caller},
		}})
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestGoMergeVerified$")
	cmd.Env = append(os.Environ(), goMergeVerifyEnv+"=1", "GO_MERGE_LINKS=* off,"+goMergeService+"->"+goMergeVerified+"/"+goMergeVerified+"/Get verify 100%")
	var log strings.Builder
	cmd.Stderr = &log
	out, err := cmd.Output()
	var got []string
	if err != nil || json.Unmarshal(out, &got) != nil || len(got) != len(goMergeVerifiedCalls) {
		t.Fatalf("error %v, output %s, log\n%s", err, out, &log)
	}
	for i, call := range goMergeVerifiedCalls {
		if got[i] != call.want {
			t.Errorf("%s:\ngot  %s\nwant %s", call.name, got[i], call.want)
		}
	}
}

// goMergeTestVerifying returns the main functions of a callee and of a caller, which makes
// the calls one after the other. An instance middleware answers them as RPCs.
func goMergeTestVerifying(t *testing.T) (callee, caller func()) {
	mergeruntime.AddLink(mergeruntime.Link{Caller: goMergeService, Callee: goMergeVerified, RPCService: goMergeVerified, Methods: map[string]mergeruntime.Method{"Get": {
		Args: func(src any) (any, error) {
			return &goMergeTestAsked{Names: append([]string(nil), src.(*goMergeTestAsked).Names...)}, nil
		},
		NewResult: func() any { return new(goMergeTestAnswer) },
		Result: func(dst, src any) error {
			*dst.(*goMergeTestAnswer) = *src.(*goMergeTestAnswer)
			return nil
		},
	}}})
	var now atomic.Pointer[goMergeTestVerified]
	var returned atomic.Pointer[chan struct{}] // closed when the caller has changed what it has
	handler := func(ctx context.Context, request mergeruntime.Request) mergeruntime.Response {
		<-*returned.Load()
		err := now.Load().inline(ctx, request.Args.(*goMergeTestAsked), request.Result.(*goMergeTestAnswer))
		if biz, ok := kerrors.FromBizStatusError(err); ok {
			reply := request.Meta.(*goMergeMeta).Reply.Str
			reply["biz-status"], reply["biz-message"] = fmt.Sprint(biz.BizStatusCode()), biz.BizMessage()
			err = nil
		}
		if err != nil {
			return mergeruntime.Response{Failure: &mergeruntime.Failure{Kind: mergeruntime.Answered, Number: remote.InternalError, Message: err.Error()}}
		}
		return mergeruntime.Response{}
	}
	svcInfo := &serviceinfo.ServiceInfo{
		ServiceName: goMergeVerified, PayloadCodec: serviceinfo.Thrift, Extra: map[string]interface{}{"PackageName": goMergeVerified},
		Methods: map[string]serviceinfo.MethodInfo{
			"Get": serviceinfo.NewMethodInfo(nil, func() interface{} { return new(goMergeTestAsked) }, func() interface{} { return new(goMergeTestAnswer) }, false),
		},
	}
	answer := func(endpoint.Endpoint) endpoint.Endpoint {
		return func(ctx context.Context, request, response interface{}) error {
			err := now.Load().rpc(ctx, request.(*goMergeTestAsked), response.(*goMergeTestAnswer))
			biz, ok := kerrors.FromBizStatusError(err)
			switch {
			case err == nil, errors.Is(err, kerrors.ErrRPCTimeout), errors.Is(err, kerrors.ErrGetConnection):
				return err
			case ok:
				rpcinfo.GetRPCInfo(ctx).Invocation().(rpcinfo.InvocationSetter).SetBizStatusErr(biz)
				return nil
			}
			return kerrors.ErrRemoteOrNetwork.WithCauseAndExtraMsg(remote.NewTransErrorWithMsg(remote.InternalError, err.Error()), "remote")
		}
	}
	serving, done := make(chan struct{}), make(chan struct{})
	callee = func() {
		defer mergeruntime.Serve(goMergeVerified, goMergeVerified, goMergeVerified, handler)()
		close(serving)
		<-done
	}
	caller = func() {
		defer close(done)
		<-serving
		found := []string{}
		for i := range goMergeVerifiedCalls {
			opts := []Option{WithDestService(goMergeVerified), WithHostPorts("127.0.0.1:1"), WithTransportProtocol(transport.TTHeader), WithInstanceMW(answer)}
			made, err := NewClient(svcInfo, append(opts, goMergeVerifiedCalls[i].opts...)...)
			if err != nil {
				t.Fatal(err)
			}
			now.Store(&goMergeVerifiedCalls[i])
			changed := make(chan struct{})
			returned.Store(&changed)
			before := goMergeVerification()
			seen := goMergeTestAsk(made, changed)
			after := goMergeVerification()
			for end := time.Now().Add(time.Minute); after.Compared()+after.Skipped.Sum() == before.Compared()+before.Skipped.Sum() && time.Now().Before(end); after = goMergeVerification() {
				time.Sleep(time.Millisecond)
			}
			text := fmt.Sprintf("%s: %d same, %d different, %d skipped", seen, after.Same-before.Same, after.Different-before.Different, after.Skipped.Sum()-before.Skipped.Sum())
			if after.Different > before.Different {
				for _, f := range after.Differences[len(after.Differences)-1].Fields {
					text += fmt.Sprintf("; %s: %s -> %s", f.Path, f.RPC, f.Inline)
				}
			}
			for _, reason := range after.Declined[len(before.Declined):] {
				text += "; " + reason
			}
			found = append(found, text)
		}
		json.NewEncoder(os.Stdout).Encode(found)
	}
	return callee, caller
}

// goMergeTestAsk makes a call, and describes what it returns. Before the inline call runs,
// it overwrites its request and what it got, which are the caller's.
func goMergeTestAsk(made Client, changed chan struct{}) string {
	defer close(changed)
	ctx, cancel := context.WithCancel(context.WithValue(context.Background(), goMergeVerifyEnv, 1))
	defer cancel() // which does not end the inline call
	asked, answer := &goMergeTestAsked{Names: []string{"tea"}}, new(goMergeTestAnswer)
	err := made.Call(ctx, "Get", asked, answer)
	asked.Names[0] = "changed"
	biz, ok := kerrors.FromBizStatusError(err)
	switch {
	case ok:
		return fmt.Sprintf("business status %d %s", biz.BizStatusCode(), biz.BizMessage())
	case err != nil:
		return err.Error()
	case answer.Missing != nil:
		name := answer.Missing.Name
		answer.Missing.Name = "changed"
		return "missing " + name
	}
	text := fmt.Sprint(answer.Success.Price, " ", answer.Success.Names)
	answer.Success.Price, answer.Success.Names[0] = 0, "changed"
	return text
}

func goMergeVerification() (v reports.Verification) {
	for _, l := range mergeruntime.Links() {
		if l.Callee == goMergeVerified && l.Method == "Get" {
			v = *l.Verification
		}
	}
	return v
}
