package limits

import (
	"fmt"
	"sync/atomic"
)

// limiter bounds how many inline calls a service runs at a time. The padding
// keeps the count, which every call writes, away from all else.
type limiter struct {
	max     int64
	_       [FalseSharing]byte
	running atomic.Int64
	_       [FalseSharing]byte
	refused atomic.Uint64
}

// newLimiter returns a limiter that has refused some calls before, nil for no
// limit.
func newLimiter(max int, refused uint64) *limiter {
	if max == 0 {
		return nil
	}
	l := &limiter{max: int64(max)}
	l.refused.Store(refused)
	return l
}

// enter counts a call that begins. A call that it refuses must not leave.
func (l *limiter) enter() bool {
	if l.running.Add(1) <= l.max {
		return true
	}
	l.running.Add(-1)
	l.refused.Add(1)
	return false
}

func (l *limiter) leave() { l.running.Add(-1) }

// overload is the answer to a call beyond the limit, in the words of a callee
// that limits itself.
func (l *limiter) overload(service string) string {
	return fmt.Sprintf("request over limit: service %s runs %d inline calls, its max_inflight", service, l.max)
}
