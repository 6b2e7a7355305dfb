package policy

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
)

// Check returns an error for every rule that covers no method, or that has calls
// verified of one that cannot be. It begins with the rule's source and lists what there
// is.
func (s *Switch) Check(rules []Rule) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for _, r := range rules {
		err := s.checkLink(r.link)
		if err == nil {
			err = s.checkVerifiable(r)
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.Source, err))
		}
	}
	return joined(errs)
}

func (s *Switch) checkLink(pattern Pattern) error {
	if pattern.kill || pattern == everything {
		return nil
	}
	links, names := map[string]bool{}, map[string]bool{}
	found := false
	linkOnly := pattern
	linkOnly.RPCService, linkOnly.Method = "", ""
	for _, m := range s.methods {
		links[linkpattern.Between(m.link.Caller, m.link.Callee).String()] = true
		if linkOnly.coversLink(m.link) {
			names[m.link.RPCService+"/"+m.name] = true
		}
		found = found || pattern.covers(m.link, m.name)
	}
	for _, m := range s.open {
		links[linkpattern.Between(m.link.Caller, m.link.Callee).String()] = true
		found = found || pattern.coversLink(m.link)
	}
	switch {
	case found:
		return nil
	case len(names) == 0:
		return fmt.Errorf("%s: this binary has no such link; it has %s", pattern, list(links))
	}
	return fmt.Errorf("%s: %s has no such method; it has %s", pattern, linkOnly, list(names))
}

func list(names map[string]bool) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(slices.Sorted(maps.Keys(names)), ", ")
}
