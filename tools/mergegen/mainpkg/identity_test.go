package mainpkg_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/mainpkg"
)

// TestIdentity has a service with the name of the other's variable.
func TestIdentity(t *testing.T) {
	file := filepath.Join(t.TempDir(), "stock.digest")
	if err := os.WriteFile(file, []byte("0a1b\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	b := mainpkg.Binary{Name: "shop", Services: []mainpkg.Service{
		{Name: "revision1", Namespace: "item", MainPackage: "m"},
		{Name: "stock", Namespace: "stock", MainPackage: "n", Listen: true, Version: "1.4"},
	}}
	if err := b.SetRevisions([]string{"stock=revision1"}); err != nil {
		t.Fatal(err)
	}
	if err := b.SetDigests([]string{"stock=" + file}); err != nil {
		t.Fatal(err)
	}
	got, err := mainpkg.Generate(b)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"\n// Set by the linker.\nvar (\n\trevision1 string\n)\n\nfunc main() {\n",
		"\trevision1_2 \"m\"\n",
		`{Name: "revision1", Namespace: "item", Listen: false, Main: revision1_2.GoMergeMain}`,
		`{Name: "stock", Namespace: "stock", Listen: true, Version: "1.4", Revision: revision1, Digest: "0a1b", Main: stock.GoMergeMain}`,
	} {
		if !strings.Contains(string(got), want) {
			t.Errorf("got\n%s\nwant %s", got, want)
		}
	}
}

func TestIdentityErrors(t *testing.T) {
	b := mainpkg.Binary{Name: "shop", Services: []mainpkg.Service{{Name: "stock", Namespace: "stock", MainPackage: "m"}}}
	for _, tt := range []struct {
		set   func([]string) error
		value string
		want  string
	}{
		{b.SetRevisions, "stock", "not of the form"},
		{b.SetRevisions, "item=revision0", "of no service"},
		{b.SetDigests, "=file", "not of the form"},
		{b.SetDigests, "stock=missing.digest", "missing.digest"},
	} {
		if err := tt.set([]string{tt.value}); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want one with %q", tt.value, err, tt.want)
		}
	}
	for _, variables := range [][]string{{"a b", ""}, {"main", ""}, {"revision0", "revision0"}} {
		b := mainpkg.Binary{Name: "shop", Services: []mainpkg.Service{
			{Name: "stock", Namespace: "stock", MainPackage: "m", Revision: variables[0]},
			{Name: "item", Namespace: "item", MainPackage: "n", Revision: variables[1]},
		}}
		if _, err := mainpkg.Generate(b); err == nil || !strings.Contains(err.Error(), variables[0]) {
			t.Errorf("%q: error %v, want one that names it", variables, err)
		}
	}
}
