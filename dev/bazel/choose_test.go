// Package bazel_test runs bazelw on machines that it makes of stand-ins.
package bazel_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// A Bazel of the wanted version that gets its modules, and one that does not. They
// write a line for each call.
const (
	working = `echo "$*" >>"$HOME/calls"
if [[ $1 == --version ]]; then echo "bazel 7.7.1"; else echo "works: $*"; fi`
	offline = `echo "$*" >>"$HOME/calls"
if [[ $1 == --version ]]; then echo "bazel 7.7.1"; else exit 7; fi`
)

func TestSystemBazel(t *testing.T) {
	m := newMachine(t)
	m.program("bazel", working)
	stdout, stderr, code := m.bazelw("build", "//a b")
	if want := "works: build //a b\n"; stdout != want || code != 0 {
		t.Errorf("printed %q with exit code %d, want %q\n%s", stdout, code, want, stderr)
	}
	using := "bazelw: using " + m.bin + "/bazel\n"
	check(t, stderr, using)

	calls := len(readLines(t, m))
	if stdout, stderr, _ = m.bazelw("info"); stdout != "works: info\n" || stderr != using {
		t.Errorf("the second call printed %q and %q", stdout, stderr)
	}
	if n := len(readLines(t, m)) - calls; n != 1 {
		t.Errorf("the second call ran Bazel %d times, want once", n)
	}

	// bazelisk comes first.
	m.program("bazelisk", working)
	if _, stderr, _ = m.bazelw("info"); !strings.Contains(stderr, "bazelw: using "+m.bin+"/bazelisk\n") {
		t.Errorf("bazelisk was not used:\n%s", stderr)
	}
}

func TestLink(t *testing.T) {
	m := newMachine(t)
	m.program("bazel", working)
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("../"+filepath.Base(m.root), filepath.Join(m.root, "here")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(m.root, "here", "bazelw"), link); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(link, "info")
	cmd.Env = []string{"HOME=" + m.home, "PATH=" + m.bin}
	if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "works: info") {
		t.Errorf("%v\n%s", err, out)
	}
}

func readLines(t *testing.T, m *machine) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(m.home, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func TestLeftAside(t *testing.T) {
	for name, script := range map[string]string{
		"another version": `echo "bazel 6.5.0"`,
		"no registry":     offline,
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.program("bazel", script)
			// Neither Debian nor a registry: nothing is left.
			m.program("uname", "echo Darwin")
			_, stderr, code := m.bazelw("info")
			if code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			check(t, stderr,
				"/bazel is not Bazel 7.7.1, or does not get its modules",
				"bazelw: registry.invalid does not answer\n",
				"bazelw: missing Bazel: none gets its modules from the Bazel Central Registry")
		})
	}
}

// TestBazelisk builds bazelisk itself, and has it download a stand-in for Bazel
// from a stand-in for the server of its releases.
func TestBazelisk(t *testing.T) {
	var asked []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, path.Dir(r.URL.Path))
		w.Write([]byte("#!/bin/bash\n" + working + "\n"))
	}))
	t.Cleanup(server.Close)
	m := newMachine(t)
	// Go's caches belong to the machine that runs the test.
	m.env = []string{"BAZELISK_BASE_URL=" + server.URL, "BAZELISK_HOME=" + filepath.Join(m.home, "bazelisk")}
	for _, name := range []string{"GOPROXY", "GOMODCACHE", "GOCACHE"} {
		m.env = append(m.env, name+"="+goEnv(t, name))
	}
	stdout, stderr, code := m.bazelw("build", "//:shop")
	if want := "works: build //:shop\n"; stdout != want || code != 0 {
		t.Fatalf("printed %q with exit code %d, want %q\n%s%s%s", stdout, code, want, stderr, m.log("bazelisk.log"), m.log("choice.log"))
	}
	check(t, stderr, "bazelw: building bazelisk v1.27.0 from its Go module\n", "bazelw: using "+m.home+"/.cache/rules_go_merge/bazelisk-")
	if len(asked) != 1 || asked[0] != "/7.7.1" {
		t.Errorf("bazelisk asked for %q, want a file of 7.7.1, once", asked)
	}
	if _, stderr, _ = m.bazelw("info"); strings.Count(stderr, "\n") != 1 {
		t.Errorf("the second call printed %q", stderr)
	}

	// Go does not build what is not what go.sum says.
	m.replace("dev/bazel/bazelisk/go.sum", "bazelisk v1.27.0 h1:X9m5b6", "bazelisk v1.27.0 h1:AAAAAA")
	m.env = append(m.env, "BAZELW=bazelisk")
	_, stderr, code = m.bazelw("info")
	if code == 0 {
		t.Error("bazelisk was built although its sum is wrong")
	}
	check(t, stderr, "bazelw: bazelisk was not built", "bazelw: BAZELW=bazelisk: it cannot be built\n")
	check(t, m.log("bazelisk.log"), "checksum mismatch")
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	cmd := exec.Command(find(t, "go"), "env", name)
	cmd.Env = append(os.Environ(), "PATH="+bazeltest.Path())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// TestReach has a registry that answers, where there is no bazelisk.
func TestReach(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	m := newMachine(t)
	m.replace("dev/bazel/choose.sh", "registry.invalid/443", strings.Replace(listener.Addr().String(), ":", "/", 1))
	m.program("go", "echo there is no proxy >&2; exit 1")
	m.program("uname", "echo Darwin")
	_, stderr, _ := m.bazelw("info")
	check(t, stderr, "bazelw: building bazelisk", "bazelw: bazelisk was not built", "there is no proxy\n", "bazelw: missing Bazel: ")
	os.Remove(filepath.Join(m.bin, "go"))
	_, stderr, _ = m.bazelw("info")
	check(t, stderr, "bazelw: without Go there is no bazelisk: put go on the PATH\n")
}

func TestSetting(t *testing.T) {
	m := newMachine(t)
	for setting, want := range map[string]string{
		"system": "bazelw: BAZELW=system: neither bazelisk nor bazel is on the PATH\n",
		"debian": "bazelw: BAZELW=debian: it is system, bazelisk or provisioned\n",
	} {
		m.env = []string{"BAZELW=" + setting}
		if _, stderr, code := m.bazelw("info"); code != 1 || stderr != want {
			t.Errorf("BAZELW=%s: exit code %d and %q, want %q", setting, code, stderr, want)
		}
	}
	m.program("bazel", offline)
	m.env = []string{"BAZELW=system"}
	if _, stderr, code := m.bazelw("info"); code != 7 {
		t.Errorf("exit code %d, want Bazel's, 7\n%s", code, stderr)
	}
}
