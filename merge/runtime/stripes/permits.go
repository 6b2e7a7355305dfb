package stripes

import (
	"math"
	"sync/atomic"
)

// Permits lets so many calls run at a time and no more. Who returns a permit
// leaves it in his stripe, where the next call of that processor finds it. Only
// calls that find none there write to other stripes, so there is one line that
// all cores write as long as there are fewer permits than cores ask for.
type Permits struct {
	max   uint32
	cells Of[permitCell]
}

// permitCell has the permits that are free in the lower half, and in the upper
// one how many were returned.
type permitCell struct{ state atomic.Uint64 }

const returned = 1 << 32

// NewPermits returns max permits.
func NewPermits(max int) *Permits {
	p := &Permits{max: uint32(min(max, math.MaxInt32))}
	p.cells.At(0).state.Store(uint64(p.max))
	return p
}

// Max returns how many permits there are.
func (p *Permits) Max() int { return int(p.max) }

// Take takes a permit. It returns false only if there was a moment in which none
// was free.
func (p *Permits) Take(s Stripe) bool {
	ok, _ := p.cells.At(s).take()
	return ok || p.takeAny()
}

// Return returns a permit that was taken.
func (p *Permits) Return(s Stripe) { p.cells.At(s).state.Add(returned + 1) }

// Taken returns how many permits are taken: about, while calls come and go.
func (p *Permits) Taken() int64 {
	taken := int64(p.max)
	for c := range p.cells.All() {
		taken -= int64(uint32(c.state.Load()))
	}
	return min(max(taken, 0), int64(p.max))
}

// take takes a permit of one cell. If there is none, it says how many were
// returned to the cell until then.
func (c *permitCell) take() (ok bool, returns uint64) {
	for {
		state := c.state.Load()
		if uint32(state) == 0 {
			return false, state / returned
		}
		if c.state.CompareAndSwap(state, state-1) {
			return true, 0
		}
	}
}

// takeAny takes a permit wherever there is one. That every cell was empty is not
// enough to give up, since permits may have been returned to cells that it had
// passed. If nothing was returned from one pass to the next, all were empty when
// the next began.
func (p *Permits) takeAny() bool {
	before := uint64(math.MaxUint64) // which no pass counts
	for {
		var now uint64
		for c := range p.cells.All() {
			ok, returns := c.take()
			if ok {
				return true
			}
			now += returns
		}
		if now == before {
			return false
		}
		before = now
	}
}
