package stripes

import "sync/atomic"

// Running counts what runs, such as the calls of a server. The zero Running is
// ready to use.
type Running struct{ cells Of[runningCell] }

// runningCell has two counts that only rise. Of a single one that falls, too, a
// reader could miss what begins in a cell that he has seen and lets something
// end in one that he has not.
type runningCell struct{ begun, ended atomic.Uint64 }

// Begun is something that runs.
type Begun struct{ cell *runningCell }

// Begin counts what begins. It has to [Running.End], in whatever goroutine and
// stripe, or else the result has to [Begun.End].
func (r *Running) Begin(s Stripe) Begun {
	cell := r.cells.At(s)
	cell.begun.Add(1)
	return Begun{cell}
}

// End counts what is over.
func (r *Running) End(s Stripe) { r.cells.At(s).ended.Add(1) }

// End counts that it is over. There may be nothing.
func (b Begun) End() {
	if b.cell != nil {
		b.cell.ended.Add(1)
	}
}

// N returns how many run. It counts all that run from before N is called until
// it returns, and nothing that is over before or begins afterwards. If nothing
// begins in the meantime, 0 means that all is over.
func (r *Running) N() int64 {
	var begun, ended uint64
	for c := range r.cells.All() {
		ended += c.ended.Load()
	}
	for c := range r.cells.All() {
		begun += c.begun.Load()
	}
	return int64(begun - ended)
}
