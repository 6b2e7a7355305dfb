package bazel_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// suite maps the packages of a Debian suite to their versions and what they depend on.
type suite map[string]string

// sid is what Debian unstable has, as far as it is asked for.
func sid() suite {
	s := suite{"bazel-bootstrap": "7.7.1+ds-8 git"}
	for _, name := range strings.Fields("bazel-rules-shell ca-certificates git libblake3-0 libprotobuf-dev mount protobuf-compiler zip") {
		s[name] = "1.0-1"
	}
	return s
}

// debian gives a machine an apt source with a suite. apt itself is real.
func (m *machine) debian(s suite, origin string) {
	m.t.Helper()
	dir := m.t.TempDir()
	arch, err := exec.Command(find(m.t, "dpkg"), "--print-architecture").Output()
	if err != nil {
		m.t.Fatal(err)
	}
	var index strings.Builder
	for name, what := range s {
		version, depends, _ := strings.Cut(what, " ")
		fmt.Fprintf(&index, "Package: %s\nVersion: %s\nArchitecture: all\nFilename: %s.deb\nSize: 1\nSHA256: %064d\n", name, version, name, 0)
		if depends != "" {
			fmt.Fprintf(&index, "Depends: %s\n", depends)
		}
		index.WriteString("\n")
	}
	for name, text := range map[string]string{
		"dists/sid/main/binary-" + strings.TrimSpace(string(arch)) + "/Packages": index.String(),
		"dists/sid/Release":       "Origin: " + origin + "\nSuite: unstable\nCodename: sid\nDate: Sat, 01 Nov 2025 00:00:00 UTC\nArchitectures: " + string(arch) + "Components: main\n",
		"sources.list":            "deb file:" + dir + " sid main\n",
		"state/status":            "",
		"state/lists/partial/.x":  "",
		"cache/archives/partial/": "",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			m.t.Fatal(err)
		}
		if !strings.HasSuffix(name, "/") {
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				m.t.Fatal(err)
			}
		}
	}
	config := filepath.Join(dir, "apt.conf")
	err = os.WriteFile(config, fmt.Appendf(nil, `Dir::Etc::SourceList "%[1]s/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State "%[1]s/state";
Dir::State::status "%[1]s/state/status";
Dir::Cache "%[1]s/cache";
Acquire::AllowInsecureRepositories "true";
APT::Get::AllowUnauthenticated "true";
`, dir), 0o644)
	if err != nil {
		m.t.Fatal(err)
	}
	m.env = append(m.env, "APT_CONFIG="+config)
}

// TestDebian has suites that are not what they have to be. That one is, shows in
// mmdebstrap's being called.
func TestDebian(t *testing.T) {
	const called = "bazelw: Debian root with Bazel: failed, see "
	for name, test := range map[string]struct {
		change func(*machine, suite)
		want   []string
	}{
		"as it has to be": {
			func(*machine, suite) {},
			[]string{"mmdebstrap was called\n", called},
		},
		"a later Bazel 7": {
			func(_ *machine, s suite) { s["bazel-bootstrap"] = "7.10.0+ds-1" },
			[]string{called},
		},
		"Bazel 8": {
			func(_ *machine, s suite) { s["bazel-bootstrap"] = "8.4.2+ds-1" },
			[]string{" has Bazel 8.4.2, and 7.7 or a later 7.x is needed. Ways out:\n  - bazelisk, or Bazel 7.7.1, on the PATH", "BAZELW_DEBIAN_MIRROR="},
		},
		"Bazel 7.6": {
			func(_ *machine, s suite) { s["bazel-bootstrap"] = "7.6.2-3" },
			[]string{" has Bazel 7.6.2, and 7.7 or a later 7.x is needed. Ways out:\n"},
		},
		"packages that are gone": {
			func(_ *machine, s suite) { delete(s, "libblake3-0"); delete(s, "zip") },
			[]string{" has no package libblake3-0 zip. Ways out:\n"},
		},
		"a package that cannot be installed": {
			func(_ *machine, s suite) { s["bazel-bootstrap"] = "7.7.1+ds-9 libgone7" },
			[]string{"has packages that cannot be installed together: bazel-bootstrap : Depends: libgone7 but it is not installable. Ways out:\n"},
		},
		"a full disk": {
			func(m *machine, _ suite) { m.program("df", "echo Avail; echo 1200") },
			[]string{"missing disk: ", " has 1200 MiB left and needs 4096 MiB\n"},
		},
		"no permission to mount": {
			func(m *machine, _ suite) { m.program("unshare", "exit 1") },
			[]string{"missing root: it may not mount here, as in a container without CAP_SYS_ADMIN\n"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			m.program("mmdebstrap", "echo mmdebstrap was called >&2; exit 1")
			s := sid()
			test.change(m, s)
			m.debian(s, "Debian")
			_, stderr, code := m.bazelw("info")
			if code != 1 {
				t.Errorf("exit code %d, want 1", code)
			}
			check(t, stderr, test.want...)
			if t.Failed() {
				t.Logf("the step's log:\n%s", m.log("log/debian_root.log"))
			}
		})
	}
}

func TestNoDebian(t *testing.T) {
	m := newMachine(t)
	m.debian(sid(), "Another")
	_, stderr, code := m.bazelw("info")
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	check(t, stderr, "missing network: of the machine's apt sources, none serves Debian sid: file:/")

	// A mirror that the user names counts alone.
	m.env = append(m.env, "BAZELW_DEBIAN_MIRROR=file:/nowhere")
	_, stderr, _ = m.bazelw("info")
	check(t, stderr, "none serves Debian sid: file:/nowhere\n")
}
