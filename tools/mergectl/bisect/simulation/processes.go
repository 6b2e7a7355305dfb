package simulation

import (
	"context"
	"math/rand/v2"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
)

// processes are simulated. Each reading has more calls.
type processes struct {
	search Search
	random *rand.Rand
	// needs has for each bad link the one that it is bad with, which may be itself.
	needs map[int]int

	off     []bool
	methods []arms.Method
	calls   uint64
	trials  int
}

// processes draws which links are bad.
func (s Search) processes(random *rand.Rand) *processes {
	p := &processes{search: s, random: random, needs: make(map[int]int), off: make([]bool, s.Links), methods: make([]arms.Method, s.Links)}
	order := random.Perm(s.Links)
	for i := range s.Bad {
		p.needs[order[i]] = order[i]
		if s.Together {
			p.needs[order[i]] = order[s.Bad+i]
		}
	}
	for i := range p.methods {
		p.methods[i].Link = link(i)
		p.methods[i].Link.Method = "GetStock"
	}
	return p
}

// culprits returns the names that a search has to find.
func (p *processes) culprits() (names []string) {
	for bad, with := range p.needs {
		name := link(bad).String()
		if with != bad {
			name += " with " + link(with).String()
		}
		names = append(names, name)
	}
	return names
}

// Set switches links and methods off.
func (p *processes) Set(_ context.Context, off []linkpattern.Pattern) error {
	names := make(map[linkpattern.Pattern]bool)
	for _, name := range off {
		name.Method = ""
		names[name] = true
	}
	for i := range p.off {
		p.off[i] = names[link(i)]
	}
	p.trials++
	return nil
}

// Obeyed returns nil: the processes obey.
func (p *processes) Obeyed() error { return nil }

// Read makes the calls of one look. Half of the calls of a link are inline, unless it is
// off.
func (p *processes) Read(context.Context) arms.Reading {
	rate := p.search.RPCRate / 2
	if p.random.IntN(10) == 0 {
		rate *= 11
	}
	for range p.search.Look {
		i := p.random.IntN(len(p.methods))
		arm, chance := &p.methods[i].Counts.RPC, rate
		if !p.off[i] && p.random.Uint64()&1 == 0 {
			arm = &p.methods[i].Counts.Inline
			if with, bad := p.needs[i]; bad && !p.off[with] {
				chance *= p.search.Ratio
			}
		}
		if p.random.Float64() < chance {
			arm.Ended.Internal++
		} else {
			arm.Ended.OK++
		}
	}
	p.calls += p.search.Look
	methods := make([]arms.Method, len(p.methods))
	copy(methods, p.methods)
	return arms.Reading{Processes: []*arms.Process{{Name: "shop", Methods: methods}}}
}
