package solve

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// bestPartition returns the value of the best of all partitions.
func bestPartition(p *Problem) float64 {
	p.index()
	best := math.Inf(-1)
	values := make(map[uint64]float64)
	value := func(services []int) float64 {
		key := uint64(0)
		for _, v := range services {
			key |= 1 << v
		}
		known, ok := values[key]
		if !ok {
			known = math.Inf(-1)
			if len(services) == 1 {
				known = 0
			} else if p.Allowed(services) {
				_, known = newEvaluation(p, services).best()
			}
			values[key] = known
		}
		return known
	}
	var groups [][]int
	var place func(v int)
	place = func(v int) {
		if v == len(p.Services) {
			sum := 0.0
			for _, g := range groups {
				sum += value(g)
			}
			for _, l := range p.Links {
				if l.Always && !slices.ContainsFunc(groups, func(g []int) bool { return slices.Contains(g, l.Caller) && slices.Contains(g, l.Callee) }) {
					return
				}
			}
			best = max(best, sum)
			return
		}
		for i := range groups {
			groups[i] = append(groups[i], v)
			place(v + 1)
			groups[i] = groups[i][:len(groups[i])-1]
		}
		groups = append(groups, []int{v})
		place(v + 1)
		groups = groups[:len(groups)-1]
	}
	place(0)
	return best
}

func TestAnyIsNearTheOptimum(t *testing.T) {
	below, above, sum, groups := 0.0, 0.0, 0.0, 0
	for seed := range uint64(24) {
		rng := rand.New(rand.NewPCG(seed, 3))
		p := random(rng, 2+rng.IntN(6))
		p.Limits.Affinity = 0
		if rng.IntN(3) == 0 && len(p.Links) > 0 {
			l := &p.Links[rng.IntN(len(p.Links))]
			l.Always, l.Barred = true, false
		}
		want := bestPartition(p)
		got, err := Any(p)
		if err != nil {
			if !math.IsInf(want, -1) {
				t.Fatalf("seed %d: %v, and there is a choice of value %g", seed, err, want)
			}
			continue
		}
		if got.Value > want+1e-9*max(1, want) {
			t.Fatalf("seed %d: value %g, and the optimum is %g", seed, got.Value, want)
		}
		if got.Bound < want-1e-9*max(1, want) {
			t.Fatalf("seed %d: bound %g is below the optimum %g", seed, got.Bound, want)
		}
		checkGroups(t, p, got)
		sum += want
		below += want - got.Value
		above += got.Bound - want
		groups += len(got.Groups)
	}
	if below > 0.005*sum || groups < 9 {
		t.Errorf("%d groups are %.3g %% below the optimum", groups, 100*below/sum)
	}
	if above > 0.005*sum {
		t.Errorf("the bounds are %.3g %% above the optimum", 100*above/sum)
	}
}

func TestAnyIsAtLeastExact(t *testing.T) {
	for seed := range uint64(4) {
		rng := rand.New(rand.NewPCG(seed, 4))
		p := random(rng, 15)
		exact, err := Exact(p)
		if err != nil {
			t.Fatal(err)
		}
		p.Limits.Affinity = 0
		any, err := Any(p)
		if err != nil {
			t.Fatal(err)
		}
		if any.Value < exact.Value-1e-9 {
			t.Errorf("seed %d: %g, and the exact choice has %g", seed, any.Value, exact.Value)
		}
	}
}

// TestSameResult solves one problem twice: nothing depends on the order of maps.
func TestSameResult(t *testing.T) {
	for seed := range uint64(3) {
		p := random(rand.New(rand.NewPCG(seed, 5)), 14)
		for name, solve := range map[string]func(*Problem) (*Solution, error){"exact": Exact, "any": Any} {
			first, err := solve(p)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if again, err := solve(p); err != nil || !reflect.DeepEqual(first, again) {
					t.Fatalf("%s, seed %d: %+v, then %+v (%v)", name, seed, first, again, err)
				}
			}
		}
	}
}

// TestCallersLeadToTheHost has two services that call each other more than anybody
// else calls them. Both are below the host nevertheless.
func TestCallersLeadToTheHost(t *testing.T) {
	p := &Problem{
		Services: []Service{{Name: "api", Calls: 1}, {Name: "item", Calls: 10000}, {Name: "stock", Calls: 10000}},
		Links: []Link{
			{Caller: 0, Callee: 1, Calls: 1000, Save: 1},
			{Caller: 1, Callee: 2, Calls: 10000, Save: 10},
			{Caller: 2, Callee: 1, Calls: 9000, Save: 9},
		},
	}
	p.index()
	callers := []int{}
	for _, m := range p.Members(Group{Services: []int{0, 1, 2}}, nil) {
		callers = append(callers, m.Caller)
	}
	if want := []int{-1, 0, 1}; !slices.Equal(callers, want) {
		t.Errorf("the callers are %v, want %v", callers, want)
	}
}

// TestSharesOfCircles has services that get nearly all calls from each other, and the
// rest from the host: all of their work is done in the group.
func TestSharesOfCircles(t *testing.T) {
	p := &Problem{
		Services: []Service{{Name: "api"}, {Name: "item", Calls: 1000}, {Name: "stock", Calls: 1000}, {Name: "other", Calls: 4}},
		Links: []Link{
			{Caller: 0, Callee: 1, Calls: 1, Save: 1},
			{Caller: 0, Callee: 3, Calls: 1, Save: 1},
			{Caller: 1, Callee: 2, Calls: 1000, Save: 1000},
			{Caller: 2, Callee: 1, Calls: 999, Save: 999},
		},
	}
	p.index()
	e := newEvaluation(p, []int{0, 1, 2, 3})
	if got := e.value(0); math.Abs(got-2001) > 1e-6 || math.Abs(e.share[2]-1) > 1e-9 || e.share[3] != 0.25 {
		t.Errorf("the shares are %v, and the group saves %g, want 2001", e.share, got)
	}
	for _, host := range []int{1, 3} { // nobody calls the first service
		if got := e.value(host); !math.IsInf(got, -1) {
			t.Errorf("with the host %d it saves %g", host, got)
		}
	}
}
