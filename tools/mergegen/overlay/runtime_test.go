package overlay_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergegen/overlay"
)

// TestRuntimeIsOutOfReach has sources that would speak to the runtime in the
// name of any service.
func TestRuntimeIsOutOfReach(t *testing.T) {
	const module = "github.com/gomerge/rules_go_merge/"
	const reason = ", which only the code that the build adds may do; take it out, or leave the service out of the merged binary"
	tests := []struct {
		name, source string
		packages     string // of the service, other than this one
		added        bool   // by the build
		want         string // the error after the file's name
	}{
		{name: "an import", source: "package a\n\nimport r \"" + module + "merge/runtime\"\n",
			want: ":3:8: service stock imports " + module + "merge/runtime" + reason},
		{name: "an import of what views use", source: "package a\n\nimport (\n\t_ `" + module + "merge/runtime/process`\n)\n",
			want: ":4:2: service stock imports " + module + "merge/runtime/process" + reason},
		{name: "a link to a function", source: "package a\n\nimport _ \"unsafe\"\n\n//go:linkname newClient " + module + "merge/runtime.NewClient\nfunc newClient()\n",
			want: ":5:1: service stock links to " + module + "merge/runtime.NewClient" + reason},
		{name: "another package of the module", source: "package a\n\nimport \"" + module + "internal/admin\"\n\n// " + module + "merge/runtime\n"},
		{name: "a copy of its own", source: "package a\n\nimport \"" + module + "merge/runtime\"\n", packages: "\n" + module + "merge/runtime"},
		{name: "a file that the build adds", source: "package a\n\nimport \"" + module + "merge/runtime\"\n", added: true},
		{name: "a file that does not parse", source: "package a\n\nimport \"" + module + "merge/runtime\"\n}"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := filepath.Join(t.TempDir(), "a.go")
			if err := os.WriteFile(in, []byte(tt.source), 0o666); err != nil {
				t.Fatal(err)
			}
			files := []overlay.File{{In: in, Out: in + ".out.go"}}
			c := overlay.Config{Service: "stock", ImportMap: "example.com/a", Namespace: namespace(t, "stock", "example.com/a"+tt.packages)}
			if tt.added {
				c.Adds = files
			} else {
				c.Sources = files
			}
			got := ""
			if _, err := overlay.Run(c); err != nil {
				got = err.Error()
			}
			want := tt.want
			if want != "" {
				want = in + want
			}
			if got != want {
				t.Errorf("error is\n%s\nwant\n%s", got, want)
			}
		})
	}
}
