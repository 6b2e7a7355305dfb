package solve

import "slices"

// Members returns what the services of a group save and cost. With line, it counts
// as [Exact] does: links between a service and those on the way from the host.
// Otherwise it counts as [Any] does: all links.
func (p *Problem) Members(g Group, callers []int32) []Member {
	if callers != nil {
		return p.lineMembers(g, callers)
	}
	e := newEvaluation(p, g.Services)
	return e.members(g.Host())
}

func (p *Problem) lineMembers(g Group, callers []int32) []Member {
	host := g.Host()
	index := make(map[int32]int)
	for i, v := range g.Services {
		index[int32(v)] = i
	}
	up := func(v int32) []int32 { // the way to the host
		var list []int32
		for int(v) != host {
			v = callers[v]
			list = append(list, v)
		}
		return list
	}
	members := make([]Member, len(g.Services))
	var fill func(i int)
	done := make([]bool, len(members))
	fill = func(i int) {
		if done[i] {
			return
		}
		done[i] = true
		m := &members[i]
		m.Service, m.Caller = g.Services[i], -1
		if i == 0 {
			m.Share = 1
			return
		}
		way := up(int32(m.Service))
		m.Caller = int(way[0])
		for _, u := range way {
			fill(index[u])
			if l := p.link(u, int32(m.Service)); l != nil && !l.Barred {
				share := members[index[u]].Share
				m.Share += p.share(l) * share
				m.Links = append(m.Links, Inline{Link: l, Share: share})
			}
		}
		m.Share = min(1, m.Share)
		if p.Services[m.Service].Moved {
			m.Share = 1
		}
		for _, u := range way {
			if l := p.link(int32(m.Service), u); l != nil && !l.Barred {
				m.Links = append(m.Links, Inline{Link: l, Share: m.Share})
			}
		}
		m.Costs = p.Costs(m.Service, host, m.Share)
	}
	for i := range members {
		fill(i)
	}
	// What is inline as well, although nobody counted on it.
	for i := range members {
		counted := up(int32(members[i].Service))
		for j := range members {
			l := p.link(int32(members[j].Service), int32(members[i].Service))
			onLine := slices.Contains(counted, int32(members[j].Service)) || slices.Contains(up(int32(members[j].Service)), int32(members[i].Service))
			if l == nil || l.Barred || onLine {
				continue
			}
			members[i].Links = append(members[i].Links, Inline{Link: l, Share: members[j].Share, Uncounted: true})
		}
	}
	return members
}
