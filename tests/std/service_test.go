package std

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/added"
	"github.com/gomerge/rules_go_merge/tools/mergegen/buildinfo"
	"github.com/gomerge/rules_go_merge/tools/mergegen/generics"
	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
	"github.com/gomerge/rules_go_merge/tools/mergegen/view"
)

// service compiles what std.bzl does: packages in a namespace, of which each
// finds only the imports that it lists.
type service struct {
	t         *testing.T
	sdk       sdk
	to        target
	table     []listed
	originals map[string]string // import path to export file
	namespace string
	main      string // path of the main package
	contain   bool
	// What its settings say, in addition to its name.
	env         [][2]string
	permissions []any
	folder      string
	// inProcessOnly has it bind addresses late.
	inProcessOnly bool

	dir      string
	archives map[string]string // of packages in the namespace, by path without it
	names    *overlay.Namespace
	generics generics.Index // of the originals, if panics are contained
}

// newService prepares a service with its own packages, in addition to the main one.
func newService(t *testing.T, s service, packages ...string) *service {
	t.Helper()
	s.t, s.dir, s.archives = t, t.TempDir(), map[string]string{}
	list := "main=" + s.main + "\n" + strings.Join(packages, "\n") + "\n"
	copies := map[string]bool{}
	for _, l := range s.table {
		if !l.view {
			copies[l.path] = true
			list += "std=" + l.path + "\n"
		}
	}
	for path := range s.originals {
		if !copies[path] {
			list += "outside=" + path + "\n"
		}
	}
	if s.contain {
		s.generics = genericsOf(t, s.sdk, s.originals)
	}
	var err error
	if s.names, err = overlay.ParseNamespace(s.namespace, strings.NewReader(list)); err != nil {
		t.Fatal(err)
	}
	return &s
}

// genericsOf lists what the command generics does for the standard library.
func genericsOf(t *testing.T, sdk sdk, originals map[string]string) generics.Index {
	index := generics.Index{}
	for path := range originals {
		for _, f := range sdk.sources(path) {
			if filepath.Ext(f) != ".go" {
				continue
			}
			src, err := os.ReadFile(f)
			if err == nil {
				err = index.Add(path, f, src)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return index
}

// std compiles the packages of the standard library and returns how many.
func (s *service) std() (compiled int) {
	s.t.Helper()
	for _, l := range s.table {
		sources := s.sdk.sources(l.path)
		if len(sources) == 0 {
			continue // another Go
		}
		compiled++
		written, _ := filepath.Glob(filepath.Join("../../merge/std", l.path, "*.go"))
		if l.view {
			s.view(l, sources, written)
		} else {
			s.copy(l, sources, written)
		}
	}
	return compiled
}

func (s *service) view(l listed, sources, written []string) {
	s.t.Helper()
	var goFiles []string
	for _, f := range sources {
		if strings.HasSuffix(f, ".go") {
			goFiles = append(goFiles, f)
		}
	}
	text, err := view.Generate(view.Config{Path: l.path, Sources: goFiles, Written: written, Context: s.sdk.context(s.to)})
	if err != nil {
		s.t.Fatal(err)
	}
	files := []string{s.write(l.path+"/view.go", text)}
	substitute := strings.NewReplacer("@SERVICE@", s.namespace, "@NAMESPACE@", s.namespace, "@MAIN_SYMBOL@", s.main)
	for _, f := range written {
		data, err := os.ReadFile(f)
		if err != nil {
			s.t.Fatal(err)
		}
		text, err := added.Untag(string(data))
		if err != nil {
			s.t.Fatal(err)
		}
		files = append(files, s.write(l.path+"/"+filepath.Base(f), []byte(substitute.Replace(text))))
	}
	if l.path == "runtime/debug" {
		text, err := buildinfo.Generate(buildinfo.Config{Path: s.main})
		if err != nil {
			s.t.Fatal(err)
		}
		files = append(files, s.write(l.path+"/buildinfo.go", text))
	}
	s.compile(l.path, files, l.imports, l.imports)
}

func (s *service) copy(l listed, sources, written []string) {
	s.t.Helper()
	c := overlay.Config{Vendored: l.vendored}
	for _, rename := range l.renames {
		r, err := overlay.ParseRename(rename)
		if err != nil {
			s.t.Fatal(err)
		}
		c.Renames = append(c.Renames, r)
	}
	for _, f := range written {
		c.Adds = append(c.Adds, overlay.File{In: f, Out: filepath.Join(l.path, "go_merge_"+filepath.Base(f))})
	}
	s.overlay(c, l.path, sources, l.imports)
}

// overlay compiles copies of files.
func (s *service) overlay(c overlay.Config, path string, sources, imports []string) {
	s.t.Helper()
	c.Service, c.ImportMap, c.Namespace, c.Context = s.namespace, path, s.names, s.sdk.context(s.to)
	for _, f := range sources {
		c.Sources = append(c.Sources, overlay.File{In: f, Out: filepath.Join(path, filepath.Base(f))})
	}
	for _, files := range [][]overlay.File{c.Sources, c.Adds} {
		for i := range files {
			files[i].In, files[i].Out = absolute(s.t, files[i].In), filepath.Join(s.dir, files[i].Out)
		}
	}
	if s.contain {
		c.Contain = &overlay.Containment{Runtime: runtimeModule, Generics: s.generics}
	}
	if _, err := overlay.Run(c); err != nil {
		s.t.Fatal(err)
	}
	var files []string
	for _, f := range slices.Concat(c.Sources, c.Adds) {
		files = append(files, f.Out)
	}
	hidden := slices.Collect(maps.Keys(s.archives))
	for _, l := range s.table {
		hidden = append(hidden, l.path)
	}
	s.compile(path, files, imports, hidden)
}

// compile compiles a package that finds its imports in the namespace, and others
// among the originals, but for those that are hidden.
func (s *service) compile(path string, files, imports, hidden []string) {
	s.t.Helper()
	var cfg bytes.Buffer
	for original, file := range s.originals {
		if !slices.Contains(hidden, original) {
			fmt.Fprintf(&cfg, "packagefile %s=%s\n", original, file)
		}
	}
	for own, file := range s.archives {
		// What imports show of other packages is in their export data.
		if slices.Contains(imports, own) {
			fmt.Fprintf(&cfg, "importmap %s=%s/%s\npackagefile %s/%s=%s\n", own, s.namespace, own, s.namespace, own, file)
		}
	}
	out := filepath.Join(s.dir, strings.ReplaceAll(path, "/", "_")+".a")
	args := []string{"-N", "-l", "-p", s.namespace + "/" + path, "-importcfg", s.write(path+".cfg", cfg.Bytes()), "-pack", "-o", out}
	ctx := s.sdk.context(s.to)
	for _, f := range files {
		match, err := ctx.MatchFile(filepath.Split(f))
		if err != nil {
			s.t.Fatal(err)
		}
		switch filepath.Ext(f) {
		case ".go":
			if match {
				args = append(args, f)
			}
		case ".s":
			if match {
				s.t.Fatalf("%s has assembly, which this test does not compile", path)
			}
		}
	}
	if _, err := s.sdk.run(s.dir, s.to, "compile", args...); err != nil {
		s.t.Errorf("package %s for %s/%s: %v", path, s.to.goos, s.to.goarch, err)
	}
	s.archives[path] = out
}

func (s *service) write(path string, text []byte) string {
	s.t.Helper()
	path = filepath.Join(s.dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o666); err != nil {
		s.t.Fatal(err)
	}
	return path
}

func absolute(t *testing.T, path string) string {
	t.Helper()
	abs, err := filepath.Abs(path)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}
