package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// TestSummaries compares the rules of the sources with those that have a
// summary, and with the page's table.
func TestSummaries(t *testing.T) {
	want := rules(t)
	if got := slices.Sorted(maps.Keys(summaries)); !slices.Equal(got, want) {
		t.Errorf("the rules are %q, and %q have a summary", want, got)
	}
	page, err := os.ReadFile("../../../docs/mergectl.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, match := range regexp.MustCompile("(?m)^\\| `([a-z-]+)` \\| (?:error|warning|note) \\|").FindAllStringSubmatch(string(page), -1) {
		documented = append(documented, match[1])
	}
	if slices.Sort(documented); !slices.Equal(documented, want) {
		t.Errorf("the rules are %q, and the page has %q", want, documented)
	}
}

// rules returns what this package's sources set the field Rule to, or pass as
// the rule of an error.
func rules(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no sources: %v", err)
	}
	constants := make(map[string]ast.Expr)
	var values []ast.Expr
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				for i, value := range n.Values {
					constants[n.Names[i].Name] = value
				}
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Rule" {
					values = append(values, n.Value)
				}
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					if field, ok := left.(*ast.SelectorExpr); ok && field.Sel.Name == "Rule" {
						values = append(values, n.Rhs[i])
					}
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "fromError" {
					values = append(values, n.Args[0])
				}
			}
			return true
		})
	}
	found := make(map[string]bool)
	for _, value := range values {
		if name, ok := value.(*ast.Ident); ok {
			value = constants[name.Name]
		}
		if text, ok := value.(*ast.BasicLit); ok { // and not a rule that is passed on
			rule, err := strconv.Unquote(text.Value)
			if err != nil {
				t.Fatal(err)
			}
			found[rule] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func at(dir string, n int) []Finding {
	return slices.Repeat([]Finding{{Position: Position{File: dir + "/go.mod"}}}, n)
}

func TestCrowded(t *testing.T) {
	w := &workspace.Workspace{Packages: []string{"app/item", "old/a", "old/b"}}
	tests := []struct {
		name     string
		findings []Finding
		want     Folder
	}{
		{"none", nil, Folder{}},
		{"few", at("old/a", 19), Folder{}},
		{"one folder", at("old/a", 20), Folder{"old/a", 20}},
		{"most of them in folders below one", slices.Concat(at("old/a", 20), at("old/b", 20), at("app/item", 10)), Folder{"old", 40}},
		{"not most of them", slices.Concat(at("old/a", 20), at("app/item", 20)), Folder{}},
		{"the root", slices.Repeat([]Finding{{Position: Position{File: "go.mod"}}}, 30), Folder{}},
	}
	for _, test := range tests {
		if got := Crowded(w, test.findings); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
	w.Packages = w.Packages[1:]
	if got := Crowded(w, slices.Concat(at("old/a", 20), at("old/b", 20))); got != (Folder{}) {
		t.Errorf("all packages are below %+v", got)
	}
}

func TestFolders(t *testing.T) {
	g := Group{Findings: slices.Concat(at("go/old/a", 1), at("go/old/b/c", 2), at("go/old/b/d", 1))}
	if got, want := g.Folders(), []Folder{{"go/old/b", 3}, {"go/old/a", 1}}; !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	g = Group{Findings: at("go/old", 2)}
	if got, want := g.Folders(), []Folder{{"go/old", 2}}; !slices.Equal(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
