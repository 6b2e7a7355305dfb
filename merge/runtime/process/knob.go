package process

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"sync"
)

// Knob is a setting that the process has once, such as the memory limit. The
// first service that sets it owns it.
type Knob struct {
	// Name is how the setting is known in messages.
	Name string

	mu      sync.Mutex
	owner   string
	value   int // as the owner set it last
	refused map[string]bool
}

// The settings that views guard.
var (
	Dir           = Knob{Name: "the working directory"}
	FallbackRoots = Knob{Name: "x509.SetFallbackRoots"}
	GODEBUG       = Knob{Name: "GODEBUG"}
	GCPercent     = Knob{Name: "debug.SetGCPercent"}
	MaxProcs      = Knob{Name: "runtime.GOMAXPROCS"}
	MaxStack      = Knob{Name: "debug.SetMaxStack"}
	MaxThreads    = Knob{Name: "debug.SetMaxThreads"}
	MemoryLimit   = Knob{Name: "debug.SetMemoryLimit"}
	Traceback     = Knob{Name: "debug.SetTraceback"}
	Umask         = Knob{Name: "syscall.Umask"}
)

// knobs are all that views guard, sorted by name.
var knobs = []*Knob{
	&GODEBUG, &GCPercent, &MaxStack, &MaxThreads, &MemoryLimit, &Traceback, &MaxProcs, &Umask, &Dir, &FallbackRoots,
}

// Owns reports whether a service may set a knob. It says so once per service on
// standard error if not.
func (p *Process) Owns(k *Knob) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return p.owns(k)
}

// Set calls set, which returns the former value, if a service may set a knob.
// Otherwise it returns the value that the owner has set.
func (p *Process) Set(k *Knob, value int, set func(int) int) int {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !p.owns(k) {
		return k.value
	}
	k.value = value
	return set(value)
}

func (p *Process) owns(k *Knob) bool {
	if k.owner == "" {
		k.owner = p.service
	}
	if k.owner == p.service {
		return true
	}
	if !k.refused[p.service] {
		if k.refused == nil {
			k.refused = map[string]bool{}
		}
		k.refused[p.service] = true
		fmt.Fprintf(os.Stderr, "rules_go_merge: service %s may not set %s, which service %s has set for the process\n", p.service, k.Name, k.owner)
	}
	return false
}

// KnobState reports who set what the process has once.
type KnobState struct {
	Name string `json:"name"`
	// Owner is the service that set it first.
	Owner string `json:"owner"`
	// Refused are the services that tried to set it after that, sorted.
	Refused []string `json:"refused"`
}

// Knobs returns the knobs that have an owner, sorted by name.
func Knobs() []KnobState {
	states := []KnobState{}
	for _, k := range knobs {
		if s := k.state(); s.Owner != "" {
			states = append(states, s)
		}
	}
	return states
}

func (k *Knob) state() KnobState {
	k.mu.Lock()
	defer k.mu.Unlock()
	refused := slices.AppendSeq([]string{}, maps.Keys(k.refused))
	slices.Sort(refused)
	return KnobState{Name: k.Name, Owner: k.owner, Refused: refused}
}
