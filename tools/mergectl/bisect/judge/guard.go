package judge

import (
	"fmt"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
)

// Guard is what is counted of calls.
type Guard struct {
	// Kind is one of Guards.
	Kind string
	// Slow is the time above which a call is slow, for the guard "slow".
	Slow time.Duration
	// Limit is which part of the inline calls may panic or fall back, or of the verified
	// ones differ, for the guards that have a limit.
	Limit float64
}

// Guards are the kinds of guards.
var Guards = []string{"errors", "slow", "panics", "fallbacks", "verify"}

// limits are the kinds that have a limit, and what it is by default. Others compare inline
// calls with RPCs.
var limits = map[string]float64{"panics": 0, "fallbacks": 0.01, "verify": 0}

// DefaultLimit returns the limit of a kind, or false if it compares calls with RPCs.
func DefaultLimit(kind string) (float64, bool) {
	limit, ok := limits[kind]
	return limit, ok
}

// compares reports whether the guard compares inline calls with RPCs.
func (g *Guard) compares() bool {
	_, ok := limits[g.Kind]
	return !ok
}

// counted is what processes count of a guard.
type counted struct{ failed, calls uint64 }

// arm returns what a guard that compares counts of the calls of one draw. Errors that the
// callee's code answered are not failures, and neither are calls that the caller canceled.
func (g *Guard) arm(a *arms.Arm) counted {
	if g.Kind == "slow" {
		bound, _ := arms.Bound(g.Slow)
		return counted{a.Slower(bound), a.Timed}
	}
	return counted{a.Ended.Failed() - a.Ended.Application - a.Ended.Canceled, a.Calls()}
}

// limited returns what a guard with a limit counts. Calls whose types are not converted
// always fall back, which nobody has to find.
func (g *Guard) limited(c *arms.Counts) counted {
	switch g.Kind {
	case "panics":
		return counted{c.Panics, c.AttemptsInline}
	case "fallbacks":
		fell := c.Fallbacks.Sum() - c.Fallbacks.Unconverted
		return counted{fell, c.AttemptsInline + fell}
	}
	return counted{c.Verified.Different, c.Verified.Same + c.Verified.Different}
}

// describe says what failed.
func (g *Guard) describe(n counted, of string) string {
	verb := map[string]string{"errors": "fail", "slow": "are slow", "panics": "panicked", "fallbacks": "fell back", "verify": "differ"}[g.Kind]
	return fmt.Sprintf("%d of %d %s %s", n.failed, n.calls, of, verb)
}
