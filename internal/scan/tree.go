// Package scan finds out from a repository's Go sources which RPC services its
// main packages serve and call. It reads packages of the repository only, each
// once. What it knows of an RPC framework is in a file that has the framework's
// name.
//
// Folders are slash-separated paths below the repository's root, "" for the
// root itself.
package scan

import (
	"iter"
	"path"
	"strings"
)

// Tree is a repository. It remembers what it has read, and is not for use by
// more than one goroutine.
type Tree struct {
	root string
	// modules and packages hold what is known of a folder; nil is "none there".
	modules  map[string]*module
	packages map[string]*Package
	// workspace holds the modules that go.work uses, once it was read.
	workspace     []*module
	workspaceRead bool
	// protos holds the .proto files by import path, once they were read.
	protos map[string][]protoFile
}

// New returns the tree below root, a folder of the file system.
func New(root string) *Tree {
	return &Tree{root: root, modules: make(map[string]*module), packages: make(map[string]*Package)}
}

// Use is what a program does with its RPC framework.
type Use struct {
	// Serves and Calls stand for making a server and a client.
	Serves, Calls bool
}

// Uses reports whether the package in folder dir, or one of the repository that
// it imports, directly or not, does anything of want. It reads no more packages
// than it takes to know. An error says, with file and line, why that cannot be
// told: about the package in dir itself, or one that imports a framework. What of
// the others cannot be read counts as not using one.
func (t *Tree) Uses(dir string, want Use) (bool, error) {
	top := t.Package(dir)
	if top == nil {
		return false, nil
	}
	if top.Err != nil {
		return false, top.Err
	}
	for p := range t.reachable(top) {
		for _, ref := range t.references(p) {
			if want.Serves && ref.serves || want.Calls && ref.calls {
				return true, nil
			}
		}
	}
	// What was not found may be in a file that does not parse.
	for p := range t.reachable(top) {
		if err := t.syntaxError(p); err != nil {
			return false, err
		}
	}
	return false, nil
}

// reachable yields p and the packages of the repository that it imports,
// directly or not, nearest first.
func (t *Tree) reachable(p *Package) iter.Seq[*Package] {
	return func(yield func(*Package) bool) {
		queue := []*Package{p}
		seen := map[string]bool{p.Dir: true}
		for i := 0; i < len(queue); i++ {
			if !yield(queue[i]) {
				return
			}
			for _, imported := range t.imported(queue[i]) {
				if !seen[imported.Dir] {
					seen[imported.Dir] = true
					queue = append(queue, imported.Package)
				}
			}
		}
	}
}

// localImport is a package of the repository as another one imports it.
type localImport struct {
	*Package
	path string
}

// imported returns the packages of the repository that p imports.
func (t *Tree) imported(p *Package) []localImport {
	if p.importsRead {
		return p.local
	}
	p.importsRead = true
	m := t.moduleOf(p.Dir)
	for _, importPath := range p.Imports {
		if dir, ok := t.resolve(m, importPath); ok && dir != p.Dir {
			if imported := t.Package(dir); imported != nil {
				p.local = append(p.local, localImport{imported, importPath})
			}
		}
	}
	return p.local
}

// parent returns the folder that dir is in. The root has none.
func parent(dir string) (string, bool) {
	if dir == "" {
		return "", false
	}
	return clean(path.Dir(dir)), true
}

// clean spells a folder as this package does.
func clean(dir string) string {
	if dir = path.Clean(dir); dir == "." {
		return ""
	}
	return dir
}

// below returns what follows prefix in a path, and whether it is at or below it.
func below(prefix, name string) (rest string, ok bool) {
	if prefix == "" {
		return name, true
	}
	rest, ok = strings.CutPrefix(name, prefix)
	return strings.TrimPrefix(rest, "/"), ok && (rest == "" || rest[0] == '/')
}
