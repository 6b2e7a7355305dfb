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

func TestLinkWhy(t *testing.T) {
	for _, tt := range []struct {
		link reports.Link
		want string
	}{
		{reports.Link{}, "no rule"},
		{reports.Link{Reason: "streaming method", Rule: "* on", Source: "admin socket"}, "streaming method"},
		{reports.Link{Rule: "* on", Source: "admin socket"}, "* on (admin socket)"},
		{reports.Link{Rule: "* on", Source: "admin socket", DeadlineRule: "* strict", DeadlineSource: "/rules:3"}, "* on (admin socket), * strict (/rules:3)"},
	} {
		if got := tt.link.Why(); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}
