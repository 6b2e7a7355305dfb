package runtime

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
)

// openLink makes a link of item to stock that takes any method, and serves it.
func openLink(t *testing.T) (client *Client, stop func()) {
	t.Helper()
	newBinary(t)
	get := getMethod()
	AddLink(Link{Caller: "item", Callee: "stock", RPCService: "Open", AnyMethod: &get, Unconverted: map[string]string{"Watch": "streaming method"}})
	stop = Serve("stock", "Open", "", func(ctx context.Context, req Request) Response {
		req.Result.(*calleeResult).Name = req.Method
		return Response{}
	})
	return NewClient("item", "Open", ""), stop
}

func call(t *testing.T, client *Client, method string) (inline bool) {
	t.Helper()
	var result callerResult
	_, inline = tryInline(client, method, &callerArgs{ID: 7}, &result, nil)
	if inline && result.Name != method {
		t.Errorf("%s: the handler ran %q", method, result.Name)
	}
	return inline
}

func TestAnyMethod(t *testing.T) {
	client, stop := openLink(t)
	defer stop()
	for _, method := range []string{"Get", "Put", "Get"} {
		if !call(t, client, method) {
			t.Errorf("%s by RPC", method)
		}
	}
	if call(t, client, "Watch") {
		t.Error("an unconverted method was inline")
	}
	got := map[string]uint64{}
	for _, s := range Links() {
		if s.RPCService == "Open" {
			got[s.Method] = s.Inline
		}
	}
	if want := map[string]uint64{"Get": 2, "Put": 1, "Watch": 0}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

func TestRulesForAnyMethod(t *testing.T) {
	client, stop := openLink(t)
	defer stop()
	if !call(t, client, "Early") {
		t.Error("RPC without a rule")
	}
	rules, err := policy.ParseRules([]string{"item->stock/*/Early off", "item->stock/*/Late off", "item->stock/Open/Later off"}, func(int) string { return "test" })
	if err != nil {
		t.Fatal(err)
	}
	if err := links.rules.Check(rules); err != nil {
		t.Error(err)
	}
	links.rules.Replace(policy.FileLayer, "test", rules)
	for method, want := range map[string]bool{"Early": false, "Late": false, "Later": false, "Other": true} {
		if call(t, client, method) != want {
			t.Errorf("%s: inline is not %v", method, want)
		}
	}
	links.rules.Replace(policy.FileLayer, "test", nil)
	for _, method := range []string{"Early", "Late", "Later"} {
		if !call(t, client, method) {
			t.Errorf("%s by RPC without a rule", method)
		}
	}
}

func TestTooManyMethods(t *testing.T) {
	client, stop := openLink(t)
	defer stop()
	for i := range maxOthers {
		if !call(t, client, fmt.Sprint("M", i)) {
			t.Fatalf("method %d by RPC", i)
		}
	}
	if call(t, client, "Last") || !call(t, client, "M0") {
		t.Error("not the first methods alone are inline")
	}
}

// TestAnyMethodAndRules calls new methods while rules change: each goes by the
// last ones in the end.
func TestAnyMethodAndRules(t *testing.T) {
	client, stop := openLink(t)
	defer stop()
	off, err := policy.ParseRules([]string{"item->stock off"}, func(int) string { return "test" })
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() { call(t, client, fmt.Sprint("M", i)) })
	}
	links.rules.Replace(policy.FileLayer, "test", off)
	group.Wait()
	for i := range 100 {
		if call(t, client, fmt.Sprint("M", i)) {
			t.Errorf("method %d is inline", i)
		}
	}
}
