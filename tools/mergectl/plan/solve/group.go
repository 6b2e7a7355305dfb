package solve

import (
	"cmp"
	"slices"
)

// Group is services of one process.
type Group struct {
	// Services has the host first. The others follow in the order of indexes.
	Services []int
	// Value is how many cores the group saves.
	Value float64
}

// Host returns the service whose replicas the group runs in.
func (g Group) Host() int { return g.Services[0] }

// Solution is a choice of groups. Services that are in none stay alone.
type Solution struct {
	// Groups are sorted by value, the largest first, then by host.
	Groups []Group
	// Value is the sum of the groups'.
	Value float64
	// Bound is what no choice can exceed. It is the value if that is the optimum.
	Bound float64
}

// Gap returns how far the value may be from the optimum, as a part of the bound.
func (s *Solution) Gap() float64 {
	if s.Bound <= s.Value {
		return 0
	}
	return (s.Bound - s.Value) / s.Bound
}

func newSolution(groups []Group, bound float64) *Solution {
	s := &Solution{Groups: groups}
	slices.SortFunc(s.Groups, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Value, a.Value), cmp.Compare(a.Host(), b.Host()))
	})
	for _, g := range s.Groups {
		s.Value += g.Value
	}
	s.Bound = bound
	// The bound may have such a part added to it.
	if bound-s.Value <= 2*tolerance*max(1, bound) {
		s.Bound = s.Value
	}
	return s
}

// Member is a service of a group.
type Member struct {
	Service int
	// Caller is the member whose calls it joined the group for, -1 for the host.
	Caller int
	// Share is the part of its work that is done in the group.
	Share float64
	// Links are those whose calls it makes or gets inline, each of a group once.
	Links []Inline
	// Costs are what it costs in the group.
	Costs Costs
}

// Inline is a link with a share of inline calls.
type Inline struct {
	Link  *Link
	Share float64
	// Uncounted is set if the choice did not count on it: neither service calls
	// the other on the way from the host.
	Uncounted bool
}

// Saved returns how many cores the link saves.
func (i Inline) Saved() float64 { return i.Link.Save * i.Share }

// Value returns what the member adds to the group, in cores.
func (m *Member) Value() float64 {
	sum := -m.Costs.Cores()
	for _, l := range m.Links {
		if !l.Uncounted {
			sum += l.Saved()
		}
	}
	return sum
}
