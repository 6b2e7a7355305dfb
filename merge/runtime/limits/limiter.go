package limits

import (
	"fmt"

	"github.com/gomerge/rules_go_merge/merge/runtime/stripes"
)

// limiter bounds how many inline calls a service runs at a time.
type limiter struct {
	permits *stripes.Permits
	refused stripes.Counter
	// refusedBefore is what the limiters of the service's earlier lives refused.
	refusedBefore uint64
}

// newLimiter returns a limiter that has refused some calls before, nil for no
// limit.
func newLimiter(max int, refused uint64) *limiter {
	if max == 0 {
		return nil
	}
	return &limiter{permits: stripes.NewPermits(max), refusedBefore: refused}
}

// enter counts a call that begins. A call that it refuses must not leave.
func (l *limiter) enter(s stripes.Stripe) bool {
	if l.permits.Take(s) {
		return true
	}
	l.refused.Add(s)
	return false
}

func (l *limiter) refusals() uint64 { return l.refusedBefore + l.refused.Sum() }

// overload is the answer to a call beyond the limit, in the words of a callee
// that limits itself.
func (l *limiter) overload(service string) string {
	return fmt.Sprintf("request over limit: service %s runs %d inline calls, its max_inflight", service, l.permits.Max())
}
