package lag_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/dev/repotest"
	"github.com/gomerge/rules_go_merge/tools/mergectl/history"
	"github.com/gomerge/rules_go_merge/tools/mergectl/lag"
)

func TestBehind(t *testing.T) {
	g := repotest.NewGit(t)
	first := g.Commit("2026-11-01", map[string]string{
		"go.mod": "module x\n", "BUILD.bazel": "#\n", "a/BUILD": "#\n", "a/x.go": "1", "a/b/x.go": "1", "a/c/BUILD.bazel": "#\n", "a/c/x.go": "1",
		"own/go.mod": "module y\n", "own/s/BUILD.bazel": "#\n", "root.go": "1",
	})
	g.Commit("2026-11-02", map[string]string{"a/x.go": "2", "a/b/x.go": "2"}) // one commit in package a
	g.Commit("2026-11-03", map[string]string{"a/c/x.go": "2"})
	g.Commit("2026-11-04", map[string]string{"go.mod": "module x // 2\n"}) // in package "", too
	g.Commit("2026-11-05", map[string]string{"own/go.sum": "x"})
	head := g.Commit("2026-11-06", map[string]string{"root.go": "2"})
	g.Run("checkout", "-q", "-b", "branch", first)
	branch := g.Commit("2026-11-07", map[string]string{"a/x.go": "3"})
	repo, err := history.Open(g.Dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := lag.New(repo, head)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 10, 13, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name, revision, target string
		folders                []string
		commits, days, extra   int
	}{
		{"a package without the one below", first, "", []string{"a"}, 1, 8, 0},
		{"both packages", first, "", []string{"a", "a/c"}, 2, 8, 0},
		{"the root's files alone", first, "", []string{""}, 3, 6, 0},
		{"with the root's module versions", first, "//a:a", []string{"a"}, 2, 8, 0},
		{"with its own module versions", first, "//own/s:s", []string{"own/s"}, 1, 5, 0},
		{"of another module", first, "@@x//s:s", []string{"own/s"}, 0, 0, 0},
		{"head", head, "//a:a", []string{"", "a"}, 0, 0, 0},
		{"a branch", branch, "", []string{"a"}, 1, 8, 1},
	} {
		l, err := m.Behind(tt.revision, tt.target, tt.folders)
		if err != nil || l.Commits != tt.commits || l.Days(now) != tt.days || l.Extra != tt.extra {
			t.Errorf("%s: got %+v, %d days, %v; want %d commits, %d days, %d more", tt.name, l, l.Days(now), err, tt.commits, tt.days, tt.extra)
		}
	}
	if _, err := m.Behind("nothing", "", nil); err == nil || !strings.Contains(err.Error(), "revision nothing: nothing is not a commit") {
		t.Errorf("error is %v", err)
	}
	for file, want := range map[string]string{"a/x": "a", "a/b/x": "a", "a/c/d/x": "a/c", "x": "", "z/y/x": ""} {
		if got := m.Package(file); got != want {
			t.Errorf("%s is in package %q, want %q", file, got, want)
		}
	}
}

// TestBehindMovedPackage has a package that changed before it moved.
func TestBehindMovedPackage(t *testing.T) {
	g := repotest.NewGit(t)
	built := g.Commit("2026-11-01", map[string]string{"lib/BUILD.bazel": "#\n", "lib/money/BUILD.bazel": "#\n", "lib/money/x.go": "1", "lib/y.go": "1"})
	g.Commit("2026-11-02", map[string]string{"lib/money/x.go": "2"})
	g.Commit("2026-11-05", map[string]string{"lib/money/BUILD.bazel": "", "lib/money/x.go": "", "coins/BUILD.bazel": "#\n", "coins/x.go": "2"})
	head := g.Commit("2026-11-06", map[string]string{"lib/money/data.txt": "1"})
	repo, err := history.Open(g.Dir)
	if err != nil {
		t.Fatal(err)
	}
	m, err := lag.New(repo, head)
	if err != nil {
		t.Fatal(err)
	}
	// What is in the folder of the package that is gone may be of the one above it.
	for folder, want := range map[string]int{"lib/money": 3, "lib": 3, "coins": 1} {
		l, err := m.Behind(built, "", []string{folder})
		if err != nil || l.Commits != want || folder == "lib/money" && l.Oldest.Day() != 2 {
			t.Errorf("%s: got %+v, %v, want %d commits", folder, l, err, want)
		}
	}
}
