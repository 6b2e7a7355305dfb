package process

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
)

// environment is the environment of one service.
type environment struct {
	mu     sync.RWMutex
	values map[string]string
	// denied are variables that the service may not use.
	denied map[string]bool
	// late are variables that the log has said are set too late.
	late map[string]bool
}

// newServiceEnvironment returns the environment of a service without what its
// permissions deny.
func newServiceEnvironment(values map[string]string, may *permission.Set) *environment {
	e := &environment{values: values, denied: map[string]bool{}}
	for name := range values {
		if !may.Env(name) {
			e.denied[name] = true
			delete(values, name)
		}
	}
	return e
}

// newEnvironment reads variables of the form NAME=VALUE. Of several with one
// name the first counts, as it does for package syscall.
func newEnvironment(variables []string) *environment {
	e := &environment{values: map[string]string{}}
	for _, v := range variables {
		if name, value, ok := strings.Cut(v, "="); ok && name != "" {
			if _, taken := e.values[name]; !taken {
				e.values[name] = value
			}
		}
	}
	return e
}

// Getenv returns the value of a variable and whether it is set.
func (p *Process) Getenv(name string) (value string, found bool) {
	p.env.mu.RLock()
	defer p.env.mu.RUnlock()
	value, found = p.env.values[name]
	if p.may != nil && (found || p.env.denied[name]) {
		p.may.UseEnv(name) // which logs
	}
	return value, found
}

// Environ returns all variables in the form NAME=VALUE, sorted. The slice is
// the caller's.
func (p *Process) Environ() []string {
	p.env.mu.RLock()
	defer p.env.mu.RUnlock()
	all := make([]string, 0, len(p.env.values))
	for name, value := range p.env.values {
		all = append(all, name+"="+value)
	}
	slices.Sort(all)
	return all
}

// godebugEnv is read again by Go's runtime whenever the process sets it.
const godebugEnv = "GODEBUG"

// Setenv sets a variable for this service alone, if its permissions allow. It
// fails with the error of package syscall where that would. GODEBUG is also that
// of the process, if the service owns it. What a package of the standard library
// would have read from then on in a separate process, and has read before here, is
// said on standard error.
func (p *Process) Setenv(name, value string) error {
	if name == "" || strings.ContainsAny(name, "=\x00") || strings.ContainsRune(value, 0) {
		return syscall.EINVAL
	}
	if err := p.may.UseEnv(name); err != nil {
		return err
	}
	p.env.mu.Lock()
	defer p.env.mu.Unlock()
	if p.env.values[name] != value {
		p.sayLate(name, value)
	}
	p.env.values[name] = value
	if name == godebugEnv && p.Owns(&GODEBUG) {
		return syscall.Setenv(name, value)
	}
	return nil
}

// sayLate says once that a variable has been read already.
func (p *Process) sayLate(name, value string) {
	problem := ""
	if reader := libraryVariables[name]; reader != "" && value != os.Getenv(name) {
		problem = readForAll(name, reader)
	} else if name == "TZ" {
		problem = "sets TZ after it was read for the service: set it in env of the service, or set time.Local, too"
	}
	if problem == "" || p.env.late[name] {
		return
	}
	if p.env.late == nil {
		p.env.late = map[string]bool{}
	}
	p.env.late[name] = true
	fmt.Fprintf(os.Stderr, "rules_go_merge: service %s %s\n", p.service, problem)
}

// Unsetenv removes a variable.
func (p *Process) Unsetenv(name string) {
	p.env.mu.Lock()
	defer p.env.mu.Unlock()
	p.unset(name)
}

// Clearenv removes all variables.
func (p *Process) Clearenv() {
	p.env.mu.Lock()
	defer p.env.mu.Unlock()
	p.unset(godebugEnv)
	clear(p.env.values)
}

func (p *Process) unset(name string) {
	_, found := p.env.values[name]
	delete(p.env.values, name)
	if name == godebugEnv && found && p.Owns(&GODEBUG) {
		syscall.Unsetenv(name)
	}
}
