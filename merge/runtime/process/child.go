package process

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
)

// onlyEnv names the one service that a process runs, with the process's
// environment and arguments as they are. It is how a service starts itself.
const onlyEnv = "GO_MERGE_SERVICE"

// Only returns the one service that the process runs, "" for all.
func Only() string { return os.Getenv(onlyEnv) }

// executable is the path of the program, as long as nobody replaces it.
var executable, _ = os.Executable()

// ChildEnviron returns the environment for a process that the service starts with
// argv and env. If the program is the one that runs, or is given its name as nice, env
// and shells are, it is told to run as this service, with the permissions that it has
// here. The admin socket and the address of metrics stay with this process.
func (p *Process) ChildEnviron(program string, argv, env []string) []string {
	if !isRunning(program) && !slices.ContainsFunc(argv[min(1, len(argv)):], p.namesRunning) {
		return env
	}
	env = slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return name == AdminSocketEnv || name == MetricsAddrEnv || slices.Contains(ofChild, name)
	})
	for _, name := range []string{permissionsEnv, settingsFileEnv} {
		value, ok := os.LookupEnv(name)
		if !ok {
			continue
		}
		if name == settingsFileEnv && p.binary != nil {
			value = p.binary.file.Path
		}
		env = append(env, name+"="+value)
	}
	return append(env, onlyEnv+"="+p.service)
}

// MayReplace reports whether the service may have a program take the place of the
// process, which ends all services in it. It says once on standard error if it
// may not.
func (p *Process) MayReplace() bool {
	return p.mayAlone(&p.saysReplace, "have a program replace the process", "start it as a child, or run")
}

// MayChangeRoot reports whether the service may change the root directory of the
// process, in which the paths of all services begin. It says once on standard error
// if it may not.
func (p *Process) MayChangeRoot() bool {
	return p.mayAlone(&p.saysRoot, "change the root directory of the process", "start a child with SysProcAttr.Chroot, or run")
}

// mayAlone reports whether no other service is in the process, without which the
// service may not do what is said once.
func (p *Process) mayAlone(says *sync.Once, what, instead string) bool {
	others := p.others()
	if len(others) == 0 {
		return true
	}
	says.Do(func() {
		fmt.Fprintf(os.Stderr, "rules_go_merge: service %[1]s may not %[2]s, which it shares with %[3]s: %[4]s the service in a separate process, with %[5]s=%[1]s\n", p.service, what, strings.Join(others, ", "), instead, onlyEnv)
	})
	return false
}

// WaitsForAny says once on standard error that the service waits for any child of
// the process, if it is not alone in it.
func (p *Process) WaitsForAny() {
	if others := p.others(); len(others) > 0 {
		p.saysWait.Do(func() {
			fmt.Fprintf(os.Stderr, "rules_go_merge: service %s waits for any child of the process, and so takes exit codes of programs that %s may have started: let it wait for the IDs of its own children\n", p.service, strings.Join(others, ", "))
		})
	}
}

// others returns the names of the other services of the process, sorted.
func (p *Process) others() []string {
	if Only() != "" || p.binary == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(p.binary.services)), func(name string) bool { return name == p.service })
}

// AdminSocketEnv names the unix socket on which a merged binary's admin interface
// listens. Without it there is none.
const AdminSocketEnv = "GO_MERGE_ADMIN_SOCKET"

// MetricsAddrEnv is the address, as HOST:PORT, at which a merged binary serves metrics
// over TCP. Without it there are none.
const MetricsAddrEnv = "GO_MERGE_METRICS_ADDR"

// ofChild are the variables by which a child knows what it is. Its service does
// not see them.
var ofChild = []string{onlyEnv, permissionsEnv, settingsFileEnv}

// isRunning reports whether a path is that of the program that runs, or of a
// newer one in its place.
func isRunning(program string) bool {
	if path, err := filepath.Abs(program); err == nil && path == executable {
		return true
	}
	named, err := os.Stat(program)
	if err != nil {
		return false
	}
	for _, path := range []string{executable, "/proc/self/exe"} {
		if running, err := os.Stat(path); err == nil && os.SameFile(named, running) {
			return true
		}
	}
	return false
}

// namesRunning reports whether an argument of another program is the program that
// runs, or a shell's command with its path. It looks at no file: an argument may be
// anything.
func (p *Process) namesRunning(arg string) bool {
	names := []string{executable}
	if len(p.args) > 0 && strings.Contains(p.args[0], "/") {
		names = append(names, p.args[0])
	}
	for _, name := range names {
		if name != "" && slices.Contains(strings.FieldsFunc(arg, endsWord), name) {
			return true
		}
	}
	return false
}

// endsWord reports whether a character ends a word for a shell. A path that has one
// is not found.
func endsWord(r rune) bool { return strings.ContainsRune(" \t\n'\"`;&|()<>=", r) }

// alone returns a service's view of a process that runs this service only. It
// listens, or nobody would reach it.
func alone(d *declared, args []string, whole map[string]string, replaced map[permission.Class][]string, permissions permissionsOf) (*Process, error) {
	env := maps.Clone(whole)
	for _, name := range ofChild {
		delete(env, name)
	}
	may, err := permissions(d, replaced, env, permission.Folder{})
	if err != nil {
		return nil, err
	}
	return &Process{service: d.service, args: args, logTag: d.logTag, env: newServiceEnvironment(env, may), may: may}, nil
}

// checkOnly returns an error if the process is to run a service that it does not
// have.
func checkOnly(only string, names map[string]bool) error {
	if only != "" && !names[only] {
		return fmt.Errorf("%s=%s: there is no such service; write %s", onlyEnv, only, oneOf(names))
	}
	return nil
}
