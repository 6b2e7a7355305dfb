package calls

import (
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
)

func (shop *testTable) reach(caller, text string) *Reach {
	target := Target{Spellings: []string{text}}
	if host, _, err := net.SplitHostPort(text); err == nil && host == "" {
		target.Network, target.Address = "tcp", text
	}
	return shop.NewReach(caller, target)
}

func all(Call) bool { return true }

// TestReach has what a target reaches come and go: who waits for that is told each time.
func TestReach(t *testing.T) {
	shop := newTargets()
	declared, literal := shop.reach("item", "stock:1"), shop.reach("item", ":7")
	none := shop.reach("item", "elsewhere:1")
	expect := func(what string, want bool, change func()) {
		t.Helper()
		next := declared.Next()
		change()
		select {
		case <-next:
		default:
			t.Errorf("%s: nobody is told", what)
		}
		for _, r := range []*Reach{declared, literal} {
			if got := r.Inline(all); got != want {
				t.Errorf("%s: inline %v", what, got)
			}
		}
		if none.Inline(all) {
			t.Errorf("%s: a target that means nothing", what)
		}
	}
	rules := func(text string) func() {
		return func() { shop.rules.Replace(policy.AdminLayer, "test", mustParse(t, text)) }
	}
	if declared.Inline(all) || literal.Inline(all) {
		t.Error("inline without a server")
	}
	var server *Server
	start := func() { server = shop.serveAt(t, "stock", "unbound 127.0.0.1:7", nil) }
	expect("started", true, start)
	expect("killed", false, rules("kill on"))
	expect("not killed", true, rules("kill off"))
	expect("by RPC", false, rules("item->stock off"))
	expect("a part inline", true, rules("item->stock 1%"))
	expect("another link by RPC", true, rules("item->archive off"))
	expect("stopped", false, func() { server.Stop() })
	expect("started again", true, start)
	expect("down", false, func() { shop.Withdraw("stock", "it is down") })
	expect("up", false, func() { shop.Readmit("stock", nil) })
	expect("up and started", true, start)
	server.Stop()
	expect("served by RPC", false, func() {
		server = shop.StartServer("stock", "Feed", ServerConfig{Addr: tcp("127.0.0.1:7"), ByRPC: "it has secrets"})
	})
	if log, targets := shop.log.String(), shop.Targets(); len(targets) > 0 || strings.Contains(log, "by RPC: ") {
		t.Errorf("logged %s, targets %v", log, targets)
	}
}

// TestReachOfMethods reaches links with several methods, and with any.
func TestReachOfMethods(t *testing.T) {
	shop := newShop()
	get := getMethod()
	shop.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "Known", Targets: []string{"stock:1"}, Methods: map[string]Method{"Get": get, "Put": get}, Unconverted: map[string]string{"Watch": "streaming method"}})
	shop.AddLink(Link{Caller: "item", Callee: "price", RPCService: "Open", Targets: []string{"price:1"}, AnyMethod: &get})
	shop.AddLink(Link{Caller: "item", Callee: "audit", RPCService: "Odd", Targets: []string{"audit:1"}, Unconverted: map[string]string{"Watch": "streaming method"}})
	for service, rpcService := range map[string]string{"stock": "Known", "price": "Open", "audit": "Odd"} {
		defer shop.StartServer(service, rpcService, ServerConfig{}).Stop()
	}
	known, open := shop.reach("item", "stock:1"), shop.reach("item", "price:1")
	if shop.reach("item", "audit:1").Inline(all) {
		t.Error("a link without methods that are converted")
	}
	for _, tt := range []struct {
		rules       string
		known, open bool
	}{
		{"", true, true},
		{"item->stock/Known/Get off\nitem->price/Open/Get off", true, true},
		{"item->stock/Known/Get off\nitem->stock/Known/Put off\nitem->price/Open off", false, false},
		{"* off\nitem->stock/Known/Put on", true, false},
	} {
		shop.rules.Replace(policy.AdminLayer, "test", mustParse(t, tt.rules))
		if known.Inline(all) != tt.known || open.Inline(all) != tt.open {
			t.Errorf("%q: %v, %v", tt.rules, known.Inline(all), open.Inline(all))
		}
	}
	// A method that is called first while another rule is for it.
	shop.rules.Replace(policy.AdminLayer, "test", mustParse(t, "* off\nitem->price/Open/Late on"))
	next := open.Next()
	shop.NewTargetClient("item", "Open", Target{Spellings: []string{"price:1"}}).Bind("Late")
	<-next
	if !open.Inline(all) {
		t.Error("not inline with a method that is")
	}
	var names []string
	open.Inline(func(c Call) bool {
		rpcService, method := c.Method()
		names = append(names, rpcService+"/"+method)
		return false
	})
	if len(names) != 1 || names[0] != "Open/Late" {
		t.Errorf("asked about %q", names)
	}
}

// TestReachWakesAll has many wait while a server starts.
func TestReachWakesAll(t *testing.T) {
	shop := newTargets()
	var waiting, group sync.WaitGroup
	for range 50 {
		waiting.Add(1)
		group.Go(func() {
			r := shop.reach("item", "stock:1")
			for first := true; ; first = false {
				next := r.Next()
				if r.Inline(all) {
					break
				}
				if first {
					waiting.Done()
				}
				<-next
			}
		})
	}
	waiting.Wait()
	shop.serveAt(t, "stock", "127.0.0.1:7", nil)
	group.Wait()
	next := shop.reach("item", "stock:1").Next()
	shop.reach("item", "stock:1").Tell()
	<-next
}
