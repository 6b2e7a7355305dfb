package calls

import (
	"cmp"
	"slices"

	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// Links returns the state and the counters of all links, sorted by caller,
// callee, RPC service and method.
func (t *Table) Links() []reports.Link {
	stats := []reports.Link{}
	t.eachMethod(func(m *activeMethod) {
		stats = append(stats, m.stats())
	})
	t.mu.RLock()
	t.eachLink(func(l *activeLink) {
		if unknown := l.unknown.stats(); unknown.RPC > 0 {
			stats = append(stats, unknown)
		}
	})
	t.mu.RUnlock()
	slices.SortFunc(stats, func(a, b reports.Link) int {
		return cmp.Or(
			cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.Callee, b.Callee),
			cmp.Compare(a.RPCService, b.RPCService), cmp.Compare(a.Method, b.Method),
		)
	})
	return stats
}

func (m *activeMethod) stats() reports.Link {
	c := m.count.total()
	s := reports.Link{
		Caller: m.link.Caller, Callee: m.link.Callee, RPCService: m.link.RPCService, Method: m.name,
		Inline: c.calls, RPC: c.rpc, Errors: c.errors, Panics: c.panics, Ways: c.ways, Drawn: c.drawn, Fallbacks: c.fallbacks, SlowestHandler: c.slowest,
		Serving: m.link.endpoint.running.Load() != nil, Verification: m.verificationReport(),
	}
	crossed := func(n uint64, isShared bool) {
		if isShared {
			s.Shared += n
		} else {
			s.Copied += n
		}
	}
	crossed(s.Inline, m.SharesArgs)
	if m.NewResult != nil {
		crossed(s.Inline-min(s.Errors, s.Inline), m.SharesResult)
	}
	s.Deadline = policy.Strict.String()
	if m.unconverted != "" {
		s.State, s.Reason = "never", m.unconverted
		return s
	}
	s.State, s.Rule, s.Source = m.count.gate.State()
	if !m.Stream {
		s.Deadline, s.DeadlineRule, s.DeadlineSource = m.count.gate.Deadline()
	}
	return s
}

// eachMethod calls f for all methods that were known when the binary was built,
// and for those of open links that were called, in no order.
func (t *Table) eachMethod(f func(m *activeMethod)) {
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
