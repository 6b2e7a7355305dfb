package view_test

import (
	"go/build"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/view"
)

// generate writes files of a package "box" and returns the declarations of its
// view, one a line.
func generate(t *testing.T, sources, written map[string]string) (string, error) {
	t.Helper()
	c := view.Config{Path: "example/box", Context: build.Default}
	c.Context.GOOS, c.Context.GOARCH = "linux", "amd64"
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, text := range sources {
		c.Sources = append(c.Sources, write(name, text))
	}
	for name, text := range written {
		c.Written = append(c.Written, write("written_"+name, text))
	}
	src, err := view.Generate(c)
	_, decls, _ := strings.Cut(string(src), "package box\n\n")
	return decls, err
}

func TestGenerate(t *testing.T) {
	const header = "package box\n\n"
	tests := []struct {
		name    string
		source  string
		written string
		want    string
	}{
		{
			name:   "constants, variables and types are aliases",
			source: "const A, b = 1, 2\nvar (\n\tC int\n\td = 1\n)\ntype E struct{ x int }\ntype f int",
			want:   "const A = original.A\n\ntype E = original.E\n\nvar C = original.C\n",
		},
		{
			name:   "functions are called",
			source: "func A()\nfunc B(x, y int, _ ...string) (n int, err error) { return }\nfunc c() {}\nfunc (e E) M() {}\ntype E int",
			want: "func A()                                          { original.A() }\n" +
				"func B(p0 int, p1 int, p2 ...string) (int, error) { return original.B(p0, p1, p2...) }\n\n" +
				"type E = original.E\n",
		},
		{
			name:   "functions with type parameters are called with them",
			source: "func A[T any, U ~[]T](t T, u U) U { return u }",
			want:   "func A[T any, U ~[]T](p0 T, p1 U) U { return original.A[T, U](p0, p1) }\n",
		},
		{
			name:   "signatures bring their imports along",
			source: "import (\n\t\"os\"\n\tother \"io/fs\"\n)\nfunc A(f func(name string) other.FS) {}\nvar _ = os.Args",
			want:   "func A(p0 func(name string) other.FS) { original.A(p0) }\n",
		},
		{
			name:   "a function with types that are not exported is a variable",
			source: "type e int\nfunc A() e { return 0 }",
			want:   "var A = original.A\n",
		},
		{
			name:   "what a uintptr points to stays alive in the wrapper, too",
			source: "// A calls.\n//\n//go:uintptrkeepalive\n//go:nosplit\nfunc A(p uintptr)",
			want:   "//go:uintptrescapes\nfunc A(p0 uintptr) { original.A(p0) }\n",
		},
		{
			name:    "what is written by hand is left out",
			source:  "func A() {}\nvar B, C = 1, 2\ntype D int\nconst E = 1",
			written: "func A() {}\nvar B = 3\ntype D = int",
			want:    "const E = original.E\n\nvar C = original.C\n",
		},
		{
			name:    "what is kept is compiled anew",
			source:  "// A has a comment.\nfunc A() int { return b() }\nfunc b() int { return C() }\nfunc C() int { return 1 }",
			written: "//mergegen:keep A b\n\nfunc C() int { return 2 }",
			want:    "func A() int { return b() }\nfunc b() int { return C() }\n",
		},
		{
			name:    "a type is kept with its methods",
			source:  "// A has a comment.\ntype a string\nfunc (x *a) B() { C() }\nfunc (x a) C() {}\nfunc C() {}\ntype D int\nfunc (d D) E() {}",
			written: "//mergegen:keep a\n\nfunc C() {}",
			want:    "func (x *a) B() { C() }\nfunc (x a) C()  {}\n\ntype D = original.D\ntype a string\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			written := map[string]string{}
			if test.written != "" {
				written["written.go"] = header + test.written
			}
			got, err := generate(t, map[string]string{
				"x.go":         header + test.source,
				"x_windows.go": header + "func OfWindows() {}",
				"x_test.go":    header + "func OfTest() {}",
				"tool.go":      "//go:build ignore\n\npackage main\n\nfunc Ignored() {}",
			}, written)
			if err != nil {
				t.Fatal(err)
			}
			if _, decls, ok := strings.Cut(got, ")\n\n"); !ok || decls != test.want {
				t.Errorf("got\n%s\nwant\n%s", got, test.want)
			}
		})
	}
}

func TestGenerateRefuses(t *testing.T) {
	tests := []struct {
		name, file, source, written, want string
	}{
		{"a type with type parameters", "x.go", "type A[T any] struct{}", "",
			"view of package example/box: type A has type parameters: write an alias by hand"},
		{"a missing function to keep", "x.go", "func A() {}", "//mergegen:keep B",
			"view of package example/box: it has no function or type B for //mergegen:keep to keep"},
		{"a package for another platform", "x_windows.go", "func A() {}", "",
			"view of package example/box: none of its 1 files is for linux/amd64"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := generate(t, map[string]string{test.file: "package box\n\n" + test.source},
				map[string]string{"written.go": "package box\n\n" + test.written})
			if err == nil || err.Error() != test.want {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}
