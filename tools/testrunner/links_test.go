package main

import (
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestWhy(t *testing.T) {
	const log = `2026/01/02 03:04:05 rules_go_merge: item->stock/StockService/Get by RPC: streaming method
2026/01/02 03:04:06 rules_go_merge: item->stock/StockService by RPC: the callee does not run
2026/01/02 03:04:07 rules_go_merge: item->stock/StockService/Put by RPC: required field ID is not set
`
	tests := []struct {
		change func(*reports.Link)
		log    string
		want   string
	}{
		{log: log, want: "streaming method; the callee does not run"},
		{change: func(s *reports.Link) { s.State, s.Rule, s.Source = "25%", "item->* 25%", "admin socket" }, log: log, want: `the rule "item->* 25%" of admin socket`},
		{change: func(s *reports.Link) { s.State, s.Reason = "never", "oneway" }, log: log, want: "oneway"},
		{want: "the log does not say"},
	}
	for _, tt := range tests {
		s := reports.Link{Caller: "item", Callee: "stock", RPCService: "StockService", Method: "Get", State: "on"}
		if tt.change != nil {
			tt.change(&s)
		}
		if got := why(s, tt.log); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// TestPart shows that a link need not be called where only a part of the tests
// runs.
func TestPart(t *testing.T) {
	tests := []struct {
		name, variable string
		args           []string
		part           bool
	}{
		{name: "all"},
		{name: "verbose", args: []string{"-test.v"}},
		{name: "--test_filter", variable: "TESTBRIDGE_TEST_ONLY", part: true},
		{name: "shard", variable: "TEST_TOTAL_SHARDS", part: true},
		{name: "argument", args: []string{"-test.run=TestGet"}, part: true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := configFor(t, "")
			if tt.variable != "" {
				t.Setenv(tt.variable, "2")
			}
			r := &runner{config: c, testArgs: tt.args}
			if got := r.isPart(); got != tt.part {
				t.Errorf("got %v", got)
			}
			l, _ := parseLink("item->stock")
			err := l.check(nil, !r.isPart(), "")
			if called := err == nil || !strings.Contains(err.Error(), "made no call"); called != tt.part {
				t.Errorf("a link that is not called: %v", err)
			}
		})
	}
}
