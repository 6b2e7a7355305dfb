package process

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
)

// Recorded is what a service used.
type Recorded struct {
	Service string          `json:"service"`
	Used    permission.Used `json:"used"`
}

// AllRecorded returns what the services used if the process records it, by
// service. It is empty otherwise.
func AllRecorded() []Recorded {
	recorded := []Recorded{}
	all, err := load()
	if err != nil {
		return recorded // and the process ends
	}
	for _, service := range slices.Sorted(maps.Keys(all.services)) {
		if used := all.services[service].may.Used(); used != nil {
			recorded = append(recorded, Recorded{service, used})
		}
	}
	return recorded
}

// WriteRecorded writes the permissions of each service that would have allowed
// what it used, as an attribute of its target.
func WriteRecorded(w io.Writer, all []Recorded) error {
	for i, r := range all {
		separator := "\n"
		if i == 0 {
			separator = ""
		}
		if _, err := fmt.Fprintf(w, "%s# %s\n%v", separator, r.Service, r.Used); err != nil {
			return err
		}
	}
	return nil
}
