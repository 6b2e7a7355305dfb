package solve

import (
	"cmp"
	"math"
	"slices"
)

// bound returns what no choice of [Any] can exceed, where one is known that saves
// something. If the groups that may be are few, it is that of choosing among them.
func bound(p *Problem, saved float64) float64 {
	b := p.linkBound()
	if columns, ok := p.columns(nil, fewColumns); ok {
		b = min(b, p.packingBound(columns, saved))
	}
	return b
}

const (
	// fewColumns is up to how many groups are listed for a bound.
	fewColumns = 20_000
	// packingDescents is how often prices are changed for it.
	packingDescents = 2000
)

// packingBound bounds a choice among groups in which each service is in one at most.
// Any prices y of services bound it by
//
//	sum of y + sum over hosts of max(0, the most that a group of the host saves - y of its services)
//
// since no two groups that are chosen have one host. Prices are not negative but for
// services that are always with others, which are in exactly one group. The groups are
// in the order of their hosts.
func (p *Problem) packingBound(groups []Group, saved float64) float64 {
	prices, slope := make([]float64, len(p.Services)), make([]float64, len(p.Services))
	least := make([]float64, len(p.Services))
	for _, l := range p.Links {
		if l.Always {
			least[l.Caller], least[l.Callee] = math.Inf(-1), math.Inf(-1)
			groups = slices.DeleteFunc(groups, func(g Group) bool {
				return slices.Contains(g.Services, l.Caller) != slices.Contains(g.Services, l.Callee)
			})
		}
	}
	copy(prices, least)
	for _, g := range groups {
		for _, v := range g.Services {
			prices[v] = max(prices[v], g.Value/float64(len(g.Services)))
		}
	}
	if slices.Contains(prices, math.Inf(-1)) {
		return math.Inf(1) // there is no choice
	}
	best := math.Inf(1)
	for range packingDescents {
		value := 0.0
		for v, y := range prices {
			value += y
			slope[v] = 1
		}
		for i := 0; i < len(groups); {
			most, at, host := 0.0, -1, groups[i].Host()
			for ; i < len(groups) && groups[i].Host() == host; i++ {
				left := groups[i].Value
				for _, v := range groups[i].Services {
					left -= prices[v]
				}
				if left > most {
					most, at = left, i
				}
			}
			if at < 0 {
				continue
			}
			value += most
			for _, v := range groups[at].Services {
				slope[v]--
			}
		}
		best = min(best, value)
		if !descend(prices, slope, least, value-saved) {
			break
		}
	}
	return best + tolerance*math.Abs(best) // the sums are not exact
}

// descend changes prices against their slope, by so much that a value would fall by a
// difference if it went on like that, and to no less than they may be. It returns false
// if there is nowhere to go.
func descend(prices, slope, least []float64, difference float64) bool {
	norm := 0.0
	for v, g := range slope {
		if g < 0 || prices[v] > least[v] {
			norm += g * g
		}
	}
	if norm == 0 || difference <= 0 {
		return false
	}
	for v, g := range slope {
		prices[v] = max(least[v], prices[v]-difference/norm*g)
	}
	return true
}

// linkBound bounds a choice by the links that it can make inline.
//
// In a group of n services each has links with at most n-1 others. So no choice
// saves more than the most that links can save of which no service has more than
// that. By the duality of linear programs, any prices y of services bound that by
//
//	(n-1) x sum of y + sum over pairs of max(0, saving of the pair - y of both)
//
// What a service costs at least, if it is called in the group and is not the host, is
// taken off what its callers save. Where that is a gain, it is added once.
func (p *Problem) linkBound() float64 {
	neighbours := p.size() - 1
	inCircle := p.inCircles()
	least := p.leastCosts()
	sum := 0.0
	kept := make([]float64, len(p.Services)) // part of the saving of calls to a service
	var saves []float64
	for v := range p.Services {
		kept[v] = 1
		if len(p.in[v]) == 0 {
			continue
		}
		saves = saves[:0]
		for _, i := range p.in[v] {
			if l := &p.Links[i]; p.possible(l) {
				saves = append(saves, max(0, l.Save))
			}
		}
		switch most := largest(saves, neighbours); {
		case len(saves) == 0:
		case least[v] < 0:
			sum -= least[v]
		case !inCircle[v]: // so that it is not the host of its callers
			if most <= least[v] {
				kept[v] = 0
			} else {
				kept[v] = 1 - least[v]/most
			}
		}
	}
	return sum + p.degreeBound(kept, neighbours)
}

// possible reports whether the services of a link may be in one group.
func (p *Problem) possible(l *Link) bool {
	return !l.Barred && p.Together(l.Caller, l.Callee) == ""
}

// descents is how often prices are changed. Any prices give a bound.
const descents = 300

// degreeBound returns the bound by the number of links that each service can have in
// a group.
func (p *Problem) degreeBound(kept []float64, neighbours int) float64 {
	type pair struct {
		a, b int
		save float64
	}
	var pairs []pair
	total := 0.0
	for i := range p.Links {
		l := &p.Links[i]
		back := p.link(int32(l.Callee), int32(l.Caller))
		if back != nil && l.Caller > l.Callee && p.possible(back) || !p.possible(l) {
			continue // counted with the link back
		}
		save := max(0, l.Save) * kept[l.Callee]
		if back != nil && p.possible(back) {
			save += max(0, back.Save) * kept[back.Callee]
		}
		if save > 0 {
			pairs = append(pairs, pair{l.Caller, l.Callee, save})
			total += save
		}
	}
	if len(pairs) == 0 || neighbours == 0 {
		return 0
	}
	prices, slope := make([]float64, len(p.Services)), make([]float64, len(p.Services))
	least := make([]float64, len(p.Services))
	best := total
	for step := range descents {
		value := 0.0
		for v, y := range prices {
			value += float64(neighbours) * y
			slope[v] = float64(neighbours)
		}
		for _, c := range pairs {
			if left := c.save - prices[c.a] - prices[c.b]; left > 0 {
				value += left
				slope[c.a]--
				slope[c.b]--
			}
		}
		best = min(best, value)
		// A step towards a value a little lower than the best so far.
		if !descend(prices, slope, least, value-best*(1-0.1/float64(1+step/20))) {
			break
		}
	}
	// The sums are not exact.
	return best * (1 + tolerance)
}

// leastCosts returns the least that each service costs in a group in which it is
// not the host, in cores.
func (p *Problem) leastCosts() []float64 {
	// fewest has the fewest replicas of those who call a service, over at most n-1
	// calls. Hosts whose replicas are not known cost nothing.
	fewest, own := make([]float64, len(p.Services)), make([]float64, len(p.Services))
	most := math.Inf(1)
	for v := range fewest {
		fewest[v], own[v] = math.Inf(1), p.Services[v].Replicas
		if own[v] == 0 {
			own[v], most = math.Inf(1), 0
		}
	}
	for range min(p.size()-1, len(p.Services)) {
		changed := false
		next := slices.Clone(fewest)
		for i := range p.Links {
			l := &p.Links[i]
			if l.Barred {
				continue
			}
			if n := min(own[l.Caller], fewest[l.Caller]); n < next[l.Callee] {
				next[l.Callee], changed = n, true
			}
		}
		fewest = next
		if !changed {
			break
		}
	}
	least := make([]float64, len(p.Services))
	hosts := &Problem{Services: []Service{{}, {}}, Prices: p.Prices}
	for v := range least {
		if math.IsInf(fewest[v], 1) {
			continue
		}
		hosts.Services[0], hosts.Services[1] = p.Services[v], Service{Replicas: fewest[v]}
		least[v] = min(most, hosts.Costs(0, 1, 1).Cores())
	}
	return least
}

// inCircles reports which services call themselves through others.
func (p *Problem) inCircles() []bool {
	// Services without callers are in none, and then those that only these call. The
	// same holds for callees.
	in := make([]bool, len(p.Services))
	for v := range in {
		in[v] = true
	}
	for _, links := range [][][]int32{p.in, p.out} {
		forward := &links[0] == &p.in[0]
		left := make([]int, len(p.Services))
		var open []int
		for v := range left {
			for _, i := range links[v] {
				if !p.Links[i].Barred && in[p.Links[i].Caller] && in[p.Links[i].Callee] {
					left[v]++
				}
			}
			if in[v] && left[v] == 0 {
				open = append(open, v)
			}
		}
		for len(open) > 0 {
			v := open[len(open)-1]
			open = open[:len(open)-1]
			in[v] = false
			next := p.in[v]
			if forward {
				next = p.out[v]
			}
			for _, i := range next {
				l := &p.Links[i]
				u := l.Caller
				if forward {
					u = l.Callee
				}
				if l.Barred || !in[u] {
					continue
				}
				if left[u]--; left[u] == 0 {
					open = append(open, u)
				}
			}
		}
	}
	return in
}

// largest returns the sum of the n largest numbers.
func largest(list []float64, n int) float64 {
	slices.SortFunc(list, func(a, b float64) int { return cmp.Compare(b, a) })
	sum := 0.0
	for _, x := range list[:min(n, len(list))] {
		sum += x
	}
	return sum
}
