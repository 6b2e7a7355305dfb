package solve

import (
	"cmp"
	"fmt"
	"slices"
)

// tree is a component without circles.
type tree struct {
	*forest
	// order has the services, callers first.
	order []int32
	// parent is the caller that a service may join, -1 for the root. children are
	// sorted.
	parent   map[int32]int32
	children map[int32][]int32
	// ways has an entry for each service and each host that it can be with: those
	// on the way up, the service itself first.
	ways map[int32][]way
}

// way is the way from a host to a service.
type way struct {
	host int32
	// ok is set if the service may be with all that are on the way.
	ok bool
	// share is the part of the service's work that is done in the group, and value
	// what it adds to the group.
	share, value float64
}

func (f *forest) tree(component []int32, root int32) *tree {
	t := &tree{forest: f, parent: make(map[int32]int32), children: make(map[int32][]int32), ways: make(map[int32][]way)}
	var roots []int32
	for _, v := range component {
		t.parent[v] = f.callers[v]
		if v == root {
			t.parent[v] = -1
		}
		if t.parent[v] < 0 {
			roots = append(roots, v)
			continue
		}
		t.children[t.parent[v]] = append(t.children[t.parent[v]], v)
	}
	t.order = roots
	for i := 0; i < len(t.order); i++ {
		t.order = append(t.order, t.children[t.order[i]]...)
	}
	for _, v := range t.order {
		t.ways[v] = t.waysTo(v)
	}
	return t
}

// waysTo returns the ways to a service. Those of its callers are known.
func (t *tree) waysTo(v int32) []way {
	p := t.p
	up := []int32{v}
	for u := t.parent[v]; u >= 0 && len(up) < t.size; u = t.parent[u] {
		up = append(up, u)
	}
	ways := make([]way, len(up))
	ways[0] = way{host: v, ok: true, share: 1}
	for k := 1; k < len(up); k++ {
		host := up[k]
		w := way{host: host, ok: p.Hosted(int(v), int(host)) == "" && t.ways[up[1]][k-1].ok}
		if !w.ok {
			ways[k] = w
			continue
		}
		for j := 1; j <= k; j++ {
			if l := p.link(up[j], v); l != nil && !l.Barred {
				above := t.ways[up[j]][k-j].share
				w.share += p.share(l) * above
				w.value += l.Save * above
			}
			if p.Together(int(v), int(up[j])) != "" {
				w.ok = false
			}
		}
		w.share = min(1, w.share)
		if p.Services[v].Moved {
			w.share = 1
		}
		for j := 1; j <= k; j++ {
			if l := p.link(v, up[j]); l != nil && !l.Barred {
				w.value += l.Save * w.share
			}
		}
		w.value -= p.Costs(int(v), int(host), w.share).Cores()
		ways[k] = w
	}
	return ways
}

// label is a group below a service, and what is saved at and below it. Of two
// labels with one key, one that is larger, needs more memory and saves less is
// left out.
type label struct {
	value, memory float64
	size          int
	key           int32
	// before is the label without the last child, and child that child's, which is
	// in the group if joined.
	before, child *label
	joined        bool
	service       int32
}

// solve returns the best groups if some calls are fixed. Conflicts may be in them.
func (t *tree) solve(with fixed) (*node, error) {
	// solved has the labels of each service for each of its ways.
	solved := make(map[int32][][]*label, len(t.order))
	alone := make(map[int32]*label, len(t.order))
	for _, v := range slices.Backward(t.order) {
		lists := make([][]*label, len(t.ways[v]))
		for k, w := range t.ways[v] {
			if w.ok {
				lists[k] = t.labels(v, k, solved, alone, with)
			}
		}
		solved[v] = lists
		for _, c := range t.children[v] {
			delete(solved, c)
		}
		alone[v] = bestOf(lists[0])
		if t.parent[v] < 0 && alone[v] == nil {
			return nil, fmt.Errorf("%s and the services that always join it exceed the limits of a group or may not be together", t.p.Services[v].Name)
		}
	}
	n := &node{fixed: with, conflict: -1}
	for _, v := range t.order {
		if t.parent[v] >= 0 {
			break // roots come first
		}
		n.bound += alone[v].value
		if err := t.collect(alone[v], n); err != nil {
			return nil, err
		}
	}
	return n, nil
}

func bestOf(labels []*label) *label {
	var best *label
	for _, l := range labels {
		if best == nil || l.value > best.value+tolerance || l.value > best.value-tolerance && l.size < best.size {
			best = l
		}
	}
	return best
}

// labels returns the labels of a service in the group of a host, which is k calls
// up.
func (t *tree) labels(v int32, k int, solved map[int32][][]*label, alone map[int32]*label, with fixed) []*label {
	s := &t.p.Services[v]
	first := &label{value: t.ways[v][k].value, size: 1, service: v, key: t.keys.of(s)}
	if t.p.Limits.Memory > 0 {
		first.memory = s.Memory
	}
	if first.memory > t.p.Limits.Memory && k > 0 {
		return nil
	}
	list := []*label{first}
	for _, c := range t.children[v] {
		join, isFixed := with[c]
		mustJoin := t.forced(c) || isFixed && join
		mayJoin := !isFixed || join
		var joined []*label
		if ways := solved[c]; mayJoin && k+1 < len(ways) {
			joined = ways[k+1]
		}
		if !mustJoin && alone[c] != nil {
			// To join without a gain only takes what others could use.
			joined = slices.DeleteFunc(slices.Clone(joined), func(l *label) bool { return l.value <= alone[c].value })
		}
		var next []*label
		for _, l := range list {
			if !mustJoin && alone[c] != nil {
				next = append(next, &label{
					value: l.value + alone[c].value, memory: l.memory, size: l.size, key: l.key, service: v, before: l, child: alone[c],
				})
			}
			for _, j := range joined {
				if merged := t.join(l, j); merged != nil {
					next = append(next, merged)
				}
			}
		}
		if len(joined) > 0 {
			next = undominated(next)
		}
		list = next
	}
	return list
}

// join puts two labels into one group, or returns nil if they cannot be in one.
func (t *tree) join(l, child *label) *label {
	memory := l.memory + child.memory
	size := l.size + child.size
	if size > t.size || t.p.Limits.Memory > 0 && memory > t.p.Limits.Memory {
		return nil
	}
	key, ok := t.keys.join(l.key, child.key)
	if !ok {
		return nil
	}
	return &label{value: l.value + child.value, memory: memory, size: size, key: key, service: l.service, before: l, child: child, joined: true}
}

// undominated leaves out labels that others with their key are as good as.
func undominated(labels []*label) []*label {
	slices.SortStableFunc(labels, func(a, b *label) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.size, b.size), cmp.Compare(a.memory, b.memory), cmp.Compare(b.value, a.value))
	})
	var kept, stairs []*label // stairs have a larger value for more memory
	for i, l := range labels {
		if i == 0 || labels[i-1].key != l.key {
			stairs = stairs[:0]
		}
		at, _ := slices.BinarySearchFunc(stairs, l, func(stair, l *label) int {
			if stair.memory <= l.memory {
				return -1
			}
			return 1
		})
		if at > 0 && stairs[at-1].value >= l.value {
			continue
		}
		end := at
		for end < len(stairs) && stairs[end].value <= l.value {
			end++
		}
		stairs = slices.Replace(stairs, at, end, l)
		kept = append(kept, l)
	}
	return kept
}

// collect adds the groups of a label whose service is a host, and of those below.
func (t *tree) collect(host *label, n *node) error {
	group := Group{}
	var hosts []*label
	var visit func(l *label)
	visit = func(l *label) {
		v := l.service
		for ; l.before != nil; l = l.before {
			if l.joined {
				visit(l.child)
			} else {
				hosts = append(hosts, l.child)
			}
		}
		group.Services = append(group.Services, int(v))
	}
	visit(host)
	sortMembers(group.Services, int(host.service))
	if len(group.Services) > 1 {
		for _, v := range group.Services[1:] {
			group.Value += t.wayFrom(int32(v), host.service).value
		}
		if t.p.conflict(group.Services) {
			n.conflict = t.free(group.Services, n.fixed)
			if n.conflict < 0 {
				return fmt.Errorf("%s is always with services that may not be together", t.p.Services[group.Host()].Name)
			}
		}
		n.groups = append(n.groups, group)
	}
	for _, h := range hosts {
		if err := t.collect(h, n); err != nil {
			return err
		}
	}
	return nil
}

// sortMembers puts the host first and the others in their order.
func sortMembers(services []int, host int) {
	slices.Sort(services)
	i := slices.Index(services, host)
	copy(services[1:i+1], services[:i])
	services[0] = host
}

func (t *tree) wayFrom(v, host int32) way {
	for _, w := range t.ways[v] {
		if w.host == host {
			return w
		}
	}
	return way{}
}

// free returns a service on the way to one of two that are never together whose
// call is not fixed. Where all are fixed, the first label cannot have been made.
func (t *tree) free(services []int, with fixed) int32 {
	for i, a := range services {
		for _, b := range services[:i] {
			if !t.p.never[pairOf(int32(a), int32(b))] {
				continue
			}
			for _, v := range []int32{int32(a), int32(b)} {
				for ; v >= 0 && slices.Contains(services, int(v)); v = t.parent[v] {
					if _, isFixed := with[v]; !isFixed && !t.forced(v) && int(v) != services[0] {
						return v
					}
				}
			}
		}
	}
	return -1
}
