package kitex_test

import (
	"encoding/json"
	"errors"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/gomerge/rules_go_merge/dev/adapter"
	"github.com/gomerge/rules_go_merge/dev/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
)

var (
	allVersions = flag.Bool("all", false, "test with all versions of Kitex in tests/conformance/service, not only the newest")
	keep        = flag.String("keep", "", "`folder` for the copies of Kitex, which are kept")
)

const (
	repository  = "../../.."
	services    = repository + "/tests/conformance/service" // has a .mod file for each version of Kitex
	kitex       = "github.com/cloudwego/kitex"
	runtimePath = "github.com/gomerge/rules_go_merge"
)

// TestVet hooks copies of Kitex as the build does, vets them and runs the unit
// tests of the added files, which are in their packages.
func TestVet(t *testing.T) {
	gosdk.OnPath(t)
	kitexAdapter, err := adapter.Read("BUILD.bazel", "kitex")
	if err != nil {
		t.Fatal(err)
	}
	// //tests/conformance/versions compiles the others, and runs them.
	versions := readVersions(t)
	if !*allVersions {
		versions = versions[len(versions)-1:]
	}
	for _, v := range versions {
		t.Run(v.kitex, func(t *testing.T) {
			w := newWorkspace(t, v)
			var packages []string
			for _, hook := range kitexAdapter.Hooks {
				w.hook(hook)
				packages = append(packages, hook.Text("importpath"))
			}
			if len(packages) < 3 {
				t.Fatalf("only %q are hooked", packages)
			}
			w.run(append([]string{"vet", w.modfile}, packages...)...)
			out := w.run("test", w.modfile, "-count=1", "-v", kitex+"/client", kitex+"/server")
			if n := strings.Count(out, "\n--- PASS: TestGoMerge"); n < 16 {
				t.Errorf("only %d tests of the added files ran:\n%s", n, out)
			}
		})
	}
}

// version is a version of Kitex and the file that requires it.
type version struct{ kitex, mod string }

// readVersions returns the versions of the services, the oldest first.
func readVersions(t *testing.T) []version {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(services, "*.mod"))
	if err != nil {
		t.Fatal(err)
	}
	var versions []version
	for _, file := range files {
		for _, r := range readMod(t, file).Require {
			if r.Mod.Path == kitex {
				versions = append(versions, version{r.Mod.Version, file})
			}
		}
	}
	if len(versions) < 2 {
		t.Fatalf("%s has %v", services, versions)
	}
	slices.SortFunc(versions, func(a, b version) int { return semver.Compare(a.kitex, b.kitex) })
	return versions
}

func readMod(t *testing.T, file string) *modfile.File {
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

// workspace has copies of the modules that are hooked, and of the runtime.
type workspace struct {
	t       *testing.T
	dir     string
	modfile string            // flag of the go command
	modules map[string]string // path to folder
	names   *overlay.Namespace
}

func newWorkspace(t *testing.T, v version) *workspace {
	t.Helper()
	w := &workspace{t: t, dir: t.TempDir(), modules: make(map[string]string)}
	if *keep != "" {
		dir, err := filepath.Abs(filepath.Join(*keep, v.kitex))
		if err := errors.Join(err, os.RemoveAll(dir), os.MkdirAll(dir, 0o777)); err != nil {
			t.Fatal(err)
		}
		w.dir = dir
	}
	mod := readMod(t, v.mod)
	w.copySums(v)
	for _, r := range mod.Require {
		if r.Mod.Path == kitex || r.Mod.Path == "github.com/cloudwego/netpoll" {
			w.modules[r.Mod.Path] = filepath.Join(w.dir, filepath.Base(r.Mod.Path))
			w.copyModule(r.Mod)
		}
	}
	w.copyRuntime()
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

// run runs the go command where the services are.
func (w *workspace) run(args ...string) string {
	w.t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = services
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=local", "GOWORK=off", "GOFLAGS=-mod=mod", "CGO_ENABLED=0")
	if os.Getenv("HOME") == "" {
		cmd.Env = append(cmd.Env, "HOME="+w.dir)
	}
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		w.t.Fatalf("go %s: %v\n%s%s", strings.Join(args, " "), err, &stdout, &stderr)
	}
	return stdout.String()
}

// copySums copies the sums of a version's modules to where the go command looks.
func (w *workspace) copySums(v version) {
	w.t.Helper()
	data, err := os.ReadFile(strings.TrimSuffix(v.mod, ".mod") + ".sum")
	if err == nil {
		err = os.WriteFile(filepath.Join(w.dir, "hooked.sum"), data, 0o666)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// copyModule copies a module that will be hooked, without its tests.
func (w *workspace) copyModule(m module.Version) {
	w.t.Helper()
	var downloaded struct{ Dir string }
	if err := json.Unmarshal([]byte(w.run("mod", "download", "-json", m.Path+"@"+m.Version)), &downloaded); err != nil {
		w.t.Fatal(err)
	}
	w.copyFolder(downloaded.Dir, w.modules[m.Path], func(file string) bool {
		return !strings.HasSuffix(file, "_test.go")
	})
}

// copyRuntime copies what added files may import of this module, which then
// requires nothing.
func (w *workspace) copyRuntime() {
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

func (w *workspace) copyFolder(from, to string, want func(file string) bool) {
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

// hook writes a package with what the adapter does to it.
func (w *workspace) hook(hook adapter.Hook) {
	w.t.Helper()
	path := hook.Text("importpath")
	c := overlay.Config{Service: "stock", ImportMap: path, Namespace: w.names}
	resolved := hook.Resolve(func(importPath string) []string {
		return strings.Fields(w.run("list", w.modfile, "-f", `{{join .Imports "\n"}}`, importPath))
	})
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
	dir := strings.TrimSpace(w.run("list", w.modfile, "-f", "{{.Dir}}", path))
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
