// Package thirdparty tests that services of a merged binary do not meet in what
// modules have once for a process.
package thirdparty

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// services are the programs and what each is told.
var services = map[string]struct {
	args, env []string
}{
	"first":  {[]string{"--color=red", "--size=2", "rest"}, []string{"SHOP_MODE=fast"}},
	"second": {[]string{"--color=blue"}, nil},
}

// logged is a part of what the log says when they are merged, by class.
var logged = map[string]string{
	// They dial themselves by their own resolvers, which mean no merged service.
	"grpc": ": grpc.health.v1.Health by RPC: no merged service listens there",
	"sys":  "rules_go_merge: service second waits for any child of the process",
}

// TestMergedPrintsTheSame runs each program in a separate process, and then
// both merged.
func TestMergedPrintsTheSame(t *testing.T) {
	class := os.Getenv("CLASS")
	if class == "" {
		t.Skip("needs binaries that Bazel builds: run it with bazelw test")
	}
	merged := command("MERGED")
	var want []string
	for name, s := range services {
		env := append([]string{"CLASS=" + class, "SERVICE=" + name}, s.env...)
		alone := command("ALONE_"+name, s.args...)
		alone.Env = append(alone.Env, env...)
		lines := output(t, alone)
		if len(lines) == 0 {
			t.Fatalf("%s prints nothing", name)
		}
		for _, line := range lines {
			want = append(want, withNamespace(line, name))
		}
		for _, v := range env {
			merged.Env = append(merged.Env, strings.ToUpper(name)+"__"+v)
		}
		for _, arg := range s.args {
			merged.Args = append(merged.Args, name+":"+arg)
		}
	}
	got := output(t, merged)
	if logs := logged[class]; logs != "" {
		all := len(got)
		got = slices.DeleteFunc(got, func(line string) bool { return strings.Contains(line, logs) })
		if len(got) == all {
			t.Errorf("the log does not say %q", logs)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("merged:\n%s\nalone:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// withNamespace returns a line of the class names as it is when merged.
func withNamespace(line, service string) string {
	const path = "github.com/gomerge/"
	if os.Getenv("CLASS") != "names" {
		return line
	}
	line = strings.Replace(line, path, service+"/"+path, 1)
	return strings.Replace(line, "github_com.gomerge.", service+".github_com.gomerge.", 1)
}

// command runs a binary that a variable names with the environment that the
// test has itself, but for what is for the test.
func command(variable string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv(variable)), args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "CLASS=") })
	return cmd
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
