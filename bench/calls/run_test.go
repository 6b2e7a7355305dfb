package main

import (
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
	slow, fast := cell{ns: 200, allocs: 3}, cell{ns: 50, allocs: 2}
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
		{"allocations, met", target{sameAllocs: true}, fast, slow, "2 and 3", true},
		{"allocations, missed", target{sameAllocs: true}, slow, fast, "3 and 2", false},
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
		{"merged*", "merged-lean merged-full-nodeadline merged-full"},
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
