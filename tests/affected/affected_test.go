package affected

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/dev/bazeltest"
	"github.com/gomerge/rules_go_merge/dev/repotest"
	"github.com/gomerge/rules_go_merge/tools/mergectl/affected"
	"github.com/gomerge/rules_go_merge/tools/mergectl/history"
)

var (
	edits = flag.Int("edits", 12, "how many commits to build; 200 takes hours")
	seed  = flag.Uint64("seed", 1, "which edits are made")
)

// edit changes some files of the workspace. n differs each time.
type edit struct {
	name string
	make func(w *bazeltest.Workspace, n int)
}

// all are the kinds of edits. Some come in pairs, of which the second takes back
// what the first has done.
var all = []edit{
	{"a constant of a", func(w *bazeltest.Workspace, n int) {
		w.Write("a/number.go", fmt.Sprintf("package main\n\nconst number = %d\n", n))
	}},
	{"a comment", func(w *bazeltest.Workspace, n int) {
		w.Write("c/main.go", fmt.Sprintf("package main\n\nfunc main() { println(\"c\", 1) } // %d\n", n))
	}},
	{"a constant of c", func(w *bazeltest.Workspace, n int) {
		w.Write("c/main.go", fmt.Sprintf("package main\n\nfunc main() { println(\"c\", %d) }\n", n))
	}},
	{"what all share", func(w *bazeltest.Workspace, n int) {
		w.Write("shared/factor.go", fmt.Sprintf("package shared\n\nconst factor = %d\n", n))
	}},
	{"a new file of a glob", func(w *bazeltest.Workspace, n int) {
		w.Write(fmt.Sprintf("a/more%d.go", n), fmt.Sprintf("package main\n\nfunc init() { println(\"more\", %d) }\n", n))
	}},
	{"a deleted file of a glob", func(w *bazeltest.Workspace, n int) { remove(w, "a/more*.go") }},
	{"a new embedded file", func(w *bazeltest.Workspace, n int) { w.Write(fmt.Sprintf("a/files/%d.txt", n), fmt.Sprint(n)) }},
	{"an embedded file's content", func(w *bazeltest.Workspace, n int) { w.Write("a/files/one.txt", fmt.Sprint("one ", n)) }},
	{"a deleted embedded file", func(w *bazeltest.Workspace, n int) { remove(w, "a/files/[0-9]*.txt") }},
	{"a package that takes a folder away", func(w *bazeltest.Workspace, n int) {
		w.Write(fmt.Sprintf("a/files/sub%d/x.txt", n), "x")
		w.Write(fmt.Sprintf("a/files/sub%d/BUILD.bazel", n), "")
	}},
	{"a file behind a BUILD file", func(w *bazeltest.Workspace, n int) { remove(w, "a/files/sub*/BUILD.bazel") }},
	{"what a macro is given", func(w *bazeltest.Workspace, n int) {
		w.Write("b/BUILD.bazel", fmt.Sprintf("load(\"//:tools.bzl\", \"program\")\n\nprogram(\n    name = \"b\",\n    text = \"%s\",\n)\n", strings.Repeat("x", n)))
	}},
	{"a macro", func(w *bazeltest.Workspace, n int) {
		w.Write("tools.bzl", strings.Replace(w.Read("tools.bzl"), "package main;", fmt.Sprintf("package main; const more%d = %d;", n, n), 1))
	}},
	{"a README", func(w *bazeltest.Workspace, n int) { w.Write("b/README.md", fmt.Sprint("# b ", n)) }},
	{"a version", func(w *bazeltest.Workspace, n int) {
		attribute(w, "a_service", "version", fmt.Sprintf("%q", fmt.Sprint("v", n+1)))
	}},
	{"environment", func(w *bazeltest.Workspace, n int) {
		attribute(w, "c_service", "env", fmt.Sprintf("{\"N\": \"%d\"}", n))
	}},
	{"tags", func(w *bazeltest.Workspace, n int) { attribute(w, "c_service", "tags", fmt.Sprintf("[\"t%d\"]", n)) }},
	{"build tags", func(w *bazeltest.Workspace, n int) {
		w.Write("c/BUILD.bazel", fmt.Sprintf("load(\"@io_bazel_rules_go//go:def.bzl\", \"go_binary\")\n\ngo_binary(\n    name = \"c\",\n    srcs = [\"main.go\"],\n    gotags = [\"t%d\"],\n    importpath = \"example.com/fleet/c\",\n    visibility = [\"//visibility:public\"],\n)\n", n))
	}},
	{"settings", func(w *bazeltest.Workspace, n int) { w.Write(".bazelrc", fmt.Sprintf("# %d\n", n)) }},
}

// remove removes the files of a pattern.
func remove(w *bazeltest.Workspace, pattern string) {
	files, _ := filepath.Glob(filepath.Join(w.Dir, pattern))
	for _, file := range files {
		os.Remove(file)
	}
}

// attribute sets an attribute, on the line behind the name of a rule.
func attribute(w *bazeltest.Workspace, rule, name, value string) {
	var lines []string
	at := -1
	for i, line := range strings.Split(w.Read("BUILD.bazel"), "\n") {
		if line == fmt.Sprintf("    name = %q,", rule) {
			at = i
		}
		if at >= 0 && strings.HasPrefix(line, "    "+name+" = ") {
			continue
		}
		if line == ")" {
			if at >= 0 {
				lines = append(lines, fmt.Sprintf("    %s = %s,", name, value))
			}
			at = -1
		}
		lines = append(lines, line)
	}
	w.Write("BUILD.bazel", strings.Join(lines, "\n"))
}

// output is what a merged binary is at a commit.
type output struct {
	executable [sha256.Size]byte
	digests    map[string]string
}

// build builds all merged binaries.
func build(t *testing.T, w *bazeltest.Workspace) map[string]output {
	t.Helper()
	w.MustBazel("build", "//:ab", "//:bc", "--output_groups=+versions")
	outputs := make(map[string]output)
	for _, name := range []string{"ab", "bc"} {
		var manifest struct {
			Services []struct{ Name, Digest string }
		}
		if err := json.Unmarshal([]byte(w.Read("bazel-bin/"+name+".versions.json")), &manifest); err != nil {
			t.Fatal(err)
		}
		o := output{sha256.Sum256([]byte(w.Read("bazel-bin/" + name + "_/" + name))), make(map[string]string)}
		for _, s := range manifest.Services {
			if len(s.Digest) != 64 {
				t.Fatalf("%s of %s has the digest %q", s.Name, name, s.Digest)
			}
			o.digests[s.Name] = s.Digest
		}
		outputs["//:"+name] = o
	}
	if outputs["//:ab"].digests["b"] != outputs["//:bc"].digests["b"] {
		t.Errorf("b has two digests: %v", outputs)
	}
	return outputs
}

// TestAffected makes random edits, each of which is a commit, and builds every
// commit. No merged binary may differ that is not said to.
func TestAffected(t *testing.T) {
	archive, err := txtar.ParseFile(bazeltest.Runfile(t, os.Getenv("WORKSPACE")))
	if err != nil {
		t.Fatal(err)
	}
	w := bazeltest.New(t, "affected", archive)
	git := repotest.InitGit(t, w.Dir)
	repo, err := history.Open(w.Dir)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(*seed, 0))
	order := random.Perm(len(all))
	base, before := git.Commit("", nil), build(t, w)
	counts := make(map[string]int)
	for n := range *edits {
		// Every kind comes once before one comes again.
		e := all[order[n%len(all)]]
		if n >= len(all) {
			e = all[random.IntN(len(all))]
		}
		e.make(w, n+2)
		head := git.Commit("", nil)
		text, log, code := w.Bazel(affected.QueryArgs(affected.Expression("//..."))...)
		if code != 0 {
			t.Fatalf("%s: bazel query: %s", e.name, log)
		}
		graph, err := affected.ReadGraph(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		found, err := affected.Find(affected.Input{Graph: graph, Root: w.Dir, Repository: repo, Base: base, Head: head})
		if err != nil {
			t.Fatal(err)
		}
		after := build(t, w)
		for label, now := range after {
			effect := affected.None
			if i := slices.IndexFunc(found, func(b affected.Binary) bool { return b.Label == label }); i >= 0 {
				effect = found[i].Effect
			}
			want := affected.None
			switch {
			case !maps.Equal(now.digests, before[label].digests):
				want = affected.Code
			case now.executable != before[label].executable:
				want = affected.Relink
			}
			if effect < want {
				t.Errorf("edit %d, %s: %s is said to have the effect %s, and has %s", n, e.name, label, effect, want)
			}
			counts[fmt.Sprintf("said %s, is %s", effect, want)]++
		}
		base, before = head, after
	}
	t.Logf("with seed %d: %v", *seed, counts)
	if *edits >= len(all) && (counts["said none, is none"] == 0 || counts["said relink, is relink"] == 0 || counts["said code, is code"] == 0) {
		t.Errorf("the edits show too little: %v", counts)
	}
}
