package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// columns returns a table with one space between columns, and durations, which
// no two runs have in common, as DURATION.
func columns(table string) string {
	table = regexp.MustCompile(` {2,}`).ReplaceAllString(table, " ")
	return regexp.MustCompile(`\d+(\.\d+)?(ns|µs|ms|s)\b`).ReplaceAllString(table, "DURATION")
}

func TestLinksTable(t *testing.T) {
	m := start(t, "GO_MERGE_LINKS=item->stock/*/Put 25%,*->stock/*/Put cooperative")
	out, err := mergectl("links", m.socket)
	if err != nil {
		t.Fatal(err)
	}
	want := `METHOD STATE DEADLINE INLINE RPC ERRORS PANICS COPIED SHARED P50 P99 RPC P50 RPC P99 WHY
item->stock/StockService/Get on strict 20 0 2 1 38 0 DURATION DURATION - - no rule
item->stock/StockService/Put 25% cooperative 0 0 0 0 0 0 - - - - item->stock/*/Put 25% (GO_MERGE_LINKS, rule 1), *->stock/*/Put cooperative (GO_MERGE_LINKS, rule 2)
item->stock/StockService/Watch never strict 0 1 0 0 0 0 DURATION DURATION - - streaming method
`
	if got := columns(out); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestLinksRulesFile(t *testing.T) {
	ends := time.Date(2030, 1, 31, 18, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		file reports.RulesFile
		want string
	}{
		{reports.RulesFile{Path: "/rules", Processes: "100%", Included: true}, "Rules file: /rules"},
		{reports.RulesFile{Path: "/rules", Failure: "/rules: permission denied"}, "Rules file: /rules\nThe file cannot be used as it is: /rules: permission denied"},
		{reports.RulesFile{Path: "/rules", Generation: 7, Expires: &ends, Processes: "10%", ProcessID: "shop-5"},
			"Rules file: /rules, generation 7, until 2030-01-31T18:00:00Z, for 10% of the processes: shop-5 is not one of them"},
		{reports.RulesFile{Path: "/rules", Generation: 7, Processes: "20%", ProcessID: "shop-5", Included: true},
			"Rules file: /rules, generation 7, for 20% of the processes: shop-5 is one of them"},
		{reports.RulesFile{Path: "/rules", Generation: 7, Expires: &ends, Expired: true, Processes: "20%", ProcessID: "shop-5", Included: true},
			"Rules file: /rules, generation 7: its rules have ended at 2030-01-31T18:00:00Z"},
	} {
		if got := describeFile(&tt.file); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
	path := filepath.Join(t.TempDir(), "rules")
	if err := os.WriteFile(path, []byte("generation 42\nprocesses 0%\n* off\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := start(t, "GO_MERGE_LINKS_FILE="+path, "GO_MERGE_PROCESS_ID=shop-5")
	out, err := mergectl("links", m.socket)
	if want := "Rules file: " + path + ", generation 42, for 0% of the processes: shop-5 is not one of them\n"; err != nil || !strings.HasPrefix(out, want) {
		t.Errorf("got %s, %v, want it to begin with %s", out, err, want)
	}
}

func TestLinksArms(t *testing.T) {
	m := start(t)
	out, err := mergectl("links", "--arms", m.socket)
	if err != nil {
		t.Fatal(err)
	}
	want := `METHOD DRAWN OK APPLICATION INTERNAL PANIC TIMEOUT CANCELED DENIED OVERLOADED UNAVAILABLE FELL BACK P50 P99
item->stock/StockService/Get inline 18 0 2 0 0 0 0 0 0 0 DURATION DURATION
item->stock/StockService/Watch inline 0 0 0 0 0 0 0 0 1 1 DURATION DURATION
`
	if got := columns(out); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestLinksWays(t *testing.T) {
	m := start(t)
	out, err := mergectl("links", "--ways", m.socket)
	if err != nil {
		t.Fatal(err)
	}
	want := `METHOD INLINE SHORT DIRECT TRANSPORT STREAM
item->stock/StockService/Get 20 18 0 1 0
`
	if got := columns(out); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestLinksJSON(t *testing.T) {
	m := start(t)
	out, err := mergectl("links", "--format=json", "--process", m.socket)
	if err != nil {
		t.Fatal(err)
	}
	var got reports.Links
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if get := got.Links[0]; got.Binary != "shop" || get.Inline != 20 || get.Drawn.Inline.Latency.Count == 0 || get.Drawn.Inline.Ended.OK != 18 {
		t.Errorf("got %+v", got)
	}
}

// TestRules goes through command lines one after the other.
func TestRules(t *testing.T) {
	m := start(t)
	steps := []struct {
		args string
		want string // output, or the error
		get  string // state of Get afterwards, and why
	}{
		{"set SOCKET item->stock 25%", "item->stock 25%: 2 methods changed\n", "25% item->stock 25%"},
		{"set --process SOCKET item->stock/*/Get 0.5%", "item->stock/*/Get 0.5%: 1 method changed\n", "0.5% item->stock/*/Get 0.5%"},
		{"set -p SOCKET * off", "* off: 0 methods changed\n", "0.5% item->stock/*/Get 0.5%"},
		{"unset SOCKET item->stock/StockService/Get",
			"admin socket has no rule for item->stock/StockService/Get; it has item->stock/*/Get 0.5%, item->stock 25%, * off", "0.5% item->stock/*/Get 0.5%"},
		{"unset SOCKET item->stock/*/Get", "item->stock/*/Get unset: 1 method changed\n", "25% item->stock 25%"},
		{"kill SOCKET on", "kill on: 2 methods changed\n", "off kill on"},
		{"set SOCKET item->stock on", "item->stock on: 0 methods changed\nAll calls are RPCs: the kill switch is on, by admin socket.\n", "off kill on"},
		{"kill SOCKET off", "kill off: 2 methods changed\n", "on item->stock on"},
		{"unset --process SOCKET --all", "all rules unset: 0 methods changed\n", "on "},

		{"set SOCKET item->mail on", "item->mail: this binary has no such link; it has item->stock", "on "},
		{"set SOCKET item->stock/*/Got on", "item->stock/*/Got: item->stock has no such method; it has StockService/Get, StockService/Put, StockService/Watch", "on "},
		{"set SOCKET item->stock half", `item->stock: "half" is not on, off, a percentage such as 25%, strict or cooperative`, "on "},
		{"set SOCKET item- 25%", `"item-" is not a link: the shell took the rest as a file to write to; write it in quotes, as in 'item->stock'`, "on "},
		{"kill SOCKET now", `kill now: "now" is not on or off`, "on "},
		{"unset -p SOCKET", "name the link whose rule to unset, or --all", "on "},
		{"unset -p SOCKET --all SOCKET item->stock", "unset --all takes no link", "on "},
		{"set -p SOCKET SOCKET * off", "the merged binary is named twice: by --process and by an argument", "on "},
	}
	for _, step := range steps {
		if out := m.links(step.args); out != step.want {
			t.Errorf("%s: got\n%s\nwant\n%s", step.args, out, step.want)
		}
		if get := m.get(t); get.State+" "+get.Rule != step.get {
			t.Errorf("%s: Get is %s %s, want %s", step.args, get.State, get.Rule, step.get)
		}
	}
}

// TestDeadlines goes through command lines one after the other.
func TestDeadlines(t *testing.T) {
	m := start(t, "GO_MERGE_LINKS=item->stock/*/Get cooperative")
	steps := []struct {
		args string
		want string // output, or the error
		get  string // deadline of Get afterwards, and why
	}{
		{"set SOCKET item->stock strict", "item->stock strict: 1 method changed\n", "strict item->stock strict (admin socket)"},
		{"set SOCKET item->stock off", "item->stock off: 2 methods changed\n", "strict item->stock strict (admin socket)"},
		{"set SOCKET item->stock/StockService cooperative", "item->stock/StockService cooperative: 2 methods changed\n",
			"cooperative item->stock/StockService cooperative (admin socket)"},
		{"unset SOCKET item->stock/StockService", "item->stock/StockService unset: 2 methods changed\n", "strict item->stock strict (admin socket)"},
		{"unset SOCKET item->stock", "item->stock unset: 2 methods changed\n", "cooperative item->stock/*/Get cooperative (GO_MERGE_LINKS)"},
		{"set SOCKET item->mail strict", "item->mail: this binary has no such link; it has item->stock", "cooperative item->stock/*/Get cooperative (GO_MERGE_LINKS)"},
	}
	for _, step := range steps {
		if out := m.links(step.args); out != step.want {
			t.Errorf("%s: got\n%s\nwant\n%s", step.args, out, step.want)
		}
		get := m.get(t)
		if got := get.Deadline + " " + get.DeadlineRule + " (" + get.DeadlineSource + ")"; got != step.get {
			t.Errorf("%s: Get is %s, want %s", step.args, got, step.get)
		}
	}
}

// links runs a command line of links, in which SOCKET stands for the admin socket, and
// returns its output and its error.
func (m merged) links(line string) string {
	var args []string
	for _, arg := range strings.Fields("links " + line) {
		args = append(args, strings.ReplaceAll(arg, "SOCKET", m.socket))
	}
	out, err := mergectl(args...)
	if err != nil {
		out += err.Error()
	}
	return out
}

// TestUnboundRules goes through command lines where stock does not listen.
func TestUnboundRules(t *testing.T) {
	m := start(t, unboundEnv+"=1")
	const fail = "RPCs of item->stock fail unless another process serves them: listen is False for stock"
	const refused = fail + "; to bind an address, set listen to true in the settings file or the go_merge_service, and restart the process; to set the rule nevertheless, add --force"
	steps := []struct{ args, want, state string }{
		{"set SOCKET item->stock off", refused, "on"},
		{"set SOCKET item->stock 99.9%", refused, "on"},
		{"set SOCKET *->*/*/Get off", refused, "on"},
		{"set SOCKET item->stock half", `item->stock: "half" is not on, off, a percentage such as 25%, strict or cooperative`, "on"},
		{"set SOCKET item->stock on", "item->stock on: 0 methods changed\n", "on"},
		{"set SOCKET item->stock/*/Watch off", "item->stock/*/Watch off: 0 methods changed\n", "on"}, // never inline anyway
		{"set SOCKET --force item->stock off", "item->stock off: 2 methods changed\nWarning: " + fail + ".\n", "off"},
		{"set SOCKET item->stock 100%", "item->stock 100%: 2 methods changed\n", "on"},
		{"kill SOCKET on", "kill on: 2 methods changed\nWarning: " + fail + ".\n", "off"},
		{"kill SOCKET off", "kill off: 2 methods changed\n", "on"},
		{"set SOCKET -f * 50%", "* 50%: 0 methods changed\n", "on"}, // item->stock is on
		{"unset SOCKET item->stock", "item->stock unset: 2 methods changed\nWarning: " + fail + ".\n", "50%"},
	}
	for _, step := range steps {
		if out := m.links(step.args); out != step.want {
			t.Errorf("%s: got\n%s\nwant\n%s", step.args, out, step.want)
		}
		if got := m.get(t).State; got != step.state {
			t.Errorf("%s: Get is %s, want %s", step.args, got, step.state)
		}
	}
	if out, want := m.links("SOCKET"), "Warning: "+fail+".\nMETHOD "; !strings.HasPrefix(out, want) {
		t.Errorf("printed\n%s, want %s", out, want)
	}
}

// get returns what the merged binary says about StockService/Get.
func (m merged) get(t *testing.T) reports.Link {
	t.Helper()
	out, err := mergectl("links", "--format=json", m.socket)
	if err != nil {
		t.Fatal(err)
	}
	var report reports.Links
	if err := json.Unmarshal([]byte(out), &report); err != nil {
		t.Fatal(err)
	}
	return report.Links[0]
}

func TestKillOffDoesNotUndoTheEnvironment(t *testing.T) {
	m := start(t, "GO_MERGE_LINKS=kill on")
	_, err := mergectl("links", "kill", m.socket, "off")
	if want := "the kill switch is still on, by GO_MERGE_LINKS; change it there"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	out, err := mergectl("links", m.socket)
	if want := "All calls are RPCs: the kill switch is on, by GO_MERGE_LINKS.\nMETHOD "; err != nil || !strings.HasPrefix(out, want) {
		t.Errorf("printed\n%s%v, want %s", out, err, want)
	}
}

func TestNamingTheProcess(t *testing.T) {
	m := start(t)
	tests := []struct {
		name, env string
		args      []string
	}{
		{"socket", "", []string{"set", m.socket, "*", "off"}},
		{"flag", "", []string{"set", "-p", m.socket, "*", "on"}},
		{"environment", m.socket, []string{"set", "*", "off"}},
		{"argument over environment", "/nowhere", []string{"set", m.socket, "*", "on"}},
		{"binary", "", []string{"set", m.binary, "*", "off"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.name == "binary" && runtime.GOOS != "linux" {
				t.Skip("processes are found on Linux only")
			}
			t.Setenv("GO_MERGE_ADMIN_SOCKET", tt.env)
			if out, err := mergectl(append([]string{"links"}, tt.args...)...); err != nil {
				t.Fatal(out, err)
			}
			if got, want := m.get(t).State, tt.args[len(tt.args)-1]; got != want {
				t.Errorf("Get is %s, want %s", got, want)
			}
		})
	}
}

func TestLinksErrors(t *testing.T) {
	t.Setenv("GO_MERGE_ADMIN_SOCKET", "")
	tests := []struct {
		args []string
		want string
	}{
		{[]string{"links"}, "name a merged binary or its admin socket, or set GO_MERGE_ADMIN_SOCKET"},
		{[]string{"links", "--format=yaml"}, "--format=yaml: want table or json"},
		{[]string{"links", "set", "item->stock"}, "accepts between 2 and 3 arg(s), received 1"},
	}
	for _, tt := range tests {
		if _, err := mergectl(tt.args...); err == nil || err.Error() != tt.want {
			t.Errorf("%q: %v, want %s", tt.args, err, tt.want)
		}
	}
}
