package stripes

import (
	"sync"
	"sync/atomic"
	"testing"
)

func TestPermits(t *testing.T) {
	p := NewPermits(2)
	for i, want := range []bool{true, true, false, false} {
		if got := p.Take(Stripe(i)); got != want {
			t.Errorf("permit %d taken: %v, want %v", i+1, got, want)
		}
	}
	p.Return(9)
	if got := p.Taken(); got != 1 {
		t.Errorf("%d taken, want 1", got)
	}
	if !p.Take(0) {
		t.Error("the permit that was returned to another stripe cannot be taken")
	}
	if p.Take(9) {
		t.Error("it was taken twice")
	}
}

// TestPermitsAreExact has goroutines take permits and return them to other stripes.
// As many as there are permits must never be refused one, and more of them never
// have more than there are.
func TestPermitsAreExact(t *testing.T) {
	const permits, rounds = 4, 20_000
	for _, goroutines := range []int{permits, 2 * permits} {
		p := NewPermits(permits)
		var taken, refused atomic.Int64
		var wg sync.WaitGroup
		for g := range goroutines {
			wg.Go(func() {
				for i := range rounds {
					s := Stripe(g + i)
					if !p.Take(s) {
						refused.Add(1)
						continue
					}
					if n := taken.Add(1); n > permits {
						t.Errorf("%d of %d permits are taken", n, permits)
					}
					taken.Add(-1)
					p.Return(s * 7)
				}
			})
		}
		wg.Wait()
		if n := refused.Load(); n > 0 && goroutines <= permits {
			t.Errorf("%d goroutines were refused %d times with %d permits", goroutines, n, permits)
		}
		if got := p.Taken(); got != 0 {
			t.Errorf("%d permits are taken in the end", got)
		}
	}
}

// TestPermitsStayWhereTheyAreReturned looks at all cells but that of the calls.
func TestPermitsStayWhereTheyAreReturned(t *testing.T) {
	p := NewPermits(3)
	others := func() (all [Max]uint64) {
		for s := range Stripe(Max) {
			if s != 7 {
				all[s] = p.cells.At(s).state.Load()
			}
		}
		return all
	}
	for range 2 {
		p.Take(7)
	}
	p.Return(7)
	p.Return(7)
	before := others()
	for range 100 {
		p.Take(7)
		p.Take(7)
		p.Return(7)
		p.Return(7)
	}
	if others() != before {
		t.Error("calls write to other stripes although theirs has permits")
	}
}
