package reports_test

import (
	"reflect"
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

// TestAdd adds counters of which each has another value to themselves: none is left out.
func TestAdd(t *testing.T) {
	var (
		endings   reports.Endings
		fallbacks reports.Fallbacks
		ways      reports.Ways
		skipped   reports.Skipped
	)
	for sum, add := range map[any]func(){
		&endings:   func() { endings.Add(endings) },
		&fallbacks: func() { fallbacks.Add(fallbacks) },
		&ways:      func() { ways.Add(ways) },
		&skipped:   func() { skipped.Add(skipped) },
	} {
		v := reflect.ValueOf(sum).Elem()
		for i := range v.NumField() {
			v.Field(i).SetUint(uint64(i + 1))
		}
		add()
		for i := range v.NumField() {
			if got, want := v.Field(i).Uint(), uint64(2*(i+1)); got != want {
				t.Errorf("%s.%s is %d, want %d", v.Type(), v.Type().Field(i).Name, got, want)
			}
		}
	}
}
