package merger

import (
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/dev/bzl"
	"github.com/gomerge/rules_go_merge/tools/mergegen/added"
)

func (tc *Toolchain) platform() []string {
	flags := []string{"--go-version", tc.Version, "--goos", runtime.GOOS, "--goarch", runtime.GOARCH}
	if tc.Race {
		flags = append(flags, "--tags", "race")
	}
	return flags
}

// stdSources returns the files of a package of the standard library, whatever
// they are for.
func (tc *Toolchain) stdSources(path string) (files []string) {
	for _, pattern := range []string{"*.go", "*.s", "*.h"} {
		matches, _ := filepath.Glob(filepath.Join(tc.Root, "src", path, pattern))
		files = append(files, matches...)
	}
	return slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
}

// allStd returns the folders of the standard library that hold packages.
func (tc *Toolchain) allStd() ([]string, error) {
	// The folder is a link where Bazel has the SDK.
	root, err := filepath.EvalSymlinks(filepath.Join(tc.Root, "src"))
	if err != nil {
		return nil, err
	}
	found := make(map[string]bool)
	err = filepath.WalkDir(root, func(file string, entry os.DirEntry, err error) error {
		if filepath.Ext(file) == ".go" {
			dir, _ := filepath.Rel(root, filepath.Dir(file))
			found[dir] = true
		}
		return err
	})
	return slices.Sorted(maps.Keys(found)), err
}

// written returns what is added to a package of the standard library.
func (tc *Toolchain) written(path string) []string {
	files, _ := filepath.Glob(filepath.Join(tc.repository, "merge/std", path, "*.go"))
	return absolute(files)
}

// ownStd returns the packages of the standard library that the program reaches
// and has copies of, dependencies first.
func (s *Service) ownStd(packages []*Package) []bzl.Struct {
	reached := make(map[string]bool)
	for _, p := range packages {
		for _, path := range p.Imports {
			reached[path] = reached[path] || !p.Standard
		}
	}
	var std []bzl.Struct
	for _, p := range slices.Backward(s.std) {
		if reached[p.Text("path")] {
			std = append(std, p)
			for _, path := range p.Texts("imports") {
				reached[path] = true
			}
		}
	}
	slices.Reverse(std)
	return std
}

// compileStd compiles a view or a copy of a package of the standard library.
func (s *Service) compileStd(p bzl.Struct) error {
	path := p.Text("path")
	dir := filepath.Join(s.folder, "std", path)
	hidden := s.own
	var files []string
	var err error
	if p["view"] == true {
		// A view imports originals, but for those it shows types of.
		hidden = slices.DeleteFunc(slices.Clone(hidden), func(other bzl.Struct) bool { return !slices.Contains(p.Texts("imports"), other.Text("path")) })
		if files, err = s.view(path, dir); err != nil {
			return err
		}
	} else {
		params := s.overlay(path, dir, s.stdSources(path), s.written(path))
		for _, rename := range p.Pairs("rename") {
			params = append(params, "--rename", rename)
		}
		for _, vendored := range p.Texts("vendored") {
			params = append(params, "--vendored", vendored)
		}
		if err := s.runMergegen("overlay", params); err != nil {
			return err
		}
		files = outputs(params)
	}
	imports := maps.Clone(s.originals)
	for _, other := range hidden {
		delete(imports, other.Text("path"))
	}
	for _, other := range p.Texts("imports") {
		if own, ok := s.archives[other]; ok {
			imports[other] = own
		}
	}
	return s.add(path, files, "", imports)
}

// view writes a view's files for the service.
func (s *Service) view(path, dir string) ([]string, error) {
	files := []string{s.views[path]}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, err
	}
	folder, last := filepath.Split(s.Path)
	substitute := strings.NewReplacer("@SERVICE@", s.Name, "@NAMESPACE@", s.Name, "@MAIN_SYMBOL@", folder+strings.ReplaceAll(last, ".", "%2e"))
	for _, f := range s.written(path) {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		untagged, err := added.Untag(string(text))
		if err != nil {
			return nil, err
		}
		out := filepath.Join(dir, filepath.Base(f))
		if err := os.WriteFile(out, []byte(substitute.Replace(untagged)), 0o666); err != nil {
			return nil, err
		}
		files = append(files, out)
	}
	if path == "runtime/debug" {
		out := filepath.Join(dir, "buildinfo.go")
		params := []string{"--path", s.Path, "-o", out}
		modules := make(map[string]bool)
		for _, p := range s.packages {
			file, err := s.metadata(p)
			if err != nil {
				return nil, err
			}
			if p.ImportPath == s.Path {
				params = append(params, "--main", file)
			} else if !modules[p.Module.Path] {
				modules[p.Module.Path] = true
				params = append(params, "--dep", file)
			}
		}
		if err := s.runMergegen("buildinfo", params); err != nil {
			return nil, err
		}
		files = append(files, out)
	}
	return files, nil
}
