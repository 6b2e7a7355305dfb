package merger

import (
	"fmt"
	"go/build"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/dev/bzl"
	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
)

func absolute(files []string) []string {
	var all []string
	for _, f := range files {
		abs, err := filepath.Abs(f)
		if err != nil {
			panic(err) // the working directory is gone
		}
		all = append(all, abs)
	}
	return all
}

// Program is what becomes a service.
type Program struct {
	// Name is the service's name, and its namespace.
	Name string
	// Path is the import path of the main package, any that the program has not
	// otherwise.
	Path string
	// Packages are all that it consists of, dependencies first, as List returns
	// them.
	Packages []*Package
	Settings
}

// Service is a program in a namespace, which has the service's name.
type Service struct {
	*Merger
	Program
	folder      string       // of its files
	own         []bzl.Struct // packages of the standard library of which it has copies
	packages    []*Package
	archives    map[string]imported // packages in the namespace, by the path without it
	list        string              // file that lists the packages
	hooks       []string            // reports on hooks
	description string
	types       []string // paths of packages with request and result types
}

// Service compiles a program in its namespace.
func (m *Merger) Service(p Program) (*Service, error) {
	s := &Service{Merger: m, Program: p, folder: m.File(p.Name), archives: make(map[string]imported)}
	packages := slices.Clone(p.Packages)
	main := *packages[len(packages)-1]
	main.ImportPath = p.Path
	packages[len(packages)-1] = &main
	for _, p := range packages {
		if len(p.CgoFiles)+len(p.SysoFiles) > 0 && !p.Standard {
			return nil, fmt.Errorf("package %s has cgo or object files, which this does not compile", p.ImportPath)
		}
		if !p.Standard {
			s.packages = append(s.packages, p)
		}
	}
	s.own = s.ownStd(packages)
	var lines strings.Builder
	for _, p := range s.packages {
		if p.ImportPath == s.Path {
			lines.WriteString("main=")
		}
		fmt.Fprintln(&lines, p.ImportPath)
	}
	copies := make(map[string]bool)
	for _, p := range m.std {
		if p["view"] != true {
			copies[p.Text("path")] = true
			fmt.Fprintln(&lines, "std="+p.Text("path"))
		}
	}
	for _, path := range m.stdPaths {
		if !copies[path] {
			fmt.Fprintln(&lines, "outside="+path)
		}
	}
	var err error
	if s.list, err = s.write("packages.txt", lines.String()); err != nil {
		return nil, err
	}
	for _, p := range s.own {
		if err := s.compileStd(p); err != nil {
			return nil, err
		}
	}
	if err := s.compileAll(); err != nil {
		return nil, err
	}
	return s, s.describe()
}

// metadata writes what Bazel's rules tell of a package's module.
func (s *Service) metadata(p *Package) (string, error) {
	return s.write("metadata.json", fmt.Sprintf(`{"purl": "pkg:golang/%s@%s"}`, url.PathEscape(p.Module.Path), strings.TrimPrefix(p.Module.Version, "v")))
}

// overlay returns the flags for the overlay of a package.
func (s *Service) overlay(path, dir string, sources, added []string) []string {
	params := append([]string{"--service", s.Name, "--namespace", s.Name, "--packages", s.list, "--importmap", path, "--report", filepath.Join(dir, "overlay.json")}, s.platform()...)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		panic(err)
	}
	for _, f := range sources {
		params = append(params, "--src", f+"\t"+filepath.Join(dir, filepath.Base(f)))
	}
	for _, f := range added {
		params = append(params, "--add", f+"\t"+filepath.Join(dir, "go_merge_"+filepath.Base(f)))
	}
	return params
}

// outputs returns the files that an overlay consists of.
func outputs(params []string) (files []string) {
	for i, p := range params {
		if p == "--src" || p == "--add" {
			_, file, _ := strings.Cut(params[i+1], "\t")
			files = append(files, file)
		}
	}
	return files
}

// selected returns those of the files that build constraints select.
func (tc *Toolchain) selected(files []string) ([]string, error) {
	ctx := build.Default
	ctx.CgoEnabled = false
	if tc.Race {
		ctx.BuildTags = []string{"race"}
	}
	ctx.ReleaseTags = platform.ReleaseTags(tc.Version)
	var selected []string
	for _, f := range files {
		match, err := ctx.MatchFile(filepath.Split(f))
		if err != nil {
			return nil, err
		}
		if match || filepath.Ext(f) == ".h" {
			selected = append(selected, f)
		}
	}
	return selected, nil
}

// add compiles a package in the namespace.
func (s *Service) add(path string, files []string, embed string, imports map[string]imported) error {
	files, err := s.selected(files)
	if err != nil {
		return err
	}
	a, err := s.compile(s.Name+"/"+path, files, embed, imports)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.archives[path] = imported{s.Name + "/" + path, a}
	return err
}

// compileAll compiles the program's packages, each when what it imports is there.
func (s *Service) compileAll() error {
	var overlays [][]string
	params := make(map[string][]string)
	for _, p := range s.packages {
		if _, hook := s.hook(p); hook == nil {
			params[p.ImportPath] = s.overlay(p.ImportPath, filepath.Join(s.folder, p.ImportPath), p.sources(), nil)
			overlays = append(overlays, params[p.ImportPath])
		}
	}
	if err := s.runMergegen("overlay", overlays...); err != nil {
		return err
	}
	type result struct {
		done chan struct{}
		err  error
	}
	results := make(map[string]*result)
	for _, p := range s.packages {
		results[p.ImportPath] = &result{done: make(chan struct{})}
	}
	for _, p := range s.packages {
		own := results[p.ImportPath]
		go func() {
			defer close(own.done)
			for _, path := range p.Imports {
				if r := results[path]; r != nil {
					if <-r.done; r.err != nil {
						own.err = r.err
						return
					}
				}
			}
			own.err = s.compilePackage(p, params[p.ImportPath])
		}()
	}
	var err error
	for _, r := range results {
		if <-r.done; r.err != nil {
			err = r.err
		}
	}
	return err
}

// compilePackage compiles one package. params are the flags of its overlay, which
// is written already, or nil for one that the adapter hooks.
func (s *Service) compilePackage(p *Package, params []string) error {
	paths := p.Imports
	if f, hook := s.hook(p); hook != nil {
		var err error
		if params, paths, err = s.hooked(p, f, hook); err != nil {
			return err
		}
	}
	files := outputs(params)
	if p.ImportPath == s.Path {
		entry := filepath.Join(s.folder, p.ImportPath, "go_merge_entry.go")
		if err := os.WriteFile(entry, []byte("package main\n\nfunc GoMergeMain() { main() }\n"), 0o666); err != nil {
			return err
		}
		files = append(files, entry)
	}
	imports := maps.Clone(s.originals)
	for path, own := range s.importable(paths) {
		imports[path] = own
	}
	embed, err := p.embedded()
	if err != nil {
		return err
	}
	return s.add(p.ImportPath, files, embed, imports)
}

// importable returns packages of the namespace, with those of the standard
// library of which the service has copies.
func (s *Service) importable(paths []string) map[string]imported {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := make(map[string]imported)
	for _, path := range paths {
		if own, ok := s.archives[path]; ok {
			found[path] = own
		}
	}
	for _, p := range s.own {
		found[p.Text("path")] = s.archives[p.Text("path")]
	}
	return found
}

// reach returns what a package imports, itself or by others, but for what is not
// of interest and is reached by that only.
func (s *Service) reach(p *Package, except func(path string) bool) map[string]*Package {
	all, reached := make(map[string]*Package), make(map[string]*Package)
	for _, p := range s.packages {
		all[p.ImportPath] = p
	}
	for queue := []*Package{p}; len(queue) > 0; {
		next := queue[0]
		queue = queue[1:]
		for _, path := range next.Imports {
			if other := all[path]; other != nil && reached[path] == nil && !except(path) {
				reached[path] = other
				queue = append(queue, other)
			}
		}
	}
	return reached
}
