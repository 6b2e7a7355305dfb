package runtime

import (
	"fmt"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
	"github.com/gomerge/rules_go_merge/merge/runtime/signals"
)

// Binary describes a merged binary. It is written by the generated main
// package.
type Binary struct {
	Name     string
	Services []Service
	// StartAsListed starts the services at once in the order listed, and stops
	// them one by one in the opposite order. Otherwise links decide: callees
	// start before their callers and stop after them.
	StartAsListed bool
	// SignalViews reports whether every service's package os/signal is a view that
	// calls package signals. Otherwise a signal reaches all services at once.
	SignalViews bool
}

// Service is one service of a merged binary.
type Service struct {
	// Name identifies the service in links, logs and the admin interface.
	Name string
	// Namespace is the importpath prefix that its packages are compiled under.
	Namespace string
	// Version is what the service's BUILD file calls its version, "" for none.
	Version string
	// Listen is false for a service that is reachable in this process only.
	Listen bool
	// KeepOthers lets the other services go on when this one returns from main
	// or exits. Otherwise they are stopped.
	KeepOthers bool
	// Contain reports whether a panic takes this service down and not the process.
	Contain bool
	// Unhooked reports whether the adapter does not fit the framework's server,
	// so that it binds its addresses whatever Listen says.
	Unhooked bool
	// Restart calls main again after the service went down while the others
	// go on.
	Restart bool
	// MaxInflight is how many inline calls the service runs at a time. 0 means
	// no limit.
	MaxInflight int
	// CPULimit is how many cores the service may use on average before its
	// inline calls wait. 0 means no limit.
	CPULimit float64
	// Main is the service's main function.
	Main func()

	fromFile []string // names of the attributes that the settings file sets
}

const (
	// stopGrace is how long a service gets to return once it was told to stop.
	stopGrace = 10 * time.Second
	// startWait is how long a caller waits for a callee that has started to
	// serve.
	startWait = 10 * time.Second
)

var inProcessOnly = map[string]bool{}

// Listens reports whether the servers of a service bind their addresses.
func Listens(service string) bool { return !inProcessOnly[service] }

// current runs the services of the process, nil until Main was called.
var current atomic.Pointer[supervisor]

// Main runs the services of a merged binary, each in its own goroutine,
// and exits the process when they are done. The settings file can change what
// Binary says.
func Main(b Binary) {
	file, err := process.Settings()
	if err == nil {
		err = b.apply(file)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "rules_go_merge:", err)
		os.Exit(1)
	}
	for _, s := range b.Services {
		if !s.Listen {
			inProcessOnly[s.Name] = true
		}
	}
	if only := process.Only(); only != "" {
		b.Services = slices.DeleteFunc(b.Services, func(s Service) bool { return s.Name != only })
	}
	var names []string
	for _, s := range b.Services {
		names = append(names, s.Name)
	}
	if err := process.SetRuntimeVariables(names, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "rules_go_merge:", err)
		os.Exit(1)
	}
	s := newSupervisor(b, links)
	stopControl, err := startControl(b, links, os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "rules_go_merge:", err)
		os.Exit(1)
	}
	terminations := sharedTerminations
	if b.SignalViews {
		terminations = signals.Terminations
		signals.OnPanic(s.signalPanicked)
	}
	current.Store(s)
	process.OnExit(Exit)
	if s.governor != nil {
		go s.governor.Run(nil) // to the end of the process
	}
	code := s.run(terminations())
	stopControl()
	process.WriteRecorded(os.Stderr, process.AllRecorded())
	os.Exit(code)
}

// sharedTerminations returns the signals that ask the process to stop, of which
// every service that asked for them is told by the system. They are handled to
// the end of the process, since one may arrive when the last service has
// returned.
func sharedTerminations() <-chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, syscall.SIGTERM, syscall.SIGINT)
	return c
}

// startControl applies the rules that there are at the start, and starts what
// changes them later: the watch on the rules file and the admin socket.
func startControl(b Binary, links *table, getenv func(string) string) (stop func(), err error) {
	stopRules, err := links.rules.Start(getenv)
	if err != nil {
		return nil, err
	}
	path, err := adminPath(getenv)
	if path == "" && err == nil {
		return stopRules, nil
	}
	var stopAdmin func()
	if err == nil {
		stopAdmin, err = startAdmin(path, b, links)
	}
	if err != nil {
		stopRules()
		return nil, err
	}
	return func() { stopAdmin(); stopRules() }, nil
}
