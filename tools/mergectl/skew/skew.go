// Package skew names where merged binaries, their processes and the sources
// disagree about a service.
package skew

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergectl/fleet"
)

// Kind is a kind of skew.
type Kind string

const (
	// Code is a service with different code in two merged binaries.
	Code Kind = "code"
	// Label is one version that means different code.
	Label Kind = "label"
	// Running is a process that runs another code than the manifest has.
	Running Kind = "running"
	// Fields are fields that one side of a link does not know.
	Fields Kind = "fields"
	// Standalone is a service that differs from the one that is deployed alone.
	Standalone Kind = "standalone"
)

// Finding is one skew.
type Finding struct {
	Kind    Kind   `json:"kind"`
	Service string `json:"service"`
	// Binaries are the labels of the merged binaries that it is about.
	Binaries []string `json:"binaries"`
	// Text says what differs.
	Text string `json:"text"`
	// Commits is how many commits of the service are between, with Standalone.
	Commits int `json:"commits,omitempty"`
}

// Find returns what manifests and reports show, sorted by service.
func Find(x *fleet.Index) []Finding {
	var all []Finding
	for _, s := range x.Services {
		all = append(all, code(s)...)
		all = append(all, label(s)...)
		for _, e := range s.Embedded {
			all = append(all, running(e)...)
		}
	}
	for _, b := range x.Binaries {
		for _, l := range b.Links {
			all = append(all, fields(b, l)...)
		}
	}
	slices.SortStableFunc(all, func(a, b Finding) int { return cmp.Compare(a.Service, b.Service) })
	return all
}

// variant is the merged binaries that agree.
type variant struct {
	digest   string
	version  string
	revision string
	binaries []string
}

// variants groups embeddings by their digests, the most frequent first. Those
// without a digest are left out.
func variants(embedded []*fleet.Embedding) []*variant {
	var list []*variant
	byDigest := make(map[string]*variant)
	for _, e := range embedded {
		if e.Built.Digest == "" {
			continue
		}
		v := byDigest[e.Built.Digest]
		if v == nil {
			v = &variant{digest: e.Built.Digest, version: e.Built.Version, revision: e.Built.Revision}
			byDigest[v.digest] = v
			list = append(list, v)
		}
		v.binaries = append(v.binaries, e.Binary.Label)
	}
	slices.SortStableFunc(list, func(a, b *variant) int { return cmp.Compare(len(b.binaries), len(a.binaries)) })
	return list
}

func (v *variant) String() string {
	words := []string{Short(v.digest)}
	if v.version != "" {
		words = append(words, v.version)
	}
	return fmt.Sprintf("%s in %s", strings.Join(words, " "), few(v.binaries))
}

func code(s *fleet.Service) []Finding {
	list := variants(s.Embedded)
	if len(list) < 2 {
		return nil
	}
	return []Finding{{Kind: Code, Service: s.Name, Binaries: labels(list), Text: "different code: " + join(list)}}
}

func label(s *fleet.Service) []Finding {
	byVersion := make(map[string][]*fleet.Embedding)
	var versions []string
	for _, e := range s.Embedded {
		if v := e.Built.Version; v != "" {
			if byVersion[v] == nil {
				versions = append(versions, v)
			}
			byVersion[v] = append(byVersion[v], e)
		}
	}
	slices.Sort(versions)
	var all []Finding
	for _, v := range versions {
		if list := variants(byVersion[v]); len(list) > 1 {
			all = append(all, Finding{Kind: Label, Service: s.Name, Binaries: labels(list), Text: "version " + v + " is not one code: " + join(list)})
		}
	}
	return all
}

func running(e *fleet.Embedding) []Finding {
	var all []Finding
	for _, r := range e.Running {
		if r.Digest == "" || e.Built.Digest == "" || r.Digest == e.Built.Digest {
			continue
		}
		all = append(all, Finding{
			Kind: Running, Service: e.Service.Name, Binaries: []string{e.Binary.Label},
			Text: fmt.Sprintf("%s of %s: %s runs, and %s was built", count(len(r.Reports), "process"), e.Binary.Label, named(r.Identity), named(e.Built)),
		})
	}
	return all
}

func fields(b *fleet.Binary, l fleet.Link) []Finding {
	var all []Finding
	for _, c := range l.OneSided {
		sender, receiver := l.Caller, l.Callee
		if isOf(c.From, b.Embeds(l.Callee)) && !isOf(c.From, b.Embeds(l.Caller)) {
			sender, receiver = receiver, sender
		}
		name := c.From[strings.LastIndexByte(c.From, '.')+1:]
		for _, side := range []struct {
			lacks, has string
			fields     []string
		}{{receiver, sender, c.SenderOnly}, {sender, receiver, c.ReceiverOnly}} {
			if len(side.fields) > 0 {
				all = append(all, Finding{
					Kind: Fields, Service: side.lacks, Binaries: []string{b.Label},
					Text: fmt.Sprintf("lacks %s of %s, which %s has, in %s", strings.Join(side.fields, ", "), name, side.has, l.RPCService),
				})
			}
		}
	}
	return all
}

// isOf reports whether a type is compiled under a service's namespace.
func isOf(typ string, e *fleet.Embedding) bool {
	return e != nil && strings.HasPrefix(typ, e.Namespace+"/")
}

// Short returns the beginning of a digest or revision, by which people tell them
// apart.
func Short(hash string) string { return hash[:min(12, len(hash))] }

// Identity returns the version, the beginning of the digest and of the revision, or "-".
func Identity(id fleet.Identity) string {
	var words []string
	if id.Version != "" {
		words = append(words, id.Version)
	}
	if id.Digest != "" {
		words = append(words, Short(id.Digest))
	}
	if id.Revision != "" {
		words = append(words, "@"+Short(id.Revision))
	}
	return cmp.Or(strings.Join(words, " "), "-")
}

// named returns the version and the beginning of the digest.
func named(id fleet.Identity) string {
	return strings.TrimSpace(id.Version + " " + Short(id.Digest))
}

func join(list []*variant) string {
	const most = 4
	var texts []string
	for _, v := range list[:min(most, len(list))] {
		texts = append(texts, v.String())
	}
	if more := len(list) - most; more > 0 {
		texts = append(texts, fmt.Sprintf("%d more", more))
	}
	return strings.Join(texts, "; ")
}

func labels(list []*variant) []string {
	var all []string
	for _, v := range list {
		all = append(all, v.binaries...)
	}
	slices.Sort(all)
	return all
}

func few(names []string) string {
	const most = 3
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ses", n, noun)
}
