package stripes

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"
)

// TestProcessorsHaveDifferentStripes has as many goroutines as there are
// processors get a stripe while all of them run. One that the system stops in
// between may get the stripe of another, so it tries until that does not happen.
func TestProcessorsHaveDifferentStripes(t *testing.T) {
	processors := min(runtime.GOMAXPROCS(0), Max)
	var p Pool
	for range 10_000 {
		var ready atomic.Int64
		var wg sync.WaitGroup
		got := make([]Stripe, processors)
		for i := range processors {
			wg.Go(func() {
				ready.Add(1)
				for ready.Load() < int64(processors) {
				}
				got[i] = p.Get()
			})
		}
		wg.Wait()
		different := make(map[Stripe]bool)
		for _, s := range got {
			different[s] = true
		}
		if len(different) == processors {
			return
		}
	}
	t.Errorf("%d goroutines that run at the same time never got different stripes", processors)
}

// TestTokensAreReturned lets the garbage collector empty a pool.
func TestTokensAreReturned(t *testing.T) {
	p := new(Pool)
	p.Get()
	inUse := func() (n int) {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, tokens := range p.inUse {
			n += tokens
		}
		return n
	}
	if inUse() == 0 {
		t.Fatal("no stripe is in use")
	}
	for begin := time.Now(); inUse() > 0; runtime.GC() {
		if time.Since(begin) > time.Minute {
			t.Fatalf("%d tokens of an empty pool are in use", inUse())
		}
	}
}

func TestStripesAreUsedEvenly(t *testing.T) {
	var p Pool
	of := map[Stripe]int{}
	for range 2 * Max {
		of[p.newToken().stripe]++
	}
	for s := range Stripe(Max) {
		if of[s] != 2 {
			t.Errorf("stripe %d has %d of %d tokens, want 2", s, of[s], 2*Max)
		}
	}
}

// TestCellsShareNoCacheLine checks distances, since no alignment is promised for
// what Go allocates.
func TestCellsShareNoCacheLine(t *testing.T) {
	var o Of[atomic.Uint64]
	for s := range Stripe(Max) {
		o.At(s).Store(uint64(s))
	}
	n := Stripe(0)
	for c := range o.All() {
		if c != o.At(n) || c.Load() != uint64(n) {
			t.Errorf("cell %d is another one", n)
		}
		for other := range o.All() {
			if d := uintptr(unsafe.Pointer(other)) - uintptr(unsafe.Pointer(c)); d != 0 && d < FalseSharing {
				t.Errorf("two cells are %d bytes apart, want %d", d, FalseSharing)
			}
		}
		n++
	}
	if n != Max {
		t.Errorf("%d cells, want %d", n, Max)
	}
}

func TestCounter(t *testing.T) {
	var p Pool
	var c Counter
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 1000 {
				c.Add(p.Get())
			}
		})
	}
	wg.Wait()
	if got := c.Sum(); got != 4000 {
		t.Errorf("counted %d, want 4000", got)
	}
}

// BenchmarkCounter is what a call pays: run it with -cpu 1,2.
func BenchmarkCounter(b *testing.B) {
	var p Pool
	var c Counter
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			c.Add(p.Get())
		}
	})
}
