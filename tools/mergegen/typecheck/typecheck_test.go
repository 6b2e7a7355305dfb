package typecheck

import (
	"go/build"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// compile writes the export data of a package that imports nothing.
func compile(t *testing.T, path, source, out string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.go")
	write(t, file, source)
	if err := os.MkdirAll(filepath.Dir(out), 0o777); err != nil {
		t.Fatal(err)
	}
	command := "go"
	if root := os.Getenv("GO_SDK_ROOT"); root != "" { // under Bazel
		sdk, err := filepath.EvalSymlinks(filepath.Join(os.Getenv("TEST_SRCDIR"), root))
		if err != nil {
			t.Fatal(err)
		}
		command = filepath.Join(filepath.Dir(sdk), "bin", "go")
	}
	cmd := exec.Command(command, "tool", "compile", "-p", path, "-pack", "-o", out, file)
	if message, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, message)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	compile(t, "ns/vendor/dep", "package dep\n\ntype Options struct{ Name string }\n\nfunc New(o Options) *Options { return &o }\n", filepath.Join(dir, "dep.x"))
	compile(t, "text", "package text\n\nfunc Print(a ...any) {}\n", filepath.Join(dir, "std", "linux_amd64_race", "text.a"))
	for _, folder := range []string{"include", "linux_arm64", "tool"} {
		if err := os.Mkdir(filepath.Join(dir, "std", folder), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "bad.x"), "no export data\n")
	context := build.Default
	context.GOOS, context.GOARCH, context.CgoEnabled, context.BuildTags = "linux", "amd64", false, []string{"blue"}
	config := Config{
		Path: "ns/p", Context: context, Std: filepath.Join(dir, "std"),
		Imports: []Import{
			{Names: []string{"dep", "old/dep"}, Path: "ns/vendor/dep", File: filepath.Join(dir, "dep.x")},
			{Names: []string{"bad"}, Path: "ns/bad", File: filepath.Join(dir, "bad.x")},
		},
	}
	const header = "//line far/away/x.go:1:1\npackage p\n"
	for _, test := range []struct {
		name, text string
		other      string // text of a second file, other.go
		want       []string
	}{
		{name: "fits", text: header + "import (\n\"dep\"\n\"text\"\n)\nfunc f() { text.Print(dep.New(dep.Options{}).Name) }\n"},
		{name: "alias of the import path", text: header + "import \"old/dep\"\nvar x *dep.Options\n"},
		{name: "two files", text: header + "type s struct{ opt int }\n", other: "package p\nvar x = s{opt: 1}\n"},
		{name: "missing name", text: header + "var x = gone\n", want: []string{"x.go:2: undefined: gone"}},
		{name: "missing field", text: header + "type s struct{}\nvar x = s{}.opt\n", want: []string{"x.go:3: s{}.opt undefined (type s has no field or method opt)"}},
		{name: "missing field of another package", text: header + "import \"dep\"\nvar x = dep.Options{Tail: 1}\n", want: []string{"x.go:3: unknown field Tail in struct literal of type dep.Options"}},
		{name: "changed signature", text: header + "import \"dep\"\nvar x = dep.New(1)\n", want: []string{"x.go:3: cannot use 1 (untyped int constant) as dep.Options value in argument to dep.New"}},
		{name: "interface of another file", text: header + "type s struct{}\nfunc (s) Run() {}\n", other: "package p\nvar x interface{ Run() error } = s{}\n",
			want: []string{"other.go:2: cannot use s{} (value of struct type s) as interface{Run() error} value in variable declaration: s does not implement interface{Run() error} (wrong type for method Run); have Run(); want Run() error"}},
		{name: "two errors", text: header + "var x, y = gone, lost\n", want: []string{"x.go:2: undefined: gone", "x.go:2: undefined: lost"}},
		{name: "missing package", text: header + "import \"weak\"\n", want: []string{"x.go:2: could not import weak (there is no such package)"}},
		{name: "unused import", text: header + "import \"dep\"\n", want: []string{"x.go:2: \"ns/vendor/dep\" imported and not used"}},
		{name: "syntax", text: header + "func {\n", want: []string{"x.go:2: expected 'IDENT', found '{'"}},
		{name: "left out by a tag", text: "//go:build !blue\n\npackage p\nvar x = gone\n"},
		{name: "let in by a tag", text: "//go:build blue\n\npackage p\nvar x = gone\n", want: []string{"p.go:4: undefined: gone"}},
		{name: "cgo", text: "package p\nimport \"C\"\nvar x = gone\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := []File{{Name: "p.go", Text: []byte(test.text)}, {Name: "p_test.go", Text: []byte("gone")}, {Name: "p.s", Text: []byte("gone")}}
			if test.other != "" {
				files = append(files, File{Name: "other.go", Text: []byte(test.other)})
			}
			got, err := config.Check(files)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}

	// What cannot be read tells nothing about the package.
	if _, err := config.Check([]File{{Name: "p.go", Text: []byte("package p\nimport \"bad\"\n")}}); err == nil || !strings.Contains(err.Error(), "package ns/bad: ") {
		t.Errorf("with broken export data: error %v", err)
	}
	config.Context.GOARCH = "arm"
	if _, err := config.Check(nil); err == nil || !strings.HasSuffix(err.Error(), "has no compiled standard library for linux_arm") {
		t.Errorf("without a standard library: error %v", err)
	}
}
