package process

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
)

// Process is what one service sees of the process. Its methods may be called
// by several goroutines.
type Process struct {
	service string
	binary  *parsed // with all services, nil without settings
	args    []string
	logTag  string
	env     *environment
	own     []string // names of variables that are set for this service, sorted
	may     *permission.Set
	folder  folder

	inProcessOnly bool

	saysReplace, saysRoot, saysWait sync.Once // on standard error

	mainLocks atomic.Int32 // calls of LockOSThread by init functions

	stdio struct {
		sync.RWMutex
		in, out **os.File
	}
}

// Of returns the process as a service sees it. A service that the binary has no
// settings for, as when no linker set any, sees all of the process.
//
// If the settings for the start are wrong, the process says so and exits: no
// service may run with an environment or arguments that nobody asked for.
func Of(service string) *Process {
	all, err := load()
	if err != nil {
		fmt.Fprintln(os.Stderr, "rules_go_merge:", err)
		os.Exit(1)
	}
	if p, ok := all.services[service]; ok {
		return p
	}
	return &Process{service: service, args: os.Args, env: newEnvironment(os.Environ())}
}

// Settings returns what the settings file says. It is empty without one.
func Settings() (SettingsFile, error) {
	all, err := load()
	if err != nil {
		return SettingsFile{}, err
	}
	return all.file, nil
}

var load = sync.OnceValues(func() (*parsed, error) {
	return parse(settings, os.Args, os.Environ(), readSettings)
})

// Args returns the service's arguments, the program's name first. The slice is
// the caller's.
func (p *Process) Args() []string { return slices.Clone(p.args) }

// LogTag returns what the lines of the service's default loggers begin with, ""
// for nothing.
func (p *Process) LogTag() string { return p.logTag }

// Exit is where every way to end the process that a service has arrives:
// os.Exit, log.Fatal, syscall.Exit. Before the services start it ends the process,
// never with code 0.
func (p *Process) Exit(code int) {
	exit := onExit.Load()
	if exit == nil {
		// The services' packages are still initialized, one after the other, and
		// nothing can go on without the rest of them.
		fmt.Fprintf(os.Stderr, "rules_go_merge: service %s exited with code %d before any service has started: it did so while its packages were initialized\n", p.service, code)
		os.Exit(cmp.Or(code, 1))
	}
	(*exit)(p.service, code)
}

var onExit atomic.Pointer[func(service string, code int)]

// OnExit sets what ends a service in place of the process. It does not return.
func OnExit(exit func(service string, code int)) { onExit.Store(&exit) }

// UseStdio reports which variables hold the service's standard input and output.
func (p *Process) UseStdio(in, out **os.File) {
	p.stdio.Lock()
	defer p.stdio.Unlock()
	p.stdio.in, p.stdio.out = in, out
}

// Stdin returns the service's standard input.
func (p *Process) Stdin() *os.File {
	p.stdio.RLock()
	defer p.stdio.RUnlock()
	if p.stdio.in == nil {
		return os.Stdin
	}
	return *p.stdio.in
}

// Stdout returns the service's standard output.
func (p *Process) Stdout() *os.File {
	p.stdio.RLock()
	defer p.stdio.RUnlock()
	if p.stdio.out == nil {
		return os.Stdout
	}
	return *p.stdio.out
}

// Variable returns the name of the variable that sets another in a service's
// environment when the process starts, such as STOCK__LOG_LEVEL.
func Variable(service, name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return r
		}
		return '_'
	}, service) + "__" + name
}
