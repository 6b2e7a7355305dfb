package handoff

import (
	"bytes"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
)

// Task is what a worker runs. A pointer to a struct that the caller has anyway
// needs no allocation for it.
type Task interface{ Run() }

// Func is a function as a Task.
type Func func()

// Run implements Task.
func (f Func) Run() { f() }

// worker is a goroutine that runs one task after the other. Its channels have
// room for one value, so that neither side waits for the other to take it.
type worker struct {
	home  *list
	tasks chan Task    // closed to end the worker
	ends  chan taskEnd // of tasks that nobody has left
	state atomic.Uint32

	// These belong to who has taken the worker.
	labels usage.Labels
	timer  *time.Timer // nil, or stopped

	locks uint64 // of threads, when the worker last looked
}

// The states of a worker's task. Whoever leaves the first one tells the other side.
const (
	running uint32 = iota
	over           // the end is in the channel, or about to be
	left           // nobody waits for it
)

// taskEnd is how a task has ended, and what becomes of its worker.
type taskEnd uint8

const (
	returned taskEnd = iota // the worker can be kept
	retired                 // the task has returned, and its worker ends
	exited                  // the worker has ended with the task
)

func newWorker(home *list) *worker {
	return &worker{home: home, tasks: make(chan Task, 1), ends: make(chan taskEnd, 1), locks: process.ThreadLocks()}
}

// prepare readies a worker that has been taken for a task of the calling goroutine.
func (w *worker) prepare() {
	w.labels = usage.CurrentLabels()
	w.state.Store(running)
}

// work runs tasks until the worker is to end.
func (w *worker) work(task Task) {
	inTask := true
	defer func() {
		if inTask { // which has called runtime.Goexit, or a panic ends the process
			w.finish(exited)
		}
	}()
	for ok := true; ok; task, ok = <-w.tasks {
		inTask = true
		usage.SwapLabels(w.labels)
		task.Run()
		task = nil // so that an idle worker holds nothing of it
		usage.SwapLabels(nil)
		inTask = false
		if w.holdsThread() {
			w.finish(retired)
			return
		}
		w.finish(returned)
	}
}

// finish tells who waits how the task has ended. If nobody does, the worker goes
// back by itself.
func (w *worker) finish(end taskEnd) {
	if w.state.CompareAndSwap(running, over) {
		w.ends <- end
	} else if end == returned {
		w.home.keep(w)
	}
}

// holdsThread reports whether a task has left the goroutine locked to its thread,
// whose state it may have changed: the thread has to end, with the goroutine.
// Tasks are asked only if a service has locked any thread in the meantime.
func (w *worker) holdsThread() bool {
	locks := process.ThreadLocks()
	if locks == w.locks {
		return false
	}
	w.locks = locks
	var stack [64]byte
	header, _, _ := bytes.Cut(stack[:runtime.Stack(stack[:], false)], []byte("\n"))
	return bytes.Contains(header, []byte("locked to thread"))
}
