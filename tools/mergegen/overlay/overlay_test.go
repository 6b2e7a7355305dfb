package overlay_test

import (
	"go/build"
	"os"
	"path/filepath"
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
	for _, s := range []string{"", "a", "=b", "a=", "a=b=c"} {
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
