package std

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// TestFolders runs a program that uses files by relative paths, in a separate
// process and in a service with its own working directory. Both ways it finds the
// same. Then it runs one that moves while it reads.
func TestFolders(t *testing.T) {
	const program = "../isolation/folder/program"
	files, err := filepath.Glob(program + "/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("found %v of the program, %v", files, err)
	}
	table := readTable(t)
	forSDKs(t, func(t *testing.T, s sdk) {
		to := target{goos: runtime.GOOS, goarch: runtime.GOARCH}
		originals := s.exports(t, table, to)
		services := []string{"left", "right"}
		var both []*service
		for _, name := range services {
			one := newService(t, service{
				sdk: s, to: to, table: table, originals: originals,
				namespace: name, main: "example.com/service",
				env: [][2]string{{"SERVICE", name}}, folder: "$HERE/" + name,
			})
			one.std()
			one.program(files...)
			both = append(both, one)
		}
		if t.Failed() {
			return
		}
		alone := filepath.Join(t.TempDir(), "alone")
		if _, err := s.run(absolute(t, program), to, "go", "build", "-o", alone, "."); err != nil {
			t.Fatal(err)
		}

		dir, err := filepath.EvalSymlinks(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		run := func(program, dir string, env ...string) string {
			cmd := exec.Command(program)
			cmd.Dir = dir
			cmd.Env = append(append(os.Environ(), "PWD="+dir), env...)
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			return string(out)
		}
		// What is below it is the same by another name.
		other := filepath.Join(t.TempDir(), "other")
		if err := os.Symlink(dir, other); err != nil {
			t.Fatal(err)
		}
		fresh := func() {
			for _, name := range services {
				os.RemoveAll(filepath.Join(dir, name))
				if err := os.Mkdir(filepath.Join(dir, name), 0o777); err != nil {
					t.Fatal(err)
				}
			}
		}
		fresh()
		want := run(alone, filepath.Join(dir, "left"), "SERVICE=left") + run(alone, filepath.Join(other, "right"), "SERVICE=right")
		fresh()
		got := run(link(t, both...), dir, "LEFT__HERE=.", "RIGHT__HERE="+other)
		compare(t, got, want)
		left, err := filepath.Glob(dir + "/*")
		if want := []string{dir + "/left", dir + "/right"}; err != nil || !slices.Equal(left, want) {
			t.Errorf("the process's folder has %v, %v, want %v", left, err, want)
		}

		for _, s := range both {
			s.permissions = []any{[]any{"read", []string{"data/**"}}}
			s.program("testdata/moving.go")
		}
		fresh()
		var lines []string
		for line := range strings.Lines(run(link(t, both...), dir, "LEFT__HERE=.", "RIGHT__HERE="+other)) {
			if !strings.Contains(line, "permission denied: service") {
				lines = append(lines, line)
			}
		}
		if want := []string{"left done\n", "right done\n"}; !slices.Equal(lines, want) {
			t.Errorf("services that move while they read say %q, want %q", lines, want)
		}
	})
}

// compare reports the lines of two outputs that differ.
func compare(t *testing.T, got, want string) {
	t.Helper()
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	if len(w) < 100 || len(g) != len(w) {
		t.Fatalf("%d lines, want %d, of 100 at least\n%s", len(g), len(w), got)
	}
	for i := range g {
		if g[i] != w[i] {
			t.Errorf("merged: %s\n alone: %s", g[i], w[i])
		}
	}
}
