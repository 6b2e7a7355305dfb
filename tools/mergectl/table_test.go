package main

import (
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestTableOfTargets(t *testing.T) {
	var out strings.Builder
	report := &reports.Links{
		Binary: "shop",
		Links:  []reports.Link{{Caller: "item", Callee: "stock", RPCService: "shop.Stock", Method: "Get", State: "on", RPC: 3}},
		Targets: []reports.Target{
			{Caller: "item", RPCService: "shop.Stock", Target: "stock:50051", Reason: "no merged service listens there", RPC: 3},
		},
	}
	if err := writeTable(&out, report); err != nil {
		t.Fatal(err)
	}
	want := `METHOD STATE DEADLINE INLINE RPC ERRORS PANICS COPIED SHARED P50 P99 RPC P50 RPC P99 WHY
item->stock/shop.Stock/Get on strict 0 3 0 0 0 0 - - - - no rule

Dialled, and no merged service is meant:
CALLER RPC SERVICE TARGET RPC WHY
item shop.Stock stock:50051 3 no merged service listens there
`
	if got := columns(out.String()); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
