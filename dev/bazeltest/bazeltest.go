// Package bazeltest runs real Bazel on small workspaces written as txtar
// archives, as a user of the rules would.
package bazeltest

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
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
	sdkEnv  = "GO_MERGE_TEST_GOROOT"  // where the Go on that PATH is
)

// processes matches the line in which Bazel counts the actions of a build.
var processes = regexp.MustCompile(`^INFO: [0-9]+ process(es)?: `)

// Workspace is a Bazel workspace in a separate folder.
type Workspace struct {
	t   *testing.T
	Dir string
	// Flags are given to every command.
	Flags []string
	// mounts are flags for the sandbox, given to commands that build.
	mounts []string
	// Output is where Bazel keeps what it makes, between runs, too.
	Output string
	// Env is added to the environment of Bazel itself, as "NAME=value".
	Env []string
	// SDK is the GOROOT of the Go that go_sdk.host() finds, if not that on the
	// PATH.
	SDK string
}

// New writes the archive's files to a workspace. Its MODULE.bazel may depend on
// rules_go_merge, which is the source tree of this module. Workspaces of one
// name share a folder, and so a warm Bazel server.
func New(t *testing.T, name string, archive *txtar.Archive) *Workspace {
	t.Helper()
	rules := SourceTree(t) // skips what cannot run
	w := Open(t, Folder(t, name), rules)
	for _, file := range archive.Files {
		w.Write(file.Name, string(file.Data))
	}
	return w
}

// Open returns a workspace whose files are there already, with the folder that
// rules_go_merge is taken from. It is empty for a workspace of its own sources.
func Open(t *testing.T, dir, rules string) *Workspace {
	w := &Workspace{t: t, Dir: dir, Output: os.Getenv(rootEnv), SDK: os.Getenv(sdkEnv)}
	if w.Output == "" {
		w.Output = filepath.Join(os.Getenv("TEST_TMPDIR"), "output")
	}
	if rules != "" {
		w.Flags = []string{"--override_module=rules_go_merge=" + rules}
	}
	// Bazel's sandbox has its own /tmp, with the workspace, but not with what
	// repositories lead to.
	for _, dir := range []string{rules, os.Getenv("TEST_TMPDIR")} {
		if strings.HasPrefix(dir, "/tmp/") {
			w.mounts = append(w.mounts, "--sandbox_add_mount_pair="+dir)
		}
	}
	return w
}

// Folder returns the empty folder of a name. It is the same in each run, so that
// a Bazel server which is still there can be used again.
func Folder(t *testing.T, name string) string {
	t.Helper()
	dir := filepath.Join(os.Getenv("TEST_TMPDIR"), "ws", name)
	// The server of a workspace ends when its folder goes.
	old, _ := filepath.Glob(filepath.Join(dir, "*"))
	for _, path := range old {
		if err := os.RemoveAll(path); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// SourceTree returns the root of this module's sources.
func SourceTree(t *testing.T) string {
	t.Helper()
	path, err := filepath.EvalSymlinks(Runfile(t, os.Getenv("TEST_WORKSPACE")+"/MODULE.bazel"))
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

// Read returns the content of a file of the workspace.
func (w *Workspace) Read(name string) string {
	w.t.Helper()
	data, err := os.ReadFile(filepath.Join(w.Dir, name))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

// Bazel runs a Bazel command, given as its words, and returns what it printed
// and its exit code.
func (w *Workspace) Bazel(args ...string) (stdout, stderr string, code int) {
	w.t.Helper()
	bazel := []string{"bazel"}
	if rc := os.Getenv(rcEnv); rc != "" {
		bazel = append(bazel, "--bazelrc="+rc)
	}
	bazel = append(bazel, "--output_user_root="+w.Output, "--max_idle_secs=60")
	flags := append([]string{"--enable_bzlmod", "--noenable_workspace", "--color=no", "--curses=no", "--noshow_progress"}, w.Flags...)
	// Flags follow the command, which for "mod" is two words.
	words := 1
	if args[0] == "mod" {
		words = 2
	} else if args[0] != "query" { // which builds nothing
		flags = append(flags, w.mounts...)
	}
	bazel = append(append(append(bazel, args[:words]...), flags...), args[words:]...)
	// env looks bazel up on the PATH that Bazel gets.
	path := Path()
	env := os.Environ()
	if w.SDK != "" {
		path = filepath.Join(w.SDK, "bin") + string(filepath.ListSeparator) + path
		// Bazel notices that another Go is on the PATH by this alone.
		env = append(env, "GOROOT="+w.SDK)
	}
	cmd := exec.Command("env", append([]string{"PATH=" + path}, bazel...)...)
	cmd.Dir = w.Dir
	cmd.Env = append(env, w.Env...)
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatalf("bazel %s: %v", strings.Join(args, " "), err)
	}
	return out.String(), log.String(), cmd.ProcessState.ExitCode()
}

// HasCache reports whether Bazel has a disk cache that all workspaces share.
func HasCache() bool { return os.Getenv(rcEnv) != "" }

// Path returns the PATH with bazel and go on it.
func Path() string {
	if path := os.Getenv(pathEnv); path != "" {
		return path
	}
	return os.Getenv("PATH")
}

// MustBazel runs a Bazel command that has to succeed and returns its standard
// output. It logs how many actions that took.
func (w *Workspace) MustBazel(args ...string) string {
	w.t.Helper()
	stdout, stderr, code := w.Bazel(args...)
	if code != 0 {
		w.t.Fatalf("bazel %s: exit code %d\n%s", strings.Join(args, " "), code, stderr)
	}
	for line := range strings.Lines(stderr) {
		if processes.MatchString(line) {
			w.t.Logf("bazel %s: %s", strings.Join(args, " "), strings.TrimSpace(line))
		}
	}
	return stdout
}
