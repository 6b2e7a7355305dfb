package check

import (
	"slices"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/gomerge/rules_go_merge/internal/moduleset"
	"github.com/gomerge/rules_go_merge/tools/mergectl/modulefile"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// repository is what imports are checked against.
type repository struct {
	*workspace.Workspace
	sets *moduleset.Workspace
	// joined are the modules that have one dependency set, of the go.work file.
	joined []*workspace.Module
	// goDeps are the modules that Gazelle's go_deps reads, which have one version
	// of everything, too.
	goDeps []*workspace.Module
}

// newRepository reads MODULE.bazel as far as it can; what is wrong with it is
// for others to report.
func newRepository(w *workspace.Workspace) *repository {
	r := &repository{Workspace: w}
	r.sets, _ = moduleset.Load(w.Root)
	if file, err := modulefile.Load(w.Root); err == nil {
		for _, m := range w.Modules {
			if _, covered := GoDeps(w, file, m); covered {
				r.goDeps = append(r.goDeps, m)
			}
		}
	}
	r.joined = r.findJoined()
	return r
}

// Joined returns the modules that have one dependency set, the set of the go.work
// file, or need it: they import each other, and nothing else says where they are.
func Joined(w *workspace.Workspace) []*workspace.Module {
	return newRepository(w).joined
}

func (r *repository) findJoined() []*workspace.Module {
	for _, set := range r.sets.Sets {
		if set.Work {
			return slices.DeleteFunc(slices.Clone(r.Modules), func(m *workspace.Module) bool {
				return !slices.Contains(r.sets.At(m.Dir), set)
			})
		}
	}
	free := slices.DeleteFunc(slices.Clone(r.Used), func(m *workspace.Module) bool {
		return len(r.sets.At(m.Dir)) > 0 || slices.Contains(r.goDeps, m)
	})
	for _, m := range free {
		for _, other := range free {
			requires := func(require *modfile.Require) bool { return require.Mod.Path == other.Path() }
			if m != other && slices.ContainsFunc(m.File.Require, requires) && !replacedBy(m, other) {
				return free
			}
		}
	}
	for _, dir := range r.Packages {
		m, p := r.ModuleOf(dir), r.Tree.Package(dir)
		if p == nil || !slices.Contains(free, m) {
			continue
		}
		for _, importPath := range p.Imports {
			to, ok := r.Tree.Resolve(dir, importPath)
			if other := r.ModuleOf(to); ok && slices.Contains(free, other) && mixes(m, other) {
				return free
			}
		}
	}
	return nil
}

// mixes reports whether a package of m that imports one of another module takes
// two go.mod files' versions, unless both have one dependency set.
func mixes(m, other *workspace.Module) bool {
	return other != nil && other != m && len(other.File.Require) > 0 && !replacedBy(m, other)
}

// together reports whether two modules have one version of everything.
func (r *repository) together(m, other *workspace.Module) bool {
	both := func(modules []*workspace.Module) bool {
		return slices.Contains(modules, m) && slices.Contains(modules, other)
	}
	return both(r.joined) || both(r.goDeps)
}

// files returns the go.mod files whose requirements count for a module, its own
// first.
func (r *repository) files(m *workspace.Module) []*modfile.File {
	files := []*modfile.File{m.File}
	if slices.Contains(r.joined, m) {
		for _, other := range r.joined {
			if other != m {
				files = append(files, other.File)
			}
		}
	}
	return files
}

// counts reports whether a requirement of a go.mod file settles a version: it is
// of no joined module, and none of the other files that count has a higher one.
func (r *repository) counts(m *workspace.Module, require *modfile.Require) bool {
	if !slices.Contains(r.joined, m) {
		return true
	}
	if slices.ContainsFunc(r.joined, func(other *workspace.Module) bool { return other.Path() == require.Mod.Path }) {
		return false
	}
	return !slices.ContainsFunc(r.files(m), func(file *modfile.File) bool {
		return slices.ContainsFunc(file.Require, func(other *modfile.Require) bool {
			return other.Mod.Path == require.Mod.Path && semver.Compare(other.Mod.Version, require.Mod.Version) > 0
		})
	})
}

// sums returns the sums that count for a module.
func (r *repository) sums(m *workspace.Module) (map[module.Version]bool, error) {
	sums, err := readSums(r.File(m.GoSum()))
	if err != nil || !slices.Contains(r.joined, m) {
		return sums, err
	}
	names := []string{workspace.GoWork + ".sum"}
	for _, other := range r.joined {
		names = append(names, other.GoSum())
	}
	for _, name := range names {
		more, err := readSums(r.File(name))
		if err != nil {
			return nil, err
		}
		for version := range more {
			sums[version] = true
		}
	}
	return sums, nil
}

// replacement returns the directive that replaces a module for m, and the folder
// and name of its file, or nil.
func (r *repository) replacement(m *workspace.Module, mod module.Version) (directive *modfile.Replace, dir, file string) {
	if slices.Contains(r.joined, m) {
		if found := replacement(r.Work.Replace, mod); found != nil {
			return found, "", workspace.GoWork
		}
		for _, other := range r.joined {
			if found := replacement(other.File.Replace, mod); found != nil {
				return found, other.Dir, other.GoMod()
			}
		}
	}
	return replacement(m.File.Replace, mod), m.Dir, m.GoMod()
}
