package lint_test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gomerge/rules_go_merge/dev/lint"
)

// aboutFrameworks are the files outside of merge/adapter that name RPC frameworks:
// one for each in package scan, the names of their metrics and functions, the table
// of versions, and the example of a list of adapters.
var aboutFrameworks = []string{
	"internal/scan/grpc.go",
	"internal/scan/kitex.go",
	"merge/adapter.bzl",
	"tools/mergectl/pins/table.go",
	"tools/mergectl/plan/exports/frameworks.go",
	"tools/mergectl/plan/profiles/frameworks.go",
}

// TestFrameworks keeps the names of RPC frameworks out of shipped code that is to
// work with any.
func TestFrameworks(t *testing.T) {
	root, err := lint.Root()
	if err != nil {
		t.Fatal(err)
	}
	files, err := lint.Files(root, func(file string) bool {
		room, _, _ := strings.Cut(file, "/")
		return slices.Contains([]string{"gazelle_ext", "internal", "merge", "tools"}, room) && !strings.HasPrefix(file, "merge/adapter/") &&
			slices.Contains([]string{".bzl", ".go", ".s", ".tmpl"}, path.Ext(file)) && !strings.HasSuffix(file, "_test.go")
	})
	if err != nil {
		t.Fatal(err)
	}
	name := regexp.MustCompile(`(?i:kitex)|\bgRPC|grpc|Grpc|GRPC`) // and not logRPC
	for _, file := range files {
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Error(err)
			continue
		}
		found := name.Find(text)
		switch listed := slices.Contains(aboutFrameworks, file); {
		case found != nil && !listed:
			t.Errorf("%s: has %q; what is only about one framework has its place in the adapter, or in internal/scan", file, found)
		case found == nil && listed:
			t.Errorf("%s: is listed here, and names no framework", file)
		}
	}
	for _, file := range aboutFrameworks {
		if !slices.Contains(files, file) {
			t.Errorf("%s: is listed here, and is not there", file)
		}
	}
}
