package main

import (
	"errors"
	"testing"
	"time"
)

// TestScheduleIsAnOpenLoop has one slow answer: the others must not wait for
// it, and their latency counts from when they were due.
func TestScheduleIsAnOpenLoop(t *testing.T) {
	release := make(chan struct{})
	calls := make(chan struct{}, 100)
	s := schedule{
		rate:   1000,
		number: 20,
		class: func(i int) string {
			if i == 0 {
				return "slow"
			}
			return "fast"
		},
		send: map[string]func() error{
			"slow": func() error { <-release; return nil },
			"fast": func() error { calls <- struct{}{}; return nil },
		},
	}
	go func() {
		for range s.number - 1 {
			<-calls // arrive while the slow one is out
		}
		close(release)
	}()
	r := s.run()
	if r.Errors != 0 || r.Classes["slow"].Requests != 1 || r.Classes["fast"].Requests != 19 {
		t.Errorf("report %+v, want 1 slow and 19 fast requests", r)
	}
	// The last request is due after 19 ms, and the slow one was due at once.
	if got := time.Duration(r.Classes["slow"].P50 * 1000); got < 19*time.Millisecond*99/100 {
		t.Errorf("the slow request took %s, want 19ms or more", got)
	}
}

func TestScheduleCountsErrors(t *testing.T) {
	s := schedule{
		rate:   10000,
		number: 10,
		class:  func(int) string { return "all" },
		send:   map[string]func() error{"all": func() error { return errors.New("no") }},
	}
	if r := s.run(); r.Errors != 10 || r.Error != "no" || r.Classes["all"].Requests != 0 {
		t.Errorf("report %+v, want 10 errors", r)
	}
}
