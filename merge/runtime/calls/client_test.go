package calls

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"log"
	"reflect"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
)

// The caller's and the callee's copies of one service's generated structs.
type (
	callerArgs   struct{ ID int64 }
	callerResult struct{ Name string }
	calleeArgs   struct{ ID int64 }
	calleeResult struct{ Name string }
)

var errDecode = errors.New("required field ID is not set")

func getMethod() Method {
	return Method{
		Args: func(src any) (any, error) {
			if src.(*callerArgs).ID == 0 {
				return nil, errDecode
			}
			return &calleeArgs{ID: src.(*callerArgs).ID}, nil
		},
		NewResult: func() any { return new(calleeResult) },
		Result: func(dst, src any) error {
			switch src.(*calleeResult).Name {
			case "undecodable":
				return errDecode
			case "unencodable":
				return EncodeError("no field is set")
			}
			dst.(*callerResult).Name = src.(*calleeResult).Name
			return nil
		},
	}
}

// testTable is a table, and what it logs.
type testTable struct {
	*Table
	log bytes.Buffer
}

// newShop links item to stock.
func newShop() *testTable {
	shop := new(testTable)
	logger := log.New(&shop.log, "", 0)
	shop.Table = NewTable(policy.NewSwitch(logger), logger)

	notify := getMethod()
	notify.NewResult = nil
	shop.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "StockService", Methods: map[string]Method{
		"Get": getMethod(), "Notify": notify,
	}, Unconverted: map[string]string{"Watch": "streaming method"}})
	return shop
}

func greet(_ context.Context, req Request) Response {
	req.Result.(*calleeResult).Name = "stock item"
	return Response{}
}

func TestInlineCall(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "StockService", "stock")
	var seen Request
	defer shop.Serve("stock", "StockService", "stock", func(ctx context.Context, req Request) Response {
		seen = req
		return greet(ctx, req)
	})()

	var result callerResult
	meta := &struct{ ID int }{5}
	resp, inline := tryInline(client, "Get", &callerArgs{ID: 7}, &result, meta)
	if !inline || resp.Failed() {
		t.Fatalf("inline %v, response %+v", inline, resp)
	}
	if result.Name != "stock item" {
		t.Errorf("result %+v was not filled", result)
	}
	if seen.Caller != "item" || seen.Method != "Get" || seen.Args.(*calleeArgs).ID != 7 || !reflect.DeepEqual(seen.Meta, meta) {
		t.Errorf("handler saw %+v", seen)
	}
	if got := shop.counted(t, "Get"); got.Inline != 1 || got.RPC != 0 || got.Errors != 0 {
		t.Errorf("counters %+v", got)
	}
}

// tryInline makes a call as adapters do. It returns false if the call has to be
// an RPC.
func tryInline(c *Client, method string, args, result, meta any) (Response, bool) {
	return observed(c, method, args, func(_ Observation, call Call, converted any) (resp Response, ended bool) {
		return call.Do(context.Background(), converted, result, meta), false
	})
}

// observed makes a call as an adapter does, whose caller sees whether it
// failed. do reports whether it has ended the observation.
func observed(c *Client, method string, args any, do func(o Observation, call Call, converted any) (resp Response, ended bool)) (resp Response, inline bool) {
	o, call, drawn := c.ObserveDraw(method)
	how, ended := EndedOK, false
	defer func() {
		if !ended {
			o.End(drawn, how)
		}
	}()
	if !call.Bound() {
		return Response{}, false
	}
	converted, err := call.Convert(args)
	if err != nil {
		return Response{}, false
	}
	if resp, ended = do(o, call, converted); resp.Failed() {
		how = EndedInternal
	}
	return resp, true
}

func TestCallerNeedsPermission(t *testing.T) {
	shop := newShop()
	served := 0
	defer shop.Serve("stock", "StockService", "stock", func(context.Context, Request) Response {
		served++
		return Response{}
	})()
	var err error
	shop.link("item", "StockService").callers, err = permission.New("item", permission.Enforce,
		map[permission.Class][]string{permission.Call: {"stock/Other"}}, permission.Folder{}, nil, shop.logger.Printf)
	if err != nil {
		t.Fatal(err)
	}
	client := shop.NewClient("item", "StockService", "stock")
	if call, ok := client.Bind("Get"); !ok || !call.Denied() {
		t.Errorf("inline %v, and not known to be denied", ok)
	}
	for _, method := range []string{"Get", "Notify"} {
		resp, inline := tryInline(client, method, &callerArgs{ID: 7}, &callerResult{}, nil)
		if !inline || !resp.Failed() || resp.Failure.Kind != Denied || !errors.Is(resp.Failure.Err, fs.ErrPermission) {
			t.Errorf("%s: inline %v, response %+v", method, inline, resp)
		}
		if got := shop.counted(t, method); got.Inline != 1 || got.Errors != 1 {
			t.Errorf("%s: counters %+v", method, got)
		}
	}
	if served != 0 {
		t.Errorf("%d calls were served", served)
	}
}

func TestServing(t *testing.T) {
	shop := newShop()
	before := shop.counted(t, "Get").Serving
	stop := shop.Serve("stock", "StockService", "stock", greet)
	during := shop.counted(t, "Get").Serving
	stop()
	if after := shop.counted(t, "Get").Serving; before || !during || after {
		t.Errorf("serving is %v before, %v during and %v after a server runs", before, during, after)
	}
}

func (shop *testTable) counted(t *testing.T, method string) reports.Link {
	t.Helper()
	for _, s := range shop.Links() {
		if s.Method == method {
			return s
		}
	}
	t.Fatalf("no counters for %q in %+v", method, shop.Links())
	return reports.Link{}
}

func TestClientMadeBeforeItsLink(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("api", "StockService", "stock")
	shop.AddLink(Link{Caller: "api", Callee: "stock", RPCService: "StockService", Methods: map[string]Method{"Get": getMethod()}})
	defer shop.Serve("stock", "StockService", "stock", greet)()
	if _, inline := tryInline(client, "Get", &callerArgs{ID: 1}, &callerResult{}, nil); !inline {
		t.Error("Bind declined")
	}
}

func TestFailures(t *testing.T) {
	tests := []struct {
		name    string
		handler Handler
		want    Response
	}{
		{"exception", func(context.Context, Request) Response {
			return Response{Failure: &Failure{Kind: Answered, Number: 6, Message: "biz error: no"}}
		}, Response{Failure: &Failure{Kind: Answered, Number: 6, Message: "biz error: no"}}},
		{"panic", func(context.Context, Request) Response { panic("boom") }, Response{Failure: &Failure{Kind: Crashed, Message: "panic: boom"}, Panicked: true}},
		{"undecodable result", func(_ context.Context, req Request) Response {
			req.Result.(*calleeResult).Name = "undecodable"
			return Response{}
		}, Response{Failure: &Failure{Kind: Undecodable, Message: errDecode.Error(), Err: errDecode}}},
		{"unencodable result", func(_ context.Context, req Request) Response {
			req.Result.(*calleeResult).Name = "unencodable"
			return Response{}
		}, NoAnswer()},
		{"closed connection", func(context.Context, Request) Response {
			return NoAnswer()
		}, NoAnswer()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shop := newShop()
			defer shop.Serve("stock", "StockService", "stock", tt.handler)()
			result := callerResult{Name: "untouched"}
			resp, _ := tryInline(shop.NewClient("item", "StockService", "stock"), "Get", &callerArgs{ID: 1}, &result, nil)
			if !reflect.DeepEqual(resp, tt.want) {
				t.Errorf("response %+v, want %+v", resp, tt.want)
			}
			if result.Name != "untouched" {
				t.Errorf("result %+v was filled", result)
			}
			if got := shop.counted(t, "Get"); got.Inline != 1 || got.Errors != 1 {
				t.Errorf("counters %+v", got)
			}
		})
	}
}

func TestConvertRefuses(t *testing.T) {
	shop := newShop()
	defer shop.Serve("stock", "StockService", "stock", func(context.Context, Request) Response {
		t.Error("the handler ran")
		return Response{}
	})()
	call, _ := shop.NewClient("item", "StockService", "stock").Bind("Get")
	var refusal Refusal
	if _, err := call.Convert(&callerArgs{}); !errors.As(err, &refusal) {
		t.Errorf("Convert returned %v", err)
	}
	if got := shop.counted(t, "Get"); got.Inline != 0 || got.RPC != 1 {
		t.Errorf("counters %+v", got)
	}
}

func TestResultInPlace(t *testing.T) {
	shop := newShop()
	shared := getMethod()
	shared.ResultView = func(dst any) any { return (*calleeResult)(dst.(*callerResult)) }
	shop.AddLink(Link{Caller: "api", Callee: "stock", RPCService: "StockService", Methods: map[string]Method{"Get": shared}})
	var result callerResult
	defer shop.Serve("stock", "StockService", "stock", func(ctx context.Context, req Request) Response {
		if (*callerResult)(req.Result.(*calleeResult)) != &result {
			t.Error("the callee got another result struct")
		}
		return greet(ctx, req)
	})()
	if _, inline := tryInline(shop.NewClient("api", "StockService", "stock"), "Get", &callerArgs{ID: 1}, &result, nil); !inline || result.Name != "stock item" {
		t.Errorf("inline %v, result %+v", inline, result)
	}
}

func TestProfileLabelsFollowTheCall(t *testing.T) {
	shop := newShop()
	labels := func() usage.Labels {
		l := usage.SwapLabels(nil)
		usage.SwapLabels(l)
		return l
	}
	pprof.Do(context.Background(), pprof.Labels("service", "item"), func(context.Context) {
		callers, callees := labels(), usage.Labels(nil)
		defer shop.Serve("stock", "StockService", "stock", func(context.Context, Request) Response {
			callees = labels()
			panic("boom")
		})()
		tryInline(shop.NewClient("item", "StockService", "stock"), "Get", &callerArgs{ID: 1}, &callerResult{}, nil)
		if callees == callers || callees == nil {
			t.Error("the callee ran under its caller's labels")
		}
		if labels() != callers {
			t.Error("the caller did not get its labels back")
		}
	})
}

func TestOnewayReturnsAtOnce(t *testing.T) {
	shop := newShop()
	release, handled := make(chan struct{}), make(chan error)
	defer shop.Serve("stock", "StockService", "stock", func(ctx context.Context, _ Request) Response {
		<-release
		handled <- ctx.Err()
		return Response{Failure: &Failure{Kind: Answered, Message: "not seen"}}
	})()
	ctx, cancel := context.WithCancel(context.Background())
	call, _ := shop.NewClient("item", "StockService", "stock").Bind("Notify")
	args, err := call.Convert(&callerArgs{ID: 1})
	if err != nil {
		t.Fatal(err)
	}
	resp := call.Do(ctx, args, nil, nil)
	cancel()
	close(release)
	if err := <-handled; err != nil {
		t.Errorf("the handler's context ended with the caller's: %v", err)
	}
	if resp.Failed() {
		t.Errorf("response %+v", resp)
	}
}

func TestSecondServerIsLogged(t *testing.T) {
	shop := newShop()
	shop.Serve("stock", "StockService", "stock", greet)()
	stopFirst := shop.Serve("stock", "StockService", "stock", greet)
	shop.Serve("stock", "StockService", "second", nil)()
	if want := "stock starts another server for StockService: inline calls go to the first\n"; shop.log.String() != want {
		t.Errorf("logged %q, want %q", &shop.log, want)
	}
	client := shop.NewClient("item", "StockService", "stock")
	if _, inline := tryInline(client, "Get", &callerArgs{ID: 1}, &callerResult{}, nil); !inline {
		t.Error("the first server went with the second")
	}
	stopFirst()
	if _, inline := tryInline(client, "Get", &callerArgs{ID: 1}, &callerResult{}, nil); inline {
		t.Error("a stopped server was called")
	}
}

func TestAddLinkTwicePanics(t *testing.T) {
	shop := newShop()
	defer func() {
		got, _ := recover().(string)
		if !strings.Contains(got, "service item has two links for StockService to stock") {
			t.Errorf("panic %q", got)
		}
	}()
	shop.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "StockService"})
}

func TestClientOfSeveralCallees(t *testing.T) {
	shop := newShop()
	shop.AddLink(Link{Caller: "item", Callee: "archive", RPCService: "StockService", Methods: map[string]Method{"Get": {}}})
	for _, callee := range []string{"stock", "archive"} {
		t.Cleanup(shop.Serve(callee, "StockService", callee, greet))
	}
	if _, inline := shop.NewClient("item", "StockService", "stock").Bind("Get"); inline {
		t.Error("a call is inline although two services may be meant")
	}
	var callees []string
	for _, s := range shop.Links() {
		if s.Method == "Get" {
			callees = append(callees, s.Callee)
		}
	}
	if !slices.Equal(callees, []string{"archive", "stock"}) {
		t.Errorf("links to %q", callees)
	}
}

// TestConcurrentCalls is for the race detector.
func TestConcurrentCalls(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "StockService", "stock")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 500 {
				var result callerResult
				tryInline(client, "Get", &callerArgs{ID: 1}, &result, nil)
			}
		})
	}
	for range 50 {
		shop.Serve("stock", "StockService", "stock", greet)()
	}
	wg.Wait()
	if got := shop.counted(t, "Get"); got.Inline+got.RPC != 2000 {
		t.Errorf("counters %+v, want 2000 calls", got)
	}
}

// TestServeFirst has a server say that its streams are RPCs, which is for the caller's
// adapter to know.
func TestServeFirst(t *testing.T) {
	shop := newShop()
	for _, reason := range []string{"", "its streams need a socket"} {
		stop := shop.ServeFirst("stock", "StockService", ServerConfig{Name: "stock", Handler: greet, StreamsByRPC: reason})
		call, ok := shop.NewClient("item", "StockService", "stock").Bind("Get")
		if !ok || call.StreamsByRPC() != reason {
			t.Errorf("bound %v, reason %q, want %q", ok, call.StreamsByRPC(), reason)
		}
		stop()
	}
}
