package runtime

import (
	"cmp"
	"slices"
)

// LinkStats are the state and the counters of one method of a link. The
// counters are totals since the start of the process. Methods of which calls
// cannot be inline, since they were not known when the binary was built, are
// counted together under an empty method name.
type LinkStats struct {
	Caller     string `json:"caller"`
	Callee     string `json:"callee"`
	RPCService string `json:"rpc_service"`
	Method     string `json:"method"`

	// State is "on", "off" or the percentage of the calls that may be inline,
	// or "never" for a method that has no conversion; Reason then tells why.
	State  string `json:"state"`
	Reason string `json:"reason,omitempty"`
	// Rule is the rule that State comes from and Source the place where it was
	// set. Both are empty where no rule covers the method.
	Rule   string `json:"rule,omitempty"`
	Source string `json:"source,omitempty"`
	// Serving reports whether the callee takes inline calls now.
	Serving bool `json:"serving"`

	// Inline counts calls run as function calls, RPC those left to the
	// framework.
	Inline uint64 `json:"inline"`
	RPC    uint64 `json:"rpc"`
	// Errors counts the inline calls that gave no result, of oneway ones too.
	// Panics is how many of them were panics in the callee.
	Errors uint64 `json:"errors"`
	Panics uint64 `json:"panics"`
	// Copied and Shared count the requests of inline calls and the results of
	// those without an error, by whether the receiver got memory of its own.
	Copied uint64 `json:"copied"`
	Shared uint64 `json:"shared"`
	// Latency is from the beginning of the callee's part to the result in the
	// caller's memory. For a oneway method, whose caller does not wait, it is
	// the callee's part.
	Latency LatencyStats `json:"latency"`
}

// Name returns the link to the method, as in rules; methods that are counted
// together are "(other)".
func (l LinkStats) Name() string {
	return linkPattern{caller: l.Caller, callee: l.Callee, rpcService: l.RPCService, method: cmp.Or(l.Method, "(other)")}.String()
}

// Links returns the state and the counters of all links, sorted by caller,
// callee, RPC service and method.
func Links() []LinkStats { return links.stats() }

func (t *table) stats() []LinkStats {
	stats := []LinkStats{}
	t.eachMethod(func(m *activeMethod) {
		stats = append(stats, m.stats())
	})
	t.mu.RLock()
	t.eachLink(func(l *activeLink) {
		if l.unknown.count.rpc.Load() > 0 {
			stats = append(stats, l.unknown.stats())
		}
	})
	t.mu.RUnlock()
	slices.SortFunc(stats, func(a, b LinkStats) int {
		return cmp.Or(
			cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.Callee, b.Callee),
			cmp.Compare(a.RPCService, b.RPCService), cmp.Compare(a.Method, b.Method),
		)
	})
	return stats
}

func (m *activeMethod) stats() LinkStats {
	c := &m.count
	s := LinkStats{
		Caller: m.link.Caller, Callee: m.link.Callee, RPCService: m.link.RPCService, Method: m.name,
		Inline: c.calls.Load(), RPC: c.rpc.Load(),
		Errors: c.errors.Load(), Panics: c.panics.Load(),
		Latency: c.latency.stats(),
		Serving: m.link.endpoint.running.Load() != nil,
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
	if m.unconverted != "" {
		s.State, s.Reason = "never", m.unconverted
		return s
	}
	r := c.gate.current()
	s.State, s.Rule, s.Source = r.inline.String(), r.rule, r.source
	return s
}
