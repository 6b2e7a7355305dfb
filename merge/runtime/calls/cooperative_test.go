package calls

import (
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
)

// TestCooperative asks before calls are bound, and of those that are.
func TestCooperative(t *testing.T) {
	tests := []struct {
		name, rules   string
		method        string
		destination   string
		stopped       bool
		client, bound bool
	}{
		{name: "no rule", method: "Get"},
		{name: "link", rules: "item->stock cooperative", method: "Get", client: true, bound: true},
		{name: "oneway", rules: "item->stock cooperative", method: "Notify", client: true, bound: true},
		{name: "another method", rules: "item->stock/*/Notify cooperative", method: "Get"},
		{name: "method", rules: "item->stock/*/Get cooperative", method: "Get", client: true, bound: true},
		{name: "strict method", rules: "item->stock cooperative\nitem->stock/*/Get strict", method: "Get"},
		{name: "destination", rules: "* cooperative", method: "Get", destination: "shop.stock", client: true, bound: true},
		{name: "another destination", rules: "* cooperative", method: "Get", destination: "shop.mail"},
		{name: "unconverted", rules: "* cooperative", method: "Watch"},
		{name: "unknown", rules: "* cooperative", method: "Put"},
		{name: "gate closed", rules: "* cooperative\n*->stock off", method: "Get"},
		{name: "gate almost open", rules: "* cooperative\n*->stock 99.9999%", method: "Get", client: true, bound: true},
		{name: "kill switch", rules: "* cooperative\nkill on", method: "Get"},
		{name: "callee does not run", rules: "* cooperative", method: "Get", stopped: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shop := newShop()
			stop := shop.Serve("stock", "StockService", "shop.stock", greet)
			shop.rules.Set(policy.AdminLayer, "admin socket", mustParse(t, tt.rules))
			if tt.stopped {
				stop()
			}
			c := shop.NewClient("item", "StockService", tt.destination)
			rpc, logged := shop.counted(t, "Get").RPC, shop.log.String()
			if got := c.Cooperative(tt.method); got != tt.client {
				t.Errorf("the client says %v, want %v", got, tt.client)
			}
			if shop.counted(t, "Get").RPC != rpc || shop.log.String() != logged {
				t.Error("asking counts, or logs")
			}
			call, inline := c.Bind(tt.method)
			if got := inline && call.Cooperative(); got != tt.bound {
				t.Errorf("the call says %v, want %v", got, tt.bound)
			}
		})
	}
}

// TestCooperativeTarget has clients that dial.
func TestCooperativeTarget(t *testing.T) {
	shop := newTargets()
	shop.serveAt(t, "stock", "127.0.0.1:1", nil)
	shop.rules.Set(policy.AdminLayer, "admin socket", mustParse(t, "item->stock cooperative"))
	for target, want := range map[string]bool{"stock:1": true, "archive:1": false, "elsewhere:1": false} {
		c := shop.dialled("item", target)
		if got := c.Cooperative("Get"); got != want {
			t.Errorf("%s: %v, want %v", target, got, want)
		}
		if call, inline := c.Bind("Get"); (inline && call.Cooperative()) != want {
			t.Errorf("%s: bound, and inline %v", target, inline)
		}
	}
}

// TestStreamsAreStrict has a link with a stream, under a rule for all methods.
func TestStreamsAreStrict(t *testing.T) {
	shop := newShop()
	shop.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "Feed", Methods: map[string]Method{"Watch": {Stream: true}}})
	shop.Serve("stock", "Feed", "", greet)
	shop.rules.Set(policy.AdminLayer, "admin socket", mustParse(t, "* cooperative"))
	c := shop.NewClient("item", "Feed", "")
	call, inline := c.Bind("Watch")
	if !inline || call.Cooperative() || c.Cooperative("Watch") {
		t.Error("a stream is cooperative")
	}
	for _, l := range shop.Links() {
		strict := l.RPCService == "Feed" || l.State == "never"
		if want := map[bool]string{true: "strict ", false: "cooperative * cooperative"}[strict]; l.Deadline+" "+l.DeadlineRule != want {
			t.Errorf("%s: %s %s, want %s", l.Name(), l.Deadline, l.DeadlineRule, want)
		}
	}
}

// TestCooperativeAllocatesNothing asks as often as calls do.
func TestCooperativeAllocatesNothing(t *testing.T) {
	shop := newShop()
	shop.Serve("stock", "StockService", "", greet)
	shop.rules.Set(policy.AdminLayer, "admin socket", mustParse(t, "* cooperative"))
	c := shop.NewClient("item", "StockService", "")
	if n := testing.AllocsPerRun(100, func() { c.Cooperative("Get") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
