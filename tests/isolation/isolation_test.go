// Package isolation tests that services of a merged binary do not meet in what
// a process has once.
package isolation

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// service is what a service gets from its BUILD file and when it starts.
type service struct {
	Args      []string          `json:"args"`
	Env       map[string]string `json:"env"`
	StartArgs []string          `json:"start_args"`
	StartEnv  map[string]string `json:"start_env"`
}

// TestMergedPrintsTheSame runs a program with the environment and arguments of
// each service in a separate process, and then merged with itself.
func TestMergedPrintsTheSame(t *testing.T) {
	var services map[string]service
	if err := json.Unmarshal([]byte(os.Getenv("SERVICES")), &services); err != nil {
		t.Skip("needs binaries that Bazel builds: run it with bazelw test")
	}
	for _, class := range strings.Split(os.Getenv("CLASSES"), ",") {
		t.Run(class, func(t *testing.T) {
			var want []string
			merged := command("MERGED")
			for name, s := range services {
				alone := command("ALONE", slices.Concat(s.Args, s.StartArgs)...)
				env := maps.Clone(s.Env)
				maps.Copy(env, s.StartEnv)
				env["CLASS"] = class
				for k, v := range env {
					alone.Env = append(alone.Env, k+"="+v)
				}
				lines := output(t, alone)
				if len(lines) == 0 {
					t.Fatalf("%s prints nothing", name)
				}
				want = append(want, lines...)

				prefix := strings.ToUpper(name) + "__"
				merged.Env = append(merged.Env, prefix+"CLASS="+class)
				for k, v := range s.StartEnv {
					merged.Env = append(merged.Env, prefix+k+"="+v)
				}
				for _, arg := range s.StartArgs {
					merged.Args = append(merged.Args, name+":"+arg)
				}
			}
			got := output(t, merged)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("merged:\n%s\nalone:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

// command runs a binary that a variable names with the environment that the
// test has itself.
func command(variable string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv(variable)), args...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "SERVICES=") })
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
