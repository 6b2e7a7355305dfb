// Package inputs merges services of packages that use what Bazel and Go let them:
// each prints what it does alone.
package inputs

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

func TestInputs(t *testing.T) {
	archive, err := txtar.ParseFile(bazeltest.Runfile(t, os.Getenv("INPUTS")))
	if err != nil {
		t.Fatal(err)
	}
	w := bazeltest.New(t, "inputs", archive)
	w.MustBazel("build", "//a", "//b")
	want := append(run(t, w, "a/a_/a"), run(t, w, "b/b_/b")...)
	_, printed, code := w.Bazel("build", "//:merged")
	if code != 0 {
		t.Fatal(printed)
	}
	if left := "//:a_service: left out in a merged binary: gc_linkopts -buildid=a of //a"; !strings.Contains(printed, left) {
		t.Errorf("the build does not print %q:\n%s", left, printed)
	}
	_, printed, code = w.Bazel("build", "--nobuild", "//:elsewhere_service")
	if left := "//:elsewhere_service: left out in a merged binary: goarch = s390x, "; code != 0 || !strings.Contains(printed, left) {
		t.Errorf("the build does not print %q:\n%s", left, printed)
	}
	if left := ", gotags = timetzdata for the standard library of //elsewhere"; !strings.Contains(printed, left) {
		t.Errorf("the build does not print %q:\n%s", left, printed)
	}
	got := run(t, w, "merged_/merged")
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("merged, they print\n%s\nwant as alone\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	t.Run("one service", func(t *testing.T) {
		cmd := exec.Command(filepath.Join(w.Dir, "bazel-bin/merged_/merged"), "-x")
		cmd.Env = append(os.Environ(), "GO_MERGE_SERVICE=b", "CHILD=test")
		out, err := cmd.Output()
		if want := "b message of the day\nb child [-x] test\n"; err != nil || string(out) != want {
			t.Errorf("printed %q, %v; want %q", out, err, want)
		}
	})
}

// TestOrdinary stamps the binaries, too.
func TestOrdinary(t *testing.T) {
	archive, err := txtar.ParseFile(bazeltest.Runfile(t, os.Getenv("ORDINARY")))
	if err != nil {
		t.Fatal(err)
	}
	w := bazeltest.New(t, "ordinary", archive)
	status := filepath.Join(w.Dir, "status.sh")
	if err := os.Chmod(status, 0o755); err != nil {
		t.Fatal(err)
	}
	w.MustBazel("build", "--stamp", "--workspace_status_command="+status, "//a", "//b", "//:merged")
	want := append(run(t, w, "a/a_/a"), run(t, w, "b/b_/b")...)
	for i, line := range want {
		want[i] = strings.Replace(line, "in the merged binary: unset unset", "in the merged binary: fastbuild set", 1)
	}
	got := run(t, w, "merged_/merged")
	if len(want) < 250 {
		t.Errorf("they print only %d lines", len(want))
	}
	slices.Sort(want)
	slices.Sort(got)
	for _, line := range got {
		if i, ok := slices.BinarySearch(want, line); ok {
			want = slices.Delete(want, i, i+1)
		} else {
			t.Errorf("merged only: %s", line)
		}
	}
	for _, line := range want {
		t.Errorf("alone only: %s", line)
	}
}

// TestProfile looks at what would compile a service with a profile. To do so takes
// a separate standard library, for the service alone.
func TestProfile(t *testing.T) {
	archive, err := txtar.ParseFile(bazeltest.Runfile(t, os.Getenv("INPUTS")))
	if err != nil {
		t.Fatal(err)
	}
	w := bazeltest.New(t, "inputs", archive)
	graph := w.Aquery("deps(//:profiled_service)")
	paths := graph.Paths()
	profile, compiles := "", 0
	for _, a := range graph.Actions {
		if a.Mnemonic == "GoMergePGO" {
			profile = paths[a.OutputIDs[0]]
		}
	}
	for _, a := range graph.Actions {
		if strings.Contains(paths[a.OutputIDs[0]], "/profiled_service.ns/") && a.Mnemonic == "GoCompilePkg" {
			if compiles++; a.Flag("-pgoprofile") != profile {
				t.Errorf("%s is compiled with the profile %q, want %q", paths[a.OutputIDs[0]], a.Flag("-pgoprofile"), profile)
			}
		}
	}
	if profile == "" || compiles == 0 {
		t.Errorf("%d packages are compiled, with the profile %q", compiles, profile)
	}
}
