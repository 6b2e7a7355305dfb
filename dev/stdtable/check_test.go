package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/bazelbuild/buildtools/build"

	"github.com/gomerge/rules_go_merge/dev/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergegen/closure"
)

var linux = closure.Platform{GOOS: "linux", GOARCH: "amd64"}

// TestSDKs checks the table against whole SDKs, with types, as if their Go were
// not known.
func TestSDKs(t *testing.T) {
	table := readTable(t)
	table.Versions = []string{"1.0"}
	types := readWritten(t)
	for _, root := range sdkRoots(t) {
		sdk, err := closure.Open(root)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(sdk.Version, func(t *testing.T) {
			t.Parallel()
			if v, ok := closure.ParseVersion(sdk.Version); ok && v.Less(closure.Version{Major: 1, Minor: 25}) {
				t.Fatalf("%s is older than what is supported", root)
			}
			if err := table.Check(sdk, types, linux); err != nil {
				t.Error(err)
			}
			if n := len(sdk.Packages()); n < 300 {
				t.Errorf("only %d packages were seen", n)
			}
		})
	}
}

// TestUnknown changes an SDK as a later Go might, and reads what a user is told.
func TestUnknown(t *testing.T) {
	all := sdkRoots(t)
	root := all[len(all)-1]
	tests := []struct {
		name, version string
		whole         bool // all of the SDK, and not a part that is checked sooner
		files         map[string]string
		want          []string // parts of the error, none if there is to be no error
	}{
		{name: "nothing changed", version: "1.99.1"},
		{name: "release candidate", version: "1.99rc1"},
		{name: "custom build", version: "1.99-custom X:fips"},
		{name: "from a commit", version: "devel +abcdef"},
		{
			name:    "internal package that acts",
			version: "1.99rc1",
			whole:   true,
			files: map[string]string{
				"net/http/three.go":                "package http\n\nimport _ \"net/http/internal/http99\"\n",
				"net/http/internal/http99/http.go": "package http99\n\nimport (\n\t_ \"net\"\n\t_ \"os\"\n)\n",
			},
			want: []string{
				"Go 1.99rc1 is not known to rules_go_merge (1.25 to 1.27 are):\n",
				"net/http imports net/http/internal/http99, which has to be of the service's own, since it imports net, os\n",
				"Build with Go 1.27, or take a rules_go_merge that knows this Go.",
				"docs/go-versions.md",
			},
		},
		{
			name:    "behind an internal package that does not act",
			version: "1.99.0",
			files: map[string]string{
				"log/more.go":                  "package log\n\nimport _ \"internal/plain99\"\n",
				"internal/plain99/plain.go":    "package plain99\n\nimport _ \"internal/deep99\"\n",
				"internal/deep99/deep_unix.go": "//go:build unix\n\npackage deep99\n\nimport _ \"os\"\n",
			},
			want: []string{"internal/plain99 imports internal/deep99, which has to be of the service's own, since it imports os"},
		},
		{
			name:    "import of another copy",
			version: "1.99.0",
			files:   map[string]string{"image/more.go": "package image\n\nimport _ \"log\"\n"},
			want:    []string{"image imports log, of which services have their own, and is not compiled with it"},
		},
		{
			name:    "types of a copy",
			version: "1.99.0",
			files:   map[string]string{"text/logs/logs.go": "package logs\n\nimport \"log\"\n\ntype T struct{ By func() map[string][]*log.Logger }\n"},
			want:    []string{"text/logs has to be of the service's own, since its T.By shows log.Logger"},
		},
		{
			name:    "types of a view",
			version: "1.99.0",
			files:   map[string]string{"text/dials/dials.go": "package dials\n\nimport \"net\"\n\nfunc F(net.Conn, *net.Dialer) {}\n"},
			want:    []string{"text/dials has to be of the service's own, since its F shows net.Dialer"},
		},
		{
			name:    "types of a view that are the original's",
			version: "1.99.0",
			files:   map[string]string{"text/dials/dials.go": "package dials\n\nimport \"net\"\n\nfunc F(net.Conn) {}\n"},
		},
		{
			name:    "later patch of a known Go",
			version: "1.27.99",
			files:   map[string]string{"image/more.go": "package image\n\nimport _ \"log\"\n"},
			want: []string{
				"Go 1.27.99 differs from what rules_go_merge knows of it:\n",
				"image imports log",
				"Build with an earlier patch release",
			},
		},
	}
	table := readTable(t)
	types := readWritten(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var only []string
			if !tt.whole {
				only = []string{"image", "log", "net"}
			}
			sdk, err := closure.Open(changed(t, root, tt.version, only, tt.files))
			if err != nil {
				t.Fatal(err)
			}
			err = table.Check(sdk, types, linux)
			if len(tt.want) == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not contain %q", err, want)
				}
			}
			if n := strings.Count(err.Error(), "\n"); n != 2 {
				t.Errorf("error %q has %d lines, want 3", err, n+1)
			}
		})
	}
}

// sdkRoots returns the SDKs to test with: the environment's, or else the one
// whose go command there is.
func sdkRoots(t *testing.T) []string {
	t.Helper()
	all, err := gosdk.Find()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// changed returns a folder with the Go files of an SDK and some others, as the
// SDK of another version. It has all packages, or only some and what these
// import.
func changed(t *testing.T, root, version string, only []string, files map[string]string) string {
	dir := t.TempDir()
	for _, name := range filesOf(t, root, only) {
		path := filepath.Join(dir, "src", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(filepath.Join(root, "src", name), path); err != nil {
			t.Fatal(err)
		}
	}
	files = maps.Clone(files)
	if files == nil {
		files = map[string]string{}
	}
	files["../VERSION"] = "go" + version + "\ntime 2027-02-10T00:00:00Z\n"
	for name, content := range files {
		path := filepath.Join(dir, "src", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// filesOf returns the Go files of packages of an SDK, below its src folder.
func filesOf(t *testing.T, root string, only []string) []string {
	sdk, err := closure.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	packages := only
	if len(only) == 0 {
		packages = sdk.Packages()
	}
	var files []string
	seen := map[string]bool{}
	for queue := slices.Clone(packages); len(queue) > 0; queue = queue[1:] {
		path := queue[0]
		if seen[path] {
			continue
		}
		seen[path] = true
		imports, err := sdk.Imports(path)
		if err != nil {
			t.Fatal(err)
		}
		queue = append(queue, slices.Sorted(maps.Keys(imports))...)
		found, err := filepath.Glob(filepath.Join(root, "src", path, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range found {
			if !strings.HasSuffix(file, "_test.go") {
				files = append(files, filepath.Join(path, filepath.Base(file)))
			}
		}
	}
	return files
}

func readWritten(t *testing.T) closure.Written {
	types, err := closure.ReadWritten("../../" + written)
	if err != nil {
		t.Fatal(err)
	}
	if !types["net.Dialer"] {
		t.Fatalf("%s has no net.Dialer: %v", written, types)
	}
	return types
}

// readTable reads the lists that Starlark passes on.
func readTable(t *testing.T) *closure.Table {
	data, err := os.ReadFile("../../" + file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := build.ParseBzl(file, data)
	if err != nil {
		t.Fatal(err)
	}
	var table closure.Table
	for _, stmt := range f.Stmt {
		assign, ok := stmt.(*build.AssignExpr)
		if !ok {
			continue
		}
		switch name := assign.LHS.(*build.Ident).Name; name {
		case "GO_VERSIONS":
			table.Versions = build.Strings(assign.RHS)
		case "STD_ORIGINALS":
			table.Originals = build.Strings(assign.RHS)
		case "STD_PACKAGES":
			for _, e := range assign.RHS.(*build.ListExpr).List {
				call := e.(*build.CallExpr)
				p := closure.Package{Path: call.List[0].(*build.StringExpr).Value, View: call.X.(*build.Ident).Name == "_view"}
				for _, arg := range call.List[1:] {
					if arg := arg.(*build.AssignExpr); arg.LHS.(*build.Ident).Name == "imports" {
						p.Imports = build.Strings(arg.RHS)
					}
				}
				table.Packages = append(table.Packages, p)
			}
		}
	}
	if len(table.Versions) == 0 || len(table.Originals) == 0 || len(table.Packages) == 0 {
		t.Fatalf("%s: found %+v", file, table)
	}
	return &table
}
