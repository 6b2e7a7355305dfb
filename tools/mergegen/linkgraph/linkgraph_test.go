package linkgraph_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/linkgraph"
)

func TestWrite(t *testing.T) {
	m, err := linkgraph.Load("testdata/shop.json")
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	if err := m.Write(&got); err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/shop.dot")
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", &got, want)
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	for name, tt := range map[string]struct{ text, want string }{
		"list.json":   {"[]", "list.json is not a manifest of a merged binary"},
		"noname.json": {"{}", "noname.json is not a manifest of a merged binary: it has no name"},
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(tt.text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := linkgraph.Load(file); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error is %v, want one with %q", name, err, tt.want)
		}
	}
}
