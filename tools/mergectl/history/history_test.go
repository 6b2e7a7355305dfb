package history_test

import (
	"os"
	"path/filepath"
	"reflect"
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
	want := []history.Change{{"BUILD.bazel", 'A'}, {"a", 'D'}, {"b", 'M'}, {"moved", 'A'}}
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

func TestNoRepository(t *testing.T) {
	t.Setenv("GIT_CEILING_DIRECTORIES", "/")
	if _, err := history.Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a git repository") {
		t.Errorf("error is %v", err)
	}
}
