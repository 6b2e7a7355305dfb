package stripes

import "sync/atomic"

// Counter counts events. The zero Counter is ready to use.
type Counter struct{ cells Of[atomic.Uint64] }

// Add counts an event of a call that has stripe s.
func (c *Counter) Add(s Stripe) { c.cells.At(s).Add(1) }

// Sum returns how many events there were.
func (c *Counter) Sum() (n uint64) {
	for cell := range c.cells.All() {
		n += cell.Load()
	}
	return n
}
