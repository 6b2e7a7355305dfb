package solve

import (
	"cmp"
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Any returns a good choice in which a callee may be together with any service that
// calls it, directly or through others. All links between the services of a group
// count. The bound is proven; the choice is found by search, and is the same each
// time. It is at least as good as that of [Exact], if there is one.
func Any(p *Problem) (*Solution, error) {
	p.index()
	s := newSearch(p)
	if err := s.joinAlways(); err != nil {
		return nil, err
	}
	s.agglomerate(s.allLinks())
	s.improve(s.all())
	s.startFromExact()
	s.kick()
	return newSolution(s.groups(), max(bound(p, s.value()), s.value())), nil
}

// cluster is a group, or a service alone. It is not changed.
type cluster struct {
	services []int // sorted
	host     int
	value    float64
}

// search changes groups step by step.
type search struct {
	p  *Problem
	of []*cluster
	// near are the links of a service that save most, in both directions.
	near [][]int32
	// always are the services that a service has to be with.
	always [][]int
	// journal has what of has been, while it is not nil.
	journal *[]entry
}

type entry struct {
	service int
	before  *cluster
}

// nearest is how many links of a service are tried.
const nearest = 24

func newSearch(p *Problem) *search {
	s := &search{p: p, of: make([]*cluster, len(p.Services)), near: make([][]int32, len(p.Services)), always: make([][]int, len(p.Services))}
	for v := range p.Services {
		s.of[v] = alone(v)
		list := slices.Concat(p.out[v], p.in[v])
		list = slices.DeleteFunc(list, func(i int32) bool { return p.Links[i].Barred })
		slices.SortFunc(list, func(a, b int32) int {
			return cmp.Or(cmp.Compare(p.Links[b].Save, p.Links[a].Save), cmp.Compare(a, b))
		})
		s.near[v] = list[:min(nearest, len(list))]
	}
	return s
}

func alone(v int) *cluster { return &cluster{services: []int{v}, host: v} }

// cluster returns the group of services with its best host, or nil if it may not be.
func (s *search) cluster(services []int) *cluster {
	if len(services) == 0 {
		return &cluster{}
	}
	if len(services) == 1 {
		return alone(services[0])
	}
	slices.Sort(services)
	if !s.p.Allowed(services) {
		return nil
	}
	e := newEvaluation(s.p, services)
	host, value := e.best()
	if math.IsInf(value, -1) {
		return nil
	}
	return &cluster{services, services[host], value}
}

func (s *search) set(c *cluster) {
	for _, v := range c.services {
		if s.journal != nil {
			*s.journal = append(*s.journal, entry{v, s.of[v]})
		}
		s.of[v] = c
	}
}

// joinAlways puts together what always is.
func (s *search) joinAlways() error {
	for _, l := range s.p.Links {
		if !l.Always {
			continue
		}
		s.always[l.Caller] = append(s.always[l.Caller], l.Callee)
		s.always[l.Callee] = append(s.always[l.Callee], l.Caller)
	}
	seen := make([]bool, len(s.p.Services))
	for v := range s.p.Services {
		if seen[v] || len(s.always[v]) == 0 {
			continue
		}
		together := []int{v}
		seen[v] = true
		for i := 0; i < len(together); i++ {
			for _, u := range s.always[together[i]] {
				if !seen[u] {
					seen[u] = true
					together = append(together, u)
				}
			}
		}
		c := s.cluster(slices.Clone(together))
		// A host that is none of them may be what they need.
		for _, u := range together {
			for _, i := range s.near[u] {
				if other := s.p.Links[i].Caller; c == nil && !slices.Contains(together, other) && len(s.always[other]) == 0 {
					c = s.cluster(append(slices.Clone(together), other))
				}
			}
		}
		if c == nil {
			return fmt.Errorf("%s and the services that are always with it exceed the limits of a group or may not be together", s.p.Services[v].Name)
		}
		s.set(c)
	}
	return nil
}

// leaves reports whether services may go from a group, the rest of which stays.
func (s *search) leaves(from *cluster, services ...int) bool {
	for _, v := range services {
		for _, u := range s.always[v] {
			if slices.Contains(from.services, u) && !slices.Contains(services, u) {
				return false
			}
		}
	}
	return true
}

// merger is two groups that may be merged because of a link.
type merger struct {
	gain float64
	link int32
	a, b *cluster
	into *cluster
}

type mergers []merger

func (m mergers) Len() int { return len(m) }
func (m mergers) Less(i, j int) bool {
	return m[i].gain > m[j].gain || m[i].gain == m[j].gain && m[i].link < m[j].link
}
func (m mergers) Swap(i, j int) { m[i], m[j] = m[j], m[i] }
func (m *mergers) Push(x any)   { *m = append(*m, x.(merger)) }
func (m *mergers) Pop() any {
	old := *m
	last := old[len(old)-1]
	*m = old[:len(old)-1]
	return last
}

func (s *search) allLinks() []int32 {
	list := make([]int32, len(s.p.Links))
	for i := range list {
		list[i] = int32(i)
	}
	return list
}

func (s *search) all() []int {
	list := make([]int, len(s.p.Services))
	for i := range list {
		list[i] = i
	}
	return list
}

// agglomerate merges groups over links, those first that gain most.
func (s *search) agglomerate(links []int32) {
	var open mergers
	push := func(i int32) {
		l := &s.p.Links[i]
		a, b := s.of[l.Caller], s.of[l.Callee]
		if l.Barred || a == b || len(a.services)+len(b.services) > s.p.size() {
			return
		}
		into := s.cluster(slices.Concat(a.services, b.services))
		if into == nil {
			return
		}
		if gain := into.value - a.value - b.value; gain > tolerance {
			heap.Push(&open, merger{gain, i, a, b, into})
		}
	}
	for _, i := range links {
		push(i)
	}
	for len(open) > 0 {
		m := heap.Pop(&open).(merger)
		l := &s.p.Links[m.link]
		if s.of[l.Caller] != m.a || s.of[l.Callee] != m.b {
			continue // its groups' links have been pushed again
		}
		s.set(m.into)
		for _, v := range m.into.services {
			for _, i := range s.near[v] {
				push(i)
			}
		}
	}
}

// improve moves services, and swaps them, while that gains something. It returns
// when no service of the list and of groups that were changed can be moved.
func (s *search) improve(services []int) {
	queued := make(map[int]bool, len(services))
	for _, v := range services {
		queued[v] = true
	}
	for steps := 0; len(services) > 0 && steps < 50*len(s.of)+1000; steps++ {
		v := services[0]
		services = services[1:]
		delete(queued, v)
		for _, c := range s.move(v) {
			for _, u := range c.services {
				if !queued[u] {
					queued[u] = true
					services = append(services, u)
				}
			}
		}
	}
}

// move makes the best of the moves of a service: to be alone, or in a group that it
// has a link with, from which another one may go if it is full. It returns the
// groups that have changed.
func (s *search) move(v int) []*cluster {
	from := s.of[v]
	if !s.leaves(from, v) {
		return nil
	}
	rest := s.without(from, v)
	var best []*cluster
	gain := tolerance * max(1, math.Abs(from.value))
	try := func(old float64, to ...*cluster) {
		sum := 0.0
		for _, c := range to {
			if c == nil {
				return
			}
			sum += c.value
		}
		if sum-old > gain {
			gain, best = sum-old, to
		}
	}
	if len(from.services) > 1 {
		try(from.value, append(slices.Clone(rest), alone(v))...)
	}
	tried := []*cluster{from}
	for _, i := range s.near[v] {
		l := &s.p.Links[i]
		to := s.of[l.Caller+l.Callee-v]
		if slices.Contains(tried, to) {
			continue
		}
		tried = append(tried, to)
		old := from.value + to.value
		if len(to.services) < s.p.size() {
			try(old, append(slices.Clone(rest), s.cluster(append(slices.Clone(to.services), v)))...)
		}
		if len(to.services) == 1 {
			continue
		}
		for _, u := range to.services {
			if !s.leaves(to, u) {
				continue
			}
			with := slices.DeleteFunc(slices.Clone(to.services), func(w int) bool { return w == u })
			joined := s.cluster(append(with, v))
			if joined == nil {
				continue
			}
			try(old, append(slices.Clone(rest), joined, alone(u))...)
			if len(from.services) > 1 {
				with := slices.DeleteFunc(slices.Clone(from.services), func(w int) bool { return w == v })
				try(old, joined, s.cluster(append(with, u)))
			}
		}
	}
	for _, c := range best {
		s.set(c)
	}
	return best
}

// without returns what is left of a group without a service: a group, or if the
// rest is better or has to be apart, each service alone.
func (s *search) without(c *cluster, v int) []*cluster {
	rest := slices.DeleteFunc(slices.Clone(c.services), func(w int) bool { return w == v })
	if left := s.cluster(slices.Clone(rest)); left != nil && (left.value >= 0 || s.tied(rest)) {
		return []*cluster{left}
	}
	if s.tied(rest) {
		return []*cluster{nil}
	}
	var list []*cluster
	for _, u := range rest {
		list = append(list, alone(u))
	}
	return list
}

// tied reports whether services have to be with others of them.
func (s *search) tied(services []int) bool {
	return slices.ContainsFunc(services, func(v int) bool {
		return slices.ContainsFunc(s.always[v], func(u int) bool { return slices.Contains(services, u) })
	})
}

// startFromExact takes the choice of [Exact] if it is better.
func (s *search) startFromExact() {
	exact, err := Exact(s.p)
	if err != nil {
		return // it allows less
	}
	other := newSearch(s.p)
	other.always = s.always
	for _, g := range exact.Groups {
		if c := other.cluster(slices.Clone(g.Services)); c != nil {
			other.set(c)
		}
	}
	other.agglomerate(other.allLinks())
	other.improve(other.all())
	if other.value() > s.value()+tolerance {
		s.of = other.of
	}
}

const (
	// fewestKicks and mostKicks are how often groups are dissolved and found again,
	// of at most kickGroups at a time: more often where there are few links.
	fewestKicks, mostKicks = 300, 1500
	kickWork               = 150_000
	kickGroups             = 4
)

// kick dissolves a few groups near each other and searches again there, and keeps
// what is better.
func (s *search) kick() {
	rng := rand.New(rand.NewPCG(1, 2))
	if len(s.p.Links) == 0 {
		return
	}
	for range min(mostKicks, max(fewestKicks, kickWork/len(s.p.Links))) {
		var journal []entry
		s.journal = &journal
		l := &s.p.Links[rng.IntN(len(s.p.Links))]
		at := []int{l.Caller, l.Callee}
		if list := s.near[l.Callee]; len(list) > 0 {
			other := &s.p.Links[list[rng.IntN(len(list))]]
			at = append(at, other.Caller, other.Callee)
		}
		var services []int
		before := make(map[*cluster]bool)
		for _, v := range at[:min(len(at), kickGroups)] {
			c := s.of[v]
			if s.tied(c.services) {
				continue
			}
			before[c] = true
			for _, u := range c.services {
				services = append(services, u)
				s.set(alone(u))
			}
		}
		rng.Shuffle(len(services), func(i, j int) { services[i], services[j] = services[j], services[i] })
		if rng.IntN(2) == 0 {
			var links []int32
			for _, v := range services {
				links = append(links, s.near[v]...)
			}
			slices.Sort(links)
			s.agglomerate(slices.Compact(links))
		}
		s.improve(services)
		s.journal = nil
		s.keepOrUndo(journal)
	}
}

// keepOrUndo undoes what a journal has unless it is better than before.
func (s *search) keepOrUndo(journal []entry) {
	first := make(map[int]*cluster)
	for _, e := range journal {
		if first[e.service] == nil {
			first[e.service] = e.before
		}
	}
	old, now := make(map[*cluster]bool), make(map[*cluster]bool)
	for v, c := range first {
		old[c], now[s.of[v]] = true, true
	}
	if total(now) > total(old)+tolerance {
		return
	}
	for v, c := range first {
		s.of[v] = c
	}
}

// total returns the value of groups. The order of a sum matters.
func total(clusters map[*cluster]bool) float64 {
	var values []float64
	for c := range clusters {
		values = append(values, c.value)
	}
	slices.Sort(values)
	sum := 0.0
	for _, v := range values {
		sum += v
	}
	return sum
}

// groups returns the groups of two or more services.
func (s *search) groups() []Group {
	var groups []Group
	for v, c := range s.of {
		if len(c.services) < 2 || c.services[0] != v {
			continue
		}
		services := slices.Clone(c.services)
		sortMembers(services, c.host)
		groups = append(groups, Group{services, c.value})
	}
	return groups
}

func (s *search) value() float64 {
	sum := 0.0
	for v, c := range s.of {
		if c.services[0] == v {
			sum += c.value
		}
	}
	return sum
}
