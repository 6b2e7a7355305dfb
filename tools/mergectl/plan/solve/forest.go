package solve

import (
	"container/heap"
	"fmt"
	"math"
	"slices"
)

// Exact returns the best choice in which a callee is only together with a service
// that sends more than the limit of affinity, at least a half, of its calls, which
// it joins. Each service has at most one such caller, so that the candidates form
// a forest, apart from circles. Links count between a service and those on the
// way from the host to it, in both directions.
func Exact(p *Problem) (*Solution, error) {
	p.index()
	callers, err := p.callers()
	if err != nil {
		return nil, err
	}
	f := &forest{p: p, callers: callers, size: p.size(), keys: newKeys()}
	var groups []Group
	var bound float64
	for _, component := range f.components() {
		best, err := f.best(component)
		if err != nil {
			return nil, err
		}
		groups = append(groups, best.groups...)
		bound += best.bound
	}
	return newSolution(groups, bound), nil
}

// callers returns the caller that each service may join, or -1.
func (p *Problem) callers() ([]int32, error) {
	threshold := max(p.Limits.Affinity, 0.5)
	callers := make([]int32, len(p.Services))
	for v := range callers {
		callers[v] = -1
		var forced *Link
		for _, i := range p.in[v] {
			l := &p.Links[i]
			if l.Always {
				if forced != nil {
					return nil, fmt.Errorf("%s is always to join %s and %s, and can join one of them only", p.Services[v].Name, p.Services[forced.Caller].Name, p.Services[l.Caller].Name)
				}
				forced = l
			}
			if !l.Barred && p.share(l) > threshold {
				callers[v] = int32(l.Caller)
			}
		}
		if forced != nil {
			callers[v] = int32(forced.Caller)
		}
	}
	return callers, nil
}

// Callers returns the caller that each service may join in [Exact], or -1.
func Callers(p *Problem) ([]int32, error) {
	p.index()
	return p.callers()
}

// forest finds groups among services with at most one candidate caller each.
type forest struct {
	p       *Problem
	callers []int32
	size    int
	keys    *keys
}

// components returns the services that candidate callers connect, in components
// of two or more, sorted.
func (f *forest) components() [][]int32 {
	parent := make([]int32, len(f.callers))
	for v := range parent {
		parent[v] = int32(v)
	}
	find := func(v int32) int32 {
		for parent[v] != v {
			parent[v] = parent[parent[v]]
			v = parent[v]
		}
		return v
	}
	for v, caller := range f.callers {
		if caller >= 0 {
			a, b := find(int32(v)), find(caller)
			parent[max(a, b)] = min(a, b)
		}
	}
	lists := make([][]int32, len(f.callers))
	for v := range f.callers {
		root := find(int32(v))
		lists[root] = append(lists[root], int32(v))
	}
	return slices.DeleteFunc(lists, func(list []int32) bool { return len(list) < 2 })
}

// choice is what is chosen for a component.
type choice struct {
	groups []Group
	value  float64
	bound  float64
}

// best returns the best choice for a component. One that has a circle is a tree
// once any call of it is cut. If the whole circle is in one group, the call that
// enters the host is one that nobody joined for.
func (f *forest) best(component []int32) (choice, error) {
	circle := f.circle(component[0])
	if circle == nil {
		return f.search(component, -1, nil)
	}
	found := choice{value: math.Inf(-1), bound: math.Inf(-1)}
	var failed error
	for _, root := range circle {
		var with fixed
		if f.forced(root) {
			// It is with its caller only if the whole circle is in one group.
			with = fixed{}
			for _, v := range circle {
				if v != root {
					with[v] = true
				}
			}
		}
		c, err := f.search(component, root, with)
		if err != nil {
			failed = err
			continue
		}
		found.bound = max(found.bound, c.bound)
		if math.IsInf(found.value, -1) || c.value > found.value+tolerance*max(1, math.Abs(found.value)) {
			found.value, found.groups = c.value, c.groups
		}
	}
	if math.IsInf(found.value, -1) {
		return choice{}, failed
	}
	return found, nil
}

// forced reports whether a service has to join its candidate caller.
func (f *forest) forced(v int32) bool {
	caller := f.callers[v]
	if caller < 0 {
		return false
	}
	l := f.p.link(caller, v)
	return l != nil && l.Always
}

// circle returns the services of the circle that candidate callers lead to from a
// service, or nil.
func (f *forest) circle(from int32) []int32 {
	seen := make(map[int32]bool)
	v := from
	for v >= 0 && !seen[v] {
		seen[v] = true
		v = f.callers[v]
	}
	if v < 0 {
		return nil
	}
	circle := []int32{v}
	for u := f.callers[v]; u != v; u = f.callers[u] {
		circle = append(circle, u)
	}
	slices.Sort(circle)
	return circle
}

// fixed says of the calls to services whether they join, are cut, or may be both.
type fixed map[int32]bool

// node is a part of the search: a tree with some calls fixed.
type node struct {
	fixed  fixed
	bound  float64
	groups []Group
	// conflict is the service whose call is to be fixed next, or -1.
	conflict int32
}

type queue []*node

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].bound > q[j].bound }
func (q queue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)        { *q = append(*q, x.(*node)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}

// searchLimit is how many trees are solved for pairs that are never together and
// do not call each other.
const searchLimit = 2000

// search solves a tree, without the call to root if it is not -1, and with some
// calls fixed. Only such pairs
// of [Problem.Never] of which neither is on the other's way from the host need
// more than one pass.
func (f *forest) search(component []int32, root int32, with fixed) (choice, error) {
	t := f.tree(component, root)
	first, err := t.solve(with)
	if err != nil {
		return choice{}, err
	}
	open := queue{first}
	for solved := 1; len(open) > 0; {
		n := heap.Pop(&open).(*node)
		if n.conflict < 0 {
			// No other node can be better.
			return choice{n.groups, n.bound, n.bound}, nil
		}
		if solved >= searchLimit {
			return f.repaired(n)
		}
		for _, join := range []bool{false, true} {
			more := fixed{n.conflict: join}
			for v, j := range n.fixed {
				more[v] = j
			}
			if sub, err := t.solve(more); err == nil {
				heap.Push(&open, sub)
			}
			solved++
		}
	}
	return choice{}, fmt.Errorf("the services that call each other from %s on cannot be grouped: pairs that are always together exceed the limits or meet pairs that never are", f.p.Services[t.order[0]].Name)
}

// repaired gives up the groups with conflicts, which is the only place where a
// choice is not the best one: the bound says how far it may be from it.
func (f *forest) repaired(n *node) (choice, error) {
	c := choice{bound: n.bound}
	for _, g := range n.groups {
		if f.p.conflict(g.Services) {
			for _, v := range g.Services {
				if f.forced(int32(v)) {
					return choice{}, fmt.Errorf("%s is always to join its caller, and no group was found in which pairs that are never together are not", f.p.Services[v].Name)
				}
			}
			continue
		}
		c.groups = append(c.groups, g)
		c.value += g.Value
	}
	return c, nil
}

// conflict reports whether two services that are never together are.
func (p *Problem) conflict(services []int) bool {
	if len(p.never) == 0 {
		return false
	}
	for i, a := range services {
		for _, b := range services[:i] {
			if p.never[pairOf(int32(a), int32(b))] {
				return true
			}
		}
	}
	return false
}
