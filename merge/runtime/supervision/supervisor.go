package supervision

import (
	"cmp"
	"log"
	"os"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/calls"
	"github.com/gomerge/rules_go_merge/merge/runtime/limits"
	"github.com/gomerge/rules_go_merge/merge/runtime/process"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/merge/runtime/signals"
	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
)

const (
	// stopGrace is how long a service gets to return once it was told to stop.
	stopGrace = 10 * time.Second
	// startWait is how long a caller waits for a callee that has started to
	// serve.
	startWait = 10 * time.Second
)

// supervisor runs the services of a process and decides when it ends.
type supervisor struct {
	links    *calls.Table
	logger   *log.Logger
	services []*activeService // in the order given
	byName   map[string]*activeService
	governor *limits.Governor // nil for none

	// deliver sends a signal to one service. It returns false if that would
	// have ended the service.
	deliver func(service string, sig os.Signal) (handled bool)
	// keep has a service get a signal as soon as it asks for it.
	keep func(service string, sig os.Signal)
	// startAgain says that a service's main function is called again, to what the
	// service sees of the process.
	startAgain func(service string)
	// stopAtOnce sends SIGTERM to all services where deliver cannot, else nil.
	stopAtOnce func()

	startWait, grace time.Duration
	backoff          backoff

	ends     chan *activeService
	stopping chan struct{} // closed when the process begins to stop

	mu    sync.Mutex // of the services' states
	stops bool       // a service has ended that stops the others
}

// activeService is a service of the running process.
type activeService struct {
	Service
	labels usage.Labels
	limits *limits.Service // of its servers from now on, nil for none
	// callees start before the service, stopFirst stop before it.
	callees, stopFirst []*activeService

	begun chan struct{} // closed when main is called, or never will be
	ended chan struct{} // closed when the service has ended for good

	state    reports.ServiceState
	end      ending // in state down or ended
	since    time.Time
	restarts int
	told     bool          // to stop
	mainLeft chan struct{} // closed when the last call of main is over
}

// ending is how a service ended.
type ending struct {
	code  int // as the exit code of a process
	why   string
	keeps bool // whether the others go on
}

func newSupervisor(b Binary, links *calls.Table, logger *log.Logger) *supervisor {
	s := &supervisor{
		links: links, logger: logger, byName: map[string]*activeService{},
		deliver: signals.Deliver, keep: signals.Keep, startAgain: func(service string) { process.Of(service).StartAgain() },
		startWait: startWait, grace: stopGrace, backoff: backoff{first: time.Second, longest: time.Minute, forgotten: 10 * time.Minute},
		ends: make(chan *activeService, len(b.Services)), stopping: make(chan struct{}),
	}
	var names []string
	all := map[string]*limits.Service{}
	for _, service := range b.Services {
		a := &activeService{
			Service: service, labels: usage.LabelsOf(service.Name),
			begun: make(chan struct{}), ended: make(chan struct{}), state: reports.Waiting, since: time.Now(),
		}
		a.limits = limits.New(service.Name, service.MaxInflight, service.CPULimit)
		all[service.Name] = a.limits
		links.SetLimits(service.Name, a.limits)
		s.services = append(s.services, a)
		s.byName[service.Name] = a
		names = append(names, service.Name)
	}
	s.governor = limits.NewGovernor(usageOf(s.services), all, logger)
	if b.StartAsListed {
		for i := 1; i < len(s.services); i++ {
			s.services[i-1].stopFirst = []*activeService{s.services[i]}
		}
	} else {
		s.orderByLinks(names)
	}
	if !b.SignalViews {
		s.deliver = func(string, os.Signal) bool { return true }
		s.stopAtOnce = func() {
			if self, err := os.FindProcess(os.Getpid()); err == nil {
				self.Signal(syscall.SIGTERM)
			}
		}
	}
	return s
}

func (s *supervisor) orderByLinks(names []string) {
	callees, cycles := callGraph(s.links.Callees()).acyclic(names)
	for _, cycle := range cycles {
		s.logger.Printf("services %s call each other: they start in this order, and stop together", strings.Join(cycle, ", "))
	}
	for caller, list := range callees {
		for _, callee := range list {
			a, b := s.byName[caller], s.byName[callee]
			a.callees = append(a.callees, b)
			b.stopFirst = append(b.stopFirst, a)
		}
	}
}

// run runs the services and returns the process's exit code: the code of the
// service which stopped the others; if it is 0, or none did, the code of the first
// that failed before. When a service outlives its grace period, it is 128+n if
// signal n stopped the process, and 1 in place of 0 if a service did.
func (s *supervisor) run(terminations <-chan os.Signal) (code int) {
	for _, a := range s.services {
		s.start(a)
	}
	var cause *activeService // stopped the process
	var stop *round          // nil until the process stops
	failed := 0
	left := len(s.services)
	count := func(a *activeService) {
		left--
		if failed == 0 {
			failed = a.end.code
		}
	}
	for left > 0 {
		select {
		case a := <-s.ends:
			count(a)
			if stop == nil && !a.end.keeps {
				cause, code = a, cmp.Or(a.end.code, failed)
				stop = s.stopFor(a, left)
			}
		case sig := <-terminations:
			switch {
			case stop != nil:
				stop.hurry(sig)
			case sig == syscall.SIGHUP: // by which some services reload
				s.tell(sig, s.stopping, s.signal)
			default:
				stop = s.stop(sig)
			}
		case <-stop.over():
			for len(s.ends) > 0 { // their time is over, too
				count(<-s.ends)
			}
			switch {
			case left > 0 && cause != nil:
				return cmp.Or(code, 1)
			case left > 0:
				return exitCode(stop.sig)
			}
		}
	}
	if cause != nil {
		return code
	}
	return failed
}

// exitCode is what a shell reports of a process that a signal ended.
func exitCode(sig os.Signal) int {
	if n, ok := sig.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return 1
}
