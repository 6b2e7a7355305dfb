package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const affectedGraph = `{"type":"RULE","rule":{"name":"//:shop","ruleClass":"go_merged_binary","ruleInput":["//stock:stock_service"]}}
{"type":"RULE","rule":{"name":"//stock:stock_service","ruleClass":"go_merge_service","ruleInput":["//stock:stock"]}}
{"type":"RULE","rule":{"name":"//stock:stock","ruleClass":"go_binary","ruleInput":["//stock:main.go"]}}
`

func TestVersionsAffected(t *testing.T) {
	f := newVersionsFixture(t)
	f.Commit("", map[string]string{"CODEOWNERS": "* @shop-team\n/stock/ @stock-team\n", ".gitignore": "graph.json\nbazel\n"})
	f.commits = append(f.commits, f.Commit("", map[string]string{"stock/main.go": "package main // again\n"}))
	f.Write(map[string]string{"graph.json": affectedGraph, "bazel": "#!/bin/sh\n[ \"$1\" = query ] && cat graph.json\n"})
	if err := os.Chmod(filepath.Join(f.Dir, "bazel"), 0o755); err != nil {
		t.Fatal(err)
	}
	const want = `BINARY CHANGE SERVICES OWNERS BECAUSE OF
//:shop code //stock:stock_service @shop-team stock/main.go
`
	for _, flag := range []string{"--graph=" + filepath.Join(f.Dir, "graph.json"), "--bazel=" + filepath.Join(f.Dir, "bazel")} {
		if got, code := f.run(t, "affected", "HEAD~1..HEAD", flag); code != 0 || squeeze(got) != want {
			t.Errorf("%s: exit code %d, got\n%s\nwant\n%s", flag, code, squeeze(got), want)
		}
	}
	graph := "--graph=" + filepath.Join(f.Dir, "graph.json")
	if got, code := f.run(t, "affected", "HEAD..HEAD", graph); code != 0 || got != "No merged binary is affected.\n" {
		t.Errorf("exit code %d, got %s", code, got)
	}
	got, code := f.run(t, "affected", "HEAD~1..HEAD", graph, "--format=json")
	var report struct {
		Head     string
		Binaries []struct {
			Label, Effect string
			Owners        []string
			Services      []struct{ Label, Effect string }
		}
	}
	if err := json.Unmarshal([]byte(got), &report); err != nil || code != 0 || report.Head != "C3" || len(report.Binaries) != 1 || report.Binaries[0].Effect != "code" || report.Binaries[0].Services[0].Effect != "code" {
		t.Errorf("%v, exit code %d, got %s", err, code, got)
	}

	for _, tt := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"HEAD"}, 1, "want BASE..HEAD"},
		{[]string{"main...HEAD"}, 1, "want BASE..HEAD"},
		{[]string{"HEAD~1..nothing"}, 2, "nothing is not a commit"},
		{[]string{"HEAD~2..HEAD~1"}, 2, "and Bazel has to read the files of"},
		{[]string{"HEAD~1..HEAD", "--bazel=/nothing/bazel"}, 2, "/nothing/bazel"},
		{[]string{"HEAD~1..HEAD", "--bazel=false"}, 2, "false query: exit status 1"},
		{[]string{"HEAD~1..HEAD", "--graph=help"}, 1, "bazel query --output=streamed_jsonproto"},
		{[]string{"HEAD~1..HEAD", "--format=xml"}, 1, "want table or json"},
	} {
		if got, code := f.run(t, append([]string{"affected"}, tt.args...)...); code != tt.code || !strings.Contains(got, tt.want) {
			t.Errorf("%q: exit code %d, want %d; got %s, want %s", tt.args, code, tt.code, got, tt.want)
		}
	}
	f.Write(map[string]string{"stock/main.go": "package main // not committed\n"})
	if got, code := f.run(t, "affected", "HEAD~1..HEAD", graph); code != 2 || !strings.Contains(got, "1 file of the workspace differ from C3, such as stock/main.go") {
		t.Errorf("exit code %d, got %s", code, got)
	}
}
