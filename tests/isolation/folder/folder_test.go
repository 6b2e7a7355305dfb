// Package folder tests services that have their own working directory.
package folder

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// start returns a folder with one for each service, and a command that runs the
// binary that a variable names in a folder below it.
func start(t *testing.T, services ...string) (dir string, command func(variable, below string, env ...string) *exec.Cmd) {
	t.Helper()
	if os.Getenv("MERGED") == "" {
		t.Skip("needs binaries that Bazel builds: run it with bazelw test")
	}
	// The paths of sockets have to be short.
	dir, err := os.MkdirTemp("/tmp", "folder")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range services {
		if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	return dir, func(variable, below string, env ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(os.Getenv("TEST_SRCDIR"), os.Getenv(variable)))
		cmd.Dir = filepath.Join(dir, below)
		cmd.Env = append(append(os.Environ(), "PWD="+cmd.Dir), env...)
		return cmd
	}
}

// output returns the lines that a program prints to its standard output, sorted.
func output(t *testing.T, cmd *exec.Cmd) []string {
	t.Helper()
	var log strings.Builder
	cmd.Stderr = &log
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, log.String())
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	slices.Sort(lines)
	return lines
}

// TestFoldersAreTheServices compares services that use files of the same names with
// what each does alone in its folder.
func TestFoldersAreTheServices(t *testing.T) {
	services := []string{"blue", "red"}
	dir, command := start(t, services...)
	var want []string
	for _, name := range services {
		want = append(want, output(t, command("ALONE", name, "SERVICE="+name))...)
	}
	slices.Sort(want)
	for _, name := range services {
		os.RemoveAll(filepath.Join(dir, name))
		if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	got := output(t, command("MERGED", "", "BLUE__STATE="+dir, "RED__STATE=."))
	if len(want) < 200 || !slices.Equal(got, want) {
		for i := range max(len(got), len(want)) {
			if i >= len(got) || i >= len(want) || got[i] != want[i] {
				t.Fatalf("of %d and %d lines these are the first that differ:\nmerged: %q\n alone: %q", len(got), len(want), got[i:min(i+1, len(got))], want[i:min(i+1, len(want))])
			}
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 2 {
		t.Errorf("the process's folder has %v, %v", left, err)
	}
}

// TestPermissionsBeginInTheFolder runs a service that may use some files of its
// folder, and programs and other sockets not.
func TestPermissionsBeginInTheFolder(t *testing.T) {
	dir, command := start(t, "green")
	lines := output(t, command("GREEN", ""))
	for _, want := range []string{
		"green os.WriteFile: done",
		"green os.ReadFile: of green",
		"green net.Listen and Dial: of green",
		"green os.Rename: by",
		"green os.ReadDir of the folder: []; error open .: permission denied: service green may not read $START: its permissions of class \"read\" allow data/**",
		"green os.Link: <nil>; error link data/renamed linked: permission denied: service green may not write $START/linked: its permissions of class \"write\" allow data/**",
		"green exec.Command: ; error fork/exec data/tool: permission denied: service green may not start $START/data/tool: its permissions of class \"exec\" allow none",
	} {
		if !slices.Contains(lines, want) {
			t.Errorf("it lacks %s", want)
		}
	}
	if t.Failed() {
		t.Logf("in %s:\n%s", dir, strings.Join(lines, "\n"))
	}
}

// TestSettingsFile has the settings file choose the folder.
func TestSettingsFile(t *testing.T) {
	dir, command := start(t, "other")
	file := filepath.Join(dir, "settings.json")
	if err := os.WriteFile(file, []byte(`{"services": {"green": {"working_directory": "other", "permissions": {"read": null, "write": null, "exec": null, "listen": null}}}}`), 0o666); err != nil {
		t.Fatal(err)
	}
	lines := output(t, command("GREEN", "", "GO_MERGE_SETTINGS_FILE=settings.json"))
	if !slices.Contains(lines, "green os.ReadFile: of green") {
		t.Errorf("it prints\n%s", strings.Join(lines, "\n"))
	}
	if data, err := os.ReadFile(filepath.Join(dir, "other/data/state")); err != nil || !strings.HasPrefix(string(data), "of green") {
		t.Errorf("its folder has %q, %v", data, err)
	}
}

func TestMissingFolder(t *testing.T) {
	dir, command := start(t)
	out, err := command("GREEN", "").CombinedOutput()
	want := `rules_go_merge: service green: working_directory = "green": folder ` + dir + "/green: no such file or directory. Create it before the process starts\n"
	if err == nil || string(out) != want {
		t.Errorf("%v, it prints %s, want %s", err, out, want)
	}
}
