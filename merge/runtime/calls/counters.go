package calls

import (
	"sync/atomic"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/merge/runtime/stripes"
)

// counters of one method of a link, with its gate. All are totals since the
// start of the process. Calls write to no cell but that of their stripe. Whoever
// wants to count something else of each call adds a field to counterCell and to
// total. A method takes about 600 bytes, and 1.2 KB for each stripe in which it
// was called.
type counters struct {
	gate  policy.Gate
	cells stripes.Of[counterCell]
}

type counterCell struct {
	calls   atomic.Uint64 // that began inline
	errors  atomic.Uint64
	panics  atomic.Uint64
	rpc     atomic.Uint64
	latency histogram
	ways    [ways]atomic.Uint64 // of inline calls that tell theirs
}

// total is the sum of the cells.
type total struct {
	calls, errors, panics, rpc uint64
	latency                    reports.Latency
	ways                       reports.Ways
}

// total adds the cells up. It counts no error of a call that it does not count.
func (c *counters) total() (sum total) {
	var latency timings
	var told [ways]uint64
	for cell := range c.cells.All() {
		sum.errors += cell.errors.Load()
		sum.panics += cell.panics.Load()
		sum.calls += cell.calls.Load()
		sum.rpc += cell.rpc.Load()
		latency.add(&cell.latency)
		for i := range told {
			told[i] += cell.ways[i].Load()
		}
	}
	sum.latency, sum.ways = latency.stats(), waysOf(told)
	return sum
}

// timedEvery is of how many inline calls of a stripe one is timed. It is a power
// of two. Reading the clock twice costs about as much as the rest of a call that
// does little, so most calls do not.
const timedEvery = 16

// begin counts an inline call. It returns the stripe of the call, and what end is
// to be called with when it is over.
func (m *activeMethod) begin() (s stripes.Stripe, start time.Duration) {
	s = m.link.table.stripes.Get()
	if m.count.cells.At(s).calls.Add(1)%timedEvery != 1 {
		return s, 0
	}
	return s, m.now()
}

// end counts the outcome of an inline call.
func (m *activeMethod) end(s stripes.Stripe, start time.Duration, resp *Response) {
	if start == 0 && !resp.Failed() && resp.Way == Untold {
		return
	}
	cell := m.count.cells.At(s)
	if resp.Way != Untold {
		cell.ways[resp.Way-1].Add(1)
	}
	if resp.Failed() {
		cell.errors.Add(1)
		if resp.Panicked {
			cell.panics.Add(1)
		}
	}
	if start != 0 {
		cell.latency.record(m.now() - start)
	}
}

// leaveToRPC counts a call that is an RPC.
func (m *activeMethod) leaveToRPC() {
	m.count.cells.At(m.link.table.stripes.Get()).rpc.Add(1)
}

// now is the time since the table was made, which fits into a word. It is apart
// from begin for the compiler to inline that.
//
//go:noinline
func (m *activeMethod) now() time.Duration { return time.Since(m.link.table.started) }
