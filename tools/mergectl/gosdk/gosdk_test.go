package gosdk_test

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/gomerge/rules_go_merge/tools/mergectl/gosdk"
	"github.com/gomerge/rules_go_merge/tools/mergectl/modulefile"
)

const head = `-- MODULE.bazel --
go_sdk = use_extension("@rules_go//go:extensions.bzl", "go_sdk")
`

func TestOf(t *testing.T) {
	tests := []struct {
		name, files string
		want        []gosdk.SDK
	}{
		{"no file", "", []gosdk.SDK{{Version: "1.26.8"}}},
		{"host", head + "go_sdk.host()\n", []gosdk.SDK{{Version: "1.26.8", File: "MODULE.bazel", Line: 2}}},
		{"those for other systems", head + `go_sdk.download(goos = "plan9", version = "1.25.1")
go_sdk.download(goarch = "mips", version = "1.25.2")
go_sdk.download(version = "1.27.3")
`, []gosdk.SDK{{Version: "1.27.3", File: "MODULE.bazel", Line: 4}}},
		{"order of classes", head + `go_sdk.host()
go_sdk.download(version = "1.25.14")
go_sdk.wrap(version = "1.27.1", root_file = "//:ROOT")
`, []gosdk.SDK{
			{Version: "1.27.1", File: "MODULE.bazel", Line: 4},
			{Version: "1.25.14", File: "MODULE.bazel", Line: 3},
			{Version: "1.26.8", File: "MODULE.bazel", Line: 2},
		}},
		{"version of nobody knows", head + "go_sdk.download(sdks = {})\n", []gosdk.SDK{{File: "MODULE.bazel", Line: 2}}},
		{"toolchain of go.mod", head + `go_sdk.from_file(go_mod = "//:go.mod")
-- go.mod --
module m

go 1.25.0

toolchain go1.27.3
`, []gosdk.SDK{{Version: "1.27.3", File: "MODULE.bazel", Line: 2}}},
		{"go of go.work", head + `go_sdk.from_file(go_work = "//:go.work")
-- go.work --
go 1.25.3
`, []gosdk.SDK{{Version: "1.25.3", File: "MODULE.bazel", Line: 2}}},
	}
	goroot := t.TempDir()
	if err := os.WriteFile(filepath.Join(goroot, "VERSION"), []byte("go1.26.8\ntime 2026-11-01T00:00:00Z\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOROOT", goroot)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			root := t.TempDir()
			for _, file := range txtar.Parse([]byte(test.files)).Files {
				if err := os.WriteFile(filepath.Join(root, file.Name), file.Data, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			module, err := modulefile.Load(root)
			if err != nil {
				t.Fatal(err)
			}
			if got := gosdk.Of(root, module); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
		})
	}
}

// TestPath asks the Go on the PATH.
func TestPath(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\n[ \"$1 $2 $GOTOOLCHAIN\" = \"env GOVERSION local\" ] && echo go1.25.4 X:nocoverageredesign\n"
	if err := os.WriteFile(filepath.Join(dir, "go"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	t.Setenv("GOROOT", "")
	if sdk, err := gosdk.Named(gosdk.Host); err != nil || sdk.Version != "1.25.4" {
		t.Errorf("got %+v, %v", sdk, err)
	}
	t.Setenv("PATH", t.TempDir())
	if sdk, err := gosdk.Named(gosdk.Host); err != nil || sdk.Version != "" {
		t.Errorf("without Go: %+v, %v", sdk, err)
	}
}
