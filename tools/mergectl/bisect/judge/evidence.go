package judge

import (
	"math"

	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/sequential"
)

// evidence is what was counted of a method.
type evidence struct {
	// ratio is that of failures of both draws, and rate that of inline calls, or of what
	// has a limit.
	ratio sequential.Ratio
	rate  sequential.Rate
	// pending has what a process counted since the last sample that was large enough.
	pending map[string]sequential.Sample
}

// leastCalls is how many calls of each draw a sample has. In a smaller one, all calls may
// have been drawn alike, and its failures would say nothing. When a sample ends does not
// depend on its failures, so this changes nothing in what they show.
const leastCalls = 8

func newEvidence() *evidence { return &evidence{pending: make(map[string]sequential.Sample)} }

// add adds what a process counted.
func (e *evidence) add(g *Guard, process string, c *arms.Counts) {
	if !g.compares() {
		n := g.limited(c)
		e.rate.Add(n.failed, n.calls)
		return
	}
	inline, rpc := g.arm(&c.Inline), g.arm(&c.RPC)
	e.rate.Add(inline.failed, inline.calls)
	s := e.pending[process]
	s.Add(sequential.Sample{InlineFailed: inline.failed, InlineCalls: inline.calls, RPCFailed: rpc.failed, RPCCalls: rpc.calls})
	if s.InlineCalls >= leastCalls && s.RPCCalls >= leastCalls {
		e.ratio.Add(s)
		s = sequential.Sample{}
	}
	e.pending[process] = s
}

// log returns the logarithm of an e-value, or for guards with a limit a number that is
// larger for more evidence.
func (e *evidence) log(g *Guard) float64 {
	if g.compares() {
		return e.ratio.Evidence()
	}
	return rate(e.rate)
}

// harmed reports whether inline calls are worse than they may be. If they are not, it
// ever does with a probability of alpha at most.
func (e *evidence) harmed(g *Guard, alpha float64) bool {
	if g.compares() {
		return e.ratio.Evidence() >= math.Log(1/alpha)
	}
	return e.rate.Lower(alpha) > g.Limit
}

// found is how bad a method was.
type found struct{ inline, allowed float64 }

// found returns how bad inline calls are, as rates: of them, and of RPCs or the limit.
func (e *evidence) found(g *Guard) found {
	if !g.compares() {
		return found{rate(e.rate), g.Limit}
	}
	t := e.ratio.Total
	return found{rate(sequential.Rate{Happened: t.InlineFailed, Of: t.InlineCalls}), (float64(t.RPCFailed) + 0.5) / float64(t.RPCCalls+1)}
}

// fine reports whether inline calls are worse than allowed by at most a quarter of what
// was found.
func (e *evidence) fine(g *Guard, f found, alpha float64) bool {
	limit := f.allowed + part*(f.inline-f.allowed)
	if e.rate.Of > 0 && e.rate.Upper(alpha) <= limit {
		return true
	}
	return g.compares() && e.ratio.Upper(alpha) <= limit/f.allowed
}

// describe says what was counted.
func (e *evidence) describe(g *Guard) string {
	if !g.compares() {
		of := "inline calls"
		if g.Kind == "verify" {
			of = "verified calls"
		}
		return g.describe(counted{e.rate.Happened, e.rate.Of}, of)
	}
	t := e.ratio.Total
	for _, s := range e.pending {
		t.Add(s)
	}
	return g.describe(counted{t.InlineFailed, t.InlineCalls}, "inline calls") + ", and " + g.describe(counted{t.RPCFailed, t.RPCCalls}, "RPCs")
}
