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
	Kind    kind
	Name    string // of the target, and of the package unless it is a main
	Dir     string // slash-separated, from the workspace's root
	Imports []pkg
}

// kind is what templates a package has.
type kind string

const (
	mainPackage kind = "main"
	library     kind = "library"
	messages    kind = "messages" // generated
	service     kind = "service"  // generated
)

// Importpath is the path by which others import the package.
func (p pkg) Importpath() string { return "example.com/" + p.Dir }

// sorted returns the package with its imports in the order of gofmt.
func (p pkg) sorted() pkg {
	slices.SortFunc(p.Imports, func(a, b pkg) int { return strings.Compare(a.Dir, b.Dir) })
	return p
}

// Label is the label of the package's target.
func (p pkg) Label() string { return "//" + p.Dir }

// Files yields the files of the workspace, by slash-separated paths. The
// workspace depends on rules_go_merge, which Bazel has to be told the place of.
func (s Shape) Files() iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		names := []string{"MODULE.bazel", "BUILD.bazel", "round.bzl", "empty/BUILD.bazel", "empty/main.go"}
		if s.Interfaces > 0 {
			names = append(names, "stubs/BUILD.bazel", "stubs/stub.go")
		}
		for _, name := range names {
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
			for k := range s.Interfaces {
				if !s.service(i, k).files(yield) || !s.service(i, k).Imports[0].files(yield) {
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
	return pkg{Kind: library, Name: name, Dir: fmt.Sprintf("platform/m%d/%s", k%s.Modules, name)}
}

// own returns package k of service i. All of the platform and all generated
// code hang on the main package.
func (s Shape) own(i, k int) pkg {
	p := s.ownRef(i, k)
	for _, imported := range imports(k, s.Packages-s.Platform) {
		p.Imports = append(p.Imports, s.ownRef(i, imported))
	}
	if s.Platform > 0 {
		p.Imports = append(p.Imports, s.platformRef(k%s.Platform))
	}
	for j := range s.Interfaces {
		if k == 0 {
			p.Imports = append(p.Imports, s.service(i, j))
		}
	}
	return p.sorted()
}

// service returns the generated service package of RPC service k of service i.
func (s Shape) service(i, k int) pkg {
	name := fmt.Sprintf("i%d", k)
	types := pkg{Kind: messages, Name: name, Dir: fmt.Sprintf("%s/kitex_gen/%s", s.name(i), name)}
	return pkg{Kind: service, Name: name + "service", Dir: types.Dir + "/" + name + "service", Imports: []pkg{types}}
}

func (s Shape) ownRef(i, k int) pkg {
	if k == 0 {
		return pkg{Kind: mainPackage, Name: s.name(i), Dir: s.name(i)}
	}
	name := fmt.Sprintf("p%d", k)
	return pkg{Kind: library, Name: name, Dir: fmt.Sprintf("%s/m%d/%s", s.name(i), k%s.Modules, name)}
}

// files yields the package's source and its BUILD file.
func (p pkg) files(yield func(string, []byte) bool) bool {
	return yield(p.Dir+"/BUILD.bazel", execute("package BUILD", p)) &&
		yield(p.Dir+"/"+p.Name+".go", execute(string(p.Kind), p))
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
