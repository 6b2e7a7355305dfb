package choose

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/settings"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
)

// inputs returns a fleet with conditions of all kinds. Its calls come in an order
// that depends on seed.
func inputs(t *testing.T, seed uint64) *Inputs {
	t.Helper()
	set, err := settings.Parse("merge_plan.yaml", []byte(`
limits: {services: 4, memory: 4Gi, quota_ratio: 6, restarts_per_week: 400}
owners: {must_agree: true, agreements: [[red, green]]}
never: ["s1->*", "s2->s9"]
`))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	in := &Inputs{Settings: set, SettingsName: "merge_plan.yaml", Fleet: make(fleet.Fleet)}
	var calls []traffic.Calls
	for callee := range 40 {
		s := in.Fleet.Get(fmt.Sprintf("s%d", callee))
		s.Replicas.Set(float64(2+rng.IntN(30)), fleet.Replicas, "test")
		s.Cores.Set(float64(1+rng.IntN(8)), fleet.Cores, "test")
		s.Memory.Set(float64(int(1)<<(27+rng.IntN(5))), fleet.Bytes, "test")
		s.Releases.Set(float64(rng.IntN(20)), fleet.PerWeek, "test")
		if callee%11 != 0 {
			s.Owner.Set([]string{"red", "green", "blue"}[rng.IntN(3)], "test")
		}
		for range 1 + rng.IntN(4) {
			for _, method := range []string{"A", "B"} {
				calls = append(calls, traffic.Calls{
					Caller: fmt.Sprintf("s%d", rng.IntN(40)), Callee: s.Name, Method: method, PerSecond: math.Exp(10 * rng.Float64()),
				})
			}
		}
	}
	order := rand.New(rand.NewPCG(seed, 3))
	order.Shuffle(len(calls), func(i, j int) { calls[i], calls[j] = calls[j], calls[i] })
	b := traffic.NewBuilder("test")
	for _, c := range calls {
		b.Add(c)
	}
	in.Traffic = b.Graph()
	in.Inline = func(caller, callee string) (Barrier, bool) {
		return Barrier{Rule: "no-client", Why: "for the test"}, caller == "s3"
	}
	return in
}

// TestCallersWithoutAName has a callee most of whose calls come from nobody knows
// where: it keeps its deployment, and does not join the only caller that has a name.
func TestCallersWithoutAName(t *testing.T) {
	for unknown, want := range map[float64]string{0: "", 500: "", 9000: "affinity: 10 % of the callee's calls come from the caller, and more than 50 % are needed"} {
		b := traffic.NewBuilder("test")
		b.Add(traffic.Calls{Caller: "item", Callee: "stock", PerSecond: 1000})
		b.Add(traffic.Calls{Callee: "stock", PerSecond: unknown})
		p, err := Make(&Inputs{Settings: &settings.Settings{}, Traffic: b.Graph(), Fleet: make(fleet.Fleet)})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, r := range p.Rejected {
			got = r.Rule + ": " + r.Why
		}
		if got != want {
			t.Errorf("with %g calls of others: %q, want %q", unknown, got, want)
		}
	}
}

// TestAlwaysNamesTheRule has pairs that are always together and break each rule.
func TestAlwaysNamesTheRule(t *testing.T) {
	for text, want := range map[string]string{
		"never: [\"*->stock\"]": "the settings keep the two apart [never]",
		"limits: {memory: 1Gi}\nservices: {item: {memory: 1Gi}, stock: {memory: 1Gi}}": "a replica of both needs 2 GiB, and at most 1 GiB is allowed [memory]",
		"services: {item: {zone: a}, stock: {zone: b}}":                                "item is in zone a, and stock in b [zone]",
		"owners: {must_agree: true}\nservices: {item: {owner: a}}":                     "stock has no owner who could agree [owner-unknown]",
		"limits: {services: 1}": "groups are of one service [group-size]",
		"limits: {quota_ratio: 2}\nservices: {item: {cores: 1, replicas: 1}, stock: {cores: 3, replicas: 1}}": "the callee has 3 cores, 3 times the caller's 1, and at most 2 times is allowed [quota-ratio]",
		"limits: {restarts_per_week: 2}\nservices: {item: {replicas: 3}, stock: {releases_per_week: 1}}":      "1 releases of the callee a week restart 3 replicas each, and at most 2 restarts are allowed [cadence]",
	} {
		set, err := settings.Parse("merge_plan.yaml", []byte("always: [\"item->stock\"]\n"+text))
		if err != nil {
			t.Fatal(err)
		}
		for _, anyCaller := range []bool{false, true} {
			b := traffic.NewBuilder("test")
			b.Add(traffic.Calls{Caller: "item", Callee: "stock", PerSecond: 1})
			_, err := Make(&Inputs{Settings: set, SettingsName: "merge_plan.yaml", Traffic: b.Graph(), Fleet: make(fleet.Fleet), Any: anyCaller})
			if want := "merge_plan.yaml:1: always: item->stock cannot be together: " + want; err == nil || err.Error() != want {
				t.Errorf("any %t: got %v, want %s", anyCaller, err, want)
			}
		}
	}
}

func TestOrderOfInputsDoesNotMatter(t *testing.T) {
	for _, anyCaller := range []bool{false, true} {
		first := ""
		for seed := range uint64(4) {
			in := inputs(t, seed)
			in.Any = anyCaller
			p, err := Make(in)
			if err != nil {
				t.Fatal(err)
			}
			data, err := json.Marshal(p)
			if err != nil {
				t.Fatal(err)
			}
			if first == "" {
				first = string(data)
			} else if string(data) != first {
				t.Fatalf("any %t: another order makes another plan", anyCaller)
			}
		}
	}
}

// TestEachLinkIsInlineOrRejected accounts for all links, and all rules.
func TestEachLinkIsInlineOrRejected(t *testing.T) {
	in := inputs(t, 0)
	p, err := Make(in)
	if err != nil {
		t.Fatal(err)
	}
	found := make(map[string]int)
	for _, g := range p.Groups {
		sum := 0.0
		for _, m := range g.Members {
			sum += m.Cores
			for _, l := range m.Links {
				found[l.Link]++
			}
		}
		if math.Abs(sum-g.Cores) > 1e-9 {
			t.Errorf("the members of %s save %g, and the group %g", g.Host, sum, g.Cores)
		}
	}
	rules := make(map[string]int)
	for _, r := range p.Rejected {
		found[r.Link]++
		rules[r.Rule]++
		if !slices.Contains(Rules, r.Rule) || r.Why == "" {
			t.Errorf("%s is rejected by %q: %s", r.Link, r.Rule, r.Why)
		}
	}
	for _, l := range in.Traffic.Links {
		if link := l.Caller + "->" + l.Callee; found[link] != 1 {
			t.Errorf("%s is found %d times", link, found[link])
		}
	}
	if len(found) != len(in.Traffic.Links) || len(p.Groups) == 0 || len(rules) < 7 {
		t.Errorf("%d of %d links, %d groups, rules %v", len(found), len(in.Traffic.Links), len(p.Groups), rules)
	}
}

func TestExplainNamesSources(t *testing.T) {
	p, err := Make(inputs(t, 0))
	if err != nil {
		t.Fatal(err)
	}
	for _, link := range []string{p.Rejected[0].Link, p.Groups[0].Members[1].Links[0].Link} {
		var b strings.Builder
		if err := p.Explain(&b, link); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if strings.Contains(line, "per replica") && !strings.Contains(line, "not known") && !strings.HasSuffix(line, "  test\n") {
				t.Errorf("%s: no source in %q", link, line)
			}
		}
	}
}

func TestScale(t *testing.T) {
	in := inputs(t, 0)
	m, err := newModel(in)
	if err != nil {
		t.Fatal(err)
	}
	l := in.Traffic.Links[0]
	g := &traffic.Graph{Links: []traffic.Link{l}}
	cores := l.PerSecond * m.cost.RPC.CPUOf(m.cost.Bytes.Value) / 2 / 1e6
	n, err := Scale(l.Caller, "a.pprof", cores, 3, g, m.cost)
	if err != nil || math.Abs(n.Value-3) > 1e-9 {
		t.Errorf("got %v, %v", n, err)
	}
	// Half of the calls of another one come from nobody knows where.
	g.Received = []traffic.Received{{Callee: l.Callee, PerSecond: 2 * l.PerSecond}}
	g.Links[0].Bytes = m.cost.Bytes.Value
	if n, err := Scale(l.Callee, "a.pprof", cores, 3, g, m.cost); err != nil || math.Abs(n.Value-1.5) > 1e-9 {
		t.Errorf("got %v, %v", n, err)
	}
	if _, err := Scale("nobody", "a.pprof", 1, 1, g, m.cost); err == nil {
		t.Error("took a profile of a service without links")
	}
}

// TestNeverWithAll keeps a service, or all, apart from all others, without a list of
// the pairs, which a large fleet has too many of.
func TestNeverWithAll(t *testing.T) {
	for text, want := range map[string]map[string]string{
		"never: [\"*->*\"]":     {"api->item": "never", "item->stock": "never"},
		"never: [\"item->*\"]":  {"api->item": "never", "item->stock": "never"},
		"never: [\"*->stock\"]": {"item->stock": "never"},
		"never: [\"*->bank\"]":  {},
	} {
		set, err := settings.Parse("merge_plan.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		for _, anyCaller := range []bool{false, true} {
			b := traffic.NewBuilder("test")
			b.Add(traffic.Calls{Caller: "api", Callee: "item", PerSecond: 1000})
			b.Add(traffic.Calls{Caller: "item", Callee: "stock", PerSecond: 1000})
			p, err := Make(&Inputs{Settings: set, Traffic: b.Graph(), Fleet: make(fleet.Fleet), Any: anyCaller})
			if err != nil {
				t.Fatal(err)
			}
			got := make(map[string]string)
			for _, r := range p.Rejected {
				got[r.Link] = r.Rule
			}
			if !maps.Equal(got, want) || len(p.model.problem.Never) > 0 {
				t.Errorf("%s, any %t: rejected %v by %d pairs, want %v", text, anyCaller, got, len(p.model.problem.Never), want)
			}
		}
	}
}

// TestUnknownReplicas has a host whose replicas are not known: the memory of the
// callee's is not gained.
func TestUnknownReplicas(t *testing.T) {
	for host, want := range map[float64]float64{0: 0, 4: -6 << 30} {
		b := traffic.NewBuilder("test")
		b.Add(traffic.Calls{Caller: "item", Callee: "stock", PerSecond: 1000})
		in := &Inputs{Settings: &settings.Settings{}, Traffic: b.Graph(), Fleet: make(fleet.Fleet)}
		if host > 0 {
			in.Fleet.Get("item").Replicas.Set(host, fleet.Replicas, "test")
		}
		in.Fleet.Get("stock").Replicas.Set(10, fleet.Replicas, "test")
		in.Fleet.Get("stock").Memory.Set(1<<30, fleet.Bytes, "test")
		p, err := Make(in)
		if err != nil {
			t.Fatal(err)
		}
		if len(p.Groups) != 1 || p.Groups[0].Memory != want {
			t.Errorf("with %g replicas of the host: got %+v, want %g bytes", host, p.Groups, want)
		}
		var text strings.Builder
		if err := p.Explain(&text, "item->stock"); err != nil {
			t.Fatal(err)
		}
		if unknown := strings.Contains(text.String(), "the replicas of item, the host, are not known"); unknown != (host == 0) {
			t.Errorf("with %g replicas of the host: %s", host, &text)
		}
	}
}
