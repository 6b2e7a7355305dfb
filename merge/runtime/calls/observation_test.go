package calls

import (
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestEverySixteenthCallOfAStripeIsTimed(t *testing.T) {
	for drawn := range draws {
		for _, calls := range []uint64{1, 16, 17, 160} {
			m := newShop().NewClient("item", "StockService", "stock").link().method("Get")
			for range calls {
				o := m.observe()
				o.cell.rpc.Add(1) // in the same stripe
				o.End(drawn, EndedOK)
			}
			var want, got uint64
			for cell := range m.count.cells.All() {
				want += (cell.attempts() + timedEvery - 1) / timedEvery
			}
			of := m.count.total().drawn
			for _, arm := range []reports.Arm{of.Inline, of.RPC, of.None} {
				got += arm.Latency.Count
			}
			if got != want {
				t.Errorf("draw %d: %d of %d calls timed, want %d", drawn, got, calls, want)
			}
		}
	}
}

// TestDraws counts each call under what the gate drew, whatever it became.
func TestDraws(t *testing.T) {
	none := Response{}
	tests := []struct {
		name, rule, method, destination string
		stopped                         bool
		args                            any
		want                            reports.Link // of the counters
	}{
		{name: "inline", want: reports.Link{Inline: 1, Drawn: reports.Drawn{Inline: ok(1)}}},
		{name: "kept back", rule: "* off", want: reports.Link{RPC: 1, Drawn: reports.Drawn{RPC: ok(1)}}},
		{name: "unconverted", method: "Other", want: reports.Link{RPC: 1, Drawn: reports.Drawn{Inline: ok(1)}, Fallbacks: reports.Fallbacks{Unconverted: 1}}},
		{name: "absent", stopped: true, want: reports.Link{RPC: 1, Drawn: reports.Drawn{Inline: ok(1)}, Fallbacks: reports.Fallbacks{Absent: 1}}},
		{name: "absent and kept back", stopped: true, rule: "* off", want: reports.Link{RPC: 1, Drawn: reports.Drawn{RPC: ok(1)}}},
		{name: "elsewhere", destination: "warehouse", want: reports.Link{RPC: 1, Drawn: reports.Drawn{Inline: ok(1)}, Fallbacks: reports.Fallbacks{Elsewhere: 1}}},
		{name: "refused", args: &callerArgs{}, want: reports.Link{RPC: 1, Drawn: reports.Drawn{Inline: ok(1)}, Fallbacks: reports.Fallbacks{Refused: 1}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shop := newShop()
			if !tt.stopped {
				defer shop.Serve("stock", "StockService", "stock", greet)()
			}
			if tt.rule != "" {
				shop.rules.Set(policy.AdminLayer, "admin socket", mustParse(t, tt.rule))
			}
			if tt.args == nil {
				tt.args = &callerArgs{ID: 1}
			}
			if tt.destination == "" {
				tt.destination = "stock"
			}
			if tt.method == "" {
				tt.method = "Get"
			}
			client := shop.NewClient("item", "StockService", tt.destination)
			if resp, _ := tryInline(client, tt.method, tt.args, new(callerResult), nil); resp != none {
				t.Errorf("response %+v", resp)
			}
			checkCounted(t, client.link().method(tt.method).stats(), tt.want)
		})
	}
}

// ok is an arm with calls that ended well.
func ok(n uint64) reports.Arm { return reports.Arm{Ended: reports.Endings{OK: n}} }

// checkCounted compares the draws and fallbacks of a method, and how many attempts there
// were of each kind. Latencies are compared with nothing.
func checkCounted(t *testing.T, got, want reports.Link) {
	t.Helper()
	for _, arm := range []*reports.Arm{&got.Drawn.Inline, &got.Drawn.RPC, &got.Drawn.None} {
		arm.Latency = reports.Latency{}
	}
	if got.Inline != want.Inline || got.RPC != want.RPC || got.Drawn != want.Drawn || got.Fallbacks != want.Fallbacks {
		t.Errorf("got %d inline, %d RPC, drawn %+v, fallbacks %+v\nwant %d inline, %d RPC, drawn %+v, fallbacks %+v",
			got.Inline, got.RPC, got.Drawn, got.Fallbacks, want.Inline, want.RPC, want.Drawn, want.Fallbacks)
	}
}

// TestEndings has a call of each draw end in each way.
func TestEndings(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "StockService", "stock")
	for drawn := range draws {
		for how := range endings {
			client.Observe("Get").End(drawn, how)
		}
	}
	arm := reports.Arm{Ended: reports.Endings{OK: 1, Application: 1, Internal: 1, Panic: 1, Timeout: 1, Canceled: 1, Denied: 1, Overloaded: 1, Unavailable: 1}}
	checkCounted(t, shop.counted(t, "Get"), reports.Link{Drawn: reports.Drawn{Inline: arm, RPC: arm, None: arm}})
	if n := arm.Ended.Failed(); n != uint64(endings)-1 {
		t.Errorf("%d endings are failures, want %d", n, endings-1)
	}
}

// TestForeseen asks what will be drawn before anything is.
func TestForeseen(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "StockService", "stock")
	for rule, want := range map[string]Draw{"* on": DrawnInline, "* off": DrawnRPC, "* 99.9999%": Undrawn, "* 0.0001%": Undrawn} {
		shop.rules.Set(policy.AdminLayer, "admin socket", mustParse(t, rule))
		if got := client.Observe("Get").Foreseen(); got != want {
			t.Errorf("%s: got %d, want %d", rule, got, want)
		}
	}
	if got := (Observation{}).Foreseen(); got != DrawnRPC {
		t.Errorf("nobody counts, and %d is foreseen", got)
	}
}

// TestDeclined has an adapter leave calls to RPC before and after they are bound.
func TestDeclined(t *testing.T) {
	shop := newShop()
	defer shop.Serve("stock", "StockService", "stock", greet)()
	client := shop.NewClient("item", "StockService", "stock")
	if drawn := client.DrawDeclined("Get", "it is generic"); drawn != DrawnInline {
		t.Errorf("drew %d", drawn)
	}
	if call, _ := client.Draw("Get"); call.Bound() {
		client.Decline("Get", "it is a stream")
	}
	shop.rules.Set(policy.AdminLayer, "admin socket", mustParse(t, "* off"))
	if drawn := client.DrawDeclined("Get", "it is generic"); drawn != DrawnRPC {
		t.Errorf("drew %d with the rule off", drawn)
	}
	checkCounted(t, shop.counted(t, "Get"), reports.Link{RPC: 3, Fallbacks: reports.Fallbacks{Declined: 2}})
}

// TestWithdrawn counts no attempt of a call whose server stops before it begins: there is
// another one.
func TestWithdrawn(t *testing.T) {
	shop := newShop()
	defer shop.ServeFirst("stock", "StockService", ServerConfig{Name: "stock", Handler: greet, Enter: func() bool { return false }})()
	tryInline(shop.NewClient("item", "StockService", "stock"), "Get", &callerArgs{ID: 1}, new(callerResult), nil)
	checkCounted(t, shop.counted(t, "Get"), reports.Link{Drawn: reports.Drawn{Inline: reports.Arm{Ended: reports.Endings{Internal: 1}}}})
}

// TestNobodyObserves has calls that no link is known for, which nobody counts.
func TestNobodyObserves(t *testing.T) {
	shop := newShop()
	client := shop.NewClient("item", "MailService", "mail")
	o := client.Observe("Send")
	_, drawn := client.Draw("Send")
	o.End(drawn, EndedOK)
	if drawn != Undrawn || o != (Observation{}) {
		t.Errorf("drew %d, observed %+v", drawn, o)
	}
	for _, l := range shop.Links() {
		checkCounted(t, l, reports.Link{})
	}
}
