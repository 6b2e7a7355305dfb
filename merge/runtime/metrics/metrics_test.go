package metrics

import (
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestWrite(t *testing.T) {
	ends := time.Unix(1_900_000_000, 0)
	get := reports.Link{
		Caller: "item", Callee: "stock", RPCService: "StockService", Method: "Get", State: "12.5%", Serving: true,
		Inline: 3, RPC: 5, Errors: 2, Panics: 1, Fallbacks: reports.Fallbacks{Refused: 1},
		Drawn: reports.Drawn{
			Inline: reports.Arm{Ended: reports.Endings{OK: 1, Internal: 2}, Latency: reports.Latency{Count: 2, Sum: 1500}},
			RPC:    reports.Arm{Ended: reports.Endings{Timeout: 4}},
			None:   reports.Arm{Ended: reports.Endings{Denied: 1}},
		},
	}
	for i := range get.Drawn.Inline.Latency.Within {
		get.Drawn.Inline.Latency.Within[i] = min(uint64(i), 2)
	}
	links := []reports.Link{get}
	for _, odd := range []string{"a\"b\\c\nd", "a\xfe", "a\xff"} {
		links = append(links, reports.Link{Caller: "item", Callee: "stock", RPCService: "StockService", Method: odd, State: "never"})
	}
	var out strings.Builder
	err := Write(&out, State{
		Links: reports.Links{
			Binary: "shop", Links: links, Killed: []reports.Rule{{}},
			File: &reports.RulesFile{Generation: 42, Expires: &ends, Included: true, ProcessID: "shop-5"},
			Targets: []reports.Target{
				{Caller: "item", RPCService: "A", Target: "a:1", RPC: 2}, {Caller: "item", RPCService: "A", Target: "b:1", RPC: 3},
				{Caller: "item", RPCService: "B", Target: "a:1", RPC: 4},
			},
		},
		Services: []reports.Service{{Name: "stock", Version: "1.4.2", Revision: "abc", Digest: "123", State: reports.Running, Restarts: 2, Throttled: 3, Refused: 4}, {Name: "item"}},
		Started:  time.Unix(1_800_000_000, 0), CPU: 1500 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	const ofGet = `caller="item",callee="stock",rpc_service="StockService",method="Get"`
	for _, line := range []string{
		`go_merge_calls_total{` + ofGet + `,drawn="inline",ended="ok"} 1`,
		`go_merge_calls_total{` + ofGet + `,drawn="inline",ended="internal"} 2`,
		`go_merge_calls_total{` + ofGet + `,drawn="rpc",ended="ok"} 0`,
		`go_merge_calls_total{` + ofGet + `,drawn="rpc",ended="timeout"} 4`,
		`go_merge_calls_total{` + ofGet + `,drawn="none",ended="denied"} 1`,
		`go_merge_call_duration_seconds_bucket{` + ofGet + `,drawn="inline",le="2.55e-07"} 0`,
		`go_merge_call_duration_seconds_bucket{` + ofGet + `,drawn="inline",le="5.11e-07"} 1`,
		`go_merge_call_duration_seconds_bucket{` + ofGet + `,drawn="inline",le="17.179869183"} 2`,
		`go_merge_call_duration_seconds_bucket{` + ofGet + `,drawn="inline",le="+Inf"} 2`,
		`go_merge_call_duration_seconds_sum{` + ofGet + `,drawn="inline"} 1.5e-06`,
		`go_merge_call_duration_seconds_count{` + ofGet + `,drawn="inline"} 2`,
		`go_merge_attempts_total{` + ofGet + `,way="inline"} 3`,
		`go_merge_attempts_total{` + ofGet + `,way="rpc"} 5`,
		`go_merge_fallbacks_total{` + ofGet + `,reason="refused"} 1`,
		`go_merge_inline_errors_total{` + ofGet + `} 2`,
		`go_merge_inline_panics_total{` + ofGet + `} 1`,
		`go_merge_inline_ratio{` + ofGet + `} 0.125`,
		`go_merge_inline_ratio{caller="item",callee="stock",rpc_service="StockService",method="a\"b\\c\nd"} 0`,
		`go_merge_inline_ratio{caller="item",callee="stock",rpc_service="StockService",method="\"a\\xfe\""} 0`,
		`go_merge_inline_ratio{caller="item",callee="stock",rpc_service="StockService",method="\"a\\xff\""} 0`,
		`go_merge_callee_serving{` + ofGet + `} 1`,
		`go_merge_unknown_target_calls_total{caller="item",rpc_service="A"} 5`,
		`go_merge_unknown_target_calls_total{caller="item",rpc_service="B"} 4`,
		`go_merge_kill_switch 1`,
		`go_merge_rules_file_generation 42`,
		`go_merge_rules_file_usable 1`,
		`go_merge_rules_file_applies 1`,
		`go_merge_rules_file_expiry_timestamp_seconds 1900000000`,
		`go_merge_binary_info{binary="shop"} 1`,
		`go_merge_process_info{process_id="shop-5"} 1`,
		`go_merge_process_start_time_seconds 1.8e+09`,
		`go_merge_process_cpu_seconds_total 1.5`,
		`go_merge_service_info{service="stock",version="1.4.2",revision="abc",digest="123"} 1`,
		`go_merge_service_running{service="stock"} 1`,
		`go_merge_service_running{service="item"} 0`,
		`go_merge_service_restarts_total{service="stock"} 2`,
		`go_merge_service_throttled_calls_total{service="stock"} 3`,
		`go_merge_service_refused_calls_total{service="stock"} 4`,
	} {
		if n := strings.Count("\n"+out.String(), "\n"+line+"\n"); n != 1 {
			t.Errorf("%d lines %s", n, line)
		}
	}
	for _, part := range []string{`drawn="rpc",ended="internal"`, `drawn="none",ended="ok"`, `drawn="rpc",le=`, `reason="absent"`} {
		if strings.Contains(out.String(), part) {
			t.Errorf("there is a series with %s", part)
		}
	}
	if t.Failed() {
		t.Log(out.String())
	}
}

// TestWriteNothing leaves out what has no series.
func TestWriteNothing(t *testing.T) {
	var out strings.Builder
	if err := Write(&out, State{Links: reports.Links{Binary: "shop"}}); err != nil {
		t.Fatal(err)
	}
	want := `# HELP go_merge_kill_switch Whether the kill switch makes all calls RPCs.
# TYPE go_merge_kill_switch gauge
go_merge_kill_switch 0
# HELP go_merge_binary_info Always 1, with the name of the merged binary.
# TYPE go_merge_binary_info gauge
go_merge_binary_info{binary="shop"} 1
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", &out, want)
	}
}

func TestRatio(t *testing.T) {
	for state, want := range map[string]string{"on": "1", "off": "0", "never": "0", "25%": "0.25", "0.0001%": "1e-06", "all": "NaN"} {
		if got := ratio(state); got != want {
			t.Errorf("%s: got %s, want %s", state, got, want)
		}
	}
}
