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
func library(t *testing.T, sources map[string]string, flags ...string) string {
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
		if out, err := exec.Command("gcc", append(flags, "-c", name, "-o", name+".o")...).CombinedOutput(); err != nil {
			t.Fatalf("the C compiler fails on %s: %v\n%s", name, err, out)
		}
		args = append(args, name+".o")
	}
	if out, err := exec.Command("ar", args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return args[1]
}

func lib(service, file string) symbols.Archive {
	return symbols.Archive{Label: "//" + service + ":lib", Service: service, File: file}
}

func TestLibraries(t *testing.T) {
	zlib := library(t, map[string]string{"a_file_with_a_long_name.c": "int inflate(void) { return 1; }\n"})
	other := library(t, map[string]string{"b.c": "int inflate(void) { return 2; }\n", "c.c": "int other(void) { return 2; }\n"})

	_, err := symbols.Check([]symbols.Archive{
		{Label: "//zlib/v1", Service: "stock", File: zlib},
		{Label: "//zlib/v2", Service: "api", File: other},
	}, nil)
	want := `a C symbol is defined twice among the services of the merged binary:
  inflate is defined by
    //zlib/v2 (C library lib.a of service api)
    //zlib/v1 (C library lib.a of service stock)
C symbols cannot be given a namespace. Do one of these:
  - make the symbol static, if only its own C file uses it
  - let all services depend on one target for the C library
  - leave all but one of these services out of the merged binary: api, stock`
	if err == nil || err.Error() != want {
		t.Errorf("error is\n%v\nwant\n%s", err, want)
	}

	sum, err := symbols.Check([]symbols.Archive{
		{Label: "//zlib/v2", Service: "api", File: other},
		{Label: "//zlib/v2", Service: "stock", File: other},
		{Label: "//zlib/v2", Service: "stock", File: other},
	}, nil)
	if want := (symbols.Summary{Archives: 1, Symbols: 2}); err != nil || sum != want {
		t.Errorf("one library of two services: %+v, %v, want %+v", sum, err, want)
	}

	// One service's package may override what is in its library, but not what
	// is in another service's.
	_, err = symbols.Check([]symbols.Archive{
		{Label: "//zlib/v1", Service: "stock", ImportPath: "example.com/zlib", File: zlib},
		{Label: "//zlib/v2", Service: "stock", File: other},
		{Label: "//zlib/v2", Service: "api", File: other},
	}, nil)
	if err == nil || !strings.Contains(err.Error(), "package example.com/zlib of service stock") || !strings.Contains(err.Error(), "go_merge_shared") {
		t.Errorf("error is %v", err)
	}
}

// TestTwoServices has two services with their own C code, which the build
// keeps apart or refuses.
func TestTwoServices(t *testing.T) {
	tests := []struct {
		name string
		// a and b are each a file of a service's library, by their extensions.
		a, b    string
		refused string // part of the error, "" if none
	}{
		{"different functions", "c: int a(void) { return 1; }", "c: int b(void) { return 1; }", ""},
		{"one function", "c: int f(void) { return 1; }", "c: int f(void) { return 2; }", "f is defined by"},
		{"weak and not", "c: int f(void) { return 1; }", "c: __attribute__((weak)) int f(void) { return 1; }", "f is defined by"},
		{"weak, the same", "c: __attribute__((weak)) int f(void) { return 1; } int a;", "c: __attribute__((weak)) int f(void) { return 1; } int b;", ""},
		{"weak, of different code", "c: __attribute__((weak)) int f(void) { return 1; }", "c: __attribute__((weak)) int f(void) { return 2; }", "f is weak or in a header, with different code, defined by"},
		{"weak, of different text", `c: __attribute__((weak)) const char *f(void) { return "1"; }`, `c: __attribute__((weak)) const char *f(void) { return "2"; }`, "different code"},
		{"weak, of different calls", "c: int a(int); __attribute__((weak)) int f(int i) { return a(i); }", "c: int b(int); __attribute__((weak)) int f(int i) { return b(i); }", "different code"},
		{"a header of C++", "cc: inline int version() { return 1; } int a() { return version(); } int (*a_version)() = version;", "cc: inline int version() { return 1; } int b() { return version(); } int (*b_version)() = version;", ""},
		{"two versions of a header", "cc: inline int version() { return 1; } int a() { return version(); } int (*a_version)() = version;", "cc: inline int version() { return 2; } int b() { return version(); } int (*b_version)() = version;", "_Z7versionv is weak or in a header, with different code"},
		{"a variable of a header", "cc: inline int &count() { static int n; return n; } int a() { return ++count(); }", "cc: inline int &count() { static int n; return n; } int b() { return ++count(); }", "is a variable that is weak or in a header"},
		{"the C++ library", "cc: #include <map>\n#include <string>\n#include <iostream>\n#include <algorithm>\nint a(std::string s) { std::map<std::string, int> m; m[s]++; std::cout << s; std::sort(s.begin(), s.end()); return m[s]; }",
			"cc: #include <map>\n#include <string>\n#include <iostream>\n#include <algorithm>\nvoid c(); int b(std::string s) { c(); std::map<std::string, int> m; m[s + s]--; std::cerr << s; std::sort(s.rbegin(), s.rend()); std::sort(s.begin(), s.end()); return m[s]; }", ""},
		{"virtual functions", "cc: #include <stdexcept>\nstruct base { virtual ~base() {} virtual int f() { throw std::runtime_error(\"f\"); } }; int a(base *b) { return base().f() + b->f(); }",
			"cc: #include <stdexcept>\nstruct base { virtual ~base() {} virtual int f() { throw std::runtime_error(\"f\"); } }; int b(base *b) { try { return base().f() + b->f(); } catch (std::exception &) { return 1; } }", ""},
		{"the system's in one service", "c: int inflate(void); int a(void) { return inflate(); }", "c: int inflate(void) { return 1; }", "a C symbol is of the system in one service of the merged binary and defined by another:\n  inflate is defined by\n    //b:lib (C library lib.a of service b)\n  and used, as the system's, by\n    //a:lib (C library lib.a of service a)\n"},
		{"what one has and the other needs", "c: int f(void); int a(void) { return f(); } __attribute__((weak)) int f(void) { return 1; }", "c: static int f(void) { return 1; } int b(void) { return f(); }", ""},
	}
	for i := range 2 * len(tests) {
		// As in Bazel's default and opt modes.
		test, flags := tests[i/2], [][]string{{"-fPIC"}, {"-fPIC", "-O2", "-ffunction-sections", "-fdata-sections"}}[i%2]
		t.Run(test.name, func(t *testing.T) {
			file := func(source string) string {
				ext, text, _ := strings.Cut(source, ": ")
				return library(t, map[string]string{"x." + ext: text + "\n"}, flags...)
			}
			archives := []symbols.Archive{lib("a", file(test.a)), lib("b", file(test.b))}
			_, err := symbols.Check(archives, nil)
			if test.refused == "" && err != nil || test.refused != "" && (err == nil || !strings.Contains(err.Error(), test.refused)) {
				t.Errorf("error is %v, want %q", err, test.refused)
			}
			// Sharing does not help where a linker would have to choose.
			_, err = symbols.Check(archives, []string{"//a:lib", "//b:lib"})
			if refused := strings.HasPrefix(test.refused, "f is defined by"); refused != (err != nil) {
				t.Errorf("with both shared, the error is %v", err)
			}
		})
	}
}

// TestSharedVariables has two services with one library.
func TestSharedVariables(t *testing.T) {
	tests := []struct {
		name, source string
		variables    bool
	}{
		{"none", "c: int f(void) { return 1; }", false},
		{"constants", "c: static const char *const names[] = {\"a\", \"b\"}; const char *f(int i) { return names[i]; } const int n = 1;", false},
		{"global", "c: int n = 1;", true},
		{"common", "c: int n __attribute__((common));", true},
		{"static", "c: static int n; int f(void) { return ++n; }", true},
		{"of a function", "c: int f(void) { static int n; return ++n; }", true},
		{"of a thread", "c: static __thread int n; int f(void) { return ++n; }", true},
		{"exceptions", "cc: struct s { ~s(); }; int g(); int f() { s x; return g(); }", false},
		{"virtual functions", "cc: struct s { virtual int f(); }; int s::f() { return 1; }", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			ext, text, _ := strings.Cut(test.source, ": ")
			file := library(t, map[string]string{"x." + ext: text + "\n"})
			// One file, and one with the same bytes.
			copied := filepath.Join(t.TempDir(), "copy.a")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(copied, data, 0o666); err != nil {
				t.Fatal(err)
			}
			for _, second := range []string{file, copied} {
				archives := []symbols.Archive{lib("a", file), lib("b", second)}
				if _, err := symbols.Check(archives, nil); (err != nil) != test.variables {
					t.Errorf("error is %v", err)
				}
				if _, err := symbols.Check(archives, []string{"//b:lib"}); err != nil {
					t.Errorf("shared: %v", err)
				}
			}
		})
	}
	file := library(t, map[string]string{"x.c": "int n = 1;\nint f(void) { static int count; return ++count; }\n"})
	_, err := symbols.Check([]symbols.Archive{lib("a", file), lib("b", file)}, nil)
	want := `services of the merged binary would share the variables of a C library:
    //a:lib (C library lib.a of service a)
    //b:lib (C library lib.a of service b)
      count.0, n
A C library is linked once. Do one of these:
  - name it in libraries of the go_merge_shared target, if the services may share it
  - leave all but one of these services out of the merged binary: a, b`
	if err == nil || err.Error() != want {
		t.Errorf("error is\n%v\nwant\n%s", err, want)
	}
}

// object compiles a source to what flags make of it.
func object(t *testing.T, source string, flags ...string) string {
	t.Helper()
	return objectNamed(t, "x", source, flags...)
}

func objectNamed(t *testing.T, base, source string, flags ...string) string {
	t.Helper()
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skipf("needs a C compiler: %v", err)
	}
	name := filepath.Join(t.TempDir(), base)
	if err := os.WriteFile(name+".c", []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("gcc", append(flags, name+".c", "-o", name)...).CombinedOutput(); err != nil {
		t.Fatalf("the C compiler fails: %v\n%s", err, out)
	}
	return name
}

func TestSharedLibraries(t *testing.T) {
	shared := func(name, soname, source string) string {
		return objectNamed(t, name, source, "-shared", "-fPIC", "-Wl,-soname,"+soname)
	}
	one := shared("one.so", "libf.so.1", "int f(void) { return 1; }\n")
	two := shared("two.so", "libf.so.1", "int g(void) { return 2; }\n")
	three := shared("three.so", "libf.so.3", "int f(void) { return 3; }\n")
	four := shared("two.so", "libf.so.4", "int h(void) { return 4; }\n")
	tests := []struct {
		a, b, refused string
	}{
		{one, two, "libf.so.1 is the name of a shared library of\n    //a:lib (C library one.so of service a)\n"},
		{one, three, "  f is defined by\n"},
		{two, three, ""},
		{two, four, "  two.so is the name of a shared library of\n"},
		{one, one, "would share the variables"},
		{one, library(t, map[string]string{"x.c": "int f(void) { return 4; }\n"}), "  f is defined by\n"},
	}
	for i, test := range tests {
		_, err := symbols.Check([]symbols.Archive{lib("a", test.a), lib("b", test.b)}, nil)
		if test.refused == "" && err != nil || test.refused != "" && (err == nil || !strings.Contains(err.Error(), test.refused)) {
			t.Errorf("%d: error is %v, want %q", i, err, test.refused)
		}
	}
}

func TestOtherFiles(t *testing.T) {
	plain := object(t, "int f(void) { return 1; }\n", "-c")
	if _, err := symbols.Check([]symbols.Archive{lib("a", plain), lib("b", object(t, "int f(void) { return 2; }\n", "-c"))}, nil); err == nil || !strings.Contains(err.Error(), "  f is defined by\n") {
		t.Errorf("two objects: %v", err)
	}
	script := filepath.Join(t.TempDir(), "libf.so")
	if err := os.WriteFile(script, []byte("INPUT(libf.so.1)\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := symbols.Check([]symbols.Archive{lib("a", plain), lib("b", script)}, nil); err != nil {
		t.Errorf("a linker's script: %v", err)
	}
	if _, err := symbols.Check([]symbols.Archive{lib("a", object(t, "int f(void) { return 1; }\n", "-c", "-flto"))}, nil); err == nil || !strings.Contains(err.Error(), "compile it without -flto") {
		t.Errorf("code of a linker's plugin: %v", err)
	}
}

func TestManyCollisions(t *testing.T) {
	var text strings.Builder
	for i := range 25 {
		fmt.Fprintf(&text, "int f%02d(void) { return 1; }\n", i)
	}
	a, b := library(t, map[string]string{"a.c": text.String()}), library(t, map[string]string{"b.c": text.String()})
	_, err := symbols.Check([]symbols.Archive{lib("b", b), lib("a", a)}, nil)
	if err == nil {
		t.Fatal("no error")
	}
	got := err.Error()
	if !strings.HasPrefix(got, "25 C symbols are defined twice among the services of the merged binary:\n  f00 is defined by\n    //a:lib (C library lib.a of service a)\n    //b:lib (C library lib.a of service b)\n  f01 ") ||
		strings.Count(got, "is defined by") != 10 || !strings.Contains(got, "\n  and 15 more\n") {
		t.Errorf("error is\n%s", got)
	}
}

// TestComdat: a linker keeps one copy of a section group, whatever the binding
// of its symbols. C++ and 32-bit x86 code is full of such groups.
func TestComdat(t *testing.T) {
	text := map[string]string{"a.s": ".section .text.thunk,\"axG\",@progbits,thunk,comdat\n.globl thunk\nthunk:\n.byte 0\n"}
	a := library(t, text)
	text["b.s"] = "b: .byte 0\n"
	if _, err := symbols.Check([]symbols.Archive{lib("a", a), lib("b", library(t, text))}, nil); err != nil {
		t.Error(err)
	}
}

func TestUnreadable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "x.a")
	if err := os.WriteFile(file, []byte("\x00nothing"), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{file, file + "x"} {
		_, err := symbols.Check([]symbols.Archive{lib("a", file)}, nil)
		if err == nil || !strings.Contains(err.Error(), "C symbols of //a:lib (C library "+filepath.Base(file)+" of service a): ") || !strings.Contains(err.Error(), file) {
			t.Errorf("error is %v", err)
		}
	}
}

func TestParse(t *testing.T) {
	for _, s := range []string{"", "//a", "//a\ts\tp", "//a\ts\tp\tf\tg", "//a\t\tp\tf", "//a=s=p=f"} {
		if a, err := symbols.ParseArchive(s); err == nil {
			t.Errorf("ParseArchive(%q) = %+v, want an error", s, a)
		}
	}
	for _, s := range []string{"", "//a", "//a\tf", "//a\t\tf", "//a\ts\tp\tf", "//a=s=f"} {
		if a, err := symbols.ParseLibrary(s); err == nil {
			t.Errorf("ParseLibrary(%q) = %+v, want an error", s, a)
		}
	}
	if a, err := symbols.ParseArchive("//a:b=1\ts\texample.com/p\tx=1/f.a"); err != nil || a != (symbols.Archive{Label: "//a:b=1", Service: "s", ImportPath: "example.com/p", File: "x=1/f.a"}) {
		t.Errorf("ParseArchive: %+v, %v", a, err)
	}
	if a, err := symbols.ParseLibrary("//a:b=1\ts\tlibb=1.a"); err != nil || a != (symbols.Archive{Label: "//a:b=1", Service: "s", File: "libb=1.a"}) {
		t.Errorf("ParseLibrary: %+v, %v", a, err)
	}
}
