package moduleset

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/bazelbuild/bazel-gazelle/label"
)

// nameRepositories names the repositories of a set as the module extension
// does, in merge/private/deps/repo_names.bzl.
func nameRepositories(set string, modules []Module) {
	// Of the modules that share a name, one without capitals keeps it.
	order := make([]*Module, len(modules))
	for i := range modules {
		order[i] = &modules[i]
	}
	slices.SortStableFunc(order, func(a, b *Module) int {
		if x, y := hasCapitals(a.Path), hasCapitals(b.Path); x != y {
			if x {
				return 1
			}
			return -1
		}
		return strings.Compare(a.Path, b.Path)
	})
	taken := make(map[string]bool)
	for _, m := range order {
		name := set + "_" + label.ImportPathToBazelRepoName(m.Path)
		if taken[name] {
			name += fmt.Sprintf("_%x", starlarkHash(m.Path))
		}
		taken[name] = true
		m.Repository = name
	}
}

func hasCapitals(s string) bool {
	return s != strings.ToLower(s)
}

// starlarkHash is Starlark's hash function for strings, which is Java's.
func starlarkHash(s string) uint32 {
	var h uint32
	for _, unit := range utf16.Encode([]rune(s)) {
		h = 31*h + uint32(unit)
	}
	return h
}

var majorVersion = regexp.MustCompile(`^v[0-9]+$`)

// Label returns the target of package importPath, which must be in the module.
func (m Module) Label(importPath string) label.Label {
	pkg := strings.TrimPrefix(strings.TrimPrefix(importPath, m.Path), "/")
	if m.Convention == "go_default_library" {
		return label.New(m.Repository, pkg, m.Convention)
	}
	return label.New(m.Repository, pkg, libraryName(importPath))
}

// libraryName is how Gazelle names the go_library of an import path.
func libraryName(importPath string) string {
	dir, name := path.Split(importPath)
	if dir == "" {
		return importPath
	}
	if parent := path.Clean(dir); majorVersion.MatchString(name) && strings.Contains(parent, "/") {
		name = path.Base(parent)
	}
	return strings.ReplaceAll(name, ".", "_")
}
