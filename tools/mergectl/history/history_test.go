package history_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/repotest"
	"github.com/gomerge/rules_go_merge/tools/mergectl/history"
)

func TestBetween(t *testing.T) {
	g := repotest.NewGit(t)
	dir := g.Dir
	first := g.Commit("", map[string]string{"a b/ü.txt": "1", "x": "1"})
	g.Run("checkout", "-q", "-b", "branch")
	branch := g.Commit("", map[string]string{"branch": "1"})
	g.Run("checkout", "-q", "main")
	second := g.Commit("", map[string]string{"a b/ü.txt": "2", "x": "2"})
	third := g.Commit("", map[string]string{"x": ""})
	g.Run("merge", "-q", "--no-edit", "branch")

	r, err := history.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	files := func(got *history.Range) (texts []string) {
		for _, c := range got.Missing {
			texts = append(texts, c.Hash[:6]+" "+strings.Join(c.Files, ","))
			if c.Time.Unix() < 1e9 {
				t.Errorf("the time of %s is %v", c.Hash, c.Time)
			}
		}
		return texts
	}
	got, err := r.Between(first, third)
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{third[:6] + " x", second[:6] + " a b/ü.txt,x"}; !reflect.DeepEqual(files(got), want) || got.Extra != 0 {
		t.Errorf("got %q and %d more, want %q", files(got), got.Extra, want)
	}
	if got, err = r.Between(branch, third); err != nil || len(got.Missing) != 2 || got.Extra != 1 {
		t.Errorf("from a branch: %+v, %v", got, err)
	}
	// The merge itself changes no file of both sides.
	if got, err = r.Between(third, "HEAD"); err != nil || len(got.Missing) != 1 || got.Missing[0].Hash != branch || strings.Join(got.Missing[0].Files, ";") != "branch" {
		t.Errorf("with a merge: %+v, %v", got, err)
	}
	if _, err := r.Between("nothing", "HEAD"); err == nil || !strings.Contains(err.Error(), "nothing is not a commit of the repository") {
		t.Errorf("error is %v", err)
	}
	if _, err := r.Resolve("--help"); err == nil {
		t.Error("a flag is taken for a commit")
	}
}

// TestPrepare compares many commits at once with each alone, among them of branches
// and of histories with nothing in common.
func TestPrepare(t *testing.T) {
	g := repotest.NewGit(t)
	commits := []string{g.Commit("", map[string]string{"x": "1"})}
	add := func(text string) { commits = append(commits, g.Commit("", map[string]string{"x" + text: text})) }
	add("2")
	g.Run("checkout", "-q", "-b", "branch")
	add("3")
	g.Run("checkout", "-q", "main")
	add("4")
	g.Run("merge", "-q", "--no-edit", "branch")
	commits = append(commits, g.Run("rev-parse", "HEAD"))
	add("5")
	head := commits[len(commits)-1]
	g.Run("checkout", "-q", "branch")
	add("6")
	for _, other := range []bool{false, true} {
		if other {
			g.Run("checkout", "-q", "--orphan", "other")
			add("7")
		}
		at := append([]string{"0123456789012345678901234567890123456789", "HEAD"}, commits...)
		prepared, err := history.Open(g.Dir)
		if err != nil {
			t.Fatal(err)
		}
		if err := prepared.Prepare(at, head); err != nil {
			t.Fatal(err)
		}
		alone, err := history.Open(g.Dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, commit := range at {
			got, err := prepared.Between(commit, head)
			want, wantErr := alone.Between(commit, head)
			if (err == nil) != (wantErr == nil) {
				t.Errorf("%s: error %v, want %v", commit, err, wantErr)
				continue
			}
			if err != nil {
				continue
			}
			if hashes(got) != hashes(want) || got.Extra != want.Extra {
				t.Errorf("%s: got %s and %d more, want %s and %d", commit, hashes(got), got.Extra, hashes(want), want.Extra)
			}
		}
	}
}

// hashes lists the missing commits, sorted.
func hashes(r *history.Range) string {
	var list []string
	for _, c := range r.Missing {
		list = append(list, c.Hash[:8])
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

func TestChanges(t *testing.T) {
	g := repotest.NewGit(t)
	dir := g.Dir
	first := g.Commit("", map[string]string{"sub/a": "a long text that git would call renamed\n", "sub/b": "1", "c": "1"})
	g.Run("mv", "sub/a", "sub/moved")
	second := g.Commit("", map[string]string{"sub/b": "2", "sub/BUILD.bazel": "# new\n"})
	r, err := history.Open(filepath.Join(dir, "sub"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Changes(first, second)
	want := []history.Change{{Path: "BUILD.bazel", Status: 'A'}, {Path: "a", Status: 'D'}, {Path: "b", Status: 'M'}, {Path: "moved", Status: 'A'}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if data, err := r.Read(first, "b"); err != nil || string(data) != "1" {
		t.Errorf("read %q, %v", data, err)
	}
	if data, err := r.Read(first, "BUILD.bazel"); err != nil || data != nil {
		t.Errorf("read what is not there: %q, %v", data, err)
	}
	for name, find := range map[string]func() ([]string, error){
		"files":   func() ([]string, error) { return r.Files(second, "BUILD.bazel", "b") },
		"tracked": func() ([]string, error) { return r.Tracked("BUILD.bazel", "b") },
	} {
		if files, err := find(); err != nil || !reflect.DeepEqual(files, []string{"BUILD.bazel", "b"}) {
			t.Errorf("%s: %q, %v", name, files, err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "sub/b"), []byte("3"), 0o666); err != nil {
		t.Fatal(err)
	}
	if dirty, err := r.Dirty(); err != nil || !reflect.DeepEqual(dirty, []string{"b"}) {
		t.Errorf("dirty: %q, %v", dirty, err)
	}
}

// TestShallow counts commits in a clone without the older ones.
func TestShallow(t *testing.T) {
	g := repotest.NewGit(t)
	g.Commit("", map[string]string{"x": "1", "y": "1"})
	g.Run("checkout", "-q", "-b", "branch")
	g.Commit("", map[string]string{"branch": "1"})
	branch := g.Commit("", map[string]string{"branch": "2"})
	g.Run("checkout", "-q", "main")
	g.Commit("", map[string]string{"x": "2"})
	third := g.Commit("", map[string]string{"x": "3"})
	g.Run("merge", "-q", "--no-edit", "branch")
	head := g.Run("rev-parse", "HEAD")
	later := g.Commit("", map[string]string{"x": "4"})
	dir := filepath.Join(t.TempDir(), "clone")
	g.Run("clone", "-q", "--depth=3", "file://"+g.Dir, dir)
	for name, prepare := range map[string]bool{"one": false, "all": true} {
		r, err := history.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if prepare {
			if err := r.Prepare([]string{head, third, branch}, later); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := r.Between(head, later); err != nil || len(got.Missing) != 1 || got.Extra != 0 {
			t.Errorf("%s: got %+v, %v", name, got, err)
		}
		// What the side that was merged has is not all there.
		for _, from := range []string{third, branch} {
			got, err := r.Between(from, later)
			if err == nil || !strings.Contains(err.Error(), "run git fetch --unshallow") {
				t.Errorf("%s: got %+v, %v", name, got, err)
			}
		}
	}
}

func TestNoRepository(t *testing.T) {
	t.Setenv("GIT_CEILING_DIRECTORIES", "/")
	if _, err := history.Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a git repository") {
		t.Errorf("error is %v", err)
	}
}
