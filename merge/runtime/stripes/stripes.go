package stripes

import (
	"iter"
	"runtime"
	"sync"
	"sync/atomic"
)

// Max is how many stripes there are. On more processors than that, some share
// one.
const Max = 64

// FalseSharing is the distance in bytes at which two values cannot slow each
// other down: two cache lines of most processors, which fetch them in pairs,
// and one of Apple's.
const FalseSharing = 128

// Stripe says which cell a call writes to.
type Stripe uint8

// Pool hands out stripes: goroutines that run at the same time get different
// ones. The zero Pool is ready to use. It must not be copied.
type Pool struct {
	tokens sync.Pool // which keeps one for each processor

	mu    sync.Mutex
	inUse [Max]int // tokens by stripe
}

// token stands for a stripe in a pool.
type token struct {
	stripe Stripe
	// of is a pointer: cleanups of small objects without any may never run.
	of *Pool
}

// Get returns the stripe of the processor that the caller runs on. It stays
// valid when the caller moves to another processor.
func (p *Pool) Get() Stripe {
	t, ok := p.tokens.Get().(*token)
	if !ok {
		t = p.newToken()
	}
	s := t.stripe
	p.tokens.Put(t)
	return s
}

// newToken makes a token for the stripe that has the fewest.
func (p *Pool) newToken() *token {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := &token{of: p}
	for s, n := range p.inUse {
		if n < p.inUse[t.stripe] {
			t.stripe = Stripe(s)
		}
	}
	p.inUse[t.stripe]++
	// The garbage collector takes the tokens of processors that have no use for them.
	runtime.AddCleanup(t, p.free, t.stripe)
	return t
}

func (p *Pool) free(s Stripe) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inUse[s]--
}

// Of has a cell for each stripe. The zero Of is ready to use. It must not be
// copied.
type Of[T any] struct {
	cells [Max]atomic.Pointer[padded[T]]
}

type padded[T any] struct {
	cell T
	_    [FalseSharing]byte
}

// At returns the cell of a stripe.
func (o *Of[T]) At(s Stripe) *T {
	p := o.cells[s%Max].Load()
	if p == nil {
		p = o.add(s)
	}
	return &p.cell
}

// add is apart from At for the compiler to inline that.
func (o *Of[T]) add(s Stripe) *padded[T] {
	o.cells[s%Max].CompareAndSwap(nil, new(padded[T]))
	return o.cells[s%Max].Load()
}

// All yields the cells that were used.
func (o *Of[T]) All() iter.Seq[*T] {
	return func(yield func(*T) bool) {
		for i := range o.cells {
			if p := o.cells[i].Load(); p != nil && !yield(&p.cell) {
				return
			}
		}
	}
}
