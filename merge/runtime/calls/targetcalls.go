package calls

import (
	"cmp"
	"slices"
	"sync/atomic"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/merge/runtime/stripes"
)

// maxTargets bounds how many targets are remembered: a service may dial any
// number, such as one for each instance of another.
const maxTargets = 1000

type targetKey struct{ caller, rpcService, target string }

// targetCalls counts the calls over a target that means no merged service.
type targetCalls struct {
	reason atomic.Pointer[string]
	rpc    stripes.Counter
}

// targetCalls returns where the calls of an unknown target count, and logs it the
// first time.
func (t *Table) targetCalls(caller, rpcService string, target *Target, reason string) *targetCalls {
	key := targetKey{caller, rpcService, target.Spellings[0]}
	t.targetsMu.Lock()
	defer t.targetsMu.Unlock()
	calls := t.targets[key]
	if calls == nil {
		if len(t.targets) >= maxTargets {
			if !t.manyTargets {
				t.manyTargets = true
				t.logger.Printf("more than %d targets mean no merged service: further ones are neither logged nor counted by mergectl links", maxTargets)
			}
			return new(targetCalls) // which nobody reads
		}
		calls = new(targetCalls)
		t.targets[key] = calls
	}
	if old := calls.reason.Swap(&reason); old == nil || *old != reason {
		t.logger.Printf("%s dials %q: %s by RPC: %s", caller, target.Spellings[0], rpcService, reason)
	}
	return calls
}

// knowTarget takes note that a target means a service by now, if it did not before.
func (t *Table) knowTarget(caller, rpcService string, target *Target, callee string) {
	t.targetsMu.Lock()
	defer t.targetsMu.Unlock()
	if calls := t.targets[targetKey{caller, rpcService, target.Spellings[0]}]; calls != nil {
		reason := "it meant none when they were made, and means " + callee + " by now"
		calls.reason.Store(&reason)
	}
}

// Targets returns the targets that mean no merged service.
func (t *Table) Targets() []reports.Target {
	t.targetsMu.Lock()
	defer t.targetsMu.Unlock()
	stats := []reports.Target{}
	for key, calls := range t.targets {
		stats = append(stats, reports.Target{Caller: key.caller, RPCService: key.rpcService, Target: key.target, Reason: *calls.reason.Load(), RPC: calls.rpc.Sum()})
	}
	slices.SortFunc(stats, func(a, b reports.Target) int {
		return cmp.Or(cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.RPCService, b.RPCService), cmp.Compare(a.Target, b.Target))
	})
	return stats
}
