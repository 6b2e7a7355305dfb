package overlay_test

import (
	"bytes"
	"go/build"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/generics"
	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
)

// packagesOfService are what the test below compiles twice.
const packagesOfService = `
example.com/base64x
gopkg.in/state.v3
example.com/app
main=example.com/shop
`

var sourcesOfService = map[string]string{
	// Reached from elsewhere through its symbols only, as sonic does with base64x.
	"external/base64x/base64x.go": `package base64x

var _subr__encode int

func Set(n int) { _subr__encode = n }

func secret() string { return "secret of base64x" }

func Pushed() string

func Crash()
`,
	"external/base64x/base64x.s": `// Copyright.

#include "textflag.h"

DATA ·table(SB)/8, $42
GLOBL ·table(SB), NOPTR, $8

TEXT example·com∕base64x·Crash(SB), NOSPLIT, $0-0
	UNDEF
	RET
`,
	"external/state/state.go": `package state

var counter = 7

func Add() { counter++ }
`,
	"shop/app/app.go": `package app

import (
	"runtime"
	_ "unsafe"

	"example.com/base64x"
	_ "gopkg.in/state.v3"
)

var (
	//go:linkname encode example.com/base64x._subr__encode
	encode int

	//go:linkname counter gopkg.in/state%2ev3.counter
	counter int
)

//go:linkname secret example.com/base64x.secret
func secret() string

//go:linkname pushed example.com/base64x.Pushed
func pushed() string { return "pushed by app" }

//go:linkname version main.version
var version string

func table() int

func State(n int) (int, int, int, string, string, string) {
	base64x.Set(n)
	return encode, counter, table(), secret(), base64x.Pushed(), version
}

func Where() string {
	_, file, _, _ := runtime.Caller(0)
	return file
}

func Panic() { panic("boom") }
`,
	"shop/app/app_amd64.s": `//go:build amd64
// +build amd64

#include "textflag.h"

TEXT ·table(SB), NOSPLIT, $0-8
	MOVQ example·com∕base64x·table(SB), AX
	MOVQ AX, ret+0(FP)
	RET
`,
	"shop/main.go": `package main

import "example.com/app"

var version = "v1"

func Main(n int) (int, int, int, string, string, string) { return app.State(n) }
`,
}

const mergedMain = `package main

import (
	"fmt"
	"os"

	_ "a/example.com/base64x"
	"a/example.com/app"
	a "a/example.com/shop"
	astate "a/gopkg.in/state.v3"
	b "b/example.com/shop"
	"a/example.com/base64x"
)

func main() {
	switch os.Args[1] {
	case "state":
		astate.Add()
		fmt.Println(a.Main(1))
		fmt.Println(b.Main(2))
		fmt.Println(a.Main(3))
		fmt.Println(app.Where())
	case "panic":
		app.Panic()
	case "crash":
		base64x.Crash()
	}
}
`

// TestLink compiles the same packages in two namespaces and runs them in one
// binary: each copy has to reach its own copies of variables and functions.
func TestLink(t *testing.T) {
	b := newBuilder(t, "fmt", "os", "runtime", "unsafe")
	if !strings.Contains(b.mustRun("go", "env", "GOARCH"), "amd64") {
		t.Skip("the test's assembly is for amd64")
	}
	for file, text := range sourcesOfService {
		b.write(file, text)
	}
	for _, name := range []string{"a", "b"} {
		ns, err := overlay.ParseNamespace(name, strings.NewReader(packagesOfService))
		if err != nil {
			t.Fatal(err)
		}
		b.mustCompile(name+"/example.com/base64x", b.overlay(ns, "example.com/base64x", "external/base64x/base64x.go", "external/base64x/base64x.s")...)
		b.mustCompile(name+"/gopkg.in/state.v3", b.overlay(ns, "gopkg.in/state.v3", "external/state/state.go")...)
		b.mustCompile(name+"/example.com/app", b.overlay(ns, "example.com/app", "shop/app/app.go", "shop/app/app_amd64.s")...)
		b.mustCompile(name+"/example.com/shop", b.overlay(ns, "example.com/shop", "shop/main.go")...)
	}
	b.write("main.go", mergedMain)
	b.mustCompile("main", "main.go")
	exe := b.link()

	want := `1 8 42 secret of base64x pushed by app v1
2 7 42 secret of base64x pushed by app v1
3 8 42 secret of base64x pushed by app v1
shop/app/app.go
`
	if got := b.mustRun(exe, "state"); got != want {
		t.Errorf("two copies in one binary print:\n%s\nwant:\n%s", got, want)
	}
	for arg, want := range map[string]string{
		"panic": `a/example\.com/app\.Panic\(.*\)\n\tshop/app/app\.go:40`,
		"crash": `a/example\.com/base64x\.Crash\(.*\)\n\texternal/base64x/base64x\.s:9 `,
	} {
		out, err := b.run(exe, arg)
		if err == nil || !regexp.MustCompile(want).MatchString(out) {
			t.Errorf("stack trace of %s does not match %s:\n%s", arg, want, out)
		}
	}
}

// TestCompileErrors shows that tools report the original file at the original
// position.
func TestCompileErrors(t *testing.T) {
	tests := []struct {
		name, file, text, want string
	}{
		{"type error", "shop/a.go", "package a\n\nvar x int = \"s\"\n", "shop/a.go:3:13: "},
		{"syntax error", "shop/b.go", "package a\n\nfunc (\n", "shop/b.go:4:1: syntax error"},
		{"first line", "shop/c.go", "package a; var x int = \"s\"\n", "shop/c.go:1:24: "},
		{"byte order mark", "shop/d.go", "\ufeffpackage a; var x int = \"s\"\n", "shop/d.go:1:24: "},
		{"carriage returns", "shop/e.go", "package a\r\n\r\nvar x int = \"s\"\r\n", "shop/e.go:3:13: "},
		{"constraint", "shop/f.go", "//go:build !never\n\n// Package a.\npackage a\n\nvar x int = \"s\"\n", "shop/f.go:6:13: "},
		{"empty file", "shop/h.go", "", "shop/h.go:1:1: syntax error"},
		{"assembly with a blank line", "shop/i.s", "// x\n\n#include \"textflag.h\"\nTEXT ·F(SB), NOSPLIT, $0\n\tNONSENSE\n", "shop/i.s:5: "},
		{"assembly without one", "shop/j.s", "TEXT ·F(SB), 4, $0\n\tNONSENSE\n", "shop/j.s:"},
	}
	b := newBuilder(t)
	ns, err := overlay.ParseNamespace("a", strings.NewReader("example.com/a"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := *b
			b.t = t
			b.write(test.file, test.text)
			files := b.overlay(ns, "example.com/a", test.file)
			if strings.HasSuffix(test.file, ".s") {
				b.write("shop/empty.go", "package a\n")
				files = append(files, "shop/empty.go")
			}
			out := b.compile("a/example.com/a", files)
			if !strings.HasPrefix(out, test.want) {
				t.Errorf("got error\n%s\nwant one that begins with %s", out, test.want)
			}
		})
	}
}

// TestOwnLineDirectives compares what the compiler reports for sources with
// line directives of their own and for their copies.
func TestOwnLineDirectives(t *testing.T) {
	const wrong = "var x int = \"s\"\n"
	tests := []struct {
		name, text string
		want       string // by Go 1.27 and later
		older      string // by Go before 1.27
	}{
		{"a line", "//line g.y:7\n" + wrong, "shop/g.y:7: ", "g.y:7: "},
		{"a line and a column", "//line g.y:7:3\n" + wrong, "shop/g.y:7:15: ", "g.y:7:15: "},
		{"another folder", "//line ../gen/g.y:7:3\n" + wrong, "gen/g.y:7:15: ", "../gen/g.y:7:15: "},
		{"an absolute name", "//line /gen/g.y:7:3\n" + wrong, "/gen/g.y:7:15: ", "/gen/g.y:7:15: "},
		{"a name with a colon", "//line a:b.y:7:3\n" + wrong, "shop/a:b.y:7:15: ", "a:b.y:7:15: "},
		{"a block comment", "var x int = /*line g.y:7:3*/\"s\"\n", "shop/g.y:7:3: ", "g.y:7:3: "},
		{"several lines", "var x int = /*line g\n.y:7:3*/\"s\"\n", "shop/g\n.y:8:9: ", "g\n.y:8:9: "},
		{"the name before", "//line g.y:7:3\n\n//line :9:4\n" + wrong, "shop/g.y:9:16: ", "g.y:9:16: "},
		{"the file's own name", "//line :9:4\n" + wrong, "shop/a.go:9:16: ", "shop/a.go:9:16: "},
		{"an indented comment", "\t//line g.y:7:3\n" + wrong, "shop/a.go:4:13: ", "shop/a.go:4:13: "},
		{"no number", "// Text.\n\n//line g.y\n" + wrong, "shop/a.go:6:13: ", "shop/a.go:6:13: "},
		{"carriage returns", "//line g.y:7:3\r\n" + wrong, "shop/g.y:7:15: ", "g.y:7:15: "},
		{"a string", "const s = `\n//line g.y:7:3\n`\n" + wrong, "shop/a.go:6:13: ", "shop/a.go:6:13: "},
		{"a syntax error", "//line g.y:7:3\nvar x = )\n", "shop/g.y:7:11: ", "g.y:7:11: "},
	}
	b := newBuilder(t)
	ns := namespace(t, "a", "example.com/a")
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := *b
			b.t = t
			b.write("shop/a.go", "package a\n\n"+test.text)
			original := b.compile("a/example.com/a", []string{"shop/a.go"})
			copied := b.compile("a/example.com/a", b.overlay(ns, "example.com/a", "shop/a.go"))
			want := test.older
			if slices.Contains(b.context.ReleaseTags, "go1.27") {
				want = test.want
			}
			if !strings.HasPrefix(original, want) {
				t.Errorf("of the source:\n%s\nwant an error that begins with %s", original, want)
			}
			if copied != original {
				t.Errorf("of the copy:\n%s\nof the source:\n%s", copied, original)
			}
		})
	}
}

// TestCovered compiles a file as rules_go does one that is instrumented: from a
// work folder, which it takes off the paths.
func TestCovered(t *testing.T) {
	b := newBuilder(t, "fmt", "runtime")
	b.write("shop/a.go", "package main\n\nimport (\n\t\"fmt\"\n\t\"runtime\"\n)\n\nfunc main() {\n\t_, file, line, _ := runtime.Caller(0)\n\tfmt.Print(file, line)\n"+
		"//line own.y:30\n\t_, file, line, _ = runtime.Caller(0)\n\tfmt.Print(\" \", file, line)\n}\n")
	b.covered = []string{"shop/a.go"}
	copied := b.overlay(namespace(t, "a", "example.com/a"), "example.com/a", "shop/a.go")
	text, err := os.ReadFile(copied[0])
	if err != nil {
		t.Fatal(err)
	}
	if got := bytes.Count(text, []byte("\n")); got != 14 {
		t.Errorf("the copy has %d lines, want those of the original:\n%s", got, text)
	}
	work := t.TempDir()
	instrumented := filepath.Join(work, "cover_0.go")
	if err := os.WriteFile(instrumented, append([]byte("//line "+filepath.Join(b.root, copied[0])+":1:1\n"), text...), 0o666); err != nil {
		t.Fatal(err)
	}
	b.mustRun("go", "tool", "compile", "-p", "main", "-importcfg", b.importcfg(" "), "-pack", "-trimpath="+work+"=>;"+b.root, "-o", "main.a", instrumented)
	b.arcs["main"] = filepath.Join(b.root, "main.a")
	if got, want := b.mustRun(b.link()), "shop/a.go9 own.y30"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestContainGenericMethods compiles go statements that call generic methods.
func TestContainGenericMethods(t *testing.T) {
	b := newBuilder(t, "fmt", "math/rand/v2")
	if !slices.Contains(build.Default.ReleaseTags, "go1.27") || !slices.Contains(b.context.ReleaseTags, "go1.27") {
		t.Skip("Go has generic methods since 1.27")
	}
	b.write("runtime/runtime.go", "package runtime\n\nvar Count int\n\nfunc Guard(string) { Count++ }\n\nfunc Guarded[F any](_ string, f F) F { Count++; return f }\n")
	b.mustCompile("example.com/runtime", "runtime/runtime.go")
	b.write("shop/main.go", `package main

import (
	"fmt"
	"math/rand/v2"

	"example.com/runtime"
)

type box[T any] struct{ of T }

func (b box[T]) pair[U any](c chan string, u U) { c <- fmt.Sprint(b.of, u) }

func (b box[T]) plain(c chan string) { c <- fmt.Sprint(b.of) }

func main() {
	c := make(chan string)
	b := box[int]{7}
	go b.pair(c, "inferred")
	fmt.Println(<-c)
	go b.pair[string](c, "written")
	fmt.Println(<-c)
	go b.plain(c)
	fmt.Println(<-c)
	go func() { b.pair(c, "literal") }()
	fmt.Println(<-c)
	go rand.New(rand.NewPCG(1, 2)).N(5)
	fmt.Println(runtime.Count)
}
`)
	index := generics.Index{"fmt": {}, "example.com/runtime": {}, "math/rand/v2": {".N": {1}}}
	c := overlay.Config{Service: "shop", ImportMap: "main", Namespace: namespace(t, "a", "main"), Context: b.context,
		Contain: &overlay.Containment{Runtime: "example.com/runtime", Generics: index},
		Sources: []overlay.File{{In: "shop/main.go", Out: "out/main.go"}}}
	t.Chdir(b.root)
	changes, err := overlay.Run(c)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, change := range changes {
		kinds[change.Kind]++
	}
	if kinds[overlay.Contained] != 3 || kinds[overlay.Uncontained] != 2 {
		t.Errorf("changes %v", changes)
	}
	b.mustCompile("main", "out/main.go")
	if got, want := b.mustRun(b.link()), "7inferred\n7written\n7\n7literal\n3\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}
