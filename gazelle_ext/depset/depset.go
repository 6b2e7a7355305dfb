// Package depset reads which dependency sets a workspace has, and which
// repository of a set provides an imported package. A dependency set is a
// merge_deps.from_file tag of MODULE.bazel with the go.mod file that it names.
package depset

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// Workspace is what MODULE.bazel says about a workspace's dependency sets.
type Workspace struct {
	// Module is the name of the Bazel module, or empty.
	Module string
	// Sets is in the order of their tags.
	Sets []*Set
}

// Set is one dependency set.
type Set struct {
	Name string
	// GoMod is the slash-separated path of the go.mod file below the root.
	GoMod string
	// Position is the tag's "file:line".
	Position string
	// ModulePath is the path in the go.mod file's module directive.
	ModulePath string
	// Modules are those that the file requires, sorted by path.
	Modules []Module
}

// Module is a Go module of a set.
type Module struct {
	Path, Version string
	// Direct is set if the workspace is to import the module's repository, as
	// "bazel mod tidy" has it.
	Direct bool
	// Repository is the name of the module's repository, without "@".
	Repository string
	// Dir is the folder of the workspace that replaces the module, as a
	// slash-separated path below the root, or empty if none does. "." is the root.
	Dir string
	// Convention is the naming convention of the repository's targets if an
	// override changes it: "import", "import_alias" or "go_default_library".
	Convention string
}

// Set returns the set of a name, or nil.
func (w *Workspace) Set(name string) *Set {
	for _, s := range w.Sets {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// At returns the sets whose go.mod file is the one in folder dir, a
// slash-separated path below the root, or "" for the root.
func (w *Workspace) At(dir string) []*Set {
	var sets []*Set
	for _, s := range w.Sets {
		if s.GoMod == path.Join(dir, "go.mod") {
			sets = append(sets, s)
		}
	}
	return sets
}

// Names returns the names of all sets, sorted.
func (w *Workspace) Names() []string {
	var names []string
	for _, s := range w.Sets {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	return names
}

// Find returns the module that provides package importPath. It finds none for
// packages of the set's main module.
func (s *Set) Find(importPath string) (Module, bool) {
	var found Module
	for _, m := range s.Modules {
		if len(m.Path) > len(found.Path) && contains(m.Path, importPath) {
			found = m
		}
	}
	if found.Path == "" || s.Owns(importPath) && len(s.ModulePath) > len(found.Path) {
		return Module{}, false
	}
	return found, true
}

// Owns reports whether a package is below the path of the set's main module.
func (s *Set) Owns(importPath string) bool {
	return contains(s.ModulePath, importPath)
}

func contains(modulePath, importPath string) bool {
	rest, ok := strings.CutPrefix(importPath, modulePath)
	return ok && modulePath != "" && (rest == "" || rest[0] == '/')
}

// sortModules sorts by path.
func sortModules(modules []Module) {
	slices.SortFunc(modules, func(a, b Module) int { return cmp.Compare(a.Path, b.Path) })
}
