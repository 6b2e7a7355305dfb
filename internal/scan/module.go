package scan

import (
	"path"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/gomerge/rules_go_merge/internal/regular"
)

// module is where import paths below a prefix are found.
type module struct {
	dir, path string
	// replaced holds the modules that folders of the repository replace, and
	// required the paths of those that it requires.
	replaced []*module
	required []string
}

// SetPrefix says that the import paths of packages in dir and below it begin
// with prefix, whatever a go.mod file says.
func (t *Tree) SetPrefix(dir, prefix string) {
	t.modules[clean(dir)] = &module{dir: clean(dir), path: prefix}
}

// moduleOf returns the module that the package in folder dir belongs to, or nil.
func (t *Tree) moduleOf(dir string) *module {
	if m, ok := t.modules[dir]; ok {
		return m
	}
	m := t.readGoMod(dir)
	if up, ok := parent(dir); ok && m == nil {
		m = t.moduleOf(up)
	}
	t.modules[dir] = m
	return m
}

// readGoMod returns the module whose go.mod file is in dir, or nil. Go's own
// commands complain about a broken file, and more clearly.
func (t *Tree) readGoMod(dir string) *module {
	name := path.Join(dir, "go.mod")
	data, err := regular.ReadFile(filepath.Join(t.root, filepath.FromSlash(name)))
	if err != nil {
		return nil
	}
	file, err := modfile.Parse(name, data, nil)
	if err != nil || file.Module == nil {
		return nil
	}
	m := &module{dir: dir, path: file.Module.Mod.Path, replaced: replacements(dir, file.Replace)}
	for _, require := range file.Require {
		m.required = append(m.required, require.Mod.Path)
	}
	return m
}

func replacements(dir string, directives []*modfile.Replace) []*module {
	var list []*module
	for _, replace := range directives {
		folder := path.Join(dir, replace.New.Path)
		if replace.New.Version != "" || path.IsAbs(replace.New.Path) || folder == ".." || strings.HasPrefix(folder, "../") {
			continue
		}
		list = append(list, &module{dir: clean(folder), path: replace.Old.Path})
	}
	return list
}

// usedModules returns the modules of the go.work file in the root.
func (t *Tree) usedModules() []*module {
	if t.workspaceRead {
		return t.workspace
	}
	t.workspaceRead = true
	data, err := regular.ReadFile(filepath.Join(t.root, "go.work"))
	if err != nil {
		return nil
	}
	file, err := modfile.ParseWork("go.work", data, nil)
	if err != nil {
		return nil
	}
	t.workspace = replacements("", file.Replace)
	for _, use := range file.Use {
		dir := clean(use.Path)
		if m := t.moduleOf(dir); m != nil && m.dir == dir {
			t.workspace = append(t.workspace, m)
		}
	}
	return t.workspace
}

// resolve returns the folder of the package that module m imports as
// importPath, if it is in the repository.
func (t *Tree) resolve(m *module, importPath string) (dir string, ok bool) {
	var best *module
	consider := func(candidate *module) {
		if candidate == nil || candidate.path == "" && candidate != m {
			return
		}
		if _, ok := below(candidate.path, importPath); ok && (best == nil || len(candidate.path) > len(best.path)) {
			best = candidate
		}
	}
	consider(m)
	if m != nil {
		for _, replaced := range m.replaced {
			consider(replaced)
		}
	}
	for _, used := range t.usedModules() {
		consider(used)
	}
	if best == nil {
		return "", false
	}
	rest, _ := below(best.path, importPath)
	return clean(path.Join(best.dir, rest)), true
}

// Resolve returns the folder of the package that the one in folder dir imports
// as importPath, if that belongs to a module of the repository. There may be no
// package in it.
func (t *Tree) Resolve(dir, importPath string) (folder string, ok bool) {
	return t.resolve(t.moduleOf(clean(dir)), importPath)
}

// ImportPath returns the import path of the package in folder dir, or "" if no
// go.mod file tells it.
func (t *Tree) ImportPath(dir string) string {
	m := t.moduleOf(dir)
	if m == nil {
		return ""
	}
	rest, _ := below(m.dir, dir)
	return path.Join(m.path, rest)
}
