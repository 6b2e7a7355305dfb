package supervision

import (
	"runtime"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
)

// start calls a service's main function, in its own goroutine, once its
// callees serve. A service that waits for nobody runs when start returns, so
// that it has its turn whatever the others do.
func (s *supervisor) start(a *activeService) {
	if len(a.callees) == 0 {
		s.begin(a, false)
		return
	}
	go func() {
		s.awaitCallees(a)
		s.begin(a, true)
	}()
}

// begin calls a service's main function unless the service has ended before. One
// that has waited is left waiting if the process stops, until it is told to stop.
func (s *supervisor) begin(a *activeService, waited bool) {
	s.mu.Lock()
	starts := a.state == reports.Waiting && !(waited && (s.stops || s.isStopping()))
	if starts {
		s.enter(a)
	}
	s.mu.Unlock()
	close(a.begun)
	if starts {
		go s.runMain(a)
	}
}

// enter makes a service running, under the lock.
func (s *supervisor) enter(a *activeService) {
	a.state, a.since = reports.Running, time.Now()
	a.mainLeft = make(chan struct{})
}

// awaitCallees waits until the service's callees have started, and then until
// they serve it, have ended or have had their time.
func (s *supervisor) awaitCallees(a *activeService) {
	for _, callee := range a.callees {
		<-callee.begun
	}
	limit := time.NewTimer(s.startWait)
	defer limit.Stop()
	for _, callee := range a.callees {
		rpcServices, unannounced := s.links.Awaited(a.Name, callee.Name)
		if unannounced {
			s.logger.Printf("service %s starts without waiting for %s, whose server does not report when it serves", a.Name, callee.Name)
		}
		for _, rpcService := range rpcServices {
			select {
			case <-s.links.Announced(callee.Name, rpcService):
			case <-callee.ended:
			case <-s.stopping:
				return
			case <-limit.C:
				s.logger.Printf("service %s starts, although %s has not served %s within %v", a.Name, callee.Name, rpcService, s.startWait)
				return
			}
		}
	}
}

// runMain calls a service's main function. Goroutines that it starts inherit
// the profile labels.
func (s *supervisor) runMain(a *activeService) {
	defer s.leaveMain(a)
	defer func() {
		p := recover()
		switch {
		case p == nil:
		case a.Contain:
			s.contain(a, p)
		default:
			s.logger.Printf("panic in main of service %s ends the process", a.Name)
			panic(p) // the trace still has the stack
		}
	}()
	usage.SwapLabels(a.labels)
	if process.LocksMain(a.Name) {
		runtime.LockOSThread()
	}
	a.Main()
	s.finish(a, ending{why: "returned from main", keeps: a.KeepOthers})
}

// leaveMain notes that a call of main is over.
func (s *supervisor) leaveMain(a *activeService) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-a.mainLeft:
	default:
		close(a.mainLeft)
	}
}
