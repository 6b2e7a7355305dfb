package overlay_test

import (
	"go/build"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
)

func namespace(t testing.TB, name, packages string) *overlay.Namespace {
	t.Helper()
	ns, err := overlay.ParseNamespace(name, strings.NewReader(packages))
	if err != nil {
		t.Fatal(err)
	}
	return ns
}

// one overlays a single file and returns its copy.
func one(t testing.TB, c overlay.Config, name, text string) (string, []overlay.Change) {
	t.Helper()
	dir := t.TempDir()
	in, out := filepath.Join(dir, name), filepath.Join(dir, "out", name)
	if err := os.WriteFile(in, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	c.Sources = []overlay.File{{In: in, Out: out}}
	changes, err := overlay.Run(c)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(data), changes
}

func TestSymbol(t *testing.T) {
	const packages = `
example.com/a
example.com/a.b
example.com/ünï
example.com/per%cent
single
dotted.single
main=example.com/shop
`
	tests := []struct{ symbol, want string }{
		{"example.com/a.F", "x.y/stock/example.com/a.F"},
		{"example.com/a.(*T).M", "x.y/stock/example.com/a.(*T).M"},
		{"example.com/a.T.M", "x.y/stock/example.com/a.T.M"},
		{"example.com/a.F[example.com/b.T]", "x.y/stock/example.com/a.F[example.com/b.T]"},
		{"example.com/a%2eb.F", "x.y/stock/example.com/a%2eb.F"},
		// A dot that is not escaped ends the path, if there is such a package.
		{"example.com/a.b.F", "x.y/stock/example.com/a.b.F"},
		{"example.com/%c3%bcn%c3%af.F", "x.y/stock/example.com/%c3%bcn%c3%af.F"},
		{"example.com/ünï.F", "x.y/stock/example.com/ünï.F"},
		{"example.com/per%25cent.F", "x.y/stock/example.com/per%25cent.F"},
		{"single.F", "x.y/stock/single.F"},
		{"dotted%2esingle.F", "x.y/stock/dotted%2esingle.F"},
		{"dotted.single.F", "x.y/stock/dotted.single.F"},
		{"main.version", "x.y/stock/example.com/shop.version"},
		{"example.com/shop.version", "x.y/stock/example.com/shop.version"},
		{"example.com/b.F", ""},
		{"example.com/a/b.F", ""},
		{"example.com/a", ""},
		{"runtime.nanotime", ""},
		{"mainly.F", ""},
		{"F", ""},
		{"", ""},
		{"%", ""},
		{"example.com/b.F[example.com/a.T]", ""},
	}
	ns := namespace(t, "x.y/stock", packages)
	for _, test := range tests {
		got, ok := ns.Symbol(test.symbol)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("Symbol(%q) = %q, %v, want %q", test.symbol, got, ok, test.want)
		}
	}
}

// TestSymbolOutside has a list of what is not in the namespace: symbols of all
// other packages can only be defined in it.
func TestSymbolOutside(t *testing.T) {
	ns := namespace(t, "stock", `
example.com/a
main=example.com/shop
std=net/http
std=net/http/internal/http2
outside=net
outside=sync
outside=runtime
outside=runtime/debug
outside=example.com/shared.v2
outside=vendor/golang.org/x/net/idna
`)
	tests := []struct{ symbol, want string }{
		{"example.com/a.F", "stock/example.com/a.F"},
		{"net/http.F", "stock/net/http.F"},
		{"main.main", "stock/example.com/shop.main"},
		// No package: what a copy pushes, and what the service's packages push.
		{"net/http/internal/http2_test.F", "stock/net/http/internal/http2_test.F"},
		{"golang.org/x/net/internal/http3_test.F", "stock/golang.org/x/net/internal/http3_test.F"},
		{"golang.org/x/net/idna.F", "stock/golang.org/x/net/idna.F"},
		{"acme_clock.Now", "stock/acme_clock.Now"},
		{"gopkg.in/yaml%2ev3.(*T).M", "stock/gopkg.in/yaml%2ev3.(*T).M"},
		{"gopkg.in/yaml.v3.F", "stock/gopkg.in/yaml.v3.F"},
		// Outside.
		{"net.F", ""},
		{"runtime.(*mheap).alloc", ""},
		{"runtime/debug.F", ""},
		{"vendor/golang.org/x/net/idna.F", ""},
		{"example.com/shared%2ev2.F", ""},
		{"example.com/shared.v2.F", ""},
		{"sync_test.F", ""},
		{"github.com/gomerge/rules_go_merge/merge/runtime.F", ""},
		{"github.com/gomerge/rules_go_merge/merge/runtime/process.F", ""},
		// Of no package at all: C, the compiler, the linker.
		{"_cgo_init", ""},
		{"crosscall2", ""},
		{"go:itab.*example.com/a.T,io.Reader", ""},
		{"type:example.com/a.T", ""},
		{"go.itab.*T,I", ""},
		{".F", ""},
	}
	for _, test := range tests {
		got, ok := ns.Symbol(test.symbol)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("Symbol(%q) = %q, %v, want %q", test.symbol, got, ok, test.want)
		}
	}
}

// TestConstraints shows that copies are built when the originals are.
func TestConstraints(t *testing.T) {
	const line, plus = "//go:build ", "// +build "
	files := map[string]string{
		"a.go": line + "CONDITION\n\npackage a\n",
		"b.go": "// Copyright.\n\n" + line + "CONDITION\npackage a\n",
		"c.go": "\ufeff" + line + "CONDITION\n\npackage a\n",
		"d.go": plus + "CONDITION\n\npackage a\n",
		"a.s":  line + "CONDITION\n\nTEXT ·F(SB), 4, $0\n",
		"b.s":  line + "CONDITION\nTEXT ·F(SB), 4, $0\n",
		"c.s":  plus + "CONDITION\n\nTEXT ·F(SB), 4, $0\n",
		"d.s":  "/*\n\n*/\n\n" + line + "CONDITION\n" + plus + "CONDITION\n\n// Text.\n\n#include \"x\"\n",
	}
	c := overlay.Config{Service: "s", ImportMap: "example.com/a", Namespace: namespace(t, "s", "")}
	for name, text := range files {
		for _, condition := range []string{"ignore", "never"} {
			copied, _ := one(t, c, name, strings.ReplaceAll(text, "CONDITION", condition))
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, name), []byte(copied), 0o666); err != nil {
				t.Fatal(err)
			}
			ctx := build.Default
			ctx.BuildTags = []string{"ignore"}
			match, err := ctx.MatchFile(dir, name)
			if err != nil || match != (condition == "ignore") {
				t.Errorf("%s with constraint %s: MatchFile is %v, %v\n%s", name, condition, match, err, copied)
			}
		}
	}
}

func TestParse(t *testing.T) {
	for _, s := range []string{"", "F", "F=", "=G", "F=G=H", "F=1", "(*T.F=G", "a.b.F=G", "(*T).=G", "func=G", "F=(*T).G"} {
		if r, err := overlay.ParseRename(s); err == nil || !strings.Contains(err.Error(), "(*Type).Method=NewName") {
			t.Errorf("ParseRename(%q) = %+v, %v, want an error with the forms", s, r, err)
		}
	}
	for s, want := range map[string]overlay.Rename{
		"F=G":        {"", "F", "G"},
		"T.F=G":      {"T", "F", "G"},
		"(T).F=G":    {"T", "F", "G"},
		"(*T).F=G":   {"*T", "F", "G"},
		"(*T_1).é=G": {"*T_1", "é", "G"},
	} {
		if r, err := overlay.ParseRename(s); err != nil || r != want {
			t.Errorf("ParseRename(%q) = %+v, %v, want %+v", s, r, err, want)
		}
	}
	if f, err := overlay.ParseFile("a=b.go\tout/a=b.go"); err != nil || f != (overlay.File{In: "a=b.go", Out: "out/a=b.go"}) {
		t.Errorf("a path with an equals sign: %+v, %v", f, err)
	}
	for _, s := range []string{"", "a", "\tb", "a\t", "a\tb\tc", "a=b"} {
		if f, err := overlay.ParseFile(s); err == nil {
			t.Errorf("ParseFile(%q) = %+v, want an error", s, f)
		}
	}
	for name, list := range map[string]string{"": "a", "/x": "a", "x/": "a", "x": "main=a\nmain=b"} {
		if _, err := overlay.ParseNamespace(name, strings.NewReader(list)); err == nil {
			t.Errorf("ParseNamespace(%q, %q) has no error", name, list)
		}
	}
}

func TestRunErrors(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "a.go")
	if err := os.WriteFile(in, []byte("package a\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out", "a.go")
	good := overlay.Config{Service: "stock", ImportMap: "example.com/a", Namespace: namespace(t, "s", "")}
	tests := []struct {
		want   string
		change func(*overlay.Config)
	}{
		{"no service", func(c *overlay.Config) { c.Service = "" }},
		{"no package path", func(c *overlay.Config) { c.ImportMap = "" }},
		{"no namespace", func(c *overlay.Config) { c.Namespace = nil }},
		{"cannot stand in a Go string", func(c *overlay.Config) {
			c.Service = `a"b`
			c.Adds = []overlay.File{{In: in, Out: out}}
		}},
		{"no such file", func(c *overlay.Config) { c.Sources = []overlay.File{{In: in + "x", Out: out}} }},
		{"would be written for both", func(c *overlay.Config) {
			c.Sources = []overlay.File{{In: in, Out: out}, {In: in, Out: out}}
		}},
		{"line break", func(c *overlay.Config) { c.Sources = []overlay.File{{In: "a\nb.go", Out: out}} }},
	}
	for _, test := range tests {
		c := good
		test.change(&c)
		_, err := overlay.Run(c)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("error is %v, want one with %q", err, test.want)
		}
		if _, err := os.Stat(filepath.Join(dir, "out")); err == nil {
			t.Errorf("outputs were written in spite of an error with %q", test.want)
		}
	}
}

// TestReplaces has an added file for a function that only some versions of a
// package have.
func TestReplaces(t *testing.T) {
	const text = "package a\n\n//mergegen:replaces Newer\n\nfunc Newer() { older() }\n"
	renames := []overlay.Rename{{From: "F", To: "f0"}, {From: "Newer", To: "newer0"}}
	tests := []struct {
		name, source, added, want, fails string
	}{
		{"there", "package b\n\nfunc F() {}\n\nfunc Newer() {}\n", text, strings.Replace(text, "package a", "package b", 1), ""},
		{"missing", "package b\n\nfunc F() {}\n", text, "package b\n", ""},
		{"missing, and not replaced", "package b\n\nfunc F() {}\n", "package a\n", "", "no file of the package declares func Newer"},
		{"another is missing", "package b\n\nfunc Newer() {}\n", text, "", "no file of the package declares func F"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			file := func(name, text string) overlay.File {
				in := filepath.Join(dir, name)
				if err := os.WriteFile(in, []byte(text), 0o666); err != nil {
					t.Fatal(err)
				}
				return overlay.File{In: in, Out: filepath.Join(dir, "out", name)}
			}
			add := file("added.go", tt.added)
			_, err := overlay.Run(overlay.Config{
				Service: "stock", ImportMap: "example.com/b", Namespace: namespace(t, "s", ""),
				Sources: []overlay.File{file("b.go", tt.source)}, Adds: []overlay.File{add}, Renames: renames,
			})
			if tt.fails != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fails) {
					t.Errorf("error is %v, want %q", err, tt.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(add.Out)
			if err != nil || !strings.HasSuffix(string(got), tt.want) {
				t.Errorf("the added file is %q, %v, want %q", got, err, tt.want)
			}
		})
	}
}

// TestNewerSyntax has a source that this program's parser does not know: with
// the Go that it is for it may be right, and has to be rewritten.
func TestNewerSyntax(t *testing.T) {
	in := filepath.Join(t.TempDir(), "a.go")
	if err := os.WriteFile(in, []byte("package a\n\nfunc f() { ? }\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	c := overlay.Config{Service: "stock", ImportMap: "example.com/a", Namespace: namespace(t, "s", ""), Sources: []overlay.File{{In: in, Out: in + ".out.go"}}}
	c.Context.ReleaseTags = append(slices.Clone(build.Default.ReleaseTags), "go1.999")
	if _, err := overlay.Run(c); err == nil || !strings.HasPrefix(err.Error(), in+":3:12: ") || !strings.Contains(err.Error(), "the source is for go1.999") {
		t.Errorf("error %v", err)
	}
	c.Context.ReleaseTags = build.Default.ReleaseTags
	if _, err := overlay.Run(c); err != nil {
		t.Errorf("the compiler of the same Go has the better message than %v", err)
	}
}
