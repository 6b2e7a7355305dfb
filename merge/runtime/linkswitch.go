package runtime

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
)

// layer is a place where rules are set. Each place has its own rules, at
// most one a pattern. For a method, the topmost layer with a rule that covers
// it decides, and within the layer the most specific rule. So what an operator
// sets by hand takes effect, however specific the rules of a file below are,
// until it is unset.
type layer int

const (
	envLayer layer = iota
	fileLayer
	adminLayer
	layerCount
)

// ruleSet holds the rules of a layer by pattern.
type ruleSet map[linkPattern]rule

// linkSwitch applies the rules of all layers to the gates of a table. The kill
// switch is above all rules. It is on as long as any layer says so: like the
// emergency stops of a machine, none undoes another.
type linkSwitch struct {
	table *table

	mu     sync.Mutex
	layers [layerCount]ruleSet
}

func newLinkSwitch(t *table) *linkSwitch {
	s := &linkSwitch{table: t}
	for i := range s.layers {
		s.layers[i] = ruleSet{}
	}
	t.mu.Lock()
	t.rules = s
	t.mu.Unlock()
	return s
}

// replace makes rules the only ones of a layer. Like all changes it is logged
// under the given source, and returns of how many methods it changed the state.
func (s *linkSwitch) replace(l layer, source string, rules []rule) (changed int) {
	return s.change(l, source, func(set ruleSet) {
		clear(set)
		for _, r := range rules {
			set[r.link] = r
		}
	})
}

// set adds rules to a layer, in place of those with the same patterns.
func (s *linkSwitch) set(l layer, source string, rules []rule) (changed int) {
	return s.change(l, source, func(set ruleSet) {
		for _, r := range rules {
			set[r.link] = r
		}
	})
}

// unset removes rules from a layer. It changes nothing and fails if the layer
// lacks one of them.
func (s *linkSwitch) unset(l layer, source string, patterns []linkPattern) (changed int, err error) {
	changed = s.change(l, source, func(set ruleSet) {
		for _, p := range patterns {
			if _, ok := set[p]; !ok {
				err = fmt.Errorf("%s has no rule for %s; it has %s", source, p, set)
				return
			}
		}
		for _, p := range patterns {
			delete(set, p)
		}
	})
	return changed, err
}

func (s *linkSwitch) change(l layer, source string, edit func(ruleSet)) (changed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := maps.Clone(s.layers[l])
	edit(s.layers[l])
	changed = s.apply()
	if diff := s.layers[l].diff(before); diff != "" {
		logger.Printf("links: %s: %s; %s", source, diff, methods(changed))
	}
	return changed
}

func methods(changed int) string {
	if changed == 1 {
		return "1 method changed"
	}
	return fmt.Sprintf("%d methods changed", changed)
}

// apply sets the gates of all methods by the rules there are.
func (s *linkSwitch) apply() (changed int) {
	killed := s.killed()
	s.table.eachMethod(func(m *activeMethod) {
		if m.count.gate.set(s.ruling(m, killed)) && m.unconverted == "" {
			changed++
		}
	})
	return changed
}

// ruling returns how the gate of a method is to be. killed is what killed()
// returned.
func (s *linkSwitch) ruling(m *activeMethod, killed []rule) ruling {
	if len(killed) > 0 {
		return ruling{0, killed[0].String(), killed[0].source}
	}
	if decides := s.decides(m.link, m.name); decides != nil {
		return ruling{decides.inline, decides.String(), decides.source}
	}
	return ruling{inline: allCalls}
}

// killed returns the rules that switch everything to RPC, the topmost first.
func (s *linkSwitch) killed() (by []rule) {
	for _, set := range slices.Backward(s.layers[:]) {
		if r, ok := set[killPattern]; ok && r.inline == 0 {
			by = append(by, r)
		}
	}
	return by
}

// decides returns the rule that a method goes by, nil if none covers it.
func (s *linkSwitch) decides(l *activeLink, method string) *rule {
	for _, set := range slices.Backward(s.layers[:]) {
		var best *rule
		for p, r := range set {
			if p.covers(l, method) && (best == nil || p.specificity() > best.link.specificity()) {
				best = &r
			}
		}
		if best != nil {
			return best
		}
	}
	return nil
}

// sorted returns the rules with the kill rule first, then the most specific.
func (set ruleSet) sorted() []rule {
	return slices.SortedFunc(maps.Values(set), func(a, b rule) int {
		return cmp.Or(
			cmp.Compare(b.link.specificity(), a.link.specificity()),
			cmp.Compare(a.link.String(), b.link.String()),
		)
	})
}

func (set ruleSet) String() string {
	if len(set) == 0 {
		return "none"
	}
	var texts []string
	for _, r := range set.sorted() {
		texts = append(texts, r.String())
	}
	return strings.Join(texts, ", ")
}

// diff describes how the rules differ from what they were, "" if they do not.
func (set ruleSet) diff(before ruleSet) string {
	var changes []string
	for _, r := range set.sorted() {
		if old, ok := before[r.link]; !ok {
			changes = append(changes, r.String())
		} else if old.inline != r.inline {
			changes = append(changes, fmt.Sprintf("%s (was %s)", r, old.value()))
		}
	}
	for _, r := range before.sorted() {
		if _, ok := set[r.link]; !ok {
			changes = append(changes, fmt.Sprintf("%s unset (was %s)", r.link, r.value()))
		}
	}
	return strings.Join(changes, ", ")
}
