package adapter

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/gomerge/rules_go_merge/dev/gotest"
	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
)

const runtimePath = "github.com/gomerge/rules_go_merge"

// Workspace has copies of the modules that are hooked, and of the runtime. The go
// command runs in it as if it was in the folder of a service.
type Workspace struct {
	t       *testing.T
	dir     string
	service string
	cgo     string            // CGO_ENABLED
	modfile string            // flag of the go command
	modules map[string]string // path to folder
	names   *overlay.Namespace
}

// WorkspaceConfig describes a workspace.
type WorkspaceConfig struct {
	// Repository is the root of this repository.
	Repository string
	// Service is the folder where the go command runs.
	Service string
	// Mod is the file that is the service's go.mod. Its sums are beside it, in a file
	// whose name ends with .sum.
	Mod string
	// Modules are those that are hooked, of which the workspace has copies.
	Modules []string
	// Cgo lets the go command use it, as it has to for the race detector.
	Cgo bool
	// Keep is where the workspace is kept, "" for a folder that goes with the test.
	Keep string
}

// NewWorkspace copies the modules.
func NewWorkspace(t *testing.T, c WorkspaceConfig) *Workspace {
	t.Helper()
	w := &Workspace{t: t, dir: t.TempDir(), service: c.Service, cgo: "0", modules: make(map[string]string)}
	if c.Cgo {
		w.cgo = "1"
	}
	if c.Keep != "" {
		dir, err := filepath.Abs(c.Keep)
		if err := errors.Join(err, os.RemoveAll(dir), os.MkdirAll(dir, 0o777)); err != nil {
			t.Fatal(err)
		}
		w.dir = dir
	}
	mod := ReadMod(t, c.Mod)
	w.copySums(c.Mod)
	for _, r := range mod.Require {
		for _, path := range c.Modules {
			if r.Mod.Path == path {
				w.modules[path] = filepath.Join(w.dir, filepath.Base(path))
				w.copyModule(r.Mod)
			}
		}
	}
	w.copyRuntime(c.Repository)
	errs := []error{mod.AddRequire(runtimePath, "v0.0.0")}
	for path, dir := range w.modules {
		errs = append(errs, mod.AddReplace(path, "", dir, ""))
	}
	text, err := mod.Format()
	file := filepath.Join(w.dir, "hooked.mod")
	if err := errors.Join(append(errs, err, os.WriteFile(file, text, 0o666))...); err != nil {
		t.Fatal(err)
	}
	w.modfile = "-modfile=" + file
	if w.names, err = overlay.ParseNamespace("stock", strings.NewReader("main=example.com/stock\n")); err != nil {
		t.Fatal(err)
	}
	return w
}

// ReadMod reads a go.mod file.
func ReadMod(t *testing.T, file string) *modfile.File {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	mod, err := modfile.Parse(file, data, nil)
	if err != nil {
		t.Fatal(err)
	}
	return mod
}

// Run runs the go command where the service is.
func (w *Workspace) Run(args ...string) string {
	w.t.Helper()
	out, err := w.Try(args...)
	if err != nil {
		w.t.Fatalf("go %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// Test runs go test and returns how many tests passed, with their subtests. If any
// fails, only the output of those that did is shown, and last.
func (w *Workspace) Test(args ...string) int {
	w.t.Helper()
	args = append([]string{"test", w.modfile, "-json"}, args...)
	stdout, stderr, err := w.command(args...)
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatal(err)
	}
	report, readErr := gotest.Read(strings.NewReader(stdout))
	if readErr != nil || err != nil && len(report.Failures) == 0 {
		w.t.Fatalf("go %s: %v\n%s%s", strings.Join(args, " "), errors.Join(err, readErr), stdout, stderr)
	}
	if err != nil {
		var text strings.Builder
		report.Write(&text)
		w.t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, &text)
	}
	return report.Passed
}

// Try is Run that returns an error, which has what the command printed.
func (w *Workspace) Try(args ...string) (string, error) {
	return joined(w.command(append([]string{args[0], w.modfile}, args[1:]...)...))
}

// joined has the error of a command contain what it printed.
func joined(stdout, stderr string, err error) (string, error) {
	if err != nil {
		return "", errors.Join(err, errors.New(stdout+stderr))
	}
	return stdout, nil
}

func (w *Workspace) command(args ...string) (stdout, stderr string, err error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = w.service
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=-mod=mod", "CGO_ENABLED="+w.cgo)
	if os.Getenv("HOME") == "" {
		cmd.Env = append(cmd.Env, "HOME="+w.dir)
	}
	var out, log strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &log
	err = cmd.Run()
	return out.String(), log.String(), err
}

// copySums copies the sums of the service's modules to where the go command looks.
func (w *Workspace) copySums(mod string) {
	w.t.Helper()
	data, err := os.ReadFile(strings.TrimSuffix(mod, ".mod") + ".sum")
	if err == nil {
		err = os.WriteFile(filepath.Join(w.dir, "hooked.sum"), data, 0o666)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// copyModule copies a module that will be hooked, without its tests.
func (w *Workspace) copyModule(m module.Version) {
	w.t.Helper()
	var downloaded struct{ Dir string }
	out, err := joined(w.command("mod", "download", "-json", m.Path+"@"+m.Version))
	if err == nil {
		err = json.Unmarshal([]byte(out), &downloaded)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.copyFolder(downloaded.Dir, w.modules[m.Path], func(file string) bool {
		return !strings.HasSuffix(file, "_test.go")
	})
	w.raiseLanguage(filepath.Join(w.modules[m.Path], "go.mod"))
}

// raiseLanguage has a module's go.mod allow type parameters, which added files
// have. Bazel takes the language of the SDK.
func (w *Workspace) raiseLanguage(file string) {
	w.t.Helper()
	mod := ReadMod(w.t, file)
	const least = "1.18"
	if mod.Go != nil && semver.Compare("v"+mod.Go.Version, "v"+least) >= 0 {
		return
	}
	err := mod.AddGoStmt(least)
	text, formatErr := mod.Format()
	if err := errors.Join(err, formatErr); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o666); err != nil {
		w.t.Fatal(err)
	}
}

// copyRuntime copies what added files may import of this module, which then
// requires nothing.
func (w *Workspace) copyRuntime(repository string) {
	w.t.Helper()
	to := filepath.Join(w.dir, "runtime")
	w.modules[runtimePath] = to
	w.copyFolder(filepath.Join(repository, "merge", "runtime"), filepath.Join(to, "merge", "runtime"), func(file string) bool {
		return filepath.Ext(file) == ".s" || filepath.Ext(file) == ".go" && !strings.HasSuffix(file, "_test.go")
	})
	if err := os.WriteFile(filepath.Join(to, "go.mod"), []byte("module "+runtimePath+"\n\ngo 1.25.0\n"), 0o666); err != nil {
		w.t.Fatal(err)
	}
}

func (w *Workspace) copyFolder(from, to string, want func(file string) bool) {
	w.t.Helper()
	err := filepath.WalkDir(from, func(file string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !want(file) {
			return err
		}
		rel, err := filepath.Rel(from, file)
		if err != nil {
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		out := filepath.Join(to, rel)
		return errors.Join(os.MkdirAll(filepath.Dir(out), 0o777), os.WriteFile(out, data, 0o666))
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Hook writes a package with what the adapter does to it, and adds the unit tests
// beside the added files.
func (w *Workspace) Hook(hook Hook) {
	w.t.Helper()
	path := hook.Text("importpath")
	c := overlay.Config{Service: "stock", ImportMap: path, Namespace: w.names}
	imports := map[string][]string{} // of the packages that the hooked one reaches
	for line := range strings.Lines(w.Run("list", "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`, path)) {
		if words := strings.Fields(line); len(words) > 0 {
			imports[words[0]] = words[1:]
		}
	}
	resolved := hook.Resolve(func(importPath string) []string { return imports[importPath] })
	if resolved.Missing != "" {
		w.t.Fatalf("no alternative applies: %s is not imported", resolved.Missing)
	}
	for _, pair := range resolved.Renames {
		r, err := overlay.ParseRename(pair)
		if err != nil {
			w.t.Fatal(err)
		}
		c.Renames = append(c.Renames, r)
	}
	dir := strings.TrimSpace(w.Run("list", "-f", "{{.Dir}}", path))
	sources, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, f := range sources {
		c.Sources = append(c.Sources, overlay.File{In: f, Out: f})
	}
	folders := map[string]bool{}
	for _, f := range resolved.Srcs {
		abs, err := filepath.Abs(f)
		if err != nil {
			w.t.Fatal(err)
		}
		c.Adds = append(c.Adds, overlay.File{In: abs, Out: filepath.Join(dir, "go_merge_"+filepath.Base(f))})
		folders[filepath.Dir(abs)] = true
	}
	for folder := range folders {
		tests, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
		if err != nil {
			w.t.Fatal(err)
		}
		for _, f := range tests {
			c.Adds = append(c.Adds, overlay.File{In: f, Out: filepath.Join(dir, "go_merge_"+filepath.Base(f))})
		}
	}
	if _, err := overlay.Run(c); err != nil {
		w.t.Fatal(err)
	}
}
