package monorepo

import (
	"bytes"
	_ "embed"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/template"
)

//go:embed files.tmpl
var text string

var templates = template.Must(template.New("files").Parse(text))

// pkg is a package as the templates see it.
type pkg struct {
	Service string // of a main package
	Name    string
	Dir     string // slash-separated, from the workspace's root
	Imports []pkg
}

// Importpath is the path by which others import the package.
func (p pkg) Importpath() string { return "example.com/" + p.Dir }

// sorted returns the package with its imports in the order of gofmt.
func (p pkg) sorted() pkg {
	slices.SortFunc(p.Imports, func(a, b pkg) int { return strings.Compare(a.Dir, b.Dir) })
	return p
}

// Label is that of the package's target.
func (p pkg) Label() string { return "//" + p.Dir }

// Files yields the files of the workspace, by slash-separated paths. The
// workspace depends on rules_go_merge, which Bazel has to be told the place of.
func (s Shape) Files() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for _, name := range []string{"MODULE.bazel", "BUILD.bazel", "round.bzl"} {
			if !yield(name, execute(name, s)) {
				return
			}
		}
		for k := range s.Platform {
			if !s.platform(k).files(yield) {
				return
			}
		}
		for i := range s.Services {
			for k := range s.Packages - s.Platform {
				if !s.own(i, k).files(yield) {
					return
				}
			}
		}
	}
}

// Names lists the services.
func (s Shape) Names() []string {
	var names []string
	for i := range s.Services {
		names = append(names, s.name(i))
	}
	return names
}

func (s Shape) name(i int) string { return fmt.Sprintf("s%d", i) }

// platform returns package k of the platform.
func (s Shape) platform(k int) pkg {
	p := s.platformRef(k)
	for _, i := range imports(k, s.Platform) {
		p.Imports = append(p.Imports, s.platformRef(i))
	}
	return p.sorted()
}

func (s Shape) platformRef(k int) pkg {
	name := fmt.Sprintf("c%d", k)
	return pkg{Name: name, Dir: fmt.Sprintf("platform/m%d/%s", k%s.Modules, name)}
}

// own returns package k of service i. All of the platform hangs on the main
// package.
func (s Shape) own(i, k int) pkg {
	p := s.ownRef(i, k)
	for _, imported := range imports(k, s.Packages-s.Platform) {
		p.Imports = append(p.Imports, s.ownRef(i, imported))
	}
	if s.Platform > 0 {
		p.Imports = append(p.Imports, s.platformRef(k%s.Platform))
	}
	return p.sorted()
}

func (s Shape) ownRef(i, k int) pkg {
	service := s.name(i)
	if k == 0 {
		return pkg{Service: service, Name: "main", Dir: service}
	}
	name := fmt.Sprintf("p%d", k)
	return pkg{Name: name, Dir: fmt.Sprintf("%s/m%d/%s", service, k%s.Modules, name)}
}

// files yields the package's source and its BUILD file.
func (p pkg) files(yield func(string, []byte) bool) bool {
	kind, source := "library", p.Name
	if p.Service != "" {
		kind, source = "main", "main"
	}
	return yield(p.Dir+"/BUILD.bazel", execute(kind+" BUILD", p)) &&
		yield(p.Dir+"/"+source+".go", execute(kind, p))
}

// execute fills in a template. It can only fail where the templates are wrong.
func execute(name string, data any) []byte {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		panic(err)
	}
	return b.Bytes()
}

// Write writes the files below a folder.
func (s Shape) Write(dir string) error {
	for name, content := range s.Files() {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}
