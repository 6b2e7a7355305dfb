// Package isolation tests that services of a merged binary do not meet in what
// a process has once.
package isolation

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestMergedPrintsTheSame runs a program with the environment and arguments of
// each service in a process of its own, and then merged with itself.
func TestMergedPrintsTheSame(t *testing.T) {
	runfiles := os.Getenv("TEST_SRCDIR")
	if runfiles == "" {
		t.Skip("needs binaries that Bazel builds: run it with bazelw test")
	}
	var services []struct{ Env, Args []string }
	if err := json.Unmarshal([]byte(os.Getenv("SERVICES")), &services); err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, s := range services {
		alone := exec.Command(filepath.Join(runfiles, os.Getenv("ALONE")), s.Args...)
		alone.Env = append(os.Environ(), s.Env...)
		lines := output(t, alone)
		if len(lines) == 0 {
			t.Fatalf("with %v the program prints nothing", s.Env)
		}
		want = append(want, lines...)
	}
	got := output(t, exec.Command(filepath.Join(runfiles, os.Getenv("MERGED"))))
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("merged:\n%s\nalone:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// output returns the lines that a program prints to its standard output and
// error.
func output(t *testing.T, cmd *exec.Cmd) []string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", filepath.Base(cmd.Path), err, out)
	}
	if len(out) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
}
