package check

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"path"
	"path/filepath"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// parse reads the files of services below their imports, which is as far as all
// other checks read most files. It finds those that a compiler does not read, and
// returns which files each folder's package uses.
func parse(w *workspace.Workspace) (used map[string][]usedFile, findings []Finding, err error) {
	used = make(map[string][]usedFile)
	for _, dir := range reach(w, w.Services...) {
		fset := token.NewFileSet()
		var files []*ast.File
		for _, file := range w.Tree.Package(dir).Files {
			name := path.Join(dir, filepath.Base(file))
			data, err := regular.ReadFile(file)
			if err != nil {
				return nil, nil, err
			}
			var list scanner.ErrorList
			parsed, err := parser.ParseFile(fset, name, data, parser.SkipObjectResolution)
			if errors.As(err, &list) {
				findings = append(findings, Finding{
					Severity: Error, Rule: "unreadable", Position: Position{name, list[0].Pos.Line}, Message: list[0].Msg,
				})
				continue
			}
			files = append(files, parsed)
		}
		used[dir] = newParsedPackage(fset, files).relativeFiles()
	}
	return used, findings, nil
}
