package pages

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
)

var site = NewSite(func(page string, values url.Values) string { return page + "?" + values.Encode() }, nil)

// process returns a process whose only method has a state and has ended calls inline.
func process(socket, state string, ended uint64, v *reports.Verification) watch.Process {
	l := reports.Link{Caller: "item", Callee: "stock", RPCService: "Stock", Method: "Get", State: state, Inline: ended, Verification: v}
	l.Drawn.Inline.Ended.OK = ended
	l.Drawn.Inline.Latency = reports.Latency{Count: ended, Sum: 1000 * ended, P50: 900, P90: 900, P99: 900, P999: 900, Max: 900}
	for i := range l.Drawn.Inline.Latency.Within {
		if reports.LatencyBound(i) >= 900 {
			l.Drawn.Inline.Latency.Within[i] = ended
		}
	}
	return watch.Process{Socket: socket, Links: &reports.Links{Binary: "shop", Links: []reports.Link{l}}, Read: time.Now()}
}

func TestMerge(t *testing.T) {
	gone := process("/b", "25%", 30, nil)
	gone.Err = errors.New("refused")
	all := merge([]watch.Process{process("/a", "on", 10, nil), gone, {Socket: "/c", Err: errors.New("refused")}})
	if len(all) != 1 {
		t.Fatalf("%d links", len(all))
	}
	l := all[0]
	if l.State != mixed || l.Inline != 40 || l.gone != 1 || len(l.of) != 2 || l.Why() != "the processes differ" && l.Why() != "no rule" {
		t.Errorf("%+v", l)
	}
	if got := l.Drawn.Inline.Latency; got.Count != 40 || got.P50 != 900 || got.Max != 900 || got.Sum != 40_000 {
		t.Errorf("latency %+v", got)
	}
}

func TestVerification(t *testing.T) {
	same := &reports.Verification{Share: "1%", Rule: "item->stock verify 1%", Source: "admin socket", Same: 500}
	differing := &reports.Verification{Share: "1%", Rule: "item->stock verify 1%", Source: "admin socket", Same: 97, Different: 3,
		Skipped:     reports.Skipped{Busy: 2, Late: 1},
		Differences: []reports.Difference{{Time: time.Now(), Fields: []reports.DifferingField{{Path: "success.price", RPC: "7 <EUR>", Inline: "8"}, {Path: "success.name", RPC: "a", Inline: "b"}}}}}
	for _, tt := range []struct {
		name         string
		of           []*reports.Verification
		want, hasNot []string
	}{
		{"none", []*reports.Verification{nil}, nil, []string{"Verification"}},
		{"nothing yet", []*reports.Verification{{Share: "1%"}}, []string{"no call was compared yet"}, []string{"Fields of answers"}},
		{"the same", []*reports.Verification{same, nil}, []string{"500 compared, none differ", "item-&gt;stock verify 1% (admin socket)"}, []string{"Not compared", "Fields of answers"}},
		{"different", []*reports.Verification{same, differing}, []string{"600 compared, 3 differ (0.50 %)", "2 busy, 1 late", "success.price", "7 &lt;EUR&gt;", "success.name"}, nil},
		{"declined", []*reports.Verification{
			{Share: "1%", Skipped: reports.Skipped{Declined: 1}, Declined: []string{"it has credentials"}, Unmatched: []string{"nmae"}},
			{Share: "1%", Skipped: reports.Skipped{Declined: 1}, Declined: []string{"it has credentials", "it is a stream"}},
		}, []string{"2 declined", "it has credentials; it is a stream<", "Fields of the rule that no answer has had", "nmae<"}, nil},
		{"other shares", []*reports.Verification{{Share: "1%", Same: 1}, {Share: "off"}}, []string{"mixed"}, nil},
	} {
		var processes []watch.Process
		for i, v := range tt.of {
			processes = append(processes, process(string(rune('a'+i)), "off", 0, v))
		}
		p, err := site.Link(processes, "shop", "item->stock/Stock/Get", table.All())
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range tt.want {
			if !strings.Contains(string(p.Content), text) {
				t.Errorf("%s: no %q in\n%s", tt.name, text, p.Content)
			}
		}
		for _, text := range tt.hasNot {
			if strings.Contains(string(p.Content), text) {
				t.Errorf("%s: %q in\n%s", tt.name, text, p.Content)
			}
		}
	}
}

func TestCommands(t *testing.T) {
	processes := []watch.Process{process("/run/a b.sock", "on", 0, nil), process("/run/it's.sock", "on", 0, nil)}
	for _, tt := range []struct{ query, want string }{
		{"rule=item->stock&value=25+%25&socket=/run/a+b.sock", `mergectl links set --process '/run/a b.sock' 'item->stock' 25%`},
		{"rule=*&value=off&socket=/run/it's.sock&force=1", `mergectl links set --force --process '/run/it'\''s.sock' '*' off`},
		{"rule=kill&value=on&socket=/run/a+b.sock", `mergectl links kill --process '/run/a b.sock' on`},
		{"rule=item->stock&value=unset&socket=/run/a+b.sock", `mergectl links unset --process '/run/a b.sock' 'item->stock'`},
	} {
		values, err := url.ParseQuery(tt.query)
		if err != nil {
			t.Fatal(err)
		}
		c, err := ParseChange(values, processes)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(c.Commands(), "\n"); got != tt.want {
			t.Errorf("got %s\nwant %s", got, tt.want)
		}
	}
	for _, query := range []string{"", "rule=*&value=on", "rule=*&value=on&socket=/run/c.sock", "rule=kill&value=25%25&socket=/run/a+b.sock", "rule=*+off%0Akill&value=on&socket=/run/a+b.sock", "rule=*&value=1000%25&socket=x"} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := ParseChange(values, processes); err == nil {
			t.Errorf("%s: got %+v", query, c)
		}
	}
}

// BenchmarkLinks makes the page of 18,000 methods in 400 processes, filtered.
func BenchmarkLinks(b *testing.B) {
	var processes []watch.Process
	for i := range 400 {
		r := &reports.Links{Binary: "binary-" + string(rune('a'+i%26)) + string(rune('a'+i/26))}
		for j := range 45 {
			l := reports.Link{Caller: "caller", Callee: "callee", RPCService: "Service", Method: "Method" + string(rune('A'+j)), State: "on", Inline: uint64(i * j)}
			l.Drawn.Inline.Ended.OK = uint64(i * j)
			r.Links = append(r.Links, l)
		}
		processes = append(processes, watch.Process{Socket: r.Binary, Links: r})
	}
	q := table.ParseQuery(url.Values{"q": {"binary-b"}, "sort": {"-icalls"}})
	for b.Loop() {
		p, err := site.Links(processes, q)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := site.Fragment(p); err != nil {
			b.Fatal(err)
		}
	}
}
