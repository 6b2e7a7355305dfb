package inputs

import (
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
)

// TestModules merges two versions of modules that do what few packages do.
func TestModules(t *testing.T) {
	archive, err := txtar.ParseFile(bazeltest.Runfile(t, os.Getenv("MODULES")))
	if err != nil {
		t.Fatal(err)
	}
	w := bazeltest.New(t, "modules", archive)
	w.MustBazel("build", "//a", "//b", "//:merged")
	want := append(run(t, w, "a/a_/a"), run(t, w, "b/b_/b")...)
	got := run(t, w, "merged_/merged")
	slices.Sort(want)
	slices.Sort(got)
	if len(want) != 11 || !slices.Equal(got, want) {
		t.Errorf("merged, they print\n%s\nwant 11 lines as alone\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
