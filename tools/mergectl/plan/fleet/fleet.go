// Package fleet is what is known of the services of a fleet, each number with
// where it is from.
package fleet

import (
	"fmt"
	"maps"
	"slices"
)

// Number is a number with its source. One without a source is not known.
type Number struct {
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Source string  `json:"source"`
}

// Known reports whether the number is known.
func (n Number) Known() bool { return n.Source != "" }

func (n Number) String() string {
	if !n.Known() {
		return "not known"
	}
	return fmt.Sprintf("%.4g %s (%s)", n.Value, n.Unit, n.Source)
}

// Units of numbers.
const (
	Cores          = "cores"
	Bytes          = "bytes"
	Replicas       = "replicas"
	Connections    = "connections"
	PerWeek        = "per week"
	CallsPerSecond = "calls/s"
	Microseconds   = "µs"
)

// Service is what is known of a service. Cores, Memory and Connections are of one
// replica.
type Service struct {
	Name                  string
	Owner, Zone           Text
	Replicas, MinReplicas Number
	Cores, Memory         Number
	Connections           Number
	Releases              Number
	// Calls are how many calls per second it gets from all callers.
	Calls Number
	// Dropped is set if its own deployment goes away when it joins a group.
	Dropped bool
}

// Text is a word with its source, or empty.
type Text struct {
	Value  string `json:"value"`
	Source string `json:"source"`
}

// Fleet is services by name.
type Fleet map[string]*Service

// Get returns the service of a name, a new one at first.
func (f Fleet) Get(name string) *Service {
	s := f[name]
	if s == nil {
		s = &Service{Name: name}
		f[name] = s
	}
	return s
}

// Names returns the names, sorted.
func (f Fleet) Names() []string { return slices.Sorted(maps.Keys(f)) }

// Set sets a number that is not known yet.
func (n *Number) Set(value float64, unit, source string) {
	if !n.Known() {
		*n = Number{value, unit, source}
	}
}

// Set sets a text that is not known yet.
func (t *Text) Set(value, source string) {
	if t.Source == "" && value != "" {
		*t = Text{value, source}
	}
}
