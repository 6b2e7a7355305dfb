// Package adapter reads a framework's adapter from its BUILD file, for tests that
// do in Go what merge/private/hooks.bzl does.
package adapter

import (
	"fmt"
	"slices"

	"github.com/gomerge/rules_go_merge/dev/bzl"
)

// Adapter is a go_merge_adapter target with its attributes.
type Adapter struct {
	bzl.Struct
	// Hooks are the go_merge_hook targets that it names.
	Hooks []Hook
}

// Hook is a go_merge_hook target with its attributes.
type Hook struct {
	bzl.Struct
	alternatives []bzl.Struct
}

// Read reads the adapter of a name. What it refers to is in the same file.
func Read(file, name string) (*Adapter, error) {
	targets, err := bzl.Read(file)
	if err != nil {
		return nil, err
	}
	a := &Adapter{Struct: targets.Inner(":" + name)}
	for _, label := range a.Texts("hooks") {
		hook := Hook{Struct: targets.Inner(label)}
		for _, label := range hook.Texts("alternatives") {
			hook.alternatives = append(hook.alternatives, targets.Inner(label))
		}
		a.Hooks = append(a.Hooks, hook)
	}
	if len(a.Hooks) == 0 {
		return nil, fmt.Errorf("%s has no go_merge_adapter %s with hooks", file, name)
	}
	return a, nil
}

// Resolved is what a hook does to a service's copy of its package.
type Resolved struct {
	// Srcs are the files that are added, Renames functions in the form OLD=NEW,
	// and Imports the import paths that the added files need.
	Srcs, Renames, Imports []string
	// Missing is what one of the alternatives needs if none applies, or "".
	Missing string
}

// Resolve chooses among the hook's alternatives. imports returns what a package
// imports that the hooked one reaches, and nothing for others.
func (h Hook) Resolve(imports func(importPath string) []string) Resolved {
	r := Resolved{Srcs: h.Texts("srcs"), Renames: h.Pairs("rename"), Imports: h.Texts("imports")}
	for _, a := range h.alternatives {
		if imported := a.Text("imports"); slices.Contains(imports(a.Text("importer")), imported) {
			r.Srcs = append(r.Srcs, a.Texts("srcs")...)
			r.Renames = append(r.Renames, a.Pairs("rename")...)
			r.Imports = append(r.Imports, imported)
			return r
		}
	}
	if len(h.alternatives) > 0 {
		r.Missing = h.alternatives[0].Text("imports")
	}
	return r
}
