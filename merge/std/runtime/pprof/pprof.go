//go:build go_merge_added

// Package pprof is a service's view of package runtime/pprof: the profiles that
// it makes are its own, and it sees those of the runtime and its own. A CPU
// profile is of the whole process, and a service stops its own only.
package pprof

import (
	"io"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// prefix keeps the profiles of services apart in the one list of the process.
const prefix = "@SERVICE@: "

var (
	mu  sync.Mutex
	own = map[string]*pprof.Profile{} // by the name without prefix
)

func NewProfile(name string) *pprof.Profile {
	if name == "" || pprof.Lookup(name) != nil {
		return pprof.NewProfile(name) // panics as it should
	}
	mu.Lock()
	defer mu.Unlock()
	p := pprof.NewProfile(prefix + name)
	own[name] = p
	return p
}

func Lookup(name string) *pprof.Profile {
	mu.Lock()
	defer mu.Unlock()
	if p := own[name]; p != nil {
		return p
	}
	if isForService(name) {
		return nil
	}
	return pprof.Lookup(name)
}

// Profiles returns the runtime's profiles and the service's, by name.
func Profiles() []*pprof.Profile {
	return slices.DeleteFunc(pprof.Profiles(), func(p *pprof.Profile) bool {
		return isForService(p.Name()) && !strings.HasPrefix(p.Name(), prefix)
	})
}

// profiling reports whether the service takes a CPU profile.
var profiling struct {
	sync.Mutex
	on bool
}

func StartCPUProfile(w io.Writer) error {
	profiling.Lock()
	defer profiling.Unlock()
	process.TakeProfiler()
	if err := pprof.StartCPUProfile(w); err != nil {
		process.ReturnProfiler()
		return err
	}
	profiling.on = true
	return nil
}

func StopCPUProfile() {
	profiling.Lock()
	defer profiling.Unlock()
	if profiling.on {
		pprof.StopCPUProfile()
		process.ReturnProfiler()
		profiling.on = false
	}
}

func isForService(name string) bool { return strings.Contains(name, ": ") }
