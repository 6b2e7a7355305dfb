package pages

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
)

func TestPlainText(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "",
		"item->stock \t\n":        "item->stock \t\n",
		"käse 日本 ● 🚀":             "käse 日本 ● 🚀",
		"a\x1b[31mred\x00\r":      `a\x1b[31mred\x00\x0d`,
		"stock\u202etpircs":       `stock\u202etpircs`,
		"\u2066a\u200bb\ufeff":    `\u2066a\u200bb\ufeff`,
		"line\u2028end\u0085":     `line\u2028end\u0085`,
		"broken \xff\xc3 at\xe2":  `broken \xff\xc3 at\xe2`,
		"a replacement \ufffd is": "a replacement \ufffd is",
	} {
		if got := string(plainText([]byte(text))); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	for _, tt := range []struct {
		text string
		want string
	}{
		{strings.Repeat("a", mostChars), strings.Repeat("a", mostChars)},
		{strings.Repeat("a", mostChars+7), strings.Repeat("a", mostChars) + "… (7 bytes more)"},
		{strings.Repeat("ä", mostChars), strings.Repeat("ä", mostChars/2) + "… (1000 bytes more)"},
	} {
		if got := clip(tt.text); got != tt.want || !utf8.ValidString(got) {
			t.Errorf("got %q", got)
		}
	}
}

// TestHostileReport writes all pages of a process that reports what it should not.
func TestHostileReport(t *testing.T) {
	const evil = `"><script>alert(1)</script>` + "\x1b]0;x\x07\u202e\xff"
	name := evil + strings.Repeat("x", 1<<20)
	l := reports.Link{
		Caller: evil, Callee: name, RPCService: evil, Method: name, State: name, Reason: name, Deadline: name,
		Inline: 1<<64 - 1, RPC: 1<<64 - 1, SlowestHandler: -1 << 63,
		Verification: &reports.Verification{Share: name, Rule: name, Source: name, Different: 1, Differences: []reports.Difference{{Fields: []reports.DifferingField{{Path: name, RPC: name, Inline: name}}}}},
	}
	l.Drawn.Inline.Latency = reports.Latency{Count: 1, Max: -1 << 63, P50: -1 << 63, Within: [reports.LatencyBounds]uint64{5, 1<<64 - 1, 3}}
	short := l
	short.Callee, short.Method = evil, evil
	p := watch.Process{Socket: "/run/" + evil, Read: time.Now(), Links: &reports.Links{
		Binary: evil, Links: []reports.Link{l, l, short}, Unbound: []string{name, "->"}, Killed: []reports.Rule{{Link: name, Value: name, Source: name}},
		File:    &reports.RulesFile{Path: name, Failure: name},
		Targets: []reports.Target{{Caller: name, RPCService: name, Target: name, Reason: name}},
	}, Services: &reports.Services{Binary: evil, Services: []reports.Service{{Name: name, Version: name, Revision: name, Digest: name, Reason: name, State: reports.ServiceState(name), Goroutines: -1, HeapBytes: -1 << 63}}}}
	all := []watch.Process{p, p}
	for page, made := range map[string]func() (Page, error){
		"links":      func() (Page, error) { return site.Links(all, table.All()) },
		"link":       func() (Page, error) { return site.Link(all, evil, short.Name(), table.All()) },
		"graph":      func() (Page, error) { return site.Graph(all, "", 3) },
		"services":   func() (Page, error) { return site.Services(all, Only{}, table.All(), time.Now()) },
		"versions":   func() (Page, error) { return site.Versions(&Versions{Processes: all}, table.All()) },
		"processes":  func() (Page, error) { return site.Processes(all, table.All()) },
		"the change": func() (Page, error) { return site.ChangeForm(all, evil, "a->b/c/d", "") },
	} {
		p, err := made()
		if err != nil {
			t.Errorf("%s: %v", page, err)
			continue
		}
		html, err := site.Render(p)
		if err != nil {
			t.Errorf("%s: %v", page, err)
			continue
		}
		text := string(html)
		if !utf8.Valid(html) || strings.ContainsAny(text, "\x1b\x07\u202e") || strings.Contains(text, "<script>") {
			t.Errorf("%s has what it should not", page)
		}
		if len(text) > 1<<18 {
			t.Errorf("%s has %d bytes", page, len(text))
		}
	}
	if html, err := File(Contents{Processes: all, Versions: &Versions{Processes: all}, Now: time.Now()}); err != nil || strings.Contains(string(html), "<script>alert") || len(html) > 1<<20 {
		t.Errorf("%d bytes, %v", len(html), err)
	}
}
