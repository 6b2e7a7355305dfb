package runtime

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// Binary describes a merged binary. It is written by the generated main
// package.
type Binary struct {
	Name     string
	Services []Service
}

// Service is one service of a merged binary.
type Service struct {
	// Name identifies the service in links, logs and the admin interface.
	Name string
	// Namespace is the importpath prefix that its packages are compiled under.
	Namespace string
	// Listen is false for a service that is reachable in this process only.
	Listen bool
	// Main is the service's main function.
	Main func()
}

// stopGrace is how long the other services get to return once the process was
// told to stop or one service returned.
const stopGrace = 10 * time.Second

var inProcessOnly = map[string]bool{}

// Listens tells whether the servers of a service bind their addresses.
func Listens(service string) bool { return !inProcessOnly[service] }

// Main runs the services of a merged binary, each in a goroutine of its own, in
// the order given, and exits the process when they are done. When one service
// returns, the others are told to stop by SIGTERM, as the operator would.
func Main(b Binary) {
	for _, s := range b.Services {
		if !s.Listen {
			inProcessOnly[s.Name] = true
		}
	}
	stopControl, err := startControl(b, os.Getenv)
	if err != nil {
		fmt.Fprintln(os.Stderr, "rules_go_merge:", err)
		os.Exit(1)
	}
	code := run(b.Services, stopGrace, func() {
		if self, err := os.FindProcess(os.Getpid()); err == nil {
			self.Signal(syscall.SIGTERM)
		}
	})
	stopControl()
	os.Exit(code)
}

// run starts the services and returns the process's exit code: 0 when all
// returned by themselves, 128+n when signal n stopped services that do not
// handle it, 1 when a service outlived the grace period after another returned.
func run(services []Service, grace time.Duration, stopOthers func()) int {
	// Handling the signals keeps the process alive while services that handle
	// them shut down. It goes on to the end of the process, since a signal may
	// arrive when the last service has returned.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)

	returned := make(chan string, len(services))
	for _, s := range services {
		go func() {
			s.Main()
			returned <- s.Name
		}()
	}
	var deadline <-chan time.Time
	var asked os.Signal
	for left := len(services); left > 0; {
		select {
		case <-returned:
			left--
			if left > 0 && deadline == nil {
				deadline = time.After(grace)
				stopOthers()
			}
		case s := <-signals:
			if deadline == nil {
				deadline = time.After(grace)
				asked = s
			}
		case <-deadline:
			if n, ok := asked.(syscall.Signal); ok {
				return 128 + int(n)
			}
			return 1
		}
	}
	return 0
}
