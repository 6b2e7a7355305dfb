package calls

import (
	"context"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/limits"
	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/merge/runtime/stripes"
	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
)

// tryLean makes a call as an adapter does at its lean level.
func tryLean(c *Client, method string, args, result, meta any) (Response, bool) {
	return observed(c, method, args, func(o Observation, call Call, converted any) (resp Response, ended bool) {
		if call.Oneway() {
			return call.Do(context.Background(), converted, result, meta), false
		}
		resp = call.DoLean(context.Background(), o, converted, result, meta)
		return resp, !resp.Failed()
	})
}

// leanGreet is greet as a LeanHandler.
func leanGreet(_, result, _ any) *Response {
	result.(*calleeResult).Name = "stock item"
	return nil
}

// leanServer has every method run handler at the lean level, and no other one.
func leanServer(t *testing.T, handler LeanHandler) ServerConfig {
	return ServerConfig{
		Name: "stock",
		Handler: func(_ context.Context, req Request) Response {
			t.Errorf("%s runs the Handler", req.Method)
			return Response{}
		},
		Lean:    func(string) LeanHandler { return handler },
		Running: new(stripes.Running),
	}
}

// TestLean compares outcomes and counters of lean calls with those of others.
func TestLean(t *testing.T) {
	failure := &Response{Failure: &Failure{Kind: Answered, Number: 6, Message: "no item"}}
	for _, tt := range []struct {
		name    string
		handler LeanHandler
	}{
		{"a result", leanGreet},
		{"a failure", func(_, _, _ any) *Response { return failure }},
		{"a panic that the adapter answers", func(_, _, _ any) *Response { return &Response{Failure: failure.Failure, Panicked: true} }},
		{"a panic", func(_, _, _ any) *Response { panic("boom") }},
		{"a result that cannot be encoded", func(_, result, _ any) *Response { result.(*calleeResult).Name = "unencodable"; return nil }},
		{"a result that cannot be decoded", func(_, result, _ any) *Response { result.(*calleeResult).Name = "undecodable"; return nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			type outcome struct {
				failure  Failure
				panicked bool
				name     string
				counted  [3]uint64
				logged   string
			}
			of := func(try func(c *Client, method string, args, result, meta any) (Response, bool), config ServerConfig) (o outcome) {
				shop := newShop()
				defer shop.ServeFirst("stock", "StockService", config)()
				var result callerResult
				resp, inline := try(shop.NewClient("item", "StockService", "stock"), "Get", &callerArgs{ID: 1}, &result, nil)
				if !inline || config.Running.N() != 0 {
					t.Errorf("inline %v, %d calls run", inline, config.Running.N())
				}
				if resp.Failed() {
					o.failure = *resp.Failure
				}
				got := shop.counted(t, "Get")
				o.panicked, o.name, o.counted = resp.Panicked, result.Name, [3]uint64{got.Inline, got.Errors, got.Panics}
				o.logged, _, _ = strings.Cut(shop.log.String(), "\n")
				return o
			}
			want := of(tryInline, ServerConfig{Name: "stock", Running: new(stripes.Running), Handler: func(_ context.Context, req Request) (resp Response) {
				if failed := tt.handler(req.Args, req.Result, req.Meta); failed != nil {
					resp = *failed
				}
				return resp
			}})
			if got := of(tryLean, leanServer(t, tt.handler)); got != want {
				t.Errorf("a lean call has the outcome %+v, and another one %+v", got, want)
			}
		})
	}
}

// TestLeanCallIsKeptBack lets one call after the other be lean, until something keeps
// the next one back.
func TestLeanCallIsKeptBack(t *testing.T) {
	for _, tt := range []struct {
		name string
		// keep makes the next call an RPC, and free the one after it a lean one.
		keep, free func(shop *testTable, config *ServerConfig)
	}{
		{"by a rule", func(shop *testTable, _ *ServerConfig) {
			shop.rules.Set(policy.AdminLayer, "admin socket", mustParse(t, "item->stock off"))
		}, func(shop *testTable, _ *ServerConfig) {
			shop.rules.Set(policy.AdminLayer, "admin socket", mustParse(t, "item->stock on"))
		}},
		{"by the end of the callee", func(shop *testTable, _ *ServerConfig) {
			shop.Withdraw("stock", "it is down")
		}, func(shop *testTable, config *ServerConfig) {
			shop.Readmit("stock", nil)
			shop.ServeFirst("stock", "StockService", *config)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			shop := newShop()
			config := leanServer(t, leanGreet)
			shop.ServeFirst("stock", "StockService", config)
			client := shop.NewClient("item", "StockService", "stock")
			call := func() bool {
				resp, inline := tryLean(client, "Get", &callerArgs{ID: 1}, new(callerResult), nil)
				if resp.Failed() {
					t.Errorf("response %+v", resp)
				}
				return inline
			}
			for range 3 {
				if !call() {
					t.Error("a call is an RPC")
				}
				tt.keep(shop, &config)
				if call() {
					t.Error("the call that is kept back is inline")
				}
				tt.free(shop, &config)
			}
			if got := shop.counted(t, "Get"); got.Inline != 3 || got.RPC != 3 || config.Running.N() != 0 {
				t.Errorf("%d calls inline and %d by RPC, want 3 and 3; %d run", got.Inline, got.RPC, config.Running.N())
			}
		})
	}
}

// TestGuardedCallsAreNotLean has something to ask before the handler may run.
func TestGuardedCallsAreNotLean(t *testing.T) {
	for _, tt := range []struct {
		name  string
		guard func(shop *testTable, config *ServerConfig)
		want  FailureKind
	}{
		{"the server", func(_ *testTable, config *ServerConfig) {
			config.Enter = func() bool { return false }
		}, Withdrawn},
		{"the callee's limit", func(shop *testTable, _ *ServerConfig) {
			full := limits.New("stock", 1, 0)
			full.Enter(t.Context(), 0)
			shop.SetLimits("stock", full)
		}, Overloaded},
		{"the caller's permission", func(shop *testTable, _ *ServerConfig) {
			shop.link("item", "StockService").callers = mustPermit(t, "stock/Other")
		}, Denied},
	} {
		t.Run(tt.name, func(t *testing.T) {
			shop := newShop()
			config := leanServer(t, leanGreet)
			tt.guard(shop, &config)
			defer shop.ServeFirst("stock", "StockService", config)()
			call, ok := shop.NewClient("item", "StockService", "stock").Bind("Get")
			if !ok || call.lean != nil {
				t.Errorf("inline %v, lean %v", ok, call.lean != nil)
			}
			resp := call.Do(t.Context(), &calleeArgs{ID: 1}, new(callerResult), nil)
			if !resp.Failed() || resp.Failure.Kind != tt.want || config.Running.N() != 0 {
				t.Errorf("response %+v, want failure %d; %d calls run", resp, tt.want, config.Running.N())
			}
		})
	}
}

// mustPermit returns the permission to make some calls.
func mustPermit(t *testing.T, calls string) *permission.Set {
	t.Helper()
	set, err := permission.New("item", permission.Enforce, map[permission.Class][]string{permission.Call: {calls}}, permission.Folder{}, nil, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestLeanCalleeVanishes has the callee end while a call runs.
func TestLeanCalleeVanishes(t *testing.T) {
	shop := newShop()
	shop.ServeFirst("stock", "StockService", leanServer(t, func(_, result, _ any) *Response {
		shop.Withdraw("stock", "it is down")
		return leanGreet(nil, result, nil)
	}))
	resp, _ := tryLean(shop.NewClient("item", "StockService", "stock"), "Get", &callerArgs{ID: 1}, new(callerResult), nil)
	if !resp.Failed() || resp.Failure.Kind != Closed {
		t.Errorf("response %+v", resp)
	}
}

// TestLeanGoexit has handlers end their callers' goroutines.
func TestLeanGoexit(t *testing.T) {
	shop := newShop()
	config := leanServer(t, func(_, _, _ any) *Response { runtime.Goexit(); return nil })
	defer shop.ServeFirst("stock", "StockService", config)()
	client := shop.NewClient("item", "StockService", "stock")
	for range 2 {
		ended := make(chan bool)
		go func() {
			returned := false
			defer func() { ended <- !returned }()
			tryLean(client, "Get", &callerArgs{ID: 1}, new(callerResult), nil)
			returned = true
		}()
		if !<-ended {
			t.Error("the goroutine went on")
		}
		if n := config.Running.N(); n != 0 {
			t.Errorf("%d calls run", n)
		}
	}
}

// TestLeanRunsAsTheCallee looks at the labels and the stack of a handler.
func TestLeanRunsAsTheCallee(t *testing.T) {
	shop := newShop()
	callers, callees, runs := usage.CurrentLabels(), usage.Labels(nil), false
	defer shop.ServeFirst("stock", "StockService", leanServer(t, func(_, result, _ any) *Response {
		callees = usage.CurrentLabels()
		for line := range strings.Lines(string(debug.Stack())) {
			function, _, _ := strings.Cut(line, "({")
			runs = runs || RunsCallee(function)
		}
		panic("boom")
	}))()
	tryLean(shop.NewClient("item", "StockService", "stock"), "Get", &callerArgs{ID: 1}, new(callerResult), nil)
	if callees == callers || usage.CurrentLabels() != callers {
		t.Error("the labels of the callee are the caller's, or those of the caller the callee's")
	}
	if !runs {
		t.Error("the stack does not show that a callee runs")
	}
}

// TestLeanOneway runs the Handler: nothing waits for it.
func TestLeanOneway(t *testing.T) {
	shop := newShop()
	ran := make(chan string)
	config := leanServer(t, leanGreet)
	config.Handler = func(_ context.Context, req Request) Response { ran <- req.Method; return Response{} }
	defer shop.ServeFirst("stock", "StockService", config)()
	resp, inline := tryLean(shop.NewClient("item", "StockService", "stock"), "Notify", &callerArgs{ID: 1}, nil, nil)
	if !inline || resp.Failed() || <-ran != "Notify" {
		t.Errorf("inline %v, response %+v", inline, resp)
	}
}

// benchmarkCall measures calls without a framework, each with all that an adapter does
// for a lean one: run it with -cpu 1,2.
func benchmarkCall(b *testing.B, run func(o Observation, call Call, args, result any) Response, config ServerConfig) {
	shop := newShop()
	config.Running = new(stripes.Running)
	defer shop.ServeFirst("stock", "StockService", config)()
	client := shop.NewClient("item", "StockService", "stock")
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		args, result := &callerArgs{ID: 1}, new(callerResult)
		for pb.Next() {
			o, call, _ := client.ObserveDraw("Get")
			converted, _ := call.Convert(args)
			run(o, call, converted, result)
		}
	})
}

func BenchmarkDo(b *testing.B) {
	benchmarkCall(b, func(o Observation, call Call, args, result any) Response {
		defer o.End(DrawnInline, EndedOK)
		return call.Do(context.Background(), args, result, nil)
	}, ServerConfig{Name: "stock", Handler: greet})
}

func BenchmarkDoLean(b *testing.B) {
	benchmarkCall(b, func(o Observation, call Call, args, result any) Response {
		return call.DoLean(context.Background(), o, args, result, nil)
	}, ServerConfig{Name: "stock", Lean: func(string) LeanHandler { return leanGreet }})
}

// BenchmarkRPC measures what a call that a rule keeps back costs before and after the
// framework's own part.
func BenchmarkRPC(b *testing.B) {
	shop := newShop()
	defer shop.Serve("stock", "StockService", "stock", greet)()
	shop.rules.Set(policy.AdminLayer, "admin socket", mustParse(b, "* off"))
	client := shop.NewClient("item", "StockService", "stock")
	b.ReportAllocs()
	for b.Loop() {
		o := client.Observe("Get")
		_, drawn := client.Draw("Get")
		o.End(drawn, EndedOK)
	}
}
