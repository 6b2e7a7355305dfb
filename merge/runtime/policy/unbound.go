package policy

import (
	"maps"
	"slices"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
)

// SetListens makes known which services bind the addresses of their servers. Before,
// all count as if they did.
func (s *Switch) SetListens(listens func(service string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listens = listens
}

// Unbound returns the links to services that do not listen of which these rules, if
// they were set in a layer, would make more calls RPCs than without them. They replace the
// layer's rules, or come to them. The kill rule is not one of them: who needs it
// cannot wait.
func (s *Switch) Unbound(l Layer, rules []Rule, replace bool) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, after := s.layers, s.layers
	after[l] = ruleSet{}
	if !replace {
		maps.Copy(after[l], before[l])
	}
	asked := ruleSet{}
	for _, r := range rules {
		after[l][r.key()], asked[r.key()] = r, r
	}
	return s.unbound(&after, func(link Link, method string) *Rule {
		r := after.decides(setsGate, link, method)
		if r == nil || asked[r.key()] != *r {
			return nil
		}
		if was := before.decides(setsGate, link, method); was != nil && was.inline <= r.inline {
			return nil
		}
		return r
	})
}

// unboundNow returns the links to services that do not listen of which calls are RPCs
// by the rules there are.
func (s *Switch) unboundNow() []string {
	if killed := s.killed(); len(killed) > 0 {
		return s.unbound(&s.layers, func(Link, string) *Rule { return &killed[0] })
	}
	return s.unbound(&s.layers, func(l Link, method string) *Rule { return s.layers.decides(setsGate, l, method) })
}

// unbound returns the links to services that do not listen, sorted, that have a method
// of which some calls are RPCs by the rule that decides returns, which is one of these
// layers. Methods that are never inline do not count.
func (s *Switch) unbound(all *layers, decides func(l Link, method string) *Rule) []string {
	names := map[string]bool{}
	look := func(l Link, method string) {
		if s.listens(l.Callee) {
			return
		}
		if r := decides(l, method); r != nil && r.inline < allCalls {
			names[linkpattern.Between(l.Caller, l.Callee).String()] = true
		}
	}
	known := map[Link]map[string]bool{}
	for _, m := range s.methods {
		if known[m.link] == nil {
			known[m.link] = map[string]bool{}
		}
		known[m.link][m.name] = true
		if m.inlinable {
			look(m.link, m.name)
		}
	}
	for _, m := range s.open {
		l := m.link
		look(l, "")
		for _, set := range all {
			for p := range set {
				if p.coversLink(l) && !known[l][p.Method] {
					look(l, p.Method)
				}
			}
		}
	}
	list := slices.AppendSeq([]string{}, maps.Keys(names))
	slices.Sort(list)
	return list
}
