package handoff

import "time"

// Future is a task that a [Pool] has started. One goroutine at a time may use it.
type Future struct{ worker *worker }

// Until is what may end a wait before the task ends.
type Until struct {
	// Done is a channel that is closed, such as that of a context. Gone is another
	// one. Either may be nil.
	Done, Gone <-chan struct{}
	// After is how long to wait at most, 0 for any time. It costs a timer: leave
	// that to Done if its context has a deadline.
	After time.Duration
}

// End is what has ended a wait.
type End uint8

const (
	// Returned means that the task has returned.
	Returned End = iota
	// Exited means that the task has ended its goroutine by [runtime.Goexit].
	Exited
	// Done means that [Until.Done] was closed.
	Done
	// Gone means that [Until.Gone] was closed.
	Gone
	// Expired means that [Until.After] has passed.
	Expired
)

// Wait waits for the end of the task, or for what comes before. After Returned
// or Exited f must not be used any more. Otherwise the task goes on: wait again,
// or [Future.Leave] it.
func (f Future) Wait(until Until) End {
	w := f.worker
	if until.After > 0 {
		return w.waitTimed(until)
	}
	select {
	case end := <-w.ends:
		return w.release(end)
	case <-until.Done:
		return Done
	case <-until.Gone:
		return Gone
	}
}

// waitTimed is Wait with a timer, which the worker keeps for the next who waits.
func (w *worker) waitTimed(until Until) End {
	timer := w.timer
	if timer == nil {
		timer = time.NewTimer(until.After)
	} else {
		w.timer = nil
		timer.Reset(until.After)
	}
	stop := func() {
		if timer.Stop() { // else a value may be in its channel, or come yet
			w.timer = timer
		}
	}
	select {
	case end := <-w.ends:
		stop() // before somebody else has the worker
		return w.release(end)
	case <-until.Done:
		stop()
		return Done
	case <-until.Gone:
		stop()
		return Gone
	case <-timer.C:
		return Expired
	}
}

// Leave lets the task go on without the caller. f must not be used any more.
func (f Future) Leave() {
	w := f.worker
	if !w.state.CompareAndSwap(running, left) {
		w.release(<-w.ends) // it has just ended
	}
}

// release gives the worker of a task that has ended back.
func (w *worker) release(end taskEnd) End {
	if end == returned {
		w.home.keep(w)
	}
	if end == exited {
		return Exited
	}
	return Returned
}
