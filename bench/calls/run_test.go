package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/perf/benchfmt"

	"github.com/gomerge/rules_go_merge/bench/admin"
)

func TestCheckInline(t *testing.T) {
	const output = "waited: 2\nBenchmarkCall/payload=100B-2 100 25.0 ns/op\nBenchmarkCall/payload=1KB-2 50 30.0 ns/op\n"
	for _, tt := range []struct {
		name string
		row  row
		link admin.Link
		want string // of the error, "" for none
	}{
		{"all inline", row{}, admin.Link{Inline: 170, RPC: 2}, ""},
		{"an RPC too many", row{}, admin.Link{Inline: 170, RPC: 3}, "170 were inline and 3 RPCs"},
		{"too few calls", row{}, admin.Link{Inline: 149, RPC: 2}, "149 were inline"},
		{"failed", row{}, admin.Link{Inline: 170, RPC: 2, Errors: 1}, "1 inline calls failed"},
		{"a stream for each payload", row{stream: true}, admin.Link{Inline: 2, RPC: 2}, ""},
		{"too few streams", row{stream: true}, admin.Link{Inline: 1, RPC: 2}, "1 were inline"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := outcome{links: []admin.Link{tt.link}}
			for r := benchfmt.NewReader(strings.NewReader(output), "output"); r.Scan(); {
				o.results = append(o.results, r.Result().(*benchfmt.Result).Clone())
			}
			err := checkInline(tt.row, o)
			if tt.want == "" {
				if err != nil {
					t.Error(err)
				}
			} else if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
}

func TestJudge(t *testing.T) {
	slow, fast := cell{ns: 200, allocs: 11}, cell{ns: 50, allocs: 10}
	for _, tt := range []struct {
		name      string
		target    target
		row, base cell
		ratio     string
		met       bool
	}{
		{"at most, met", target{atMost: 4}, slow, fast, "4.00x", true},
		{"at most, missed", target{atMost: 3}, slow, fast, "4.00x", false},
		{"at least, met", target{atLeast: 4}, fast, slow, "4.00x", true},
		{"at least, missed", target{atLeast: 5}, fast, slow, "4.00x", false},
		{"allocations, met", target{mostAllocs: 10}, fast, cell{}, "10", true},
		{"allocations, missed", target{mostAllocs: 10}, slow, cell{}, "11", false},
	} {
		v := tt.target.judge("100B", tt.row, tt.base)
		if v.Measured != tt.ratio || v.Met != tt.met {
			t.Errorf("%s: %s, met %t; want %s, %t", tt.name, v.Measured, v.Met, tt.ratio, tt.met)
		}
	}
}

func TestChoose(t *testing.T) {
	binaries := map[string]string{"kitex": "path", "merged": "path"}
	for _, tt := range []struct {
		names, want string
	}{
		{"merged-full,tcp-lean", "tcp-lean merged-full"},
		{"merged*", "merged-lean merged-full-nodeadline merged-full-cooperative merged-full"},
		{"copy", "copy"},
		{"grpc-tcp-plain", ""}, // its binary is not given
		{"merged-ful", ""},
	} {
		chosen, err := choose(tt.names, binaries)
		var got []string
		for _, r := range chosen {
			got = append(got, r.name)
		}
		if tt.want == "" {
			if err == nil {
				t.Errorf("%s: %s, want an error", tt.names, got)
			}
		} else if err != nil || strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %s, %v; want %s", tt.names, got, err, tt.want)
		}
	}
}

func TestPackageOf(t *testing.T) {
	for _, tt := range []struct {
		stack []string
		want  string
	}{
		{[]string{"runtime.mallocgc", "caller/github.com/cloudwego/kitex/client.(*kClient).Call"}, "github.com/cloudwego/kitex/client"},
		{[]string{"merged.glue/caller.convert_caller_bench_Note_to_callee_bench"}, "merged.glue/caller"},
		{[]string{"runtime.scanobject", "runtime.gcBgMarkWorker"}, "Go runtime (collector, scheduler)"},
		{[]string{"sync/atomic.(*Pointer[go.shape.struct { example.com/a/b.Link }]).Load", "example.com/a/b.(*Client).Bind"}, "example.com/a/b"},
		{[]string{"reflect.Value.Call", "main.copying.Echo"}, "the benchmark"},
	} {
		if got := packageOf(tt.stack); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.stack, got, tt.want)
		}
	}
}

// TestColumns has a row that is measured with several callers, and one that is not.
func TestColumns(t *testing.T) {
	for _, tt := range []struct {
		row      row
		payloads []string
		want     string
	}{
		{row{scales: true}, []string{"100B", "nested"}, "100B nested 100B@2 100B@4"},
		{row{scales: true}, []string{"nested"}, "nested"},
		{row{}, []string{"100B"}, "100B"},
	} {
		if got := strings.Join(tt.row.columns(tt.payloads), " "); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.row, got, tt.want)
		}
	}
}

// TestTargetOfCallers compares two callers with one in the same row.
func TestTargetOfCallers(t *testing.T) {
	table := &table{payloads: []string{"100B"}, cells: map[string]map[string]cell{
		"merged-full": {"100B": {ns: 1000, allocs: 10}, "100B@2": {ns: 500}, "100B@4": {ns: 500}},
	}}
	var got []string
	for _, v := range table.judge() {
		got = append(got, fmt.Sprintf("%s, %s: %s, met %t", v.Target, v.At, v.Measured, v.Met))
	}
	want := []string{
		"full: at most 10 allocations, 100B: 10, met true",
		"full: at least 1.9x the calls of one caller, 100B, 2 callers: 2.00x, met true",
	}
	if !slices.Equal(got, want) {
		t.Errorf("verdicts %q, want %q", got, want)
	}
}

// TestRowsOfTargets finds a target that names no row.
func TestRowsOfTargets(t *testing.T) {
	for _, g := range targets {
		for _, name := range []string{g.row, g.base} {
			if name != "" && !slices.ContainsFunc(rows, func(r row) bool { return r.name == name }) {
				t.Errorf("%s: there is no row %s", g.what, name)
			}
		}
	}
}

func TestWays(t *testing.T) {
	links := []admin.Link{
		{Inline: 10, Ways: map[string]int64{"short": 6, "transport": 1, "stream": 0}},
		{Inline: 2, Ways: map[string]int64{"short": 1}},
	}
	if got, want := ways(links), "7 short, 1 transport, 4 others"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := ways(nil); got != "" {
		t.Errorf("got %q of a binary without calls", got)
	}
}
