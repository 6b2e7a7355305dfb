package handoff

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// stripeCount is how many lists of idle workers there are, for callers on
	// different processors to use different ones.
	stripeCount = 16
	// keptPerStripe bounds each list. Tasks beyond it run on new goroutines.
	keptPerStripe = 64
	// idlePeriod is how often the workers end that had nothing to do in between.
	idlePeriod = 5 * time.Second
)

// Pool is a set of goroutines, the workers, that run tasks. It bounds how many
// of them wait for a task, not how many run one. It is safe for concurrent use.
type Pool struct {
	near    sync.Pool // of *stripe: those that the processor has used last
	stripes [stripeCount]stripe
	next    atomic.Uint32 // stripe for the next processor
}

// NewPool returns a pool without goroutines.
func NewPool() *Pool {
	p := new(Pool)
	p.near.New = func() any { return &p.stripes[p.next.Add(1)%stripeCount] }
	return p
}

// Start has a worker run task under the caller's profile labels. The returned
// future has to be waited for, or left.
//
// A panic of the task ends the process, as that of any goroutine.
func (p *Pool) Start(task Task) Future {
	s := p.near.Get().(*stripe)
	p.near.Put(s) // at once: whoever comes here next uses it at the same time
	w := s.take()
	if w == nil {
		w = newWorker(s)
		w.prepare()
		go w.work(task)
		return Future{w}
	}
	w.prepare()
	w.tasks <- task
	return Future{w}
}

// stripe has idle workers, the one that was used last at the end. A worker always
// comes back to where it was taken from.
type stripe struct {
	mu   sync.Mutex
	idle []*worker
	// unused is how many of the first ones were idle all the time since the last sweep.
	unused   int
	sweeping bool
	_        [128]byte // keeps stripes out of each other's cache lines
}

// take returns an idle worker, nil if there is none.
func (s *stripe) take() *worker {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := len(s.idle) - 1
	if last < 0 {
		return nil
	}
	w := s.idle[last]
	s.idle[last] = nil
	s.idle = s.idle[:last]
	s.unused = min(s.unused, last)
	return w
}

// keep makes a worker idle, or ends it if there are enough.
func (s *stripe) keep(w *worker) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.idle) >= keptPerStripe {
		close(w.tasks)
		return
	}
	s.idle = append(s.idle, w)
	if !s.sweeping {
		s.sweeping, s.unused = true, len(s.idle)
		time.AfterFunc(idlePeriod, s.sweep)
	}
}

// sweep ends the workers that were idle for a whole period. It is called again
// as long as there are others.
func (s *stripe) sweep() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.idle[:s.unused] {
		close(w.tasks)
	}
	s.idle = slices.Delete(s.idle, 0, s.unused)
	s.unused = len(s.idle)
	s.sweeping = s.unused > 0
	if s.sweeping {
		time.AfterFunc(idlePeriod, s.sweep)
	}
}
