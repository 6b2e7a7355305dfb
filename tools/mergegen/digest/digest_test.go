package digest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/digest"
)

// TestOf lists what counts and what does not.
func TestOf(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a, moved, changed, c := file("a.a", "one"), file("elsewhere=a.a", "one"), file("b.a", "two"), file("c.a", "three")
	of := func(in digest.Inputs) string {
		t.Helper()
		sum, err := digest.Of(in)
		if err != nil {
			t.Fatal(err)
		}
		return sum
	}
	base := of(digest.Inputs{Packages: []string{"stock/x=" + a, "stock/y=" + c}, Libraries: []string{"//c\t" + c}, Definitions: `{"x": "{STABLE_V}"}`})
	// The form decides what the digests of released binaries are compared with.
	if want := "77845439c5bd3a49916adba12a03e598f9f7779cea00727f8f5b220e7adcb48f"; base != want {
		t.Errorf("digest is %s, want %s", base, want)
	}
	same := of(digest.Inputs{Packages: []string{"stock/y=" + c, "stock/x=" + moved}, Libraries: []string{"//c\t" + c}, Definitions: `{"x": "{STABLE_V}"}`})
	if same != base {
		t.Errorf("places and order count: %s and %s", base, same)
	}
	seen := map[string]string{base: "base"}
	for name, in := range map[string]digest.Inputs{
		"another content":        {Packages: []string{"stock/x=" + changed, "stock/y=" + c}, Libraries: []string{"//c\t" + c}, Definitions: `{"x": "{STABLE_V}"}`},
		"another path":           {Packages: []string{"stock/z=" + a, "stock/y=" + c}, Libraries: []string{"//c\t" + c}, Definitions: `{"x": "{STABLE_V}"}`},
		"contents swapped":       {Packages: []string{"stock/x=" + c, "stock/y=" + a}, Libraries: []string{"//c\t" + c}, Definitions: `{"x": "{STABLE_V}"}`},
		"a package less":         {Packages: []string{"stock/x=" + a}, Libraries: []string{"//c\t" + c}, Definitions: `{"x": "{STABLE_V}"}`},
		"another library":        {Packages: []string{"stock/x=" + a, "stock/y=" + c}, Libraries: []string{"//c\t" + a}, Definitions: `{"x": "{STABLE_V}"}`},
		"no library":             {Packages: []string{"stock/x=" + a, "stock/y=" + c}, Definitions: `{"x": "{STABLE_V}"}`},
		"another definition":     {Packages: []string{"stock/x=" + a, "stock/y=" + c}, Libraries: []string{"//c\t" + c}, Definitions: `{"x": "{STABLE_W}"}`},
		"a library as a package": {Packages: []string{"stock/x=" + a, "stock/y=" + c, "//c=" + c}, Definitions: `{"x": "{STABLE_V}"}`},
		"flags of the linker":    {Packages: []string{"stock/x=" + a, "stock/y=" + c}, Libraries: []string{"//c\t" + c}, Definitions: `{"x": "{STABLE_V}"}`, Linker: `{"linkopts": ["-lm"]}`},
		"other flags":            {Packages: []string{"stock/x=" + a, "stock/y=" + c}, Libraries: []string{"//c\t" + c}, Definitions: `{"x": "{STABLE_V}"}`, Linker: `{"linkopts": ["-lz"]}`},
		"a label with a sign":    {Packages: []string{"stock/x=" + a, "stock/y=" + c}, Libraries: []string{"//c:v=1\t" + moved}, Definitions: `{"x": "{STABLE_V}"}`},
	} {
		sum := of(in)
		if other, ok := seen[sum]; ok {
			t.Errorf("%s is like %s", name, other)
		}
		seen[sum] = name
	}
	for want, in := range map[string]digest.Inputs{
		"missing.a":                        {Packages: []string{"x=missing.a"}},
		`library "//c" is not of the form`: {Libraries: []string{"//c"}},
	} {
		if _, err := digest.Of(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error is %v, want one with %q", err, want)
		}
	}
}
