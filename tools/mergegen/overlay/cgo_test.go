package overlay_test

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
)

// cgo runs cgo after rules_go's generateCgoSources and compiles what it wrote.
// It returns the error output of the first step that fails.
func (b *builder) cgo(path, file string) string {
	b.t.Helper()
	work := filepath.Join(b.root, "cgowork")
	out, err := b.run("go", "tool", "cgo", "-srcdir", filepath.Join(b.root, filepath.Dir(file)), "-objdir", work,
		"-trimpath", b.root+";"+filepath.Dir(b.root)+"=>..", "-importpath", path, "--", filepath.Base(file))
	if err == nil {
		stem := strings.TrimSuffix(filepath.Base(file), ".go")
		out, err = b.run("go", "tool", "compile", "-p", path, "-importcfg", b.importcfg(" "), "-pack",
			"-trimpath="+work+";"+b.root, "-o", "cgo.a", "--",
			filepath.Join(work, "_cgo_gotypes.go"), filepath.Join(work, stem+".cgo1.go"))
	}
	if err == nil {
		return ""
	}
	return strings.ReplaceAll(out, b.root+"/", "")
}

func TestCgoErrors(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("needs a C compiler")
	}
	tests := []struct {
		name, text, want string
	}{
		{"no error", "package c\n\n// int f(void) { return 1; }\nimport \"C\"\n\nvar x = C.f()\n", ""},
		{"line comments", "package c\n\n// int f(void) { return 1; }\n// int broken = missing;\nimport \"C\"\n\nvar x = C.f()\n", "shop/c.go:4:"},
		{"block comment", "package c\n\n/*\n#include <stdlib.h>\nint f(void) { return missing; }\n*/\nimport \"C\"\n\nvar x = C.f()\n", "shop/c.go:5:"},
		{"import group", "package c\n\nimport (\n\t\"os\"\n\n\t// int f(void) { return missing; }\n\t\"C\"\n)\n\nvar _ = os.Args\nvar x = C.f()\n", "shop/c.go:6:"},
		{"Go below the preamble", "package c\n\n// int f(void) { return 1; }\nimport \"C\"\n\nvar x string = C.f()\n", "shop/c.go:6:16: "},
		{"Go below a line directive", "package c\n\n// int f(void) { return 1; }\nimport \"C\"\n\n//line own.y:9:1\nvar x string = C.f()\n", "own.y:9:16: "},
		{"Go beside the preamble", "package c\n\n// int f(void) { return 1; }\nimport \"C\"; var x = C.f() + \"\"\n", "shop/c.go:4:"},
	}
	b := newBuilder(t, "runtime/cgo", "syscall", "unsafe", "os")
	ns, err := overlay.ParseNamespace("a", strings.NewReader("example.com/c"))
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := *b
			b.t = t
			b.write("shop/c.go", test.text)
			out := b.cgo("a/example.com/c", b.overlay(ns, "example.com/c", "shop/c.go")[0])
			t.Log(out)
			if test.want == "" && out != "" || !strings.Contains(out, test.want) || strings.Contains(out, "bazel-out") {
				t.Errorf("got error\n%s\nwant one that has %q and no path of the copy", out, test.want)
			}
		})
	}
}
