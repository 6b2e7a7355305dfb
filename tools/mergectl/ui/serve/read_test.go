package serve

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/matrix"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/choose"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/exports"
	planfleet "github.com/gomerge/rules_go_merge/tools/mergectl/plan/fleet"
	plansettings "github.com/gomerge/rules_go_merge/tools/mergectl/plan/settings"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
	"github.com/gomerge/rules_go_merge/tools/mergectl/skew"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/pages"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
)

// testVersions returns versions of the services that the test's processes run: those of
// the binary shop as built, but for stock.
func testVersions(processes []watch.Process) (*pages.Versions, error) {
	v := &pages.Versions{Processes: processes, Head: "feed00beef", Read: time.Now(), Skew: []skew.Finding{
		{Kind: skew.Code, Service: "stock", Binaries: []string{"//shop", "//hotel"}, Text: "//shop has 2.1.0 5e0d and //hotel has 2.0.0 77aa"},
	}}
	rows := make(map[string]*matrix.Row)
	for _, p := range processes {
		if p.Services == nil || p.Binary() != "shop" {
			continue
		}
		for _, s := range p.Services.Services {
			id := fleet.Identity{Version: s.Version, Digest: s.Digest, Revision: s.Revision}
			if rows[s.Name] == nil {
				rows[s.Name] = &matrix.Row{
					Service: s.Name, Binary: "//shop", Source: fleet.Identity{Version: "1.5.0"}, Built: id, Behind: &matrix.Behind{Commits: 3, Days: 12},
					Running: []matrix.Running{{Running: fleet.Running{Identity: id}}},
				}
				if s.Name == "stock" {
					rows[s.Name].Built.Digest = "77aa"
				}
			}
			running := &rows[s.Name].Running[0]
			running.Reports = append(running.Reports, p.Socket)
		}
	}
	for _, r := range rows {
		v.Rows = append(v.Rows, *r)
	}
	v.Rows = append(v.Rows, matrix.Row{Service: "mail", Binary: "//shop", Built: fleet.Identity{Version: "0.1"}, Unknown: "there is no Git repository to count commits in"})
	return v, nil
}

// testPlan returns a function that makes a plan of a few services.
func testPlan(t *testing.T) func() (*choose.Plan, error) {
	const csv = `caller,callee,method,calls,bytes
api,item,Get,90000,900
item,stock,Get,80000,700
item,stock,Put,10000,700
mail,stock,Get,100,700
api,mail,Send,50,2000
audit,mail,Send,60,2000
`
	graph, err := exports.Read("traffic.csv", []byte(csv), exports.Options{Format: exports.CSV, Period: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	return func() (*choose.Plan, error) {
		return choose.Make(&choose.Inputs{Settings: &plansettings.Settings{}, SettingsName: plansettings.Name, Fleet: make(planfleet.Fleet), Traffic: traffic.Merge(graph)})
	}
}

// TestPlanAndVersions reads the pages that are made of files.
func TestPlanAndVersions(t *testing.T) {
	m, two, other := start(t, "shop", socketPath(t)), start(t, "shop", socketPath(t)), start(t, "hotel", socketPath(t))
	_, address := newServer(t, Options{Versions: testVersions, Plan: testPlan(t)}, m.Socket, two.Socket, other.Socket)
	v := login(t, address)
	for path, want := range map[string][]string{
		"versions":         {"1.5.0", "1.4.2 0a1b @c0ffee123456", "not as built", "in no manifest", "not running", "The sources are at feed00beef", "//shop has 2.1.0 5e0d", "7 versions"},
		"versions?q=stock": {"2 of 7 versions", `href="services?binary=shop&amp;digest=5e0d&amp;revision=&amp;service=stock&amp;version=2.1.0">2</a>`},
		"services?service=stock&binary=shop&version=2.1.0&digest=5e0d":       {"Only stock 2.1.0 5e0d of shop.", "2 services", m.Socket, two.Socket},
		"services?service=stock&binary=shop&version=2.1.0&digest=5e0d&q=xyz": {"0 of 2 services", `<input type="hidden" name="digest" value="5e0d">`},
		"services?service=stock&binary=shop&version=9":                       {"No process runs it now."},
		"plan":                       {"Groups", "api-&gt;item-&gt;stock", "proven optimum", "mail-&gt;stock", "affinity"},
		"plan?is-rule=affinity":      {"mail-&gt;stock"},
		"group?number=1":             {"<svg", "Services of the group", "is the host"},
		"explain?link=item-%3Estock": {"saved by its calls"},
	} {
		resp, body := v.do(v.request("GET", path, ""))
		for _, text := range want {
			if resp.StatusCode != 200 || !strings.Contains(body, text) {
				t.Errorf("%s: status %d, no %q in\n%s", path, resp.StatusCode, text, body)
			}
		}
	}
	for _, path := range []string{"group?number=99", "group?number=x", "explain?link=a-%3Eb", "explain"} {
		if resp, body := v.do(v.request("GET", path, "")); resp.StatusCode != 404 {
			t.Errorf("%s: status %d: %s", path, resp.StatusCode, body)
		}
	}
}

// testRollout returns a rollout of two steps that was rolled back in the second.
func testRollout(t *testing.T) func() (*pages.Rollout, error) {
	t.Helper()
	set, err := settings.Parse("rollout.yaml", []byte(`links: [item->stock]
rules_file: links.rules
log: rollout.log
processes: {sockets: [shop.sock]}
steps:
  - {calls: 1%}
  - {calls: 50%}
  - {calls: 100%}
`))
	if err != nil {
		t.Fatal(err)
	}
	const log = `{"time":"2026-01-01T12:00:00Z","event":"begin","settings":"0a"}
{"time":"2026-01-01T12:00:00Z","event":"step","step":1,"rules":{"generation":1,"processes":"100%","rules":["item->stock 1%"]}}
{"time":"2026-01-01T12:05:00Z","event":"poll","read":10,"obey":10,"counts":[{"link":"item->stock","method":"item->stock/StockService/Get","inline":1000,"rpc":99000,"errors":{"inline_failed":1,"inline":1000,"rpc_failed":99,"rpc":99000}}]}
{"time":"2026-01-01T12:10:00Z","event":"step","step":2,"rules":{"generation":2,"processes":"100%","rules":["item->stock 50%"]},"findings":["errors: as many in both arms"]}
{"time":"2026-01-01T12:11:00Z","event":"poll","read":10,"obey":9,"counts":[{"link":"item->stock","method":"item->stock/StockService/Get","inline":500,"rpc":500,"errors":{"inline_failed":50,"inline":500,"rpc":500}}]}
{"time":"2026-01-01T12:11:00Z","event":"rolled_back","rules":{"generation":3,"processes":"100%","rules":["item->stock off"]},"why":"item->stock/StockService/Get: more errors inline"}
`
	name := filepath.Join(t.TempDir(), "rollout.log")
	if err := os.WriteFile(name, []byte(log), 0o600); err != nil {
		t.Fatal(err)
	}
	entries, _, err := journal.ReadFile(name, journal.Place{})
	if err != nil {
		t.Fatal(err)
	}
	now := &rollout.Report{Undecided: "no route", Warnings: []string{"stock runs in 2 versions"}, Findings: []rollout.Finding{
		{Method: "item->stock/StockService/Get", Guard: "errors", Verdict: rollout.Harm, Text: "51 of 1500 inline calls fail", Calls: 100_000},
		{Method: "item->stock/StockService/Get", Guard: "panics", Verdict: rollout.Unknown, Text: "too few calls", Rare: true, Calls: 100_000},
		{Method: "item->stock/StockService/Put", Guard: "errors", Verdict: rollout.Unknown, Text: "there are no calls"},
	}}
	return func() (*pages.Rollout, error) {
		return &pages.Rollout{Settings: set, Entries: entries, Now: now}, nil
	}
}

func TestRollout(t *testing.T) {
	_, address := newServer(t, Options{Rollout: testRollout(t)})
	v := login(t, address)
	for query, want := range map[string][]string{
		"": {
			"rolled back", "item-&gt;stock/StockService/Get: more errors inline", "item-&gt;stock off (generation 3)", "10 read, 9 obey the step",
			"<td class=\"number\">10m0s</td>", "10.0 %", "not yet", "errors: as many in both arms", "4 decisions",
			`<td class=""><span class="mark bad">harm</span></td><td class="wide">51 of 1500 inline calls fail</td>`, ">rare</span>", "too few calls", "no route", "stock runs in 2 versions",
		},
		"?is-event=step": {"2 of 4 decisions"},
	} {
		resp, body := v.do(v.request("GET", "rollout"+query, ""))
		for _, text := range want {
			if resp.StatusCode != 200 || !strings.Contains(body, text) {
				t.Errorf("%s: status %d, no %q in\n%s", query, resp.StatusCode, text, body)
			}
		}
		if strings.Contains(body, "StockService/Put") {
			t.Errorf("%s: there is a verdict on a method without calls in\n%s", query, body)
		}
	}
}
