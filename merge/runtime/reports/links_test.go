package reports_test

import (
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestLinkName(t *testing.T) {
	l := reports.Link{Caller: "item", Callee: "stock", RPCService: "StockService", Method: "Get"}
	if got, want := l.Name(), "item->stock/StockService/Get"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	l.Method = ""
	if got, want := l.Name(), "item->stock/StockService/(other)"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
