package std

import (
	"bytes"
	"fmt"
	"go/build"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergegen/platform"
)

const runtimeModule = "github.com/gomerge/rules_go_merge/merge/runtime"

// sdk is a Go SDK.
type sdk struct {
	root, version string
}

// forSDKs runs a test with each SDK.
func forSDKs(t *testing.T, test func(*testing.T, sdk)) {
	if testing.Short() {
		t.Skip("compiles the standard library")
	}
	roots, err := gosdk.Find()
	if err != nil {
		t.Fatal(err)
	}
	for _, root := range roots {
		data, err := os.ReadFile(filepath.Join(root, "VERSION"))
		if err != nil {
			t.Fatal(err)
		}
		version, _, _ := strings.Cut(strings.TrimPrefix(string(data), "go"), "\n")
		t.Run(version, func(t *testing.T) { test(t, sdk{root, version}) })
	}
}

// target is what is compiled for.
type target struct {
	goos, goarch string
	cgo          bool // whether files are selected as with cgo
}

func (s sdk) context(t target) build.Context {
	c := build.Default
	c.GOOS, c.GOARCH, c.CgoEnabled, c.GOROOT = t.goos, t.goarch, t.cgo, s.root
	c.ReleaseTags = platform.ReleaseTags(s.version)
	return c
}

// run runs a tool, in a folder.
func (s sdk) run(dir string, to target, tool string, args ...string) ([]byte, error) {
	name := filepath.Join(s.root, "pkg", "tool", runtime.GOOS+"_"+runtime.GOARCH, tool)
	if tool == "go" {
		name = filepath.Join(s.root, "bin", "go")
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	// There are no C compilers for other platforms. What the packages show to
	// others is the same without cgo.
	cmd.Env = append(os.Environ(), "PWD="+dir, "GOROOT="+s.root, "GOTOOLCHAIN=local", "GOFLAGS=-mod=readonly", "GOWORK=off",
		"GOOS="+to.goos, "GOARCH="+to.goarch, "CGO_ENABLED=0")
	if tmp := os.Getenv("TEST_TMPDIR"); tmp != "" {
		// Under Bazel there is no home directory for caches.
		cmd.Env = append(cmd.Env, "GOCACHE="+filepath.Join(tmp, "gocache"), "GOPATH="+filepath.Join(tmp, "gopath"))
	}
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("%s %s: %w\n%s%s", tool, strings.Join(args, " "), err, &stdout, &stderr)
	}
	return stdout.Bytes(), nil
}

// exports compiles the originals, what copies import, and the runtime, and
// returns the files with their export data by path.
func (s sdk) exports(t *testing.T, table []listed, to target) map[string]string {
	t.Helper()
	// Without optimizations, which is faster.
	args := []string{"list", "-export", "-deps", "-gcflags=all=-N -l", "-f", "{{.ImportPath}}={{.Export}}",
		"./merge/runtime", "./merge/runtime/process", "./merge/runtime/signals"}
	for _, l := range table {
		if len(s.sources(l.path)) > 0 {
			args = append(args, l.path)
		}
	}
	module, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.run(module, to, "go", args...)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for _, line := range strings.Fields(string(out)) {
		if path, file, _ := strings.Cut(line, "="); file != "" {
			all[path] = file
		}
	}
	return all
}

// sources returns the files of a package, whatever they are for.
func (s sdk) sources(path string) (files []string) {
	for _, pattern := range []string{"*.go", "*.s", "*.h"} {
		matches, _ := filepath.Glob(filepath.Join(s.root, "src", path, pattern))
		files = append(files, matches...)
	}
	return slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
}
