package solve

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// random returns a problem in which some services have one caller that sends most
// of their calls, with limits and conditions of all kinds.
func random(rng *rand.Rand, services int) *Problem {
	p := &Problem{}
	for range services {
		s := Service{
			Replicas: float64(1 + rng.IntN(20)), MinReplicas: float64(rng.IntN(3)), Memory: float64(1 + rng.IntN(8)),
			Cores: float64(1 + rng.IntN(30)), Connections: float64(rng.IntN(10)), Releases: float64(rng.IntN(8)),
			Moved: rng.IntN(4) == 0, Zone: max(0, rng.IntN(6)-3),
		}
		switch rng.IntN(4) {
		case 0:
			s.Owners = []int{0, 2}
		case 1:
			s.Owners = []int{1, 2}
		case 2:
			s.Owners = []int{1}
		}
		p.Services = append(p.Services, s)
	}
	for caller := range services {
		for callee := range services {
			if caller == callee || rng.IntN(3) > 0 {
				continue
			}
			l := Link{Caller: caller, Callee: callee, Calls: math.Exp(8 * rng.Float64()), Barred: rng.IntN(12) == 0}
			l.Save = l.Calls * rng.Float64() / 100
			p.Links = append(p.Links, l)
			p.Services[callee].Calls += l.Calls
		}
	}
	for i := range p.Services {
		p.Services[i].Calls *= 1 + rng.Float64()/5
	}
	p.Prices = Prices{Byte: rng.Float64() / 10, Connection: rng.Float64() / 100, Restart: 1000 * rng.Float64()}
	p.Limits = Limits{Services: rng.IntN(5), Affinity: 0.5}
	if rng.IntN(2) == 0 {
		p.Limits.Memory = float64(5 + rng.IntN(20))
	}
	if rng.IntN(3) == 0 {
		p.Limits.Quota = 1 + 5*rng.Float64()
	}
	if rng.IntN(3) == 0 {
		p.Limits.Restarts = 50
	}
	for range rng.IntN(3) {
		if a, b := rng.IntN(services), rng.IntN(services); a != b {
			p.Never = append(p.Never, [2]int{a, b})
		}
	}
	for i := range p.Services {
		if rng.IntN(8) == 0 {
			p.Services[i].Replicas = 0 // not known
		}
		p.Services[i].Apart = rng.IntN(16) == 0
	}
	return p
}

// exhaustive returns the value of the best choice: it tries for each service to
// join its caller and not to.
func exhaustive(p *Problem) float64 {
	p.index()
	callers, err := p.callers()
	if err != nil {
		return math.Inf(-1)
	}
	best := math.Inf(-1)
	for choice := range 1 << len(callers) {
		if value, ok := chosen(p, callers, choice); ok {
			best = max(best, value)
		}
	}
	return best
}

// chosen returns the value of a choice in which the services whose bits are set
// join their callers.
func chosen(p *Problem, callers []int32, choice int) (float64, bool) {
	groups := make(map[int][]int)
	for v := range callers {
		host := v
		for steps := 0; choice>>host&1 == 1; steps++ {
			if callers[host] < 0 || steps > len(callers) {
				return 0, false // nobody to join, or nobody who hosts
			}
			host = int(callers[host])
		}
		groups[host] = append(groups[host], v)
	}
	var together []Group
	value := 0.0
	for host, services := range groups {
		slices.Sort(services)
		sortMembers(services, host)
		if !p.Allowed(services) {
			return 0, false
		}
		for _, m := range p.Members(Group{Services: services}, callers) {
			if m.Service != host && p.Hosted(m.Service, host) != "" {
				return 0, false
			}
			value += m.Value()
		}
		together = append(together, Group{Services: services})
	}
	for _, l := range p.Links {
		if l.Always && !slices.ContainsFunc(together, func(g Group) bool {
			return slices.Contains(g.Services, l.Caller) && slices.Contains(g.Services, l.Callee)
		}) {
			return 0, false
		}
	}
	return value, true
}

func TestExactIsTheOptimum(t *testing.T) {
	grouped, circles, refused := 0, 0, 0
	for seed := range uint64(1200) {
		rng := rand.New(rand.NewPCG(seed, 1))
		p := random(rng, 2+rng.IntN(8))
		if rng.IntN(5) == 0 && len(p.Links) > 0 {
			for i := range p.Links {
				p.Links[i].Barred = false
			}
			p.Links[rng.IntN(len(p.Links))].Always = true
		}
		want := exhaustive(p)
		got, err := Exact(p)
		if err != nil {
			if !math.IsInf(want, -1) {
				t.Fatalf("seed %d: %v, and there is a choice of value %g", seed, err, want)
			}
			refused++
			continue
		}
		if math.Abs(got.Value-want) > 1e-9*max(1, math.Abs(want)) || got.Bound != got.Value {
			t.Fatalf("seed %d: value %g, bound %g, want %g", seed, got.Value, got.Bound, want)
		}
		checkGroups(t, p, got)
		grouped += len(got.Groups)
		f := &forest{p: p, callers: must(p.callers())}
		for _, component := range f.components() {
			if f.circle(component[0]) != nil {
				circles++
			}
		}
	}
	if grouped < 500 || circles < 50 || refused < 5 {
		t.Errorf("%d groups, %d circles and %d refusals say little", grouped, circles, refused)
	}
}

func must[T any](v T, _ error) T { return v }

// checkGroups checks that groups keep to the limits and conditions, and that their
// values are those of their members.
func checkGroups(t *testing.T, p *Problem, s *Solution) {
	t.Helper()
	seen := make(map[int]bool)
	for _, g := range s.Groups {
		if !p.Allowed(g.Services) || len(g.Services) < 2 {
			t.Fatalf("group %v may not be", g.Services)
		}
		for _, v := range g.Services {
			if seen[v] {
				t.Fatalf("service %d is in two groups", v)
			}
			seen[v] = true
			if v != g.Host() && p.Hosted(v, g.Host()) != "" {
				t.Fatalf("group %v: %s", g.Services, p.Hosted(v, g.Host()))
			}
		}
	}
}

func TestTighterLimitsSaveNoMore(t *testing.T) {
	changed := 0
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 2))
		p := random(rng, 12)
		p.Limits.Services, p.Limits.Memory = 0, 0
		before := math.Inf(1)
		for _, limits := range []Limits{{}, {Services: 5}, {Services: 5, Memory: 20}, {Services: 3, Memory: 20}, {Services: 3, Memory: 10}, {Services: 3, Memory: 10, Quota: 3}, {Services: 2, Memory: 10, Quota: 2}, {Services: 2, Memory: 10, Quota: 2, Affinity: 0.8}, {Services: 1}} {
			p.Limits = limits
			s, err := Exact(p)
			if err != nil {
				t.Fatal(err)
			}
			if s.Value > before+1e-9 {
				t.Fatalf("seed %d: %+v saves %g, and less tight limits %g", seed, limits, s.Value, before)
			}
			if s.Value < before {
				changed++
			}
			before = s.Value
		}
		if before != 0 {
			t.Errorf("seed %d: services that stay alone save %g", seed, before)
		}
	}
	if changed < 300 {
		t.Errorf("limits changed the value %d times only", changed)
	}
}

func TestNeverTogetherAcrossBranches(t *testing.T) {
	// A host with four callees, of which the two best are never together.
	p := &Problem{Limits: Limits{Affinity: 0.5, Services: 3}, Never: [][2]int{{1, 2}}}
	p.Services = make([]Service, 5)
	for callee := 1; callee < 5; callee++ {
		p.Services[callee].Calls = 10
		p.Links = append(p.Links, Link{Caller: 0, Callee: callee, Calls: 10, Save: float64(10 - callee)})
	}
	s, err := Exact(p)
	if err != nil {
		t.Fatal(err)
	}
	if s.Value != 9+7 || s.Gap() != 0 || !slices.Equal(s.Groups[0].Services, []int{0, 1, 3}) {
		t.Errorf("value %g, gap %g, groups %v", s.Value, s.Gap(), s.Groups)
	}
}
