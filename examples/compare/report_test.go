package compare

import (
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func testReport() *Report {
	latency := newHistogram()
	latency.RecordValues(250, 99)
	latency.RecordValue(1000)
	load := Load{Requests: 100, Elapsed: time.Second, Latency: latency}
	same := []Answer{{Call: Call{Method: "GET", Path: "/views"}, Status: 200}}
	return &Report{
		Example:  testExample,
		Requests: 100, Concurrency: 4,
		Separate: Result{
			Processes: 3, Answers: same, Bytes: 12345, Load: load, CPU: 50 * time.Millisecond,
			Versions: map[string]string{"api": "v2", "item": "v2", "stock": "v1"},
		},
		Merged: Result{
			Processes: 1, Answers: same, Load: load, CPU: 10 * time.Millisecond,
			Versions: map[string]string{"api": "v2", "item": "v2", "stock": "v1"},
			Links:    []reports.Link{{Caller: "item", Callee: "stock", RPCService: "StockService", Method: "GetStock", Inline: 70, RPC: 7}},
		},
	}
}

func TestText(t *testing.T) {
	var b strings.Builder
	if err := testReport().writeText(&b); err != nil {
		t.Fatal(err)
	}
	want := `
                                   SEPARATE   MERGED
processes                          3          1
Kitex versions in one process      1          2: v1, v2
answers                            1          1 of 1 equal
bytes between services for these   12345      0
latency, median                    250µs      250µs
latency, 99th percentile           250µs      250µs
CPU time per request               500µs      100µs
requests per second                100        100

METHOD                              CALLS   INLINE
item->stock/StockService/GetStock   77      70

Times are for 100 requests, 4 at a time.
`
	if got := b.String(); got != strings.TrimPrefix(want, "\n") {
		t.Errorf("got\n%s", got)
	}
}

func TestHTML(t *testing.T) {
	r := testReport()
	r.Differences = []Difference{{"GET /views", "$.a", `"<b>"`, "1"}}
	var b strings.Builder
	if err := r.writeHTML(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`<td>bytes between services for these</td><td class="n">12345</td><td class="n">0</td>`,
		`<td><code>item-&gt;stock/StockService/GetStock</code></td><td class="n">77</td><td class="n">70</td>`,
		`<td>stock</td><td>v1</td>`,
		`<code>$.a</code></td><td><code>&#34;&lt;b&gt;&#34;</code>`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in\n%s", want, b.String())
		}
	}
}

func TestFailure(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Report)
		want   string
	}{
		{"none", func(*Report) {}, ""},
		{"different", func(r *Report) { r.Differences = make([]Difference, 1) }, "1 of 1 answers differ"},
		{"all RPC", func(r *Report) { r.Merged.Links[0].Inline = 0 }, "no call was inline"},
		{"no link", func(r *Report) { r.Merged.Links = nil }, "no call was inline"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := testReport()
			tt.change(r)
			err := r.Failure()
			if (err != nil) != (tt.want != "") || err != nil && err.Error() != tt.want {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func TestLinksSince(t *testing.T) {
	l := func(method string, inline, rpc uint64) reports.Link {
		return reports.Link{Caller: "a", Callee: "b", RPCService: "S", Method: method, Inline: inline, RPC: rpc}
	}
	got := linksSince(
		[]reports.Link{l("Get", 10, 1), l("Put", 5, 0)},
		[]reports.Link{l("Get", 30, 2), l("New", 1, 0), l("Put", 5, 0)})
	want := []reports.Link{l("Get", 20, 1), l("New", 1, 0)}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %v, want %v", got, want)
	}
}
