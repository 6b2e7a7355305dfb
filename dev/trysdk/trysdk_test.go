package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/gosdk"
)

// files are a module whose tests pass, fail, panic and do not compile.
var files = map[string]string{
	"go.mod":                "module example.com/m\n\ngo 1.25\n",
	"good/good_test.go":     "package good\n\nimport (\n\t\"os\"\n\t\"testing\"\n)\n\nfunc TestGood(t *testing.T) {\n\tif os.Getenv(\"GO_MERGE_TEST_SDKS\") == \"\" {\n\t\tt.Fatal(\"no SDK\")\n\t}\n}\n\nfunc TestOther(t *testing.T) { t.Skip(\"not here\") }\n",
	"bad/bad_test.go":       "package bad\n\nimport \"testing\"\n\nfunc TestBad(t *testing.T) {\n\tt.Run(\"part\", func(t *testing.T) { t.Error(\"it differs\") })\n\tt.Run(\"rest\", func(t *testing.T) {})\n}\n",
	"broken/broken.go":      "package broken\n\nvar X int = \"text\"\n",
	"broken/b_test.go":      "package broken\n\nimport \"testing\"\n\nfunc TestBroken(t *testing.T) {}\n",
	"panics/panics_test.go": "package panics\n\nimport \"testing\"\n\nfunc TestPanics(t *testing.T) { panic(\"no way\") }\n",
}

func TestTry(t *testing.T) {
	goroot := sdk(t)
	module := t.TempDir()
	for name, content := range files {
		path := filepath.Join(module, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("GOCACHE", filepath.Join(module, "cache"))
	t.Setenv("CGO_ENABLED", "0")
	good := check{title: "What is good", packages: []string{"./good"}}
	for _, tt := range []struct {
		name   string
		checks []check
		err    error
		want   []string
	}{
		{
			name:   "works",
			checks: []check{good},
			want:   []string{"What is good ...\n  ok: 1 tests passed, 1 skipped\n", " works with the rules.\n"},
		},
		{
			name:   "fails",
			checks: []check{good, {title: "All", packages: []string{"./..."}}},
			err:    errFailed,
			want: []string{
				"What is good ...\n  ok: ",
				"All ...\n  FAILED: 2 tests passed, 1 skipped, 3 failed\n",
				"  example.com/m/bad.TestBad/part\n",
				"it differs\n",
				"  example.com/m/broken\n",
				"cannot use \"text\"",
				"  example.com/m/panics.TestPanics\n",
				"panic: no way",
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var b strings.Builder
			if err := try(&b, module, goroot, tt.checks); !errors.Is(err, tt.err) {
				t.Fatalf("error %v, want %v\n%s", err, tt.err, &b)
			}
			for _, want := range tt.want {
				if !strings.Contains(b.String(), want) {
					t.Errorf("the report does not contain %q:\n%s", want, &b)
				}
			}
		})
	}
	t.Run("nothing ran", func(t *testing.T) {
		none := good
		none.run = "^TestNone$"
		if err := try(&strings.Builder{}, module, goroot, []check{none}); err == nil || !strings.Contains(err.Error(), "no test ran") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("no SDK", func(t *testing.T) {
		if err := try(&strings.Builder{}, module, module, []check{good}); err == nil || !strings.Contains(err.Error(), "is not a Go SDK") {
			t.Errorf("error %v", err)
		}
	})
}

// sdk returns the newest SDK of the environment, or the go command's.
func sdk(t *testing.T) string {
	t.Helper()
	roots, err := gosdk.Find()
	if err != nil {
		t.Fatal(err)
	}
	return roots[len(roots)-1]
}
