package monorepo_test

import (
	"flag"
	"fmt"
	"go/format"
	"os"
	"path"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/bench/monorepo"
)

var update = flag.Bool("update", false, "write the golden file")

// TestFiles compares a monorepo with a golden file: two services of three
// packages, one of the platform and generated code for one RPC service.
func TestFiles(t *testing.T) {
	const golden = "testdata/files.txtar"
	var b strings.Builder
	for name, content := range (monorepo.Shape{Services: 2, Packages: 4, Platform: 1, Modules: 1, Interfaces: 1}).Files() {
		fmt.Fprintf(&b, "-- %s --\n%s", name, content)
	}
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		t.Errorf("run go test -update if this is right:\n%s", got)
	}
}

// TestImports follows the imports of each main package: they lead to as many
// packages as the shape tells, each of which is formatted.
func TestImports(t *testing.T) {
	for _, shape := range []monorepo.Shape{
		{Services: 1, Packages: 1, Modules: 1},
		monorepo.New(2, 5),
		monorepo.New(3, 60),
		monorepo.New(2, 150),
		{Services: 2, Packages: 3, Modules: 1, Interfaces: 3},
	} {
		files := make(map[string]string) // of a package, by its import path
		for name, content := range shape.Files() {
			if !strings.HasSuffix(name, ".go") || path.Dir(name) == "stubs" {
				continue
			}
			files["example.com/"+path.Dir(name)] = string(content)
			if formatted, err := format.Source(content); err != nil || string(formatted) != string(content) {
				t.Errorf("%s: %s is not formatted: %v", shape, name, err)
			}
		}
		for _, service := range shape.Names() {
			reached := make(map[string]bool)
			var visit func(importpath string)
			visit = func(importpath string) {
				if reached[importpath] {
					return
				}
				reached[importpath] = true
				for line := range strings.Lines(files[importpath]) {
					if _, imported, ok := strings.Cut(line, `"example.com/`); ok {
						visit("example.com/" + strings.TrimSuffix(imported, "\"\n"))
					}
				}
			}
			visit("example.com/" + service)
			if len(reached) != shape.Linked() {
				t.Errorf("%s: %s links %d packages", shape, service, len(reached))
			}
		}
	}
}

func TestCheck(t *testing.T) {
	for _, tt := range []struct {
		shape monorepo.Shape
		want  string // of the error, "" for none
	}{
		{monorepo.New(1, 1), ""},
		{monorepo.New(0, 10), "at least one service"},
		{monorepo.New(2, 0), "at least one service"},
		{monorepo.Shape{Services: 2, Packages: 5, Platform: 5, Modules: 1}, "leave none to a service of 5"},
	} {
		err := tt.shape.Check()
		if tt.want == "" {
			if err != nil {
				t.Errorf("%+v: %v", tt.shape, err)
			}
		} else if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%+v: error %v, want %q", tt.shape, err, tt.want)
		}
	}
}
