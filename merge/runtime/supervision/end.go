package supervision

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"

	"github.com/gomerge/rules_go_merge/merge/runtime/calls"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// panicCode is the exit code of a process that a panic ends.
const panicCode = 2

// finish makes a service end, or go down if it is to be restarted. Links to it
// turn to RPC. Only the first end of a running service counts.
func (s *supervisor) finish(a *activeService, e ending) {
	s.mu.Lock()
	if a.state == reports.Down || a.state == reports.Ended {
		s.mu.Unlock()
		return
	}
	wasRunning := a.state == reports.Running
	restart := a.Restart && e.keeps && e.code != 0 && wasRunning && !s.isStopping()
	a.end = e
	s.stops = s.stops || !e.keeps
	if restart {
		a.state = reports.Down
	} else {
		s.close(a)
	}
	s.mu.Unlock()

	s.links.Withdraw(a.Name, "the callee is down: it "+e.why)
	if !e.keeps || s.isStopping() {
		return
	}
	if len(s.services) > 1 {
		s.logger.Printf("service %s %s: the others go on", a.Name, e.why)
	}
	if wasRunning {
		// Its goroutines cannot be ended from outside. By this it closes its
		// listeners, if it handles the signal.
		s.deliver(a.Name, syscall.SIGTERM)
	}
	if restart {
		go s.restart(a)
	}
}

// close ends a service for good, under the lock.
func (s *supervisor) close(a *activeService) {
	a.state = reports.Ended
	s.ends <- a // first, for run to find it when a round is over
	close(a.ended)
}

func (s *supervisor) isStopping() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}

// contain takes a service down after a panic in one of its goroutines.
func (s *supervisor) contain(a *activeService, value any) {
	s.logger.Printf("panic in service %s: %v\n%s", a.Name, value, debug.Stack())
	s.finish(a, ending{code: panicCode, why: fmt.Sprint("panicked: ", value), keeps: true})
}

// signalPanicked does what follows from a service that has closed a channel that
// it gave to signal.Notify. One that has returned from main may have closed it
// then.
func (s *supervisor) signalPanicked(service string, value any) {
	a := s.byName[service]
	switch {
	case a == nil || s.hasEnded(a):
	case a.Contain:
		s.contain(a, value)
	default:
		s.logger.Printf("service %s has closed a channel that it gave to signal.Notify, which ends the process", service)
		panic(value)
	}
}

// Exit ends a service as os.Exit ends a process and never returns. It is where
// every way arrives in which a service can end its process. Before the services
// start, while packages are initialized, it ends the process.
//
// No deferred function of the goroutine runs: it stays where it is, and so do
// the locks that it holds. A goroutine that runs the service's part of an
// inline call belongs to the caller, and has to go back there: that part is
// unwound as by a panic, and to the caller the connection was closed.
func (p *Process) Exit(service string, code int) {
	s, a := p.service(service)
	if a == nil {
		os.Exit(code)
	}
	s.finish(a, ending{code: code, why: fmt.Sprintf("exited with code %d", code), keeps: a.KeepOthers})
	switch stackOwner() {
	case ownedByCaller:
		panic(exited(service))
	case ownedByMain:
		s.leaveMain(a)
	}
	select {}
}

// exited is what unwinds the callee's part of an inline call.
type exited string

// Exits reports whether a value that was recovered is by which [Process.Exit] has unwound
// the callee's part of an inline call.
func Exits(value any) bool {
	_, ok := value.(exited)
	return ok
}

func (e exited) Error() string { return "service " + string(e) + " exited" }

// owner reports where a goroutine comes from.
type owner int

const (
	ownedByService owner = iota
	ownedByMain          // the goroutine that runs a service's main function
	ownedByCaller        // the goroutine is within an inline call
)

// stackOwner looks at the stack of the calling goroutine.
func stackOwner() owner {
	pcs := make([]uintptr, 64)
	for runtime.Callers(1, pcs) == len(pcs) {
		pcs = make([]uintptr, 2*len(pcs))
	}
	found := ownedByService
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	self, more := frames.Next()
	pkg := strings.TrimSuffix(self.Function, "stackOwner")
	for more {
		var f runtime.Frame
		f, more = frames.Next()
		switch {
		case calls.RunsCallee(f.Function):
			return ownedByCaller
		case f.Function == pkg+"(*supervisor).runMain":
			found = ownedByMain
		}
	}
	return found
}

// hasEnded reports whether a service is down or has ended.
func (s *supervisor) hasEnded(a *activeService) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return a.state == reports.Down || a.state == reports.Ended
}
