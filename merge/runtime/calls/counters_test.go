package calls

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestCounters(t *testing.T) {
	failure := &Failure{Kind: Answered, Number: 6}
	copies := getMethod()
	sharesArgs, sharesBoth, oneway := copies, copies, copies
	sharesArgs.SharesArgs = true
	sharesBoth.SharesArgs, sharesBoth.SharesResult = true, true
	oneway.NewResult = nil
	tests := []struct {
		name   string
		method Method
		resp   Response
		want   reports.Link
	}{
		{"result", copies, Response{}, reports.Link{Inline: 1, Copied: 2}},
		{"request shared", sharesArgs, Response{}, reports.Link{Inline: 1, Copied: 1, Shared: 1}},
		{"both shared", sharesBoth, Response{}, reports.Link{Inline: 1, Shared: 2}},
		{"exception", copies, Response{Failure: failure}, reports.Link{Inline: 1, Errors: 1, Copied: 1}},
		{"panic", sharesBoth, Response{Failure: failure, Panicked: true}, reports.Link{Inline: 1, Errors: 1, Panics: 1, Shared: 1}},
		{"closed", copies, NoAnswer(), reports.Link{Inline: 1, Errors: 1, Copied: 1}},
		{"oneway", oneway, Response{}, reports.Link{Inline: 1, Copied: 1}},
		{"short", copies, Response{Way: Short}, reports.Link{Inline: 1, Copied: 2, Ways: reports.Ways{Short: 1}}},
		{"through the transport, and fails", copies, Response{Way: Transport, Failure: failure}, reports.Link{Inline: 1, Errors: 1, Copied: 1, Ways: reports.Ways{Transport: 1}}},
		{"oneway, exception", oneway, Response{Failure: failure}, reports.Link{Inline: 1, Errors: 1, Copied: 1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m := activeMethod{Method: tt.method, name: "Get", link: &activeLink{endpoint: newEndpoint(), table: NewTable(policy.NewSwitch(nil), nil)}}
			count(&m, tt.resp)
			got := m.stats()
			if got.SlowestHandler == 0 {
				t.Error("the first handler is not timed")
			}
			got.SlowestHandler = 0
			tt.want.Method, tt.want.State, tt.want.Deadline = "Get", "on", "strict"
			if got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

// count counts an attempt of m with its outcome.
func count(m *activeMethod, resp Response) {
	s := m.link.table.stripes.Get()
	m.end(s, m.begin(s), &resp)
}

func TestPanicsAreCounted(t *testing.T) {
	shop := newShop()
	defer shop.Serve("stock", "StockService", "stock", func(_ context.Context, req Request) Response {
		if req.Args.(*calleeArgs).ID == 1 {
			panic("in a place that the adapter does not cover")
		}
		return Response{Failure: &Failure{Kind: Answered, Number: 6, Message: "panic: in the handler"}, Panicked: true}
	})()
	client := shop.NewClient("item", "StockService", "stock")
	for id := range int64(3) {
		tryInline(client, "Get", &callerArgs{ID: id + 1}, &callerResult{}, nil)
	}
	if got := shop.counted(t, "Get"); got.Panics != 3 || got.Errors != 3 {
		t.Errorf("counted %d panics and %d errors, want 3 and 3", got.Panics, got.Errors)
	}
}

// TestPanicThatEndsTheCallee has a handler panic in a way that takes its service down.
func TestPanicThatEndsTheCallee(t *testing.T) {
	shop := newShop()
	shop.Serve("stock", "StockService", "stock", func(context.Context, Request) Response {
		shop.Withdraw("stock", "it is down")
		resp := NoAnswer()
		resp.Panicked = true
		return resp
	})
	resp, _ := tryInline(shop.NewClient("item", "StockService", "stock"), "Get", &callerArgs{ID: 1}, &callerResult{}, nil)
	if !resp.Failed() || resp.Failure.Kind != Closed {
		t.Errorf("response %+v", resp)
	}
	if got := shop.counted(t, "Get"); got.Panics != 1 || got.Errors != 1 {
		t.Errorf("counted %d panics and %d errors, want 1 and 1", got.Panics, got.Errors)
	}
}

// TestGoexitIsCounted has handlers end their goroutines: their callers', and those of a
// oneway call and of a stream.
func TestGoexitIsCounted(t *testing.T) {
	left := func(lean bool) reports.Link {
		l := reports.Link{Inline: 1, Errors: 1}
		if lean {
			l.Drawn.Inline.Ended.Unavailable = 1
		}
		return l
	}
	type calls struct {
		shop   *testTable
		client *Client
	}
	exits := func(context.Context, Request) Response { runtime.Goexit(); return Response{} }
	for name, test := range map[string]struct {
		method string
		call   func(t *testing.T, c calls)
		want   reports.Link
	}{
		"a call": {"Get", func(_ *testing.T, c calls) {
			call, _ := c.client.Bind("Get")
			call.Do(context.Background(), &calleeArgs{ID: 1}, new(callerResult), nil)
		}, left(false)},
		"of bytes": {"Get", func(t *testing.T, c calls) {
			call, _ := c.client.Bind("Get")
			call.Pass(t.Context(), nil, nil, nil)
		}, left(false)},
		"a lean one of a server that is not": {"Get", func(_ *testing.T, c calls) {
			o, call, _ := c.client.ObserveDraw("Get")
			call.DoLean(context.Background(), o, &calleeArgs{ID: 1}, new(callerResult), nil)
		}, left(true)},
		"a lean one": {"Get", func(t *testing.T, c calls) {
			config := leanServer(t, func(_, _, _ any) *Response { runtime.Goexit(); return nil })
			stop := c.shop.ServeFirst("stock", "StockService", config)
			defer stop()
			o, call, _ := c.client.ObserveDraw("Get")
			call.DoLean(context.Background(), o, &calleeArgs{ID: 1}, new(callerResult), nil)
		}, left(true)},
		"a oneway one": {"Notify", func(_ *testing.T, c calls) {
			call, _ := c.client.Bind("Notify")
			call.Do(context.Background(), &calleeArgs{ID: 1}, nil, nil)
		}, left(false)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shop := newShop()
				if name != "a lean one" {
					defer shop.Serve("stock", "StockService", "stock", exits)()
				}
				client := shop.NewClient("item", "StockService", "stock")
				go test.call(t, calls{shop, client})
				synctest.Wait()
				got := shop.counted(t, test.method)
				if got.Errors != test.want.Errors {
					t.Errorf("counted %d errors, want %d", got.Errors, test.want.Errors)
				}
				checkCounted(t, got, test.want)
			})
		})
	}
}

// TestStreamCounters counts what streams ended with, for whichever reason.
func TestStreamCounters(t *testing.T) {
	ways := reports.Ways{Stream: 1}
	for name, test := range map[string]struct {
		handler func(s *ServerStream) Response
		want    reports.Link
	}{
		"returns": {func(*ServerStream) Response { return Response{} }, reports.Link{Ways: ways}},
		"ends":    {func(s *ServerStream) Response { s.End("trailer", Response{}); return Response{} }, reports.Link{Ways: ways}},
		"fails":   {func(*ServerStream) Response { return NoAnswer() }, reports.Link{Ways: ways, Errors: 1}},
		"ends with a panic": {func(s *ServerStream) Response {
			s.End("trailer", Response{Panicked: true})
			return Response{}
		}, reports.Link{Ways: ways, Errors: 1, Panics: 1}},
		"panics after its end": {func(s *ServerStream) Response {
			s.End("trailer", Response{})
			return Response{Panicked: true}
		}, reports.Link{Ways: ways, Errors: 1, Panics: 1}},
		"exits": {func(*ServerStream) Response { runtime.Goexit(); return Response{} }, reports.Link{Errors: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				shop := newShop()
				s, failure := shop.streamCall(t, test.handler).Open(t.Context(), nil)
				if failure != nil {
					t.Fatal(failure)
				}
				synctest.Wait()
				s.Leave()
				got := shop.counted(t, "Watch")
				if got.Inline != 1 || got.Ways != test.want.Ways || got.Errors != test.want.Errors || got.Panics != test.want.Panics {
					t.Errorf("got %d inline, ways %+v, %d errors, %d panics\nwant 1 inline, ways %+v, %d errors, %d panics",
						got.Inline, got.Ways, got.Errors, got.Panics, test.want.Ways, test.want.Errors, test.want.Panics)
				}
			})
		})
	}
}

// mustParse parses rules, one a line.
func mustParse(t testing.TB, text string) []policy.Rule {
	t.Helper()
	rules, err := policy.ParseRules(strings.Split(text, "\n"), func(n int) string { return fmt.Sprint("line ", n) })
	if err != nil {
		t.Fatal(err)
	}
	return rules
}

// TestSwitchWhileCalling is for the race detector, and loses no call.
func TestSwitchWhileCalling(t *testing.T) {
	shop := newShop()
	defer shop.Serve("stock", "StockService", "stock", greet)()
	client := shop.NewClient("item", "StockService", "stock")
	const callers, calls = 4, 2000
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range calls {
				var result callerResult
				resp, inline := tryInline(client, "Get", &callerArgs{ID: 1}, &result, nil)
				if inline && (resp.Failed() || result.Name == "") {
					t.Errorf("a call failed: %+v", resp)
				}
			}
		})
	}
	for i := range 200 {
		text := []string{"item->stock off", "* 25%", "kill on", "*->stock/*/Get on", "kill off"}[i%5]
		shop.rules.Set(policy.AdminLayer, "admin socket", mustParse(t, text))
		shop.Links()
	}
	wg.Wait()
	if got := shop.counted(t, "Get"); got.Inline+got.RPC != callers*calls || got.Errors > 0 {
		t.Errorf("counters %+v, want %d calls and no error", got, callers*calls)
	}
}

func TestKeptBackCallsAreRPCsAndNotLogged(t *testing.T) {
	shop := newShop()
	defer shop.Serve("stock", "StockService", "stock", greet)()
	client := shop.NewClient("item", "StockService", "stock")
	bound := func() bool {
		_, ok := client.Bind("Get")
		return ok
	}
	if !bound() {
		t.Error("no inline call without rules")
	}
	shop.rules.Set(policy.AdminLayer, "admin socket", mustParse(t, "item->stock/*/Get off"))
	shop.log.Reset()
	if bound() || bound() {
		t.Error("an inline call with the rule off")
	}
	if got := shop.counted(t, "Get"); got.RPC != 2 || shop.log.Len() > 0 {
		t.Errorf("counters %+v and log %q, want 2 RPCs and no log", got, &shop.log)
	}
	shop.rules.Set(policy.AdminLayer, "admin socket", mustParse(t, "item->stock/*/Get on"))
	if !bound() {
		t.Error("no inline call after the rule is on again")
	}
}

// TestDrawsWithoutCallsTakeNoMemory has calls of one draw.
func TestDrawsWithoutCallsTakeNoMemory(t *testing.T) {
	shop := newShop()
	defer shop.Serve("stock", "StockService", "stock", greet)()
	client := shop.NewClient("item", "StockService", "stock")
	for range 2 * timedEvery {
		tryInline(client, "Get", &callerArgs{ID: 1}, new(callerResult), nil)
	}
	for cell := range client.link().method("Get").count.cells.All() {
		if cell.arms[DrawnRPC].Load() != nil || cell.arms[Undrawn].Load() != nil {
			t.Error("there is memory for draws that no call had")
		}
	}
	if got := shop.counted(t, "Get").Drawn.Inline; got.Ended.OK != 2*timedEvery || got.Latency.Count == 0 {
		t.Errorf("counted %+v", got)
	}
}
