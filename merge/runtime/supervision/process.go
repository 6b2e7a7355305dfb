package supervision

import (
	"log"
	"os"
	"slices"
	"sync/atomic"

	"github.com/gomerge/rules_go_merge/merge/runtime/calls"
	"github.com/gomerge/rules_go_merge/merge/runtime/process"
	"github.com/gomerge/rules_go_merge/merge/runtime/signals"
)

// Process has the services of a process. It has none while packages are
// initialized, which is before [Process.Run].
type Process struct {
	links  *calls.Table
	logger *log.Logger
	// inProcessOnly has the services that do not bind addresses, nil before it is
	// known.
	inProcessOnly atomic.Pointer[map[string]bool]
	running       atomic.Pointer[supervisor] // nil before Run
}

// NewProcess returns a process without services. links are those between them.
func NewProcess(links *calls.Table, logger *log.Logger) *Process {
	return &Process{links: links, logger: logger}
}

// Configure puts what the settings file says in the place of what was built, and
// leaves out the services that the process is not to run.
func (p *Process) Configure(b *Binary) error {
	file, err := process.Settings()
	if err != nil {
		return err
	}
	if err := b.apply(file); err != nil {
		return err
	}
	only := process.Only()
	inProcessOnly := map[string]bool{}
	for _, s := range b.Services {
		// Nobody would reach a service that is alone.
		if !s.Listen && only == "" {
			inProcessOnly[s.Name] = true
		}
	}
	p.inProcessOnly.Store(&inProcessOnly)
	if only != "" {
		b.Services = slices.DeleteFunc(b.Services, func(s Service) bool { return s.Name != only })
	}
	var names []string
	for _, s := range b.Services {
		names = append(names, s.Name)
	}
	return process.SetRuntimeVariables(names, os.Stderr)
}

// Listens reports whether the servers of a service bind their addresses.
func (p *Process) Listens(service string) bool {
	inProcessOnly := p.inProcessOnly.Load()
	return inProcessOnly == nil || !(*inProcessOnly)[service]
}

// Survives reports whether the process goes on when a service ends, by itself or by a
// panic.
func (p *Process) Survives(service string) bool {
	_, a := p.service(service)
	return a != nil && (a.KeepOthers || a.Contain)
}

// Run runs the services, each in its own goroutine, and returns the exit code of
// the process when they are done.
func (p *Process) Run(b Binary) (code int) {
	s := newSupervisor(b, p.links, p.logger)
	terminations := sharedTerminations
	if b.SignalViews {
		terminations = signals.Terminations
		signals.OnPanic(s.signalPanicked)
	}
	p.running.Store(s)
	process.OnExit(p.Exit)
	if s.governor != nil {
		go s.governor.Run(nil) // to the end of the process
	}
	return s.run(terminations())
}

// service returns a service that the process runs, nil if it does not.
func (p *Process) service(name string) (*supervisor, *activeService) {
	s := p.running.Load()
	if s == nil {
		return nil, nil
	}
	return s, s.byName[name]
}
