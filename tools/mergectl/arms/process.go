package arms

import (
	"cmp"
	"slices"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
)

// Process is what one process reported at one time.
type Process struct {
	// Name is where it was read: a socket, an address, the labels of a target of
	// Prometheus, or a file.
	Name string `json:"name"`
	// Binary is the name of the merged binary.
	Binary string `json:"binary,omitempty"`
	// ID is what the process is known by in a share of processes, "" if it has no rules
	// file. Several processes of one host may have the same.
	ID string `json:"id,omitempty"`
	// Started is when it started, zero if it does not say.
	Started time.Time `json:"started,omitzero"`
	// CPU is the time that it has used since, 0 if it does not say.
	CPU time.Duration `json:"cpu,omitempty"`
	// Rules is what it obeys.
	Rules Rules `json:"rules,omitzero"`
	// Services are sorted by name, and Methods by link.
	Services []Service `json:"services,omitempty"`
	Methods  []Method  `json:"methods,omitempty"`
}

// Rules is what a process obeys of its rules file.
type Rules struct {
	// File reports whether it has one.
	File bool `json:"file,omitempty"`
	// Generation is that of the content it has read last and could use, 0 for none.
	Generation uint64 `json:"generation,omitempty"`
	// Usable is false if the file cannot be used as it is now.
	Usable bool `json:"usable,omitempty"`
	// Applies reports whether the file's rules are in force: they have not expired by
	// the clock of the process, and it is in their share.
	Applies bool `json:"applies,omitempty"`
	// Expires is when they end, zero for never.
	Expires time.Time `json:"expires,omitzero"`
	// Killed reports whether the kill switch makes all calls RPCs.
	Killed bool `json:"killed,omitempty"`
}

// Service is the code of one service in a process.
type Service struct {
	Name     string `json:"name"`
	Version  string `json:"version,omitempty"`
	Revision string `json:"revision,omitempty"`
	Digest   string `json:"digest,omitempty"`
}

// Method is a method of a link.
type Method struct {
	// Link names the method. The name is empty for methods that are counted together.
	Link linkpattern.Pattern `json:"link"`
	// Ratio is the part of the calls that rules let be inline, from 0 to 1.
	Ratio float64 `json:"ratio"`
	// Serving reports whether the callee takes inline calls.
	Serving bool `json:"serving,omitempty"`
	// Counts are those since the process started, or what a [Difference] says.
	Counts Counts `json:"counts"`
}

// Method returns the method of a link, nil if the process does not have it.
func (p *Process) Method(link linkpattern.Pattern) *Method {
	i, ok := slices.BinarySearchFunc(p.Methods, link, func(m Method, link linkpattern.Pattern) int { return compareLinks(m.Link, link) })
	if !ok {
		return nil
	}
	return &p.Methods[i]
}

func compareLinks(a, b linkpattern.Pattern) int {
	return cmp.Or(cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.Callee, b.Callee), cmp.Compare(a.RPCService, b.RPCService), cmp.Compare(a.Method, b.Method))
}
