// Package gosdk finds the Go SDKs that a test or a tool is to work with.
package gosdk

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/closure"
)

// Env is the environment variable that names the SDKs, separated as in PATH. Each
// is a GOROOT, or, as Bazel's $(rlocationpath) writes it, the VERSION file of one,
// or the ROOT file that rules_go adds.
const Env = "GO_MERGE_TEST_SDKS"

// Roots returns the GOROOTs of the SDKs, in the order in which they are named.
// There are none where the variable is not set.
func Roots() ([]string, error) {
	var roots []string
	for _, path := range filepath.SplitList(os.Getenv(Env)) {
		if base := filepath.Base(path); base == "VERSION" || base == "ROOT" {
			if !filepath.IsAbs(path) {
				path = filepath.Join(runfiles(), path)
			}
			// The SDK is where the link in the runfiles leads.
			file, err := filepath.EvalSymlinks(path)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", Env, err)
			}
			path = filepath.Dir(file)
		}
		roots = append(roots, path)
	}
	return roots, nil
}

// Find returns the GOROOTs of the SDKs that the environment names, or else that of
// the go command.
func Find() ([]string, error) {
	roots, err := Roots()
	if err != nil || len(roots) > 0 {
		return roots, err
	}
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("no Go SDK: %s is not set, and the go command fails: %w", Env, err)
	}
	return []string{strings.TrimSpace(string(out))}, nil
}

// Open reads which packages the SDKs in some folders have, in their order.
func Open(roots []string) ([]*closure.SDK, error) {
	var sdks []*closure.SDK
	for _, root := range roots {
		sdk, err := closure.Open(root)
		if err != nil {
			return nil, err
		}
		sdks = append(sdks, sdk)
	}
	return sdks, nil
}

// OnPath has a test find the go command of the last SDK that Roots returns. Without
// one the user's own is used, and the test fails if there is none.
func OnPath(t testing.TB) {
	t.Helper()
	roots, err := Roots()
	if err != nil {
		t.Fatal(err)
	}
	if n := len(roots); n > 0 {
		t.Setenv("PATH", filepath.Join(roots[n-1], "bin")+string(filepath.ListSeparator)+os.Getenv("PATH"))
		t.Setenv("GOTOOLCHAIN", "local")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Fatalf("%v: put go on the PATH or name an SDK in %s", err, Env)
	}
	// Under Bazel there is no home directory for caches.
	if tmp := os.Getenv("TEST_TMPDIR"); tmp != "" {
		t.Setenv("GOCACHE", filepath.Join(tmp, "gocache"))
		t.Setenv("GOPATH", filepath.Join(tmp, "gopath"))
	}
}

// runfiles is the folder of a test's data, or of a program's that Bazel runs.
func runfiles() string {
	for _, name := range []string{"RUNFILES_DIR", "TEST_SRCDIR"} {
		if dir := os.Getenv(name); dir != "" {
			return dir
		}
	}
	exe, _ := os.Executable()
	return strings.TrimSuffix(exe, ".exe") + ".runfiles"
}
