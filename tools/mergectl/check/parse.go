package check

import (
	"errors"
	"go/parser"
	"go/scanner"
	"go/token"
	"path"
	"path/filepath"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/workspace"
)

// unparsed finds files of services that a compiler does not read, below their
// imports, which is as far as all other checks read most files.
func unparsed(w *workspace.Workspace) ([]Finding, error) {
	var findings []Finding
	seen := make(map[string]bool)
	var queue []string
	for _, s := range w.Services {
		queue = append(queue, s.Dir)
	}
	for len(queue) > 0 {
		dir := queue[0]
		queue = queue[1:]
		if seen[dir] {
			continue
		}
		seen[dir] = true
		p := w.Tree.Package(dir)
		if p == nil {
			continue
		}
		for _, file := range p.Files {
			name := path.Join(dir, filepath.Base(file))
			data, err := regular.ReadFile(file)
			if err != nil {
				return nil, err
			}
			var list scanner.ErrorList
			if _, err := parser.ParseFile(token.NewFileSet(), name, data, parser.SkipObjectResolution); errors.As(err, &list) {
				findings = append(findings, Finding{
					Severity: Error, Rule: "unreadable", Position: Position{name, list[0].Pos.Line}, Message: list[0].Msg,
				})
			}
		}
		for _, importPath := range p.Imports {
			if m := w.ModuleWith(importPath); m != nil {
				queue = append(queue, m.Folder(importPath))
			}
		}
	}
	return findings, nil
}
