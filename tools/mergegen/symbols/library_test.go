package symbols_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/symbols"
)

// library compiles sources, by their file names, to a static library.
func library(t *testing.T, sources map[string]string) string {
	t.Helper()
	for _, tool := range []string{"gcc", "ar"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("needs a C compiler: %v", err)
		}
	}
	dir := t.TempDir()
	args := []string{"rc", filepath.Join(dir, "lib.a")}
	for name, text := range sources {
		name = filepath.Join(dir, name)
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("gcc", "-c", name, "-o", name+".o").CombinedOutput(); err != nil {
			t.Fatalf("the C compiler fails on %s: %v\n%s", name, err, out)
		}
		args = append(args, name+".o")
	}
	if out, err := exec.Command("ar", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return args[1]
}

func TestLibraries(t *testing.T) {
	zlib := library(t, map[string]string{"a_file_with_a_long_name.c": "int inflate(void) { return 1; }\n"})
	other := library(t, map[string]string{"b.c": "int inflate(void) { return 2; }\n", "c.c": "int other(void) { return 2; }\n"})

	_, err := symbols.Check([]symbols.Archive{
		{Label: "//zlib/v1", File: zlib},
		{Label: "//zlib/v2", Service: "api", File: other},
	})
	want := `a C symbol is defined twice among the services of the merged binary:
  inflate is defined by
    //zlib/v1 (C library)
    //zlib/v2 (C library of service api)
C symbols cannot be given a namespace. Do one of these:
  - make the symbol static, if only its own C file uses it
  - let all services depend on one target for the C library
  - leave all but one of these services out of the merged binary: api`
	if err == nil || err.Error() != want {
		t.Errorf("error is\n%v\nwant\n%s", err, want)
	}

	sum, err := symbols.Check([]symbols.Archive{
		{Label: "//zlib/v2", Service: "api", File: other},
		{Label: "//zlib/v2", Service: "stock", File: other},
		{Label: "//zlib/v2", Service: "stock", File: other},
	})
	if want := (symbols.Summary{Archives: 1, Symbols: 2}); err != nil || sum != want {
		t.Errorf("one library of two services: %+v, %v, want %+v", sum, err, want)
	}

	// One service's package may override what is in its library, but not what
	// is in another service's.
	_, err = symbols.Check([]symbols.Archive{
		{Label: "//zlib/v1", Service: "stock", ImportPath: "example.com/zlib", File: zlib},
		{Label: "//zlib/v2", Service: "stock", File: other},
		{Label: "//zlib/v2", Service: "api", File: other},
	})
	if err == nil || !strings.Contains(err.Error(), "package example.com/zlib of service stock") || !strings.Contains(err.Error(), "go_merge_shared") {
		t.Errorf("error is %v", err)
	}
}

func TestManyCollisions(t *testing.T) {
	var text strings.Builder
	for i := range 25 {
		fmt.Fprintf(&text, "int f%02d(void) { return 1; }\n", i)
	}
	a, b := library(t, map[string]string{"a.c": text.String()}), library(t, map[string]string{"b.c": text.String()})
	_, err := symbols.Check([]symbols.Archive{{Label: "//b", File: b}, {Label: "//a", File: a}})
	if err == nil {
		t.Fatal("no error")
	}
	got := err.Error()
	if !strings.HasPrefix(got, "25 C symbols are defined twice among the services of the merged binary:\n  f00 is defined by\n    //a (C library)\n    //b (C library)\n  f01 ") ||
		strings.Count(got, "is defined by") != 10 || !strings.Contains(got, "\n  and 15 more\n") ||
		!strings.HasSuffix(got, "leave a service that needs one of them out of the merged binary") {
		t.Errorf("error is\n%s", got)
	}
}

// TestComdat: a linker keeps one copy of a section group, whatever the binding
// of its symbols. C++ and 32-bit x86 code is full of such groups.
func TestComdat(t *testing.T) {
	text := map[string]string{"a.s": ".section .text.thunk,\"axG\",@progbits,thunk,comdat\n.globl thunk\nthunk:\n.byte 0\n"}
	a, b := library(t, text), library(t, text)
	if _, err := symbols.Check([]symbols.Archive{{Label: "//a", File: a}, {Label: "//b", File: b}}); err != nil {
		t.Error(err)
	}
}

func TestUnreadable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.a")
	if err := os.WriteFile(file, []byte("nothing"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{file, file + "x"} {
		_, err := symbols.Check([]symbols.Archive{{Label: "//x", File: file}})
		if err == nil || !strings.Contains(err.Error(), "C symbols of //x (C library): ") || !strings.Contains(err.Error(), file) {
			t.Errorf("error is %v", err)
		}
	}
}

func TestParse(t *testing.T) {
	for _, s := range []string{"", "//a", "//a=s=p", "//a=s=p=f=g", "//a==p=f"} {
		if a, err := symbols.ParseArchive(s); err == nil {
			t.Errorf("ParseArchive(%q) = %+v, want an error", s, a)
		}
	}
	for _, s := range []string{"", "//a", "=f", "//a=s=p=f"} {
		if a, err := symbols.ParseLibrary(s); err == nil {
			t.Errorf("ParseLibrary(%q) = %+v, want an error", s, a)
		}
	}
	if a, err := symbols.ParseArchive("//a:b=s=example.com/p=x/f.a"); err != nil || a != (symbols.Archive{Label: "//a:b", Service: "s", ImportPath: "example.com/p", File: "x/f.a"}) {
		t.Errorf("ParseArchive: %+v, %v", a, err)
	}
	if a, err := symbols.ParseLibrary("//a:b=f.a"); err != nil || a != (symbols.Archive{Label: "//a:b", File: "f.a"}) {
		t.Errorf("ParseLibrary: %+v, %v", a, err)
	}
}
