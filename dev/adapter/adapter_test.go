package adapter

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

const targets = `go_merge_adapter(
    name = "acme",
    hooks = [":client"],
)

go_merge_hook(
    name = "client",
    srcs = ["call.go"],
    alternatives = [":v1", ":v2"],
    imports = ["a.io/log"],
    rename = {"Dial": "dial0"},
)

go_merge_hook_alternative(name = "v1", srcs = ["v1.go"], importer = "a.io/rpc", imports = "a.io/frame")

go_merge_hook_alternative(name = "v2", srcs = ["v2.go"], importer = "a.io/rpc", imports = "a.io/wire", rename = {"Send": "send0"})
`

func TestResolve(t *testing.T) {
	file := filepath.Join(t.TempDir(), "BUILD.bazel")
	if err := os.WriteFile(file, []byte(targets), 0o666); err != nil {
		t.Fatal(err)
	}
	a, err := Read(file, "acme")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		imports []string // of a.io/rpc
		want    Resolved
	}{
		{[]string{"a.io/frame", "a.io/wire"}, Resolved{[]string{"call.go", "v1.go"}, []string{"Dial=dial0"}, []string{"a.io/log", "a.io/frame"}, ""}},
		{[]string{"a.io/wire"}, Resolved{[]string{"call.go", "v2.go"}, []string{"Dial=dial0", "Send=send0"}, []string{"a.io/log", "a.io/wire"}, ""}},
		{nil, Resolved{[]string{"call.go"}, []string{"Dial=dial0"}, []string{"a.io/log"}, "a.io/frame"}},
	} {
		got := a.Hooks[0].Resolve(func(importPath string) []string {
			if importPath == "a.io/rpc" {
				return test.imports
			}
			return nil
		})
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%q: got %+v, want %+v", test.imports, got, test.want)
		}
	}
	if _, err := Read(file, "other"); err == nil {
		t.Error("there is another adapter")
	}
}
