package overlay_test

import (
	"fmt"
	"go/build"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
)

// sourcesWithUnowned define symbols of no package in one package and refer to them in
// another.
var sourcesWithUnowned = map[string]string{
	"table/table.go": `package table

import _ "unsafe"

func Answer() uint64

func Twice() uint64

func ThroughMacro() uint64

func ThroughPointer() uint64

//go:linkname double table_double
func double(n uint64) uint64

func Double(n uint64) uint64 { return double(n) }

// The assembly has the bodies and the value.
//
//go:linkname callTable callTable
var callTable byte
`,
	"table/table_amd64.s": `#include "textflag.h"

#define SUM addAnswers
#define FUNC(name, size) TEXT name(SB), NOSPLIT|NOFRAME, $0-size
#define OUTER(name) FUNC(name, 0)
#define PACKAGED ·packaged

DATA answers+0(SB)/8, $40
DATA answers+8(SB)/8, $2
GLOBL answers(SB), NOPTR, $16

DATA pointer<>+0(SB)/8, $addAnswers(SB)
GLOBL pointer<>(SB), NOPTR, $8

TEXT ·Answer(SB), NOSPLIT, $0-8
	CALL addAnswers(SB)
	MOVQ AX, ret+0(FP)
	ADDQ $1, answers+(4*2)(SB)
	RET

TEXT addAnswers(SB), NOSPLIT|NOFRAME, $0
	MOVQ answers+0(SB), AX
	ADDQ answers+8(SB), AX
	RET

OUTER(twice)
	CALL SUM(SB)
	ADDQ AX, AX
	RET

TEXT ·Twice(SB), NOSPLIT, $0-8
	CALL twice(SB)
	MOVQ AX, ret+0(FP)
	RET

TEXT PACKAGED(SB), NOSPLIT|NOFRAME, $0
	MOVQ $7, AX
	RET

TEXT ·ThroughMacro(SB), NOSPLIT, $0-8
	CALL PACKAGED(SB)
	MOVQ AX, ret+0(FP)
	RET

TEXT ·ThroughPointer(SB), NOSPLIT, $0-8
	MOVQ pointer<>+0(SB), AX
	CALL AX
	MOVQ AX, ret+0(FP)
	RET

TEXT callTable(SB), NOSPLIT|NOFRAME, $0
	RET

TEXT table_double(SB), NOSPLIT, $0-16
	MOVQ n+0(FP), AX
	ADDQ AX, AX
	MOVQ AX, ret+8(FP)
	RET
`,
	"app/app.go": `package app

import (
	_ "unsafe"

	"example.com/table"
)

//go:linkname getter __acme_gls_get
var getter = func() int { return 2 }

//go:linkname count acme∕count
var count int

//go:linkname reserve example.com/acme
func reserve(n int) int { count += n; return count }

// No more than one service may do this.
//
//go:linkname initCgo _cgo_init
var initCgo uintptr

func Table() []uint64 {
	return []uint64{table.Answer(), table.Answer(), table.Twice(), table.ThroughMacro(), table.ThroughPointer(), table.Double(21)}
}
`,
	"shop/main.go": `package main

import (
	"fmt"
	_ "unsafe"

	"example.com/app"
)

//go:linkname getter __acme_gls_get
var getter func() int

//go:linkname count acme∕count
var count int

//go:linkname reserve example.com/acme
func reserve(n int) int

func Main(n int) string { return fmt.Sprint(app.Table(), getter(), reserve(n), count) }
`,
	"shop/empty.s": "",
}

const mainOfUnowned = `package main

import (
	a "a-1.x/example.com/shop"
	b "b/example.com/shop"
)

func main() {
	println(a.Main(1))
	println(b.Main(10))
	println(a.Main(100))
}
`

// TestLinkUnowned compiles the same packages in two namespaces: each copy has to
// reach its own symbols, although these have no package's path.
func TestLinkUnowned(t *testing.T) {
	b := newBuilder(t, "fmt", "unsafe")
	if !strings.Contains(b.mustRun("go", "env", "GOARCH"), "amd64") {
		t.Skip("the test's assembly is for amd64")
	}
	b.context.CgoEnabled = true
	packages := map[string][]string{
		"example.com/table": {"table/table.go", "table/table_amd64.s"},
		"example.com/app":   {"app/app.go"},
		"example.com/shop":  {"shop/main.go", "shop/empty.s"},
	}
	for file, text := range sourcesWithUnowned {
		b.write(file, text)
	}
	for _, name := range []string{"a-1.x", "b"} {
		ns := namespace(t, name, "example.com/table\nexample.com/app\nmain=example.com/shop\noutside=runtime\noutside=fmt")
		t.Chdir(b.root)
		var of []overlay.Package
		for path, files := range packages {
			of = append(of, overlay.Package{ImportMap: path, Files: files})
		}
		found, err := overlay.FindUnowned(ns, b.context, overlay.Sources{Packages: of})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"__acme_gls_get", "acme∕count", "addAnswers", "answers", "callTable", "example.com/acme", "table_double", "twice"}
		if !slices.Equal(found.Own, want) || len(found.Outside) > 0 {
			t.Errorf("found %+v, want %v", found, want)
		}
		if err := ns.AddSymbols(strings.NewReader(strings.Join(found.Own, "\n"))); err != nil {
			t.Fatal(err)
		}
		for _, path := range []string{"example.com/table", "example.com/app", "example.com/shop"} {
			b.mustCompile(name+"/"+path, b.overlay(ns, path, packages[path]...)...)
		}
	}
	b.write("main.go", mainOfUnowned)
	b.mustCompile("main", "main.go")
	want := `[42 43 88 7 44 42] 2 1 1
[42 43 88 7 44 42] 2 10 10
[44 45 92 7 46 42] 2 101 101
`
	if got := b.mustRun(b.link()); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func linux() build.Context {
	c := build.Default
	c.GOOS, c.GOARCH, c.CgoEnabled = "linux", "amd64", true
	return c
}

// TestFindUnowned has a package for each kind of symbol.
func TestFindUnowned(t *testing.T) {
	const head = "package p\n\nimport _ \"unsafe\"\n\n"
	tests := []struct {
		name         string
		files        map[string]string
		shared       string
		own, outside string
	}{
		{"functions", map[string]string{"a.go": head + "//go:linkname f acme_f\nfunc f() {}\n\n//go:linkname g acme_g\nfunc g()\n"}, "", "acme_f", ""},
		{"in another file", map[string]string{"a.go": head + "//go:linkname f acme_f\n\n//go:linkname x acme_x\n\n//go:linkname none acme_none\n", "b.go": "package p\n\nvar x int\n\nfunc f() {}\n"}, "", "acme_f acme_x", ""},
		{"variables", map[string]string{"a.go": head + "var (\n\t//go:linkname x acme_x\n\tx = 1\n\t//go:linkname y acme_y\n\ty int\n)\n"}, "", "acme_x acme_y", ""},
		{"of packages", map[string]string{"a.go": head + "//go:linkname f example.com/p.F\nfunc f() {}\n\n//go:linkname g acme.G\nfunc g() {}\n"}, "", "", ""},
		{"of the runtime", map[string]string{"a.go": head + "//go:linkname f runtime.f\nfunc f() {}\n\n//go:linkname g runtime.g\nfunc g()\n\n//go:linkname is runtime.iscgo\nvar is = true\n\n//go:linkname x runtime.x\nvar x int\n"},
			"", "", "runtime.f:5 runtime.iscgo:11"},
		{"of cgo", map[string]string{"a.go": head + "//go:linkname x _cgo_init\nvar x = 1\n\n//go:linkname y _cgo_yield\nvar y int\n", "a.s": "TEXT x_cgo_init(SB), 4, $0\n\tCALL ·f(SB)\n"}, "", "", "_cgo_init:5 x_cgo_init:1"},
		{"of a C library", map[string]string{"a.go": head + "//go:cgo_import_dynamic acme_x x \"libc.so\"\n//go:linkname x acme_x\nvar x int\n", "a.s": "TEXT ·f(SB), 4, $0\n\tJMP acme_x(SB)\n"}, "", "", ""},
		{"of C code", map[string]string{"a.go": head + "//go:linkname dlopen dlopen\nvar dlopen byte\n\n//go:linkname dl dl\nvar dl byte\n\n//go:linkname dlsym dlsym\nvar dlsym = 1\n", "b.go": "package p\n\n// int count;\nimport \"C\"\n\nvar (\n\t_ = C.dlopen\n\t_ = C.dlsym\n)\n",
			"c.go": head + "//go:linkname count count\nvar count int32\n"}, "", "dl dlsym", ""},
		{"other platform", map[string]string{"a.go": "//go:build windows\n\n" + head + "//go:linkname f acme_f\nfunc f() {}\n", "a_arm64.s": "TEXT f(SB), 4, $0\n"}, "", "", ""},
		{"for the C compiler", map[string]string{"a.go": "package p\n\nimport \"C\"\n", "a.s": "TEXT f(SB), 4, $0\n"}, "", "", ""},
		{"without Go files", map[string]string{"a.go": "//go:build !cgo\n\npackage p\n", "a.s": "TEXT f(SB), 4, $0\n\nTEXT crosscall2(SB), 4, $0\n"}, "", "", ""},
		{"in what is included", map[string]string{"a.go": head, "a.s": "#include \"x/a.h\"\nDEF(f)\nNAMED\n", "a.h": "#define DEF(n) TEXT n(SB), 4, $0\n#define NAMED TEXT g(SB), 4, $0; \\\n\tCALL h(SB)\n", "b.h": "TEXT other(SB), 4, $0\n"}, "", "f g", ""},
		{"of the file", map[string]string{"a.go": head, "a.s": "GLOBL f<>(SB), 8, $8\nTEXT g<ABIInternal>(SB), 4, $0\n\tMOVQ f<>(SB), AX\n\tMOVQ h+0(FP), AX\n"}, "", "g", ""},
		{"pulled by a shared package", map[string]string{"a.go": head + "//go:linkname f acme_f\nfunc f() {}\n\n//go:linkname x acme_x\nvar x int\n"}, head + "//go:linkname f acme_f\nfunc f()\n\n//go:linkname x acme_x\nvar x = 1\n", "", "acme_f:5"},
		{"syntax error", map[string]string{"a.go": head + "//go:linkname f acme_f\nfunc f( {}\n"}, "", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			p := overlay.Package{ImportMap: "example.com/p"}
			for name, text := range test.files {
				if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
				p.Files = append(p.Files, name)
			}
			var shared []overlay.Package
			if test.shared != "" {
				if err := os.WriteFile("shared.go", []byte(test.shared), 0o666); err != nil {
					t.Fatal(err)
				}
				shared = []overlay.Package{{ImportMap: "example.com/shared", Files: []string{"shared.go"}}}
			}
			found, err := overlay.FindUnowned(namespace(t, "a", "example.com/p\noutside=runtime\noutside=example.com/shared"), linux(), overlay.Sources{Packages: []overlay.Package{p}, Shared: shared, Cgo: []overlay.Package{p}})
			if err != nil {
				t.Fatal(err)
			}
			var outside []string
			for _, d := range found.Outside {
				outside = append(outside, fmt.Sprint(d.Symbol, ":", d.Line))
			}
			if own := strings.Join(found.Own, " "); own != test.own {
				t.Errorf("own symbols %q, want %q", own, test.own)
			}
			if got := strings.Join(outside, " "); got != test.outside {
				t.Errorf("symbols outside %q, want %q", got, test.outside)
			}
		})
	}
}

func TestCheckOutside(t *testing.T) {
	purego := func(symbol string, line int) overlay.Definition {
		return overlay.Definition{Symbol: symbol, ImportMap: "example.com/purego", File: "purego/cgo.go", Line: line}
	}
	other := overlay.Definition{Symbol: "_cgo_init", ImportMap: "example.com/other", File: "other/cgo.go", Line: 9}
	if err := overlay.CheckOutside(map[string][]overlay.Definition{
		"stock": {purego("_cgo_init", 3), purego("runtime.iscgo", 4)},
		"item":  {purego("_cgo_yield", 5)},
	}); err != nil {
		t.Error(err)
	}

	err := overlay.CheckOutside(map[string][]overlay.Definition{
		"stock": {purego("runtime.iscgo", 4), purego("_cgo_yield", 6), purego("_cgo_init", 3)},
		"item":  {purego("_cgo_init", 3), purego("_cgo_yield", 6)},
		"api":   {},
	})
	want := `services of the merged binary define symbols that exist once in a process:
  _cgo_init, _cgo_yield, defined by
    package example.com/purego of service item (purego/cgo.go:3)
    package example.com/purego of service stock (purego/cgo.go:3)
They cannot be given a namespace: the Go runtime, the standard library or a shared package refers to them. Do one of these:
  - name example.com/purego and the packages that it imports as shared with go_merge_shared, so that it is compiled once for all services
  - leave all but one of these services out of the merged binary: item, stock`
	if err == nil || err.Error() != want {
		t.Errorf("error is\n%v\nwant\n%s", err, want)
	}

	err = overlay.CheckOutside(map[string][]overlay.Definition{"stock": {other}, "item": {purego("_cgo_init", 3)}})
	if err == nil || !strings.Contains(err.Error(), "let all services use one of the packages example.com/other, example.com/purego, and") {
		t.Errorf("error is %v", err)
	}

	many := map[string][]overlay.Definition{}
	for i := range 12 {
		for _, service := range []string{"stock", "item"} {
			many[service] = append(many[service], purego(fmt.Sprintf("_cgo_%02d", i), i))
		}
	}
	if err := overlay.CheckOutside(many); err == nil || !strings.Contains(err.Error(), "\n  _cgo_00, _cgo_01, _cgo_02, _cgo_03, _cgo_04 and 7 more, defined by\n") {
		t.Errorf("error is %v", err)
	}
}
