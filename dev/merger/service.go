package merger

import (
	"errors"
	"fmt"
	"go/build"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/dev/adapter"
	"github.com/gomerge/rules_go_merge/dev/bzl"
	"github.com/gomerge/rules_go_merge/tools/mergegen/added"
	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
)

const runtimePath = "github.com/gomerge/rules_go_merge/merge/runtime"

// Merger compiles services and links them. It has what all of them have in common.
type Merger struct {
	*Toolchain
	std []bzl.Struct // packages of the standard library of which services have copies

	originals map[string]imported // the standard library and the runtime, by path
	pkg       string              // folder of the compiled standard library, as in a GOROOT
	stdPaths  []string            // all packages of the standard library
	views     map[string]string   // file of each view
}

// New compiles what the services of some programs have in common. packages are all
// that these consist of.
func New(tc *Toolchain, packages []*Package) (*Merger, error) {
	b := &Merger{Toolchain: tc, originals: make(map[string]imported), views: make(map[string]string), pkg: filepath.Join(tc.dir, "pkg")}
	table, err := bzl.Read(filepath.Join(tc.repository, "merge/private/std_packages.bzl"))
	if err != nil {
		return nil, err
	}
	b.std = table.List("STD_PACKAGES")
	b.std = slices.DeleteFunc(b.std, func(p bzl.Struct) bool { return len(tc.stdSources(p.Text("path"))) == 0 }) // of another Go

	needed := map[string]bool{}
	for _, p := range packages {
		if p.Standard {
			needed[p.ImportPath] = true
		}
	}
	if tc.Race {
		needed["runtime/race"], needed["runtime/cgo"] = true, true // for the linker
	}
	common, err := tc.List(tc.repository, slices.Concat([]string{"-export", "./merge/runtime", "./merge/runtime/process", "./merge/runtime/signals"}, slices.Sorted(maps.Keys(needed)))...)
	if err != nil {
		return nil, err
	}
	for _, p := range common {
		if p.Export == "" {
			continue // unsafe
		}
		b.originals[p.ImportPath] = imported{p.ImportPath, archive{p.Export, p.Export, ""}}
		if p.Standard {
			file := filepath.Join(b.pkg, runtime.GOOS+"_"+runtime.GOARCH, p.ImportPath+".a")
			if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.Symlink(p.Export, file)); err != nil {
				return nil, err
			}
		}
	}
	if b.stdPaths, err = tc.allStd(); err != nil {
		return nil, err
	}
	for _, p := range b.std {
		path := p.Text("path")
		if p["view"] != true {
			continue
		}
		b.views[path] = tc.File("view.go")
		params := []string{"--package", path, "-o", b.views[path]}
		for _, f := range tc.stdSources(path) {
			if filepath.Ext(f) == ".go" {
				params = append(params, "--src", f)
			}
		}
		for _, f := range tc.written(path) {
			params = append(params, "--written", f)
		}
		if err := tc.runMergegen("view", append(params, tc.platform()...)); err != nil {
			return nil, err
		}
	}
	return b, nil
}

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
func (b *Merger) Service(p Program) (*Service, error) {
	s := &Service{Merger: b, Program: p, folder: b.File(p.Name), archives: make(map[string]imported)}
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
	for _, p := range b.std {
		if p["view"] != true {
			copies[p.Text("path")] = true
			fmt.Fprintln(&lines, "std="+p.Text("path"))
		}
	}
	for _, path := range b.stdPaths {
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

// hook returns what the adapter of a framework does to a package, nil for nothing.
func (s *Service) hook(p *Package) (*framework, *adapter.Hook) {
	for _, f := range s.frameworks {
		for i := range f.Hooks {
			if hook := &f.Hooks[i]; hook.Text("importpath") == p.ImportPath {
				return f, hook
			}
		}
	}
	return nil, nil
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

// hooked writes the overlay of a package that the adapter hooks, and returns its
// flags and what the package then imports of the namespace.
func (s *Service) hooked(p *Package, framework *framework, hook *adapter.Hook) (params, imports []string, err error) {
	reach := s.reach(p, func(string) bool { return false })
	reach[p.ImportPath] = p
	resolved := hook.Resolve(func(importPath string) []string {
		if importer := reach[importPath]; importer != nil {
			return importer.Imports
		}
		return nil
	})
	var files []string
	for _, f := range resolved.Srcs {
		files = append(files, filepath.Join(framework.folder, f))
	}
	dir := filepath.Join(s.folder, p.ImportPath)
	params = s.overlay(p.ImportPath, dir, p.sources(), absolute(files))
	for _, rename := range resolved.Renames {
		params = append(params, "--rename", rename)
	}
	report := filepath.Join(dir, "hook.json")
	params = append(params, "--hook-report", report, "--hook-adapter", framework.name, "--hook-package", p.ImportPath, "--hook-path", s.Name+"/"+p.ImportPath, "--hook-std", s.pkg,
		"--hook-module", hook.Text("module"), "--hook-first", hook.Text("oldest_version"), "--hook-last", hook.Text("newest_version"), "--hook-effect", hook.Text("effect"))
	if role := hook.Text("role"); role != "" {
		params = append(params, "--hook-role", role)
		if role != "client" && !s.Listen {
			params = append(params, "--hook-required", s.Name+" does not listen")
		}
	}
	imports = slices.Clone(p.Imports)
	if resolved.Missing != "" {
		params = append(params, "--hook-missing-import", resolved.Missing)
	}
	for _, path := range resolved.Imports {
		if reach[path] == nil {
			params = append(params, "--hook-missing-import", path)
		} else if !slices.Contains(imports, path) {
			imports = append(imports, path)
		}
	}
	if constant := hook.Text("version_constant"); constant != "" {
		dot := strings.LastIndexByte(constant, '.')
		params = append(params, "--hook-version-constant", constant[dot+1:])
		for _, other := range s.packages {
			if other.ImportPath == constant[:dot] {
				for _, f := range other.sources() {
					params = append(params, "--hook-version-src", f)
				}
			}
		}
	}
	metadata, err := s.metadata(p)
	if err != nil {
		return nil, nil, err
	}
	params = append(params, "--hook-metadata", metadata)
	available := s.importable(imports)
	available[runtimePath] = s.originals[runtimePath]
	for path, own := range available {
		params = append(params, "--hook-import", path+"="+own.path+"="+own.export)
	}
	s.mu.Lock()
	s.hooks = append(s.hooks, report)
	s.mu.Unlock()
	return params, imports, s.runMergegen("overlay", params)
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

// describe finds the RPC services that the service serves and calls.
func (s *Service) describe() error {
	params := []string{"--service", s.Name, "--namespace", s.Name}
	types := make(map[string]*Package)
	for _, f := range s.frameworks {
		part, err := s.describeFramework(f, types)
		if err != nil {
			return err
		}
		params = append(params, "--part", f.name+"="+part)
		if f.Text("callee_by") == "target" {
			params = append(params, "--callee-by-target", f.name)
		}
	}
	for _, target := range s.Targets {
		params = append(params, "--target", target)
	}
	s.types = slices.Sorted(maps.Keys(types))
	s.description = s.File("description.json")
	return s.runMergegen("describe", append(params, "-o", s.description))
}

// describeFramework runs a framework's describer, and returns what it writes. It adds
// the packages with request and result types that are converted.
func (s *Service) describeFramework(f *framework, types map[string]*Package) (part string, err error) {
	isFramework := func(path string) bool {
		within := func(prefix string) bool { return strings.HasPrefix(path, prefix) }
		return slices.ContainsFunc(f.Texts("framework_prefixes"), within) && !slices.ContainsFunc(f.Texts("message_prefixes"), within)
	}
	generated, users := make(map[string]*Package), make(map[string]*Package)
	candidates := make(map[string]bool)
	importsAll := func(p *Package, markers []string) bool {
		return !slices.ContainsFunc(markers, func(path string) bool { return !slices.Contains(p.Imports, path) })
	}
	for _, p := range s.packages {
		if markers := f.Texts("message_markers"); len(markers) > 0 && importsAll(p, markers) {
			types[p.ImportPath] = p
		}
		if !importsAll(p, f.Texts("service_markers")) || isFramework(p.ImportPath) {
			continue
		}
		candidates[p.ImportPath] = true
		generated[p.ImportPath] = p
		if hasTypes, given := f.Struct["message_types"]; given && hasTypes == false {
			continue
		}
		for path, reached := range s.reach(p, isFramework) {
			generated[path] = reached
		}
		maps.Copy(types, generated)
	}
	for _, p := range s.packages {
		if slices.ContainsFunc(p.Imports, func(path string) bool { return candidates[path] }) {
			users[p.ImportPath] = p
		}
	}
	part = s.File("part.json")
	params := []string{"--goos", runtime.GOOS, "--goarch", runtime.GOARCH, "-o", part}
	for _, path := range slices.Sorted(maps.Keys(generated)) {
		params = append(params, "--package", described(generated[path]))
	}
	for _, path := range slices.Sorted(maps.Keys(users)) {
		params = append(params, "--user", described(users[path]))
	}
	file, err := s.write("params", strings.Join(params, "\n")+"\n")
	if err != nil {
		return "", err
	}
	_, err = s.Run("", f.describer, "@"+file)
	return part, err
}

func described(p *Package) string {
	source, _ := split(p.sources())
	return p.ImportPath + "=" + strings.Join(source, ",")
}
