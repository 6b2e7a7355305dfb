package stripes

import (
	"sync"
	"testing"
)

// TestRunning has each call end in another stripe than that in which it begins.
func TestRunning(t *testing.T) {
	var r Running
	for s := range Stripe(5) {
		r.Begin(s)
	}
	for s := range Stripe(5) {
		if got, want := r.N(), int64(5-s); got != want {
			t.Errorf("%d run, want %d", got, want)
		}
		r.End(s + 5)
	}
	if got := r.N(); got != 0 {
		t.Errorf("%d run, want 0", got)
	}
}

// TestRunningIsNeverTooLow has one call run all the time, while others end in other
// stripes than those in which they begin.
func TestRunningIsNeverTooLow(t *testing.T) {
	var r Running
	r.Begin(0)
	var wg sync.WaitGroup
	for g := range Stripe(4) {
		wg.Go(func() {
			for i := range 20_000 {
				s := g + Stripe(i)
				r.Begin(s)
				r.End(s * 7)
			}
		})
	}
	done := make(chan struct{})
	go func() {
		wg.Wait()
		close(done)
	}()
	for over := false; !over; {
		select {
		case <-done:
			over = true
		default:
		}
		if got := r.N(); got < 1 {
			t.Fatalf("%d run while a call does", got)
		}
	}
	if got := r.N(); got != 1 {
		t.Errorf("%d run in the end, want 1", got)
	}
}
