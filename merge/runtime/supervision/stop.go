package supervision

import (
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// round is a signal on its way through the services: each is told when those
// that stop before it have ended or have had their time.
type round struct {
	sig  os.Signal
	s    *supervisor
	rush chan struct{} // closed when nobody is waited for
	once sync.Once
	done chan struct{}
}

// stop begins to stop the process by a signal that it got.
func (s *supervisor) stop(sig os.Signal) *round {
	close(s.stopping)
	return s.tell(sig, nil, s.signal)
}

// stopFor begins to stop the process because a service ended and so many others
// are left. Nobody outside asked for it, so services that do not handle SIGTERM
// have their time, too, to come to their end by themselves.
func (s *supervisor) stopFor(a *activeService, left int) *round {
	close(s.stopping)
	r := s.tell(syscall.SIGTERM, nil, func(a *activeService, sig os.Signal) {
		if !s.ask(a, sig) {
			s.keep(a.Name, sig) // it may have begun just now
		}
	})
	if left > 0 && a.end.code != 0 {
		s.logger.Printf("service %s %s: the others are told to stop", a.Name, a.end.why)
	}
	if left > 0 && s.stopAtOnce != nil {
		s.stopAtOnce()
	}
	return r
}

// tell starts a round, in which each service is told by signal, and nobody any
// more once drop is closed. Where signals reach all services at once, it waits
// for all of them together.
func (s *supervisor) tell(sig os.Signal, drop <-chan struct{}, signal func(*activeService, os.Signal)) *round {
	r := &round{sig: sig, s: s, rush: make(chan struct{}), done: make(chan struct{})}
	if s.stopAtOnce != nil {
		close(r.rush)
		r.once.Do(func() {})
	}
	passed := map[*activeService]chan struct{}{}
	for _, a := range s.services {
		passed[a] = make(chan struct{})
	}
	var all sync.WaitGroup
	for _, a := range s.services {
		all.Go(func() {
			defer close(passed[a])
			for _, first := range a.stopFirst {
				select {
				case <-passed[first]:
				case <-r.rush:
				}
			}
			select {
			case <-drop:
				return
			default:
			}
			signal(a, sig)
			select {
			case <-a.ended:
			case <-time.After(s.grace):
			}
		})
	}
	go func() {
		all.Wait()
		close(r.done)
	}()
	return r
}

// over is closed when all services were told and have had their time.
func (r *round) over() <-chan struct{} {
	if r == nil {
		return nil
	}
	return r.done
}

// hurry tells all services at once: those that wait for their turn, and by the
// new signal those that had it.
func (r *round) hurry(sig os.Signal) {
	for _, a := range r.s.services {
		r.s.mu.Lock()
		told := a.told
		r.s.mu.Unlock()
		if told {
			r.s.signal(a, sig)
		}
	}
	r.once.Do(func() { close(r.rush) })
}

// signal gives a service a signal, and ends it if it does not handle that.
func (s *supervisor) signal(a *activeService, sig os.Signal) {
	if !s.ask(a, sig) {
		s.finish(a, ending{code: exitCode(sig), why: "was ended by signal " + sig.String() + ", which it does not handle", keeps: a.KeepOthers})
	}
}

// ask gives a service a signal. It returns false if the service runs and does
// not handle it. One that does not run ends.
func (s *supervisor) ask(a *activeService, sig os.Signal) (handled bool) {
	s.mu.Lock()
	state := a.state
	a.told = true
	s.mu.Unlock()
	switch state {
	case reports.Waiting:
		s.finish(a, ending{why: "was stopped before it started", keeps: true})
	case reports.Down:
		s.abandon(a)
	case reports.Running:
		return s.deliver(a.Name, sig)
	}
	return true
}
