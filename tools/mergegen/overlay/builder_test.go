package overlay_test

import (
	"bytes"
	"go/build"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
)

// builder runs the Go tools the way rules_go's builder does: in the execution
// root, with absolute source paths that -trimpath makes relative again.
type builder struct {
	t    *testing.T
	root string            // execution root
	std  map[string]string // import path to export file
	arcs map[string]string // compiled path to archive

	context build.Context // of the go command
	covered []string      // sources that are instrumented
}

func newBuilder(t *testing.T, std ...string) *builder {
	t.Helper()
	if testing.Short() {
		t.Skip("runs the Go tool chain")
	}
	gosdk.OnPath(t)
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	b := &builder{t: t, root: root, std: map[string]string{}, arcs: map[string]string{}}
	out, err := b.run("go", append([]string{"list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}", "runtime"}, std...)...)
	if err != nil {
		t.Fatalf("the standard library's export data: %v\n%s", err, out)
	}
	b.context = build.Default
	b.context.ReleaseTags = platform.ReleaseTags(b.mustRun("go", "env", "GOVERSION"))
	for _, line := range strings.Fields(out) {
		if path, file, _ := strings.Cut(line, "="); file != "" {
			b.std[path] = file
		}
	}
	return b
}

// run returns what a command prints on both channels.
func (b *builder) run(name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = b.root
	cmd.Env = append(os.Environ(), "PWD="+b.root, "GOFLAGS=", "GO111MODULE=off")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (b *builder) mustRun(name string, args ...string) string {
	b.t.Helper()
	out, err := b.run(name, args...)
	if err != nil {
		b.t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return out
}

func (b *builder) write(path, text string) {
	b.t.Helper()
	path = filepath.Join(b.root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		b.t.Fatal(err)
	}
}

// overlay writes the copies of the files for one namespace and returns them.
func (b *builder) overlay(ns *overlay.Namespace, importMap string, files ...string) []string {
	b.t.Helper()
	b.t.Chdir(b.root)
	c := overlay.Config{Service: "service_" + ns.Name, ImportMap: importMap, Namespace: ns, Context: b.context, Covered: b.covered}
	var outs []string
	for _, f := range files {
		out := filepath.Join("bazel-out/bin/overlays", ns.Name, f)
		c.Sources = append(c.Sources, overlay.File{In: f, Out: out})
		outs = append(outs, out)
	}
	if _, err := overlay.Run(c); err != nil {
		b.t.Fatal(err)
	}
	return outs
}

// importcfg writes the file for the compiler or the linker. Imports of packages
// in the namespace are mapped.
func (b *builder) importcfg(namespace string) string {
	var cfg bytes.Buffer
	for path, file := range b.std {
		cfg.WriteString("packagefile " + path + "=" + file + "\n")
	}
	for path, file := range b.arcs {
		cfg.WriteString("packagefile " + path + "=" + file + "\n")
		if plain, ok := strings.CutPrefix(path, namespace+"/"); ok {
			cfg.WriteString("importmap " + plain + "=" + path + "\n")
		}
	}
	b.write("importcfg", cfg.String())
	return filepath.Join(b.root, "importcfg")
}

// compile compiles a package under its full path, after the builder's
// compileGo, buildSymabisFile and asmFile. It returns the tools' error output.
func (b *builder) compile(path string, files []string) string {
	b.t.Helper()
	namespace, _, _ := strings.Cut(path, "/")
	arc := filepath.Join(b.root, strings.ReplaceAll(path, "/", "_")+".a")
	args := []string{"tool", "compile", "-p", path, "-importcfg", b.importcfg(namespace), "-pack",
		"-trimpath=" + b.root + ";" + filepath.Dir(b.root) + "=>..", "-o", arc}
	var asm []string
	for _, f := range files {
		if strings.HasSuffix(f, ".s") {
			asm = append(asm, filepath.Join(b.root, f))
		}
	}
	include := filepath.Join(strings.TrimSpace(b.mustRun("go", "env", "GOROOT")), "pkg", "include")
	if len(asm) > 0 {
		b.write("go_asm.h", "")
		symabis := append([]string{"tool", "asm", "-trimpath", b.root, "-I", b.root, "-I", include, "-p", path,
			"-gensymabis", "-o", "symabis", "--"}, asm...)
		if out, err := b.run("go", symabis...); err != nil {
			return strings.ReplaceAll(out, b.root+"/", "")
		}
		args = append(args, "-symabis", "symabis", "-asmhdr", "go_asm.h")
	}
	args = append(args, "--")
	for _, f := range files {
		if strings.HasSuffix(f, ".go") {
			args = append(args, filepath.Join(b.root, f))
		}
	}
	if out, err := b.run("go", args...); err != nil {
		return strings.ReplaceAll(out, b.root+"/", "")
	}
	for _, f := range asm {
		out, err := b.run("go", "tool", "asm", "-I", include, "-I", b.root, "-p", path, "-trimpath", b.root, "-o", f+".o", "--", f)
		if err != nil {
			return strings.ReplaceAll(out, b.root+"/", "")
		}
		b.mustRun("go", "tool", "pack", "r", arc, f+".o")
	}
	b.arcs[path] = arc
	return ""
}

func (b *builder) mustCompile(path string, files ...string) {
	b.t.Helper()
	if out := b.compile(path, files); out != "" {
		b.t.Fatalf("compiling %s:\n%s", path, out)
	}
}

// link links the package main and returns the executable.
func (b *builder) link() string {
	b.t.Helper()
	exe := filepath.Join(b.root, "exe")
	b.mustRun("go", "tool", "link", "-importcfg", b.importcfg(" "), "-o", exe, b.arcs["main"])
	return exe
}
