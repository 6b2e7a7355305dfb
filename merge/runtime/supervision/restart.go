package supervision

import (
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// backoff is how long a service stays down before its main is called again.
// The time doubles with every restart, and starts over when the service has
// run for a while.
type backoff struct{ first, longest, forgotten time.Duration }

// after returns the pause before a restart, of which there were some before.
func (b backoff) after(restarts int) time.Duration {
	pause := b.first
	for range restarts {
		if pause *= 2; pause >= b.longest {
			return b.longest
		}
	}
	return pause
}

// restart calls the main function of a service that is down again. That it has
// left its last call, by itself or by the signal that a service gets when it
// goes down, is all that is known about what goes on in it.
func (s *supervisor) restart(a *activeService) {
	s.mu.Lock()
	if time.Since(a.since) >= s.backoff.forgotten {
		a.restarts = 0
	}
	pause, left := s.backoff.after(a.restarts), a.mainLeft
	s.mu.Unlock()

	select {
	case <-left:
	case <-time.After(s.grace):
		s.logger.Printf("service %s stays down: its main function does not return", a.Name)
		s.abandon(a)
		return
	case <-s.stopping:
		return
	}
	select {
	case <-time.After(pause):
	case <-s.stopping:
		return
	}
	s.mu.Lock()
	if a.state != reports.Down {
		s.mu.Unlock()
		return
	}
	a.restarts++
	a.limits = a.limits.Renewed()
	s.enter(a)
	s.mu.Unlock()
	s.logger.Printf("service %s restarts after a pause of %v", a.Name, pause)
	s.links.Readmit(a.Name, a.limits)
	s.startAgain(a.Name)
	s.runMain(a)
}

// abandon ends a service that is down.
func (s *supervisor) abandon(a *activeService) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if a.state == reports.Down {
		s.close(a)
	}
}
