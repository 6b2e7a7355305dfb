package switching

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// never is the state of methods that cannot be inline.
const never = "never"

// Link is a link of which calls are inline or, with [Options.Verified], verified.
type Link struct {
	// Pattern names the link.
	Pattern linkpattern.Pattern
	// Methods are those with such calls, sorted.
	Methods []string
}

// Method returns the name of one of the methods.
func (l Link) Method(name string) linkpattern.Pattern {
	p := l.Pattern
	p.Method = name
	return p
}

// patternOf returns the full name of a method. The methods that are counted together have
// the name of the link.
func patternOf(l reports.Link) linkpattern.Pattern {
	return linkpattern.Pattern{Caller: l.Caller, Callee: l.Callee, RPCService: l.RPCService, Method: l.Method}
}

// linkOf returns the name of the link.
func linkOf(p linkpattern.Pattern) linkpattern.Pattern {
	p.Method = ""
	return p
}

// namesOf returns the set of some full names of links and methods.
func namesOf(list []linkpattern.Pattern) map[linkpattern.Pattern]bool {
	names := make(map[linkpattern.Pattern]bool)
	for _, name := range list {
		names[name] = true
	}
	return names
}

// covered reports whether one of some patterns names a method.
func covered(patterns []linkpattern.Pattern, name linkpattern.Pattern) bool {
	return slices.ContainsFunc(patterns, func(p linkpattern.Pattern) bool {
		return p.Covers(name.Caller, name.Callee, name.RPCService, name.Method)
	})
}

// candidates returns the links that have inline or verified calls in a process and may be
// switched.
func (s *Switching) candidates() ([]Link, error) {
	methods := make(map[linkpattern.Pattern]map[string]bool)
	for _, p := range s.processes {
		for _, l := range p.found.Links {
			name := patternOf(l)
			if !s.searched(l) || covered(s.options.Skip, name) {
				continue
			}
			if len(s.options.Only) > 0 && !covered(s.options.Only, name) {
				continue
			}
			if rule := p.setFor(l); s.file != nil && rule != "" {
				return nil, fmt.Errorf("%s: %s was set through the socket and wins over the rules file for %s; unset it, or leave out --rules", p.socket, rule, l.Name())
			}
			if methods[linkOf(name)] == nil {
				methods[linkOf(name)] = make(map[string]bool)
			}
			methods[linkOf(name)][l.Method] = true
		}
	}
	if err := s.partlyChosen(methods); err != nil {
		return nil, err
	}
	var links []Link
	for link, names := range methods {
		links = append(links, Link{link, slices.Sorted(maps.Keys(names))})
	}
	slices.SortFunc(links, func(a, b Link) int { return strings.Compare(a.Pattern.String(), b.Pattern.String()) })
	if len(links) == 0 {
		what := "inline"
		if s.options.Verified {
			what = "verified; set a rule such as item->stock/StockService/GetStock verify 1%"
		}
		return nil, fmt.Errorf("nothing to search: no call of %s is %s", s.chosen(), what)
	}
	return links, nil
}

// searched reports whether calls of a method are what is searched.
func (s *Switching) searched(l reports.Link) bool {
	if l.State == never || l.Method == "" {
		return false
	}
	if s.options.Verified {
		return l.Verification != nil && l.Verification.Share != "off"
	}
	return l.State != "off"
}

// drawable refuses methods of which more would be inline in a process than was found: a
// rules file says the same to all.
func (s *Switching) drawable() error {
	if s.file == nil || !s.options.Draw {
		return nil
	}
	for _, p := range s.processes {
		for _, l := range p.found.Links {
			if name := patternOf(l); halfOf(l.State) == l.State || l.Method == "" || !s.isCandidate(name) {
				continue
			}
			for _, other := range s.processes {
				if state, known := other.states[patternOf(l)]; known && state != never && inlineShare(state) < 0.5 {
					return fmt.Errorf("%s is %s in %s and %s in %s, and one rules file cannot make RPCs of half of the calls in the first without more inline calls in the second; leave out --rules, or one of the processes", l.Name(), l.State, p.socket, state, other.socket)
				}
			}
		}
	}
	return nil
}

// isCandidate reports whether a method may be switched.
func (s *Switching) isCandidate(method linkpattern.Pattern) bool {
	return slices.ContainsFunc(s.links, func(l Link) bool {
		return l.Pattern == linkOf(method) && slices.Contains(l.Methods, method.Method)
	})
}

// partlyChosen refuses patterns that name some of a link's methods: links are switched in
// whole, before their methods are.
func (s *Switching) partlyChosen(links map[linkpattern.Pattern]map[string]bool) error {
	for _, flag := range []struct {
		name     string
		patterns []linkpattern.Pattern
	}{{"a link", s.options.Only}, {"--skip", s.options.Skip}} {
		for _, p := range flag.patterns {
			if p.Method != "" {
				return fmt.Errorf("%s: %s names a method; name its link", flag.name, p)
			}
			if !s.exists(p) {
				return fmt.Errorf("%s: %s: no process has such a link; there is %s", flag.name, p, list(s.names()))
			}
		}
	}
	return nil
}

// exists reports whether a process has a link that a pattern names.
func (s *Switching) exists(p linkpattern.Pattern) bool {
	for _, process := range s.processes {
		for _, l := range process.found.Links {
			if p.CoversLink(l.Caller, l.Callee, l.RPCService) {
				return true
			}
		}
	}
	return false
}

// names returns the names of all links, sorted.
func (s *Switching) names() (names []string) {
	for _, p := range s.processes {
		for _, l := range p.found.Links {
			names = append(names, linkOf(patternOf(l)).String())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// chosen says which calls may be switched.
func (s *Switching) chosen() string {
	if len(s.options.Only) == 0 {
		return "these processes"
	}
	var names []string
	for _, p := range s.options.Only {
		names = append(names, p.String())
	}
	return list(names)
}
