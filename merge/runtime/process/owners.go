package process

import (
	"maps"
	"slices"
)

// knobs are all that views guard, sorted by name.
var knobs = []*Knob{
	&GODEBUG, &GCPercent, &MaxStack, &MaxThreads, &MemoryLimit, &Traceback, &MaxProcs, &Umask, &Dir, &FallbackRoots,
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
