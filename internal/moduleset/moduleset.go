// Package moduleset reads which dependency sets a workspace has, and which
// repository of a set provides an imported package. A dependency set is a
// merge_deps.from_file tag of MODULE.bazel with the go.mod or go.work file that
// it names.
package moduleset

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
	// File is the slash-separated path of the go.mod or go.work file below the
	// root.
	File string
	// Work is set if it is a go.work file.
	Work bool
	// Position is the tag's "file:line".
	Position string
	// Main are the modules that the set is for: the one of the go.mod file, or
	// those that the go.work file uses.
	Main []Main
	// Modules are those that they require, sorted by path.
	Modules []Module
}

// Dir returns the folder of the set's file, a slash-separated path below the
// root, "" for the root.
func (s *Set) Dir() string {
	return strings.TrimPrefix(path.Dir(s.File), ".")
}

// Main is a module of the workspace.
type Main struct {
	// Dir is its folder, a slash-separated path below the root, "" for the root.
	Dir string
	// Path is empty if its go.mod file has no module directive.
	Path string
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

// At returns the sets that are for the go.mod file in folder dir, a
// slash-separated path below the root, or "" for the root.
func (w *Workspace) At(dir string) []*Set {
	var sets []*Set
	for _, s := range w.Sets {
		if _, ok := s.MainAt(dir); ok {
			sets = append(sets, s)
		}
	}
	return sets
}

// MainAt returns the module that has its go.mod file in folder dir.
func (s *Set) MainAt(dir string) (Main, bool) {
	i := slices.IndexFunc(s.Main, func(m Main) bool { return m.Dir == dir })
	if i < 0 || !s.Work && path.Base(s.File) != "go.mod" {
		return Main{}, false
	}
	return s.Main[i], true
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
// packages of the set's main modules.
func (s *Set) Find(importPath string) (Module, bool) {
	var found Module
	for _, m := range s.Modules {
		if len(m.Path) > len(found.Path) && contains(m.Path, importPath) {
			found = m
		}
	}
	if found.Path == "" || len(s.owner(importPath)) > len(found.Path) {
		return Module{}, false
	}
	return found, true
}

// Owns reports whether a package is below the path of a main module.
func (s *Set) Owns(importPath string) bool {
	return s.owner(importPath) != ""
}

// owner returns the path of the main module that a package is of, or "".
func (s *Set) owner(importPath string) string {
	longest := ""
	for _, m := range s.Main {
		if len(m.Path) > len(longest) && contains(m.Path, importPath) {
			longest = m.Path
		}
	}
	return longest
}

func contains(modulePath, importPath string) bool {
	rest, ok := strings.CutPrefix(importPath, modulePath)
	return ok && modulePath != "" && (rest == "" || rest[0] == '/')
}

// sortModules sorts by path.
func sortModules(modules []Module) {
	slices.SortFunc(modules, func(a, b Module) int { return cmp.Compare(a.Path, b.Path) })
}
