// Package fleet is about which merged binaries embed which services, at which
// version: as built, by their manifests, and as running, by what processes report.
package fleet

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Index has the services of many merged binaries, in both directions.
type Index struct {
	// Binaries is sorted by label, and Services by name, then by the label of the
	// service's binary.
	Binaries []*Binary
	Services []*Service
}

// Binary is a merged binary as it was built once.
type Binary struct {
	// Name is that of its target, by which processes know themselves.
	Name string
	// Label is that of its target, or Name if the manifest has none.
	Label string
	// File is the manifest.
	File string
	// Embedded has the services in the order of the manifest.
	Embedded []*Embedding
	Links    []Link
}

// Service is a service, whichever merged binaries embed it.
type Service struct {
	Name string
	// Target is the label of the service's own go_binary, "" if the manifests do
	// not have it.
	Target string
	// Embedded is sorted by the merged binary's label.
	Embedded []*Embedding
}

// Embedding is a service in a merged binary.
type Embedding struct {
	Service *Service
	Binary  *Binary
	// Label is that of the go_merge_service.
	Label string
	// Namespace is the prefix of its packages.
	Namespace string
	// Built is what the manifest says.
	Built Identity
	// Folders are the packages of the workspace that it was compiled from, sorted.
	Folders []string
	// Running are the identities that processes report, those of most processes
	// first.
	Running []Running
}

// Identity is what was compiled. Any of it may be unknown, which is "".
type Identity struct {
	// Version is as the BUILD file has it, Revision the commit as stamped, and
	// Digest that of the compiled code.
	Version  string `json:"version,omitempty"`
	Revision string `json:"revision,omitempty"`
	Digest   string `json:"digest,omitempty"`
}

// Running is what some processes run of a service.
type Running struct {
	Identity
	// Reports are the files and sockets that say so, sorted.
	Reports []string `json:"reports"`
}

// Link is the way of calls from one service to another in a merged binary.
type Link struct {
	Caller     string
	Callee     string
	RPCService string
	// OneSided are the structs of which one side knows fields that the other does
	// not.
	OneSided []OneSided
}

// OneSided is a struct in one direction.
type OneSided struct {
	// From and To are the types, with their packages as compiled.
	From string `json:"from"`
	To   string `json:"to"`
	// SenderOnly and ReceiverOnly are the fields, as in the IDL.
	SenderOnly   []string `json:"sender_only,omitempty"`
	ReceiverOnly []string `json:"receiver_only,omitempty"`
}

// New indexes merged binaries. Two of one label are an error, since which of them
// counts is not known.
func New(binaries []*Binary) (*Index, error) {
	x := &Index{Binaries: slices.Clone(binaries)}
	slices.SortFunc(x.Binaries, func(a, b *Binary) int { return cmp.Compare(a.Label, b.Label) })
	for i, b := range x.Binaries[min(1, len(x.Binaries)):] {
		if other := x.Binaries[i]; other.Label == b.Label {
			return nil, fmt.Errorf("%s and %s are both manifests of %s; name one of them", other.File, b.File, b.Label)
		}
	}
	services := make(map[[2]string]*Service)
	for _, b := range x.Binaries {
		for _, e := range b.Embedded {
			key := [2]string{e.Service.Name, e.Service.Target}
			if services[key] == nil {
				services[key] = e.Service
				x.Services = append(x.Services, e.Service)
			}
			e.Service = services[key]
			e.Service.Embedded = append(e.Service.Embedded, e)
		}
	}
	slices.SortFunc(x.Services, func(a, b *Service) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Target, b.Target))
	})
	return x, nil
}

// Service returns the services of a name, of which there are several if
// different go_binary targets have services of one name.
func (x *Index) Service(name string) []*Service {
	var found []*Service
	for _, s := range x.Services {
		if s.Name == name {
			found = append(found, s)
		}
	}
	return found
}

// Binary returns the merged binary of a label, or of a name that only one has.
func (x *Index) Binary(name string) (*Binary, error) {
	var found []*Binary
	for _, b := range x.Binaries {
		if b.Label == name || canonical(b.Label) == canonical(name) {
			return b, nil
		}
		if b.Name == name {
			found = append(found, b)
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("no manifest is of the merged binary %s; there are %s", name, summary(x.Binaries))
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("several merged binaries have the name %s: %s; write the label of one", name, summary(found))
}

// canonical returns a label with the target's name, which may be left out.
func canonical(label string) string {
	if !strings.Contains(label, "//") || strings.Contains(label[strings.Index(label, "//"):], ":") {
		return label
	}
	return label + ":" + label[strings.LastIndexByte(label, '/')+1:]
}

// summary lists the labels of some binaries.
func summary(binaries []*Binary) string {
	const most = 5
	var labels []string
	for _, b := range binaries[:min(most, len(binaries))] {
		labels = append(labels, b.Label)
	}
	if more := len(binaries) - most; more > 0 {
		labels = append(labels, fmt.Sprintf("%d more", more))
	}
	if labels == nil {
		return "none"
	}
	return strings.Join(labels, ", ")
}

// Embeds returns the service of a name in the binary, or nil.
func (b *Binary) Embeds(service string) *Embedding {
	for _, e := range b.Embedded {
		if e.Service.Name == service {
			return e
		}
	}
	return nil
}
