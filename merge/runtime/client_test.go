package runtime

import (
	"bytes"
	"context"
	"errors"
	"log"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
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
		NewArgs:   func() any { return new(calleeArgs) },
		NewResult: func() any { return new(calleeResult) },
		ConvertArgs: func(dst, src any) error {
			if src.(*callerArgs).ID == 0 {
				return errDecode
			}
			dst.(*calleeArgs).ID = src.(*callerArgs).ID
			return nil
		},
		ConvertResult: func(dst, src any) error {
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

// newBinary replaces the process's table and log for one test and links item
// to stock.
func newBinary(t *testing.T) *bytes.Buffer {
	t.Helper()
	var out bytes.Buffer
	oldLinks, oldFallback, oldLogger := links, fallback, logger
	links, fallback, logger = newTable(), new(onceLogger), log.New(&out, "", 0)
	t.Cleanup(func() { links, fallback, logger = oldLinks, oldFallback, oldLogger })

	notify := getMethod()
	notify.NewResult = nil
	AddLink(Link{Caller: "item", Callee: "stock", RPCService: "StockService", Methods: map[string]Method{
		"Get": getMethod(), "Notify": notify,
	}, Unconverted: map[string]string{"Watch": "streaming method"}})
	return &out
}

func greet(_ context.Context, req *Request) Response {
	req.Result.(*calleeResult).Name = "stock item"
	return Response{}
}

func TestInlineCall(t *testing.T) {
	newBinary(t)
	client := NewClient("item", "StockService", "stock")
	var seen Request
	defer Serve("stock", "StockService", "stock", func(ctx context.Context, req *Request) Response {
		seen = *req
		return greet(ctx, req)
	})()

	var result callerResult
	call := client.Bind("Get", &callerArgs{ID: 7}, &result)
	if call == nil {
		t.Fatal("Bind returned nil for a running callee")
	}
	header := Header{Carried: true, Str: map[string]string{"k": "v"}}
	if resp := call.Do(context.Background(), header); resp.Exception != nil {
		t.Fatalf("exception %+v", resp.Exception)
	}
	if result.Name != "stock item" {
		t.Errorf("result %+v was not filled", result)
	}
	if seen.Caller != "item" || seen.Method != "Get" || seen.Args.(*calleeArgs).ID != 7 || seen.Header.Str["k"] != "v" {
		t.Errorf("handler saw %+v", seen)
	}
	if got := counted(t, "Get"); got.Inline != 1 || got.RPC != 0 || got.Errors != 0 {
		t.Errorf("counters %+v", got)
	}
}

func counted(t *testing.T, method string) LinkStats {
	t.Helper()
	for _, s := range Links() {
		if s.Method == method {
			return s
		}
	}
	t.Fatalf("no counters for %q in %+v", method, Links())
	return LinkStats{}
}

func TestFallsBackToRPC(t *testing.T) {
	tests := []struct {
		name, method, destination, serverName string
		id                                    int64
		running                               bool
		want                                  string
	}{
		{"callee does not run", "Get", "stock", "stock", 1, false, "StockService by RPC: the callee does not run"},
		{"other destination", "Get", "stock-canary", "stock", 1, true, `StockService by RPC: the client calls "stock-canary" and the callee is named "stock"`},
		{"unconverted method", "Watch", "stock", "stock", 1, true, "StockService.Watch by RPC: streaming method"},
		{"unknown method", "Put", "stock", "stock", 1, true, "StockService.Put by RPC: the method was not known when the binary was built"},
		{"undecodable arguments", "Get", "stock", "stock", 0, true, "StockService.Get by RPC: required field ID is not set"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := newBinary(t)
			if tt.running {
				defer Serve("stock", "StockService", tt.serverName, greet)()
			}
			client := NewClient("item", "StockService", tt.destination)
			for range 3 {
				if client.Bind(tt.method, &callerArgs{ID: tt.id}, &callerResult{}) != nil {
					t.Fatal("Bind returned a call")
				}
			}
			if want := "item -> stock: " + tt.want + "\n"; out.String() != want {
				t.Errorf("logged %q, want %q once", out, want)
			}
			total := uint64(0)
			for _, s := range Links() {
				total += s.RPC
			}
			if total != 3 {
				t.Errorf("counted %d RPCs, want 3", total)
			}
		})
	}
}

func TestDecline(t *testing.T) {
	out := newBinary(t)
	client := NewClient("item", "StockService", "stock")
	for range 2 {
		client.Decline("Get", "calls over gRPC are not inline")
	}
	if want := "item -> stock: StockService.Get by RPC: calls over gRPC are not inline\n"; out.String() != want {
		t.Errorf("logged %q, want %q once", out, want)
	}
	if got := counted(t, "Get"); got.RPC != 2 {
		t.Errorf("counters %+v, want 2 RPCs", got)
	}
}

func TestClientOutsideTheBinaryIsNeverInline(t *testing.T) {
	out := newBinary(t)
	client := NewClient("item", "MailService", "mail")
	client.Decline("Send", "streaming calls are not inline")
	if client.Bind("Send", &callerArgs{ID: 1}, nil) != nil || out.Len() > 0 {
		t.Errorf("a service that is not merged was bound or logged: %q", out)
	}
}

func TestUnnamedServerMatchesEveryDestination(t *testing.T) {
	newBinary(t)
	defer Serve("stock", "StockService", "", greet)()
	if NewClient("item", "StockService", "anything").Bind("Get", &callerArgs{ID: 1}, &callerResult{}) == nil {
		t.Error("Bind returned nil")
	}
}

func TestClientMadeBeforeItsLink(t *testing.T) {
	newBinary(t)
	client := NewClient("api", "StockService", "stock")
	AddLink(Link{Caller: "api", Callee: "stock", RPCService: "StockService", Methods: map[string]Method{"Get": getMethod()}})
	defer Serve("stock", "StockService", "stock", greet)()
	if client.Bind("Get", &callerArgs{ID: 1}, &callerResult{}) == nil {
		t.Error("Bind returned nil")
	}
}

func TestFailures(t *testing.T) {
	tests := []struct {
		name    string
		handler Handler
		want    Response
	}{
		{"exception", func(context.Context, *Request) Response {
			return Response{Exception: &Exception{Type: 6, Message: "biz error: no"}}
		}, Response{Exception: &Exception{6, "biz error: no"}}},
		{"panic", func(context.Context, *Request) Response { panic("boom") }, Response{Exception: &Exception{6, "panic: boom"}}},
		{"undecodable result", func(_ context.Context, req *Request) Response {
			req.Result.(*calleeResult).Name = "undecodable"
			return Response{}
		}, Response{Undecodable: errDecode}},
		{"unencodable result", func(_ context.Context, req *Request) Response {
			req.Result.(*calleeResult).Name = "unencodable"
			return Response{Header: Header{Carried: true}}
		}, Response{Closed: true}},
		{"closed connection", func(context.Context, *Request) Response {
			return Response{Closed: true}
		}, Response{Closed: true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			newBinary(t)
			defer Serve("stock", "StockService", "stock", tt.handler)()
			result := callerResult{Name: "untouched"}
			resp := NewClient("item", "StockService", "stock").Bind("Get", &callerArgs{ID: 1}, &result).Do(context.Background(), Header{})
			if !reflect.DeepEqual(resp, tt.want) {
				t.Errorf("response %+v, want %+v", resp, tt.want)
			}
			if result.Name != "untouched" {
				t.Errorf("result %+v was filled", result)
			}
			if got := counted(t, "Get"); got.Inline != 1 || got.Errors != 1 {
				t.Errorf("counters %+v", got)
			}
		})
	}
}

type contextKey struct{}

func TestCalleeSeesDeadlineAndNoValues(t *testing.T) {
	newBinary(t)
	seen := make(chan context.Context, 1)
	defer Serve("stock", "StockService", "stock", func(ctx context.Context, req *Request) Response {
		seen <- ctx
		return greet(ctx, req)
	})()
	deadline := time.Now().Add(time.Hour)
	ctx, cancel := context.WithDeadline(context.WithValue(context.Background(), contextKey{}, "secret"), deadline)
	NewClient("item", "StockService", "stock").Bind("Get", &callerArgs{ID: 1}, &callerResult{}).Do(ctx, Header{})

	callee := <-seen
	if callee.Value(contextKey{}) != nil {
		t.Error("a value of the caller's context crossed")
	}
	if got, ok := callee.Deadline(); !ok || !got.Equal(deadline) {
		t.Errorf("deadline %v, %v", got, ok)
	}
	child, stop := context.WithCancel(callee)
	defer stop()
	cancel()
	select {
	case <-child.Done():
	case <-time.After(10 * time.Second):
		t.Fatal("a child of the callee's context was not cancelled")
	}
	if !errors.Is(callee.Err(), context.Canceled) {
		t.Errorf("Err() = %v", callee.Err())
	}
}

func TestOnewayReturnsAtOnce(t *testing.T) {
	newBinary(t)
	release, handled := make(chan struct{}), make(chan error)
	defer Serve("stock", "StockService", "stock", func(ctx context.Context, _ *Request) Response {
		<-release
		handled <- ctx.Err()
		return Response{Exception: &Exception{Message: "not seen"}}
	})()
	ctx, cancel := context.WithCancel(context.Background())
	resp := NewClient("item", "StockService", "stock").Bind("Notify", &callerArgs{ID: 1}, nil).Do(ctx, Header{})
	cancel()
	close(release)
	if err := <-handled; err != nil {
		t.Errorf("the handler's context ended with the caller's: %v", err)
	}
	if resp.Exception != nil {
		t.Errorf("exception %+v", resp.Exception)
	}
}

func TestSecondServerIsLogged(t *testing.T) {
	out := newBinary(t)
	Serve("stock", "StockService", "stock", greet)()
	stopFirst := Serve("stock", "StockService", "stock", greet)
	Serve("stock", "StockService", "second", nil)()
	if want := "stock starts another server for StockService: inline calls go to the first\n"; out.String() != want {
		t.Errorf("logged %q, want %q", out, want)
	}
	client := NewClient("item", "StockService", "stock")
	if client.Bind("Get", &callerArgs{ID: 1}, &callerResult{}) == nil {
		t.Error("the first server went with the second")
	}
	stopFirst()
	if client.Bind("Get", &callerArgs{ID: 1}, &callerResult{}) != nil {
		t.Error("a stopped server was called")
	}
}

func TestAddLinkTwicePanics(t *testing.T) {
	newBinary(t)
	defer func() {
		got, _ := recover().(string)
		if !strings.Contains(got, "service item has a link for StockService to stock and another to stock2") {
			t.Errorf("panic %q", got)
		}
	}()
	AddLink(Link{Caller: "item", Callee: "stock2", RPCService: "StockService"})
}

// TestConcurrentCalls is for the race detector.
func TestConcurrentCalls(t *testing.T) {
	newBinary(t)
	client := NewClient("item", "StockService", "stock")
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 500 {
				var result callerResult
				if call := client.Bind("Get", &callerArgs{ID: 1}, &result); call != nil {
					call.Do(context.Background(), Header{})
				}
			}
		})
	}
	for range 50 {
		Serve("stock", "StockService", "stock", greet)()
	}
	wg.Wait()
	if got := counted(t, "Get"); got.Inline+got.RPC != 2000 {
		t.Errorf("counters %+v, want 2000 calls", got)
	}
}
