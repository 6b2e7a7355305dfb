// Package gosdk finds the Go SDKs that a test or a tool is to work with.
package gosdk

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Env is the environment variable that names the SDKs, separated as in PATH. Each
// is a GOROOT, or, as Bazel's $(rlocationpath) writes it, the VERSION file of one.
const Env = "GO_MERGE_TEST_SDKS"

// Roots returns the GOROOTs of the SDKs, in the order in which they are named.
// There are none where the variable is not set.
func Roots() ([]string, error) {
	var roots []string
	for _, path := range filepath.SplitList(os.Getenv(Env)) {
		if filepath.Base(path) == "VERSION" {
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
