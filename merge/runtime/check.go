package runtime

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// eachMethod calls f for all methods that were known when the binary was built,
// and for those of open links that were called, in no order.
func (t *table) eachMethod(f func(m *activeMethod)) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	t.eachLink(func(l *activeLink) {
		for _, m := range l.methods {
			f(m)
		}
		if l.others != nil {
			l.others.each(f)
		}
	})
}

// open calls f for all links that take methods which the build did not know.
func (t *table) open(f func(l *activeLink)) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	t.eachLink(func(l *activeLink) {
		if l.others != nil {
			f(l)
		}
	})
}

// check returns an error for every rule that covers no method of the table. It
// begins with the rule's source and lists what there is.
func (t *table) check(rules []rule) error {
	var errs []error
	for _, r := range rules {
		if err := t.checkLink(r.link); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.source, err))
		}
	}
	return joined(errs)
}

func (t *table) checkLink(pattern linkPattern) error {
	if pattern.kill || pattern == everything {
		return nil
	}
	links, names := map[string]bool{}, map[string]bool{}
	found := false
	linkOnly := pattern
	linkOnly.rpcService, linkOnly.method = "", ""
	t.eachMethod(func(m *activeMethod) {
		l, method := m.link, m.name
		links[l.Caller+"->"+l.Callee] = true
		if linkOnly.coversLink(l) {
			names[l.RPCService+"/"+method] = true
		}
		found = found || pattern.covers(l, method)
	})
	t.open(func(l *activeLink) {
		links[l.Caller+"->"+l.Callee] = true
		found = found || pattern.coversLink(l)
	})
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
