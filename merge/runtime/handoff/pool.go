package handoff

import (
	"slices"
	"sync"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/stripes"
)

const (
	// keptPerList bounds the idle workers of a stripe, and so of a processor. It is about
	// how many calls a processor may have waiting at a time, say for another service, and
	// be served by workers when they come again. An idle worker holds its stack, so a full
	// list holds half a megabyte where handlers need 8 KB, for two idlePeriods at most.
	// Tasks beyond it run on new goroutines.
	keptPerList = 64
	// idlePeriod is how often the workers end that had nothing to do in between.
	idlePeriod = 5 * time.Second
)

// Pool is a set of goroutines, the workers, that run tasks. It bounds how many
// of them wait for a task, not how many run one. It is safe for concurrent use.
type Pool struct {
	stripes stripes.Pool
	lists   stripes.Of[list]
}

// NewPool returns a pool without goroutines.
func NewPool() *Pool { return new(Pool) }

// Start has a worker run task under the caller's profile labels. The returned
// future has to be waited for, or left.
//
// A panic of the task ends the process, as that of any goroutine.
func (p *Pool) Start(task Task) Future { return p.lists.At(p.stripes.Get()).Start(task) }

// list has the idle workers of a stripe, the one that was used last at the end. A
// worker always comes back to where it was taken from.
type list struct {
	mu   sync.Mutex
	idle []*worker
	// unused is how many of the first ones were idle all the time since the last sweep.
	unused   int
	sweeping bool
}

// Start is that of [Pool].
func (l *list) Start(task Task) Future {
	w := l.take()
	if w == nil {
		w = newWorker(l)
		w.prepare()
		go w.work(task)
		return Future{w}
	}
	w.prepare()
	w.tasks <- task
	return Future{w}
}

// take returns an idle worker, nil if there is none.
func (l *list) take() *worker {
	l.mu.Lock()
	defer l.mu.Unlock()
	last := len(l.idle) - 1
	if last < 0 {
		return nil
	}
	w := l.idle[last]
	l.idle[last] = nil
	l.idle = l.idle[:last]
	l.unused = min(l.unused, last)
	return w
}

// keep makes a worker idle, or ends it if there are enough.
func (l *list) keep(w *worker) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.idle) >= keptPerList {
		close(w.tasks)
		return
	}
	l.idle = append(l.idle, w)
	if !l.sweeping {
		l.sweeping, l.unused = true, len(l.idle)
		time.AfterFunc(idlePeriod, l.sweep)
	}
}

// sweep ends the workers that were idle for a whole period. It is called again
// as long as there are others.
func (l *list) sweep() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, w := range l.idle[:l.unused] {
		close(w.tasks)
	}
	l.idle = slices.Delete(l.idle, 0, l.unused)
	l.unused = len(l.idle)
	l.sweeping = l.unused > 0
	if l.sweeping {
		time.AfterFunc(idlePeriod, l.sweep)
	}
}
