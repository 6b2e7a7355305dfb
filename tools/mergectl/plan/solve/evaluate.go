package solve

import "math"

// evaluation has what is between the services of a small group.
type evaluation struct {
	p        *Problem
	services []int
	links    []*Link // of service i to j, at i*len(services)+j
	share    []float64
	rows     []float64 // of the equations for share
}

func newEvaluation(p *Problem, services []int) *evaluation {
	n := len(services)
	e := &evaluation{p: p, services: services, links: make([]*Link, n*n), share: make([]float64, n), rows: make([]float64, n*(n+1))}
	for i, a := range services {
		for j, b := range services {
			if i == j {
				continue
			}
			if l := p.link(int32(a), int32(b)); l != nil && !l.Barred {
				e.links[i*n+j] = l
			}
		}
	}
	return e
}

// shares computes which part of each service's work is done in the group if host,
// an index, is the host. It returns false if a service gets no calls there, or too few
// of its calls.
//
// The shares are the solution of linear equations, in which that of the host and of
// services that move is 1. Calls in circles make them depend on each other.
func (e *evaluation) shares(host int) bool {
	n := len(e.services)
	if !e.reached(host) {
		return false
	}
	fixed := func(j int) bool { return j == host || e.p.Services[e.services[j]].Moved }
	// Row j has the parts of the calls to j, with those that are known in the last
	// column. No row has more than 1, so that the elimination needs no pivots.
	clear(e.rows)
	at := func(j, i int) *float64 { return &e.rows[j*(n+1)+i] }
	for j := range n {
		*at(j, j) = 1
		if fixed(j) {
			*at(j, n) = 1
			continue
		}
		for i := range n {
			if l := e.links[i*n+j]; l != nil {
				*at(j, i) -= e.p.share(l)
			}
		}
	}
	for k := range n {
		for j := k + 1; j < n; j++ {
			if *at(j, k) == 0 {
				continue
			}
			factor := *at(j, k) / *at(k, k)
			for i := k; i <= n; i++ {
				*at(j, i) -= factor * *at(k, i)
			}
		}
	}
	for j := n - 1; j >= 0; j-- {
		sum := *at(j, n)
		for i := j + 1; i < n; i++ {
			sum -= *at(j, i) * e.share[i]
		}
		e.share[j] = min(1, sum / *at(j, j))
		if !(e.share[j] > 0) || !fixed(j) && e.share[j] <= e.p.Limits.Affinity {
			return false
		}
	}
	return true
}

// reached reports whether calls lead from the host to all services.
func (e *evaluation) reached(host int) bool {
	n := len(e.services)
	seen := make([]bool, n)
	seen[host] = true
	queue := []int{host}
	for i := 0; i < len(queue); i++ {
		for j := range n {
			if l := e.links[queue[i]*n+j]; l != nil && !seen[j] && e.p.share(l) > 0 {
				seen[j] = true
				queue = append(queue, j)
			}
		}
	}
	return len(queue) == n
}

// value returns what the group saves with a host, or -Inf if it may not be.
func (e *evaluation) value(host int) float64 {
	n := len(e.services)
	for i, v := range e.services {
		if i != host && e.p.Hosted(v, e.services[host]) != "" {
			return math.Inf(-1)
		}
	}
	if !e.shares(host) {
		return math.Inf(-1)
	}
	sum := 0.0
	for i, v := range e.services {
		for j := range n {
			if l := e.links[i*n+j]; l != nil {
				sum += l.Save * e.share[i]
			}
		}
		if i != host {
			sum -= e.p.Costs(v, e.services[host], e.share[i]).Cores()
		}
	}
	return sum
}

// best returns the best host and what the group saves with it.
func (e *evaluation) best() (host int, value float64) {
	value = math.Inf(-1)
	for i := range e.services {
		if v := e.value(i); v > value {
			host, value = i, v
		}
	}
	return host, value
}

// members returns what the services save and cost with a host.
func (e *evaluation) members(host int) []Member {
	n := len(e.services)
	at := 0
	for i, v := range e.services {
		if v == host {
			at = i
		}
	}
	e.shares(at)
	members := make([]Member, n)
	for j, v := range e.services {
		m := &members[j]
		m.Service, m.Caller, m.Share = v, -1, e.share[j]
		for i := range n {
			if l := e.links[i*n+j]; l != nil {
				m.Links = append(m.Links, Inline{Link: l, Share: e.share[i]})
			}
		}
		if j != at {
			m.Costs = e.p.Costs(v, host, m.Share)
		}
	}
	e.setCallers(members, at)
	return members
}

// setCallers says which service each joined the group for: of those that are joined
// to the host, the one that calls it most. Services may call each other most, so
// that the most calls alone may not lead to the host.
func (e *evaluation) setCallers(members []Member, host int) {
	n := len(members)
	joined := make([]bool, n)
	joined[host] = true
	for range n - 1 {
		caller, callee, most := -1, -1, 0.0
		for i := range n {
			for j := range n {
				if l := e.links[i*n+j]; l != nil && joined[i] && !joined[j] && l.Calls*e.share[i] > most {
					caller, callee, most = i, j, l.Calls*e.share[i]
				}
			}
		}
		if callee < 0 {
			return
		}
		joined[callee] = true
		members[callee].Caller = e.services[caller]
	}
}

// Allowed reports whether services may be in one group, whoever is the host.
func (p *Problem) Allowed(services []int) bool {
	if len(services) > p.size() {
		return false
	}
	memory := 0.0
	c := compatible{}
	k := newKeys()
	for i, v := range services {
		s := &p.Services[v]
		if s.Apart && len(services) > 1 {
			return false
		}
		memory += s.Memory
		n := k.compute(c, compatible{s.Zone, s.Owners})
		if n == apartKey {
			return false
		}
		c = k.list[n]
		for _, u := range services[:i] {
			if p.never[pairOf(int32(u), int32(v))] {
				return false
			}
		}
	}
	return p.Limits.Memory == 0 || len(services) == 1 || memory <= p.Limits.Memory
}
