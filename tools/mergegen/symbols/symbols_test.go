package symbols_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergegen/symbols"
)

// compileTwice compiles the same cgo package under two import paths, as merging
// does, and reports whether a binary with both links.
func compileTwice(t *testing.T, goSource, cSource string) (a, b string, links error) {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the Go tool chain")
	}
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skipf("needs a C compiler: %v", err)
	}
	gosdk.OnPath(t)
	dir := t.TempDir()
	files := map[string]string{
		"go.mod":  "module m\n\ngo 1.25\n",
		"main.go": "package main\n\nimport (\n\ta \"m/a/cg\"\n\tb \"m/b/cg\"\n)\n\nfunc main() { a.F(); b.F() }\n",
	}
	for _, ns := range []string{"a", "b"} {
		files[ns+"/cg/cg.go"] = goSource
		files[ns+"/cg/cg.c"] = cSource
	}
	for name, text := range files {
		name = filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	build := func(args ...string) (string, error) {
		cmd := exec.Command("go", append([]string{"build"}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOFLAGS=", "GOWORK=off")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for _, ns := range []string{"a", "b"} {
		if out, err := build("-o", ns+".a", "./"+ns+"/cg"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	out, links := build("-o", "exe", ".")
	if links != nil {
		t.Logf("linking says:\n%s", out)
	}
	return filepath.Join(dir, "a.a"), filepath.Join(dir, "b.a"), links
}

func cgoPackages(a, b string) []symbols.Archive {
	return []symbols.Archive{
		{Label: "//third_party/cg", Service: "stock", ImportPath: "example.com/cg", File: b},
		{Label: "//third_party/cg", Service: "api", ImportPath: "example.com/cg", File: a},
	}
}

// TestAgainstLinker compares Check with what the linker does, so that nothing
// that cgo generates has to be left out by name.
func TestAgainstLinker(t *testing.T) {
	const callF = "package cg\n\n// int f(void);\nimport \"C\"\n\nfunc F() { C.f() }\n"
	const everything = `package cg

/*
#include <stdlib.h>
#include <errno.h>
#include <stdio.h>
typedef int (*callback)(int);
struct point { int x, y; };
static int call(callback f, int x) { return f ? f(x) : x; }
static inline struct point swap(struct point p) { struct point q = {p.y, p.x}; return q; }
static int fails(void) { errno = EINVAL; return -1; }
enum color { RED, GREEN };
*/
import "C"

import "unsafe"

func F() {
	s := C.CString("hello")
	defer C.free(unsafe.Pointer(s))
	b := C.CBytes([]byte(C.GoString(s)))
	C.free(b)
	_ = C.GoBytes(unsafe.Pointer(s), 2)
	p := C.malloc(8)
	C.free(p)
	C.call(nil, 3)
	C.swap(C.struct_point{1, 2})
	_, _ = C.fails()
	C.fflush(C.stdout)
	_ = C.GREEN
}
`
	tests := []struct {
		name, goSource, cSource string
		collides                string // the symbol, "" if none
	}{
		{"all that cgo generates", everything, "static int unused __attribute__((unused));\n", ""},
		{"function", callF, "int f(void) { return 1; }\n", "f"},
		{"weak function", callF, "__attribute__((weak)) int f(void) { return 1; }\n", ""},
		{"hidden function", callF, "__attribute__((visibility(\"hidden\"))) int f(void) { return 1; }\n", "f"},
		{"variable", "package cg\n\n// extern int v;\nimport \"C\"\n\nfunc F() { C.v++ }\n", "int v = 1;\n", "v"},
		{"read-only variable", "package cg\n\n// extern const int v;\nimport \"C\"\n\nfunc F() { _ = C.v }\n", "const int v = 1;\n", "v"},
		{"static function", "package cg\n\n// static int f(void) { return 1; }\nimport \"C\"\n\nfunc F() { C.f() }\n", "static int g(void) { return 1; }\nstatic int (*keep)(void) __attribute__((used)) = g;\n", ""},
		{"export", "package cg\n\nimport \"C\"\n\n//export goCallback\nfunc goCallback() {}\n\nfunc F() {}\n", "", "goCallback"},
		{"constructor", "package cg\n\nimport \"C\"\n\nfunc F() {}\n", "__attribute__((constructor)) static void init(void) {}\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			a, b, links := compileTwice(t, test.goSource, test.cSource)
			sum, err := symbols.Check(cgoPackages(a, b), nil)
			if (links == nil) != (test.collides == "") {
				t.Errorf("linking two copies: %v", links)
			}
			if (links == nil) != (err == nil) {
				t.Errorf("Check says %v, the linker %v", err, links)
			}
			if err != nil && !strings.Contains(err.Error(), "  "+test.collides+" is defined by\n") {
				t.Errorf("error does not name %s:\n%v", test.collides, err)
			}
			if err == nil && (sum.Archives != 2 || sum.Symbols == 0 && test.name == "all that cgo generates") {
				t.Errorf("Check saw only %+v", sum)
			}
		})
	}
}

// TestCommon shows where Check is stricter than the linker: two services would
// silently share one variable.
func TestCommon(t *testing.T) {
	a, b, links := compileTwice(t, "package cg\n\n// #cgo CFLAGS: -fcommon\n// extern int v;\nimport \"C\"\n\nfunc F() { C.v++ }\n", "int v;\n")
	if links != nil {
		t.Fatal(links)
	}
	if _, err := symbols.Check(cgoPackages(a, b), nil); err == nil {
		t.Error("no error for a variable that the linker merges")
	}
}

func TestCollisionMessage(t *testing.T) {
	a, b, _ := compileTwice(t, "package cg\n\n// int f(void);\nimport \"C\"\n\nfunc F() { C.f() }\n", "int f(void) { return 1; }\n")
	_, err := symbols.Check(cgoPackages(a, b), nil)
	want := `a C symbol is defined twice among the services of the merged binary:
  f is defined by
    //third_party/cg (package example.com/cg of service api)
    //third_party/cg (package example.com/cg of service stock)
C symbols cannot be given a namespace. Do one of these:
  - make the symbol static, if only its own C file uses it
  - name the package as shared with go_merge_shared, so that it is compiled once for all services
  - leave all but one of these services out of the merged binary: api, stock`
	if err == nil || err.Error() != want {
		t.Errorf("error is\n%v\nwant\n%s", err, want)
	}
	two := cgoPackages(a, b)
	two[1].ImportPath = "example.com/other"
	if _, err := symbols.Check(two, nil); err == nil || !strings.Contains(err.Error(), "\n  - give it another name in one of the packages, also in its //export line\n") {
		t.Errorf("error for two packages is\n%v", err)
	}
	// One file is linked once, whoever asks for it.
	if _, err := symbols.Check(cgoPackages(a, a), nil); err != nil {
		t.Errorf("a shared archive collides with itself: %v", err)
	}
	// One service's own archives have been linked together before.
	same := cgoPackages(a, b)
	same[1].Service = same[0].Service
	if _, err := symbols.Check(same, nil); err != nil {
		t.Errorf("archives of one service: %v", err)
	}
}
