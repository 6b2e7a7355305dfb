package workspace

import (
	"slices"

	"github.com/bazelbuild/bazel-gazelle/label"
	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/internal/naming"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
)

// Binary is a go_merged_binary of a BUILD file.
type Binary struct {
	Label string
	File  string
	Line  int
	// Names are the names of its services, in the order of the attribute. Services
	// are the known ones: not those of macros and other repositories, nor those
	// without servers and clients.
	Names    []string
	Services []*Service
	Choices  []Choice
}

// Shared is a go_merge_shared of a BUILD file.
type Shared struct {
	Label string
	File  string
	Line  int
	// Prefixes are those of the import paths of the packages that it shares.
	Prefixes []string
}

// Choice is an entry of a merged binary's callees.
type Choice struct {
	// Key is the entry's, which is "CALLER->*/RPC-SERVICE" if it is right. Otherwise
	// Caller and RPCService are empty.
	Key                string
	Caller, RPCService string
	// Label is the entry's value, and Callee the name of the service of the binary
	// that has this label, "" if none has.
	Label, Callee string
	Line          int
}

// findBinaries reads the merged binaries, and what they share, of all BUILD
// files. Binaries whose services or callees are computed are left out.
func (w *Workspace) findBinaries() error {
	for _, dir := range w.buildDirs {
		name, data, err := w.BuildFile(dir)
		if err != nil {
			return err
		}
		file, err := build.ParseBuild(name, data)
		if err != nil {
			return err
		}
		for _, r := range file.Rules("go_merge_shared") {
			start, _ := r.Call.Span()
			w.Shared = append(w.Shared, Shared{Label: label.New("", dir, r.Name()).String(), File: name, Line: start.Line, Prefixes: r.AttrStrings("prefixes")})
		}
		for _, r := range file.Rules("go_merged_binary") {
			if b, ok := w.readBinary(dir, r); ok {
				b.File = name
				w.Binaries = append(w.Binaries, b)
			}
		}
	}
	return nil
}

func (w *Workspace) readBinary(dir string, r *build.Rule) (*Binary, bool) {
	start, _ := r.Call.Span()
	b := &Binary{Label: label.New("", dir, r.Name()).String(), Line: start.Line}
	var labels []label.Label
	for _, text := range r.AttrStrings("services") {
		l, err := label.Parse(text)
		if err != nil {
			return nil, false
		}
		l = l.Abs("", dir)
		labels = append(labels, l)
		b.Names = append(b.Names, naming.Service(l.Name))
		i := slices.IndexFunc(w.Services, func(s *Service) bool {
			return (l.Repo == "" || l.Repo == "@") && s.Dir == l.Pkg && s.Target == l.Name
		})
		if i >= 0 {
			b.Services = append(b.Services, w.Services[i])
		}
	}
	choices, ok := readChoices(r.Attr("callees"), func(text string) string {
		l, err := label.Parse(text)
		if i := slices.Index(labels, l.Abs("", dir)); err == nil && i >= 0 {
			return b.Names[i]
		}
		return ""
	})
	b.Choices = choices
	return b, ok && len(b.Names) > 0
}

// readChoices reads the attribute callees. nameOf returns the name of the service
// that has a label.
func readChoices(expr build.Expr, nameOf func(label string) string) (choices []Choice, ok bool) {
	if expr == nil {
		return nil, true
	}
	dict, ok := expr.(*build.DictExpr)
	if !ok {
		return nil, false
	}
	for _, entry := range dict.List {
		key, ok1 := entry.Key.(*build.StringExpr)
		callee, ok2 := entry.Value.(*build.StringExpr)
		if !ok1 || !ok2 {
			return nil, false
		}
		start, _ := entry.Span()
		choice := Choice{Key: key.Value, Label: callee.Value, Callee: nameOf(callee.Value), Line: start.Line}
		pattern, err := linkpattern.Parse(key.Value)
		if plain := linkpattern.Over(pattern.Caller, pattern.RPCService); err == nil && key.Value == plain.String() {
			choice.Caller, choice.RPCService = pattern.Caller, pattern.RPCService
		}
		choices = append(choices, choice)
	}
	return choices, true
}

// Choice returns the choice for a call, if there is one.
func (b *Binary) Choice(call *Call) (Choice, bool) {
	i := slices.IndexFunc(b.Choices, func(c Choice) bool {
		return c.Caller == call.Caller.Name && c.RPCService == call.RPCService
	})
	if i < 0 {
		return Choice{}, false
	}
	return b.Choices[i], true
}

// Merged returns a call as it is in the binary, which has to have the caller:
// with the servers that it has, and the callee that it chooses or the only one.
func (b *Binary) Merged(call *Call) *Call {
	merged := &Call{Caller: call.Caller, RPCService: call.RPCService, Clients: call.Clients, ByTarget: call.ByTarget}
	for _, s := range call.Servers {
		if slices.Contains(b.Services, s) {
			merged.Servers = append(merged.Servers, s)
		}
	}
	choice, chosen := b.Choice(call)
	for _, s := range merged.Servers {
		if !chosen && len(merged.Servers) == 1 || chosen && choice.Callee == s.Name {
			merged.Callee = s
		}
	}
	return merged
}
