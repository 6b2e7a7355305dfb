package policy

import (
	"cmp"
	"fmt"
	"log"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// Layer is a place where rules are set. Each place has its own rules, at
// most one of each kind a pattern. For a method, the topmost layer with a rule of the
// kind that covers it decides, and within the layer the most specific rule. So what an
// operator sets by hand takes effect, however specific the rules of a file below are,
// until it is unset.
type Layer int

const (
	BuildLayer Layer = iota
	EnvLayer
	FileLayer
	AdminLayer
	layerCount
)

// ruleSet holds the rules of a layer.
type ruleSet map[ruleKey]Rule

// Switch applies the rules of all layers to gates. The kill switch is above all
// rules. It is on as long as any layer says so: like the emergency stops of a
// machine, none undoes another.
type Switch struct {
	logger *log.Logger

	mu      sync.Mutex
	layers  layers
	methods []*method
	open    []*method // stand for those of a link that are not known yet
	listens func(service string) bool
	changed func()
	file    *reports.RulesFile // nil if there is none
}

// method is one whose gate a switch sets. It has no name if it stands for others.
type method struct {
	link      Link
	name      string
	gate      *Gate
	inlinable bool
}

// NewSwitch returns a switch without rules.
func NewSwitch(logger *log.Logger) *Switch {
	s := &Switch{logger: logger, listens: func(string) bool { return true }, changed: func() {}}
	for i := range s.layers {
		s.layers[i] = ruleSet{}
	}
	return s
}

// Add sets the gate of a method by the rules there are and, from now on, by
// those that come. inlinable is false if its calls are RPCs whatever rules say.
func (s *Switch) Add(l Link, name string, gate *Gate, inlinable bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &method{l, name, gate, inlinable}
	gate.set(s.ruling(m, s.killed()))
	s.methods = append(s.methods, m)
}

// AddOpen makes known that any method of a link may be added later. Rules can
// name them before. The gate is set by the rules that name none.
func (s *Switch) AddOpen(l Link, gate *Gate) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := &method{link: l, gate: gate}
	gate.set(s.ruling(m, s.killed()))
	s.open = append(s.open, m)
}

// OnChange has f called when rules have changed. It must not use the switch.
func (s *Switch) OnChange(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed = f
}

// Replace makes rules the only ones of a layer. Like all changes it is logged
// under the given source, and returns of how many methods it changed the state.
func (s *Switch) Replace(l Layer, source string, rules []Rule) (changed int) {
	return s.change(l, source, func(set ruleSet) {
		clear(set)
		for _, r := range rules {
			set[r.key()] = r
		}
	})
}

// Set adds rules to a layer, in place of those of the same kind with the same patterns.
func (s *Switch) Set(l Layer, source string, rules []Rule) (changed int) {
	return s.change(l, source, func(set ruleSet) {
		for _, r := range rules {
			set[r.key()] = r
		}
	})
}

// Unset removes the rules of all kinds for some patterns from a layer. It changes
// nothing and fails if the layer has none for one of them.
func (s *Switch) Unset(l Layer, source string, patterns []Pattern) (changed int, err error) {
	changed = s.change(l, source, func(set ruleSet) {
		for _, p := range patterns {
			if !set.has(p) {
				err = fmt.Errorf("%s has no rule for %s; it has %s", source, p, set)
				return
			}
		}
		for _, p := range patterns {
			for kind := range ruleKinds {
				delete(set, ruleKey{p, kind})
			}
		}
	})
	return changed, err
}

func (s *Switch) change(l Layer, source string, edit func(ruleSet)) (changed int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, unbound := maps.Clone(s.layers[l]), s.unboundNow()
	edit(s.layers[l])
	changed = s.apply()
	if diff := s.layers[l].diff(before); diff != "" {
		s.logger.Printf("links: %s: %s; %s", source, diff, methods(changed))
	}
	added := slices.DeleteFunc(s.unboundNow(), func(link string) bool { return slices.Contains(unbound, link) })
	if len(added) > 0 {
		s.logger.Printf("links: %s: %s", source, reports.DescribeUnbound(added))
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
func (s *Switch) apply() (changed int) {
	killed := s.killed()
	for _, m := range s.methods {
		if m.gate.set(s.ruling(m, killed)) && m.inlinable {
			changed++
		}
	}
	for _, m := range s.open {
		m.gate.set(s.ruling(m, killed))
	}
	s.changed()
	return changed
}

// ruling returns how the gate of a method is to be. killed is what killed()
// returned.
func (s *Switch) ruling(m *method, killed []Rule) ruling {
	ruling := unruled
	if d := s.layers.decides(setsDeadline, m.link, m.name); d != nil {
		ruling.deadline, ruling.deadlineBy = d.deadline, cause{d.String(), d.Source}
	}
	// What stops inline calls in an emergency stops those that are for verification.
	if d := s.layers.decides(setsVerify, m.link, m.name); d != nil && len(killed) == 0 {
		ruling.verify, ruling.verifyBy = &d.verify, cause{d.String(), d.Source}
	}
	if len(killed) > 0 {
		ruling.inline, ruling.by = 0, cause{killed[0].String(), killed[0].Source}
	} else if d := s.layers.decides(setsGate, m.link, m.name); d != nil {
		ruling.inline, ruling.by = d.inline, cause{d.String(), d.Source}
	}
	return ruling
}

// killed returns the rules that switch everything to RPC, the topmost first.
func (s *Switch) killed() (by []Rule) {
	for _, set := range slices.Backward(s.layers[:]) {
		if r, ok := set[ruleKey{killPattern, setsGate}]; ok && r.inline == 0 {
			by = append(by, r)
		}
	}
	return by
}

// layers are the rules of all layers.
type layers [layerCount]ruleSet

// decides returns the rule of a kind that a method goes by, nil if none covers it.
func (all *layers) decides(kind ruleKind, l Link, method string) *Rule {
	for _, set := range slices.Backward(all[:]) {
		var best *Rule
		for p, r := range set {
			if p.kind == kind && p.covers(l, method) && (best == nil || p.specificity() > best.link.specificity()) {
				best = &r
			}
		}
		if best != nil {
			return best
		}
	}
	return nil
}

// has reports whether there is a rule of any kind for a pattern.
func (set ruleSet) has(p Pattern) bool {
	for kind := range ruleKinds {
		if _, ok := set[ruleKey{p, kind}]; ok {
			return true
		}
	}
	return false
}

// sorted returns the rules with the kill rule first, then the most specific.
func (set ruleSet) sorted() []Rule {
	return slices.SortedFunc(maps.Values(set), func(a, b Rule) int {
		return cmp.Or(
			cmp.Compare(b.link.specificity(), a.link.specificity()),
			cmp.Compare(a.link.String(), b.link.String()),
			cmp.Compare(a.key().kind, b.key().kind),
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
		if old, ok := before[r.key()]; !ok {
			changes = append(changes, r.String())
		} else if old.value() != r.value() {
			changes = append(changes, fmt.Sprintf("%s (was %s)", r, old.value()))
		}
	}
	for _, r := range before.sorted() {
		if _, ok := set[r.key()]; !ok {
			changes = append(changes, fmt.Sprintf("%s unset (was %s)", r.link, r.value()))
		}
	}
	return strings.Join(changes, ", ")
}

// Report returns what the rules are.
func (s *Switch) Report() reports.Rules {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Rule
	for _, set := range slices.Backward(s.layers[:]) {
		all = append(all, set.sorted()...)
	}
	return reports.Rules{File: s.file, Killed: reportRules(s.killed()), Rules: reportRules(all), Unbound: s.unboundNow()}
}

// setFile makes known what is obeyed of the rules file. The report is not changed any more.
func (s *Switch) setFile(file *reports.RulesFile) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.file = file
}

func reportRules(rules []Rule) []reports.Rule {
	report := []reports.Rule{}
	for _, r := range rules {
		report = append(report, reports.Rule{Link: r.link.String(), Value: r.value(), Source: r.Source})
	}
	return report
}
