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
// total. A method takes about 600 bytes, and for each stripe in which it was called
// 300 bytes, and 1.3 KB more for each draw: most methods have one.
type counters struct {
	gate  policy.Gate
	cells stripes.Of[counterCell]
}

type counterCell struct {
	calls     atomic.Uint64 // attempts that began inline, but for those of lean
	lean      atomic.Uint64 // calls of one attempt, drawn inline and lean, that ended well
	errors    atomic.Uint64
	panics    atomic.Uint64
	rpc       atomic.Uint64
	ways      [ways]atomic.Uint64 // of inline calls that tell theirs
	fallbacks [fallbacks]atomic.Uint64
	slowest   atomic.Int64                   // ns that a handler ran, of those that are timed
	arms      [draws]atomic.Pointer[armCell] // nil until there is a call
}

// armCell counts the calls of one draw.
type armCell struct {
	ended   [endings]atomic.Uint64
	latency histogram
	_       [stripes.FalseSharing]byte
}

// arm returns what counts the calls of a draw.
func (c *counterCell) arm(drawn Draw) *armCell {
	a := c.arms[drawn].Load()
	if a == nil {
		a = c.addArm(drawn)
	}
	return a
}

// addArm is apart from arm for the compiler to inline that.
func (c *counterCell) addArm(drawn Draw) *armCell {
	c.arms[drawn].CompareAndSwap(nil, new(armCell))
	return c.arms[drawn].Load()
}

// attempts is how many were made, inline or not.
func (c *counterCell) attempts() uint64 { return c.calls.Load() + c.lean.Load() + c.rpc.Load() }

// total is the sum of the cells.
type total struct {
	calls, errors, panics, rpc uint64
	ways                       reports.Ways
	fallbacks                  reports.Fallbacks
	slowest                    int64
	drawn                      reports.Drawn
}

// total adds the cells up. It counts no error of a call that it does not count.
func (c *counters) total() (sum total) {
	var latency [draws]timings
	var told [ways]uint64
	var fell [fallbacks]uint64
	var ended [draws][endings]uint64
	for cell := range c.cells.All() {
		sum.errors += cell.errors.Load()
		sum.panics += cell.panics.Load()
		lean := cell.lean.Load()
		sum.calls += cell.calls.Load() + lean
		ended[DrawnInline][EndedOK] += lean
		sum.rpc += cell.rpc.Load()
		sum.slowest = max(sum.slowest, cell.slowest.Load())
		addTo(told[:], cell.ways[:])
		addTo(fell[:], cell.fallbacks[:])
		for i := range cell.arms {
			if arm := cell.arms[i].Load(); arm != nil {
				addTo(ended[i][:], arm.ended[:])
				latency[i].add(&arm.latency)
			}
		}
	}
	sum.ways, sum.fallbacks = waysOf(told), fallbacksOf(fell)
	for i, arm := range []*reports.Arm{Undrawn: &sum.drawn.None, DrawnRPC: &sum.drawn.RPC, DrawnInline: &sum.drawn.Inline} {
		arm.Ended, arm.Latency = endingsOf(ended[i]), latency[i].stats()
	}
	return sum
}

// addTo adds counts up.
func addTo(sums []uint64, counts []atomic.Uint64) {
	for i := range sums {
		sums[i] += counts[i].Load()
	}
}

func fallbacksOf(n [fallbacks]uint64) reports.Fallbacks {
	return reports.Fallbacks{
		Unconverted: n[FallbackUnconverted], Absent: n[FallbackAbsent], Elsewhere: n[FallbackElsewhere],
		Declined: n[FallbackDeclined], Refused: n[FallbackRefused],
	}
}

func endingsOf(n [endings]uint64) reports.Endings {
	return reports.Endings{
		OK: n[EndedOK], Application: n[EndedApplication], Internal: n[EndedInternal], Panic: n[EndedPanic], Timeout: n[EndedTimeout],
		Canceled: n[EndedCanceled], Denied: n[EndedDenied], Overloaded: n[EndedOverloaded], Unavailable: n[EndedUnavailable],
	}
}

// timedEvery is of how many calls of a stripe one is timed, whichever way they go. It
// is a power of two. Reading the clock twice costs about as much as the rest of a call
// that does little, so most calls do not.
const timedEvery = 16

// begin counts an attempt that is inline. It returns when it began, 0 if its handler is
// not timed.
func (m *activeMethod) begin(s stripes.Stripe) (start time.Duration) {
	if m.count.cells.At(s).calls.Add(1)%timedEvery != 1 {
		return 0
	}
	return m.now()
}

// end counts the outcome of an attempt that is inline.
func (m *activeMethod) end(s stripes.Stripe, start time.Duration, resp *Response) {
	failed := resp.Failed() || resp.Panicked // a stream has ended in its own way, then
	if start == 0 && !failed && resp.Way == Untold {
		return
	}
	cell := m.count.cells.At(s)
	if start != 0 {
		raise(&cell.slowest, int64(m.now()-start))
	}
	if resp.Way != Untold {
		cell.ways[resp.Way-1].Add(1)
	}
	if !failed {
		return
	}
	cell.errors.Add(1)
	if resp.Panicked {
		cell.panics.Add(1)
	}
}

// leaveToRPC counts an attempt that is an RPC since a rule keeps it back.
func (m *activeMethod) leaveToRPC() {
	m.count.cells.At(m.link.table.stripes.Get()).rpc.Add(1)
}

// fallBack counts an attempt that is an RPC although a rule lets it be inline.
func (m *activeMethod) fallBack(why Fallback) {
	cell := m.count.cells.At(m.link.table.stripes.Get())
	cell.rpc.Add(1)
	cell.fallbacks[why].Add(1)
}

// foreseen returns what is drawn for all calls, Undrawn if that is left to chance.
func (m *activeMethod) foreseen() Draw {
	switch gate := &m.count.gate; {
	case gate.Open():
		return DrawnInline
	case gate.Closed():
		return DrawnRPC
	}
	return Undrawn
}

// now is the time since the table was made, which fits into a word. It is not 0.
//
//go:noinline
func (m *activeMethod) now() time.Duration { return max(1, time.Since(m.link.table.started)) }
