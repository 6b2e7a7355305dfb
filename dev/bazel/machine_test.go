package bazel_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// commands are what bazelw uses of a machine, apart from what each test is about.
var commands = strings.Fields(`apt-cache apt-config apt-get bash cat chmod cksum cp cut date df dirname dpkg env find
	flock go grep gzip head id ls mkdir mktemp mv paste perl readlink realpath rm sed sh sleep sort tail tee touch tr uname`)

// machine is a stand-in for a computer with a checkout of this repository.
type machine struct {
	t    *testing.T
	root string // the checkout
	bin  string // what is on the PATH
	home string
	env  []string
}

// newMachine returns a machine with a base system and Go, from which the module
// registry is out of reach.
func newMachine(t *testing.T) *machine {
	t.Helper()
	dir := t.TempDir()
	m := &machine{t: t, root: filepath.Join(dir, "a checkout"), bin: filepath.Join(dir, "bin"), home: filepath.Join(dir, "home")}
	for _, dir := range []string{m.bin, m.home} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"bazelw", ".bazelversion", "dev/bazel/choose.sh", "dev/bazel/debian.sh", "dev/bazel/enter.sh", "dev/bazel/provision.sh",
		"dev/bazel/bazelisk/go.mod", "dev/bazel/bazelisk/go.sum", "dev/bazel/modules/go.mod", "dev/bazel/modules/go.sum"} {
		data, err := os.ReadFile(filepath.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		m.write(name, string(data), 0o755)
	}
	// Go would write it in the background, also when the test is over.
	telemetry := filepath.Join(m.home, ".config", "go", "telemetry")
	if err := os.MkdirAll(telemetry, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(telemetry, "mode"), []byte("off"), 0o644); err != nil {
		t.Fatal(err)
	}
	m.write("MODULE.bazel", "", 0o644)
	m.replace("dev/bazel/choose.sh", "bcr.bazel.build/443", "registry.invalid/443")
	for _, name := range commands {
		m.link(name, find(t, name))
	}
	// On the machine that runs the test it may be forbidden to mount.
	m.program("unshare", `[[ $2 == true ]] || echo "entered $*"`)
	// Tests need not run as root.
	m.program("sudo", `while [[ $1 == -* ]]; do shift; done; exec "$@"`)
	return m
}

// find returns the path of a command.
func find(t *testing.T, name string) string {
	t.Helper()
	for _, dir := range filepath.SplitList(bazeltest.Path()) {
		if path := filepath.Join(dir, name); isExecutable(path) {
			return path
		}
	}
	t.Fatalf("no %s on %s", name, bazeltest.Path())
	return ""
}

func isExecutable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

func (m *machine) link(name, to string) {
	m.t.Helper()
	if err := os.Symlink(to, filepath.Join(m.bin, name)); err != nil {
		m.t.Fatal(err)
	}
}

// program puts a bash script on the PATH, instead of what is there.
func (m *machine) program(name, script string) {
	m.t.Helper()
	path := filepath.Join(m.bin, name)
	os.Remove(path)
	if err := os.WriteFile(path, []byte("#!/bin/bash\n"+script+"\n"), 0o755); err != nil {
		m.t.Fatal(err)
	}
}

// write writes a file of the checkout.
func (m *machine) write(name, text string, mode os.FileMode) {
	m.t.Helper()
	path := filepath.Join(m.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		m.t.Fatal(err)
	}
}

// replace replaces a text in a file of the checkout, which has to have it.
func (m *machine) replace(name, old, new string) {
	m.t.Helper()
	data, err := os.ReadFile(filepath.Join(m.root, name))
	if err != nil {
		m.t.Fatal(err)
	}
	if !strings.Contains(string(data), old) {
		m.t.Fatalf("%s has no %q", name, old)
	}
	m.write(name, strings.Replace(string(data), old, new, 1), 0o755)
}

// bazelw runs the script and returns what it prints, and its exit code.
func (m *machine) bazelw(args ...string) (stdout, stderr string, code int) {
	m.t.Helper()
	cmd := exec.Command(filepath.Join(m.root, "bazelw"), args...)
	cmd.Dir = m.root
	cmd.Env = append([]string{"HOME=" + m.home, "PATH=" + m.bin}, m.env...)
	var out, log strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &log
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		m.t.Fatal(err)
	}
	return out.String(), log.String(), cmd.ProcessState.ExitCode()
}

// log returns a log in the cache folder.
func (m *machine) log(name string) string {
	data, _ := os.ReadFile(filepath.Join(m.home, ".cache/rules_go_merge", name))
	return string(data)
}

// check fails if a text lacks one of those that are wanted.
func check(t *testing.T, text string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(text, w) {
			t.Errorf("no %q in\n%s", w, text)
		}
	}
}
