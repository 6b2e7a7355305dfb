package overlay

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func parse(text string) (*ast.File, error) {
	return parser.ParseFile(token.NewFileSet(), "x.go", text, parser.ParseComments|parser.SkipObjectResolution)
}

// FuzzGo checks what holds for every Go file: the copy parses if and only if
// the file does, and it is the file below a header when nothing is in the
// namespace.
func FuzzGo(f *testing.F) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		f.Fatalf("no archives in testdata: %v", err)
	}
	for _, archive := range archives {
		data, err := os.ReadFile(archive)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range strings.Split(string(data), "\n-- ") {
			if name, text, _ := strings.Cut(file, " --\n"); strings.HasSuffix(name, ".go") {
				f.Add(text)
			}
		}
	}
	for _, text := range []string{
		"", "package a", "\ufeffpackage a\n", "package a\r\n\r\n//go:linkname x example.com/app.x\r\nfunc x()\r\n",
		"package a\n//line x.y:3\n//go:linkname x example.com/app.x\nfunc x()",
		"package a\n//line g.y:7\nvar x int\n//line /a:b:3:4\nvar y /*line c.y:4:5*/ int\n//line ../../c:4\nvar z", "package a\n//line :7:8\nvar x; /*line ::1*/ var y",
		"package a\n\n// int x;\nimport \"C\"\n", "package a\nimport (\n/**/\"C\"\n)", "/*\n*/package a; /* x */ import \"C\"",
		"package a\nfunc NewClient[T any]() {}\nfunc (*server[T]) Run() {}\n//line a:1\nfunc NewClient()",
		"package a;import . \"b\"\nfunc f() { go f(); go func() {}(); go (*T[int]).F(a)\ngo (f)() }", "package a\nfunc init() {go\nf\n.\ng[int]/**/()}",
		"//go:build x\npackage a\n//go:linkname \n//go:linkname a\n//go:linkname a b c",
	} {
		f.Add(text)
	}
	renames := []Rename{{From: "NewClient", To: "goMergeNewClient"}, {Receiver: "*server", From: "Run", To: "goMergeRun"}}
	config := func(packages string) Config {
		ns, err := ParseNamespace("a", strings.NewReader(packages))
		if err != nil {
			f.Fatal(err)
		}
		return Config{Service: "s", ImportMap: "example.com/app", Namespace: ns}
	}
	empty := config("")
	full := config("example.com/app\nexample.com/base64x\ngopkg.in/yaml.v3\nmain=example.com/shop\noutside=runtime\n")
	full.Contain = &Containment{Runtime: "example.com/runtime"}
	relative := empty
	relative.Context.ReleaseTags = []string{"go1.27"}
	f.Fuzz(func(t *testing.T, text string) {
		file, parseErr := parse(text)
		plain := empty.rewriteGo("dir/x.go", lineNames{}, []byte(text), nil)
		rest, ok := strings.CutPrefix(string(plain.text), "//line dir/x.go:1:1\n")
		// Preambles get a #line directive.
		if !ok || !importsC(file) && rest != strings.TrimPrefix(text, "\ufeff") {
			t.Errorf("%q was changed to %q", text, plain.text)
		}
		if len(plain.changes) > 0 {
			t.Errorf("changes in an empty namespace: %v", plain.changes)
		}
		for _, c := range []Config{empty, full} {
			copied := c.rewriteGo("dir/x.go", lineNames{}, []byte(text), renames)
			if _, copyErr := parse(string(copied.text)); (parseErr == nil) != (copyErr == nil) || copied.parsed != (parseErr == nil) {
				t.Errorf("%q parses with %v, its copy %q with %v", text, parseErr, copied.text, copyErr)
			}
		}
		// The parser takes relative names as Go 1.27's compiler does.
		f := File{In: "dir/x.go", Out: "out/of/x.go"}
		copied := relative.rewriteGo(f.In, relative.lineNamer()(f), []byte(text), nil)
		if want, got := positions(f.In, []byte(text)), positions(f.Out, copied.text); want != got {
			t.Errorf("%q has declarations at %s, its copy %q at %s", text, want, copied.text, got)
		}
	})
}

// positions returns where a file that parses has its declarations.
func positions(path string, text []byte) string {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, path, bytes.TrimPrefix(text, []byte("\ufeff")), parser.SkipObjectResolution)
	if err != nil {
		return ""
	}
	var at strings.Builder
	for _, decl := range file.Decls {
		fmt.Fprintln(&at, fset.Position(decl.Pos()), fset.Position(decl.End()))
	}
	return at.String()
}

// FuzzAsm checks that assembly is only added to when nothing is in the
// namespace, and that the copy has the same lines.
func FuzzAsm(f *testing.F) {
	for _, text := range []string{
		"", "\n", "// +build x\n\nTEXT ·F(SB), 4, $0\n", "/*\n\n*/ RET\n\tRET", "#define x \\\n\\\ny\n\nRET\r\n\r\nRET",
		"#include <example·com∕app·x>\nJMP example·com∕app·x(SB)", "\"\n'\n`\n\nx", "\n\nmain·x", "//\xff\n\x00\n",
		"#define A(x, y) TEXT x+(4*2)(SB), y\nA(f, (1,2)) A(", "#define A(a) B(a)\n#define B(a) A(a); CALL a(SB)\n#define C D\nA(C)", "#define A A\nCALL A(SB)\n#define B(",
	} {
		f.Add(text)
	}
	ns, err := ParseNamespace("a", strings.NewReader(""))
	if err != nil {
		f.Fatal(err)
	}
	c := Config{Service: "s", ImportMap: "example.com/app", Namespace: ns}
	f.Fuzz(func(t *testing.T, text string) {
		read := newAsmText("x.s", []byte(text))
		for offset, use := range asmUsesOf([]string{"x.s"}, map[string]*asmText{"x.s": read})["x.s"] {
			if !strings.HasPrefix(text[offset:], use.name) {
				t.Errorf("%q does not have %s at %d", text, use.name, offset)
			}
		}
		out, changes, err := c.rewriteAsm("x.s", []byte(text), nil)
		if err != nil || len(changes) > 0 {
			t.Fatalf("changes in an empty namespace: %v, %v", changes, err)
		}
		var lines []string
		for line := range strings.Lines(string(out)) {
			if !strings.HasPrefix(line, "#line ") || !strings.HasSuffix(line, " \"x.s\"\n") {
				lines = append(lines, line)
			}
		}
		got, want := strings.Join(lines, ""), text
		if added := strings.Count(string(out), "\n") - strings.Count(text, "\n"); added == 0 && len(out) > len(text) {
			// The directive took the place of a blank line.
			at := strings.Index(string(out), "#line ")
			before, after := text[:at], text[at:]
			_, after, _ = strings.Cut(after, "\n")
			want = before + after
		}
		if got != want {
			t.Errorf("%q was changed to %q", text, out)
		}
	})
}

func importsC(file *ast.File) bool {
	if file == nil {
		return false
	}
	for _, spec := range file.Imports {
		if spec.Path.Value == `"C"` {
			return true
		}
	}
	return false
}
