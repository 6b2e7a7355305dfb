// Package bazeltest runs real Bazel on small workspaces written as txtar
// archives, as a user of the rules would.
package bazeltest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// Environment variables that bazelw sets where Bazel cannot run without
// further settings.
const (
	rcEnv   = "GO_MERGE_TEST_BAZELRC" // a bazelrc to read first
	pathEnv = "GO_MERGE_TEST_PATH"    // PATH with bazel and go on it
	rootEnv = "GO_MERGE_TEST_OUTPUT"  // output_user_root, kept between runs
)

// Workspace is a Bazel workspace in a folder of its own.
type Workspace struct {
	t   *testing.T
	Dir string
}

// module is the head of every workspace's MODULE.bazel.
const module = `module(name = "bazeltest")

bazel_dep(name = "gazelle", version = "0.47.0")
bazel_dep(name = "rules_go", version = "0.65.0", repo_name = "io_bazel_rules_go")
bazel_dep(name = "rules_go_merge", version = "0.0.0")
local_path_override(
    module_name = "rules_go_merge",
    path = "@RULES_GO_MERGE@",
)

go_sdk = use_extension("@io_bazel_rules_go//go:extensions.bzl", "go_sdk")
go_sdk.host()
`

// New writes the archive's files to a workspace whose MODULE.bazel depends on
// rules_go and on the source tree of this module. A MODULE.bazel in the archive
// is appended to that head. The folder's name is fixed, so that a warm Bazel
// server can be used again.
func New(t *testing.T, name string, archive *txtar.Archive) *Workspace {
	t.Helper()
	dir := filepath.Join(os.Getenv("TEST_TMPDIR"), "ws", name)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	w := &Workspace{t: t, Dir: dir}
	head := strings.ReplaceAll(module, "@RULES_GO_MERGE@", sourceTree(t))
	for _, file := range archive.Files {
		if file.Name == "MODULE.bazel" {
			head += string(file.Data)
			continue
		}
		w.Write(file.Name, string(file.Data))
	}
	w.Write("MODULE.bazel", head)
	return w
}

// sourceTree returns the root of this module's sources.
func sourceTree(t *testing.T) string {
	t.Helper()
	path, err := filepath.EvalSymlinks(filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv("TEST_WORKSPACE"), "MODULE.bazel"))
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(path)
}

// Write writes a file of the workspace.
func (w *Workspace) Write(name, content string) {
	w.t.Helper()
	path := filepath.Join(w.Dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

// Bazel runs a Bazel command and returns what it printed and its exit code.
func (w *Workspace) Bazel(command string, args ...string) (stdout, stderr string, code int) {
	w.t.Helper()
	output := os.Getenv(rootEnv)
	if output == "" {
		output = filepath.Join(os.Getenv("TEST_TMPDIR"), "output")
	}
	startup := []string{}
	if rc := os.Getenv(rcEnv); rc != "" {
		startup = append(startup, "--bazelrc="+rc)
	}
	startup = append(startup, "--output_user_root="+output, "--max_idle_secs=60")
	flags := []string{"--enable_bzlmod", "--noenable_workspace", "--color=no", "--curses=no", "--noshow_progress"}
	path := os.Getenv(pathEnv)
	if path == "" {
		path = os.Getenv("PATH")
	}
	// env looks bazel up on the PATH that Bazel gets.
	cmd := exec.Command("env", append([]string{"PATH=" + path, "bazel"}, append(append(startup, command), append(flags, args...)...)...)...)
	cmd.Dir = w.Dir
	cmd.Env = append(os.Environ(), "HOME="+output)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatalf("bazel %s: %v", command, err)
	}
	return out.String(), log.String(), cmd.ProcessState.ExitCode()
}

// MustBazel runs a Bazel command that has to succeed and returns its standard
// output.
func (w *Workspace) MustBazel(command string, args ...string) string {
	w.t.Helper()
	stdout, stderr, code := w.Bazel(command, args...)
	if code != 0 {
		w.t.Fatalf("bazel %s %s: exit code %d\n%s", command, strings.Join(args, " "), code, stderr)
	}
	return stdout
}
