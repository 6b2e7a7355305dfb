package calls

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
)

// openLink makes a link of item to stock that takes any method, and serves it.
func openLink() (shop *testTable, client *Client, stop func()) {
	shop = newShop()
	get := getMethod()
	shop.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "Open", AnyMethod: &get, Unconverted: map[string]string{"Watch": "streaming method"}})
	stop = shop.Serve("stock", "Open", "", func(ctx context.Context, req Request) Response {
		req.Result.(*calleeResult).Name = req.Method
		return Response{}
	})
	return shop, shop.NewClient("item", "Open", ""), stop
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
	shop, client, stop := openLink()
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
	for _, s := range shop.Links() {
		if s.RPCService == "Open" {
			got[s.Method] = s.Inline
		}
	}
	if want := map[string]uint64{"Get": 2, "Put": 1, "Watch": 0}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("counted %v, want %v", got, want)
	}
}

func TestRulesForAnyMethod(t *testing.T) {
	shop, client, stop := openLink()
	defer stop()
	if !call(t, client, "Early") {
		t.Error("RPC without a rule")
	}
	rules := mustParse(t, "item->stock/*/Early off\nitem->stock/*/Late off\nitem->stock/Open/Later off")
	if err := shop.rules.Check(rules); err != nil {
		t.Error(err)
	}
	shop.rules.Replace(policy.FileLayer, "test", rules)
	for method, want := range map[string]bool{"Early": false, "Late": false, "Later": false, "Other": true} {
		if call(t, client, method) != want {
			t.Errorf("%s: inline is not %v", method, want)
		}
	}
	shop.rules.Replace(policy.FileLayer, "test", nil)
	for _, method := range []string{"Early", "Late", "Later"} {
		if !call(t, client, method) {
			t.Errorf("%s by RPC without a rule", method)
		}
	}
}

func TestTooManyMethods(t *testing.T) {
	_, client, stop := openLink()
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
	shop, client, stop := openLink()
	defer stop()
	var group sync.WaitGroup
	for i := range 100 {
		group.Go(func() { call(t, client, fmt.Sprint("M", i)) })
	}
	shop.rules.Replace(policy.FileLayer, "test", mustParse(t, "item->stock off"))
	group.Wait()
	for i := range 100 {
		if call(t, client, fmt.Sprint("M", i)) {
			t.Errorf("method %d is inline", i)
		}
	}
}
