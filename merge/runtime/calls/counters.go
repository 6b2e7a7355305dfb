package calls

import (
	"sync/atomic"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/limits"
	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
)

// counters of one method of a link, with its gate. All are totals since the
// start of the process. The padding keeps the counters, which every call
// writes, away from the gate, which every call reads, and from those of other
// methods.
type counters struct {
	gate policy.Gate
	_    [limits.FalseSharing]byte

	calls  atomic.Uint64 // that began inline
	errors atomic.Uint64
	panics atomic.Uint64
	rpc    atomic.Uint64
	_      [limits.FalseSharing]byte

	latency histogram
	_       [limits.FalseSharing]byte
}

// timedEvery is how many inline calls there are for each one that is timed. It
// is a power of two. Reading the clock twice costs about as much as the rest
// of a call that does little, so most calls do not.
const timedEvery = 16

// begin counts an inline call. It returns what end is to be called with when the
// call is over.
func (m *activeMethod) begin() (start time.Duration) {
	if m.count.calls.Add(1)%timedEvery != 1 {
		return 0
	}
	return m.now()
}

// end counts the outcome of an inline call.
func (m *activeMethod) end(start time.Duration, resp *Response) {
	c := &m.count
	if resp.Failed() {
		c.errors.Add(1)
		if resp.Panicked {
			c.panics.Add(1)
		}
	}
	if start != 0 {
		c.latency.record(m.now() - start)
	}
}

// now is the time since the table was made, which fits into a word. It is apart
// from begin for the compiler to inline that.
//
//go:noinline
func (m *activeMethod) now() time.Duration { return time.Since(m.link.table.started) }
