package closure

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergegen/added"
)

// Written has the exported types that views declare themselves, as
// "net.Dialer".
type Written map[string]bool

// ReadWritten reads the hand-written files of views below a folder, each in a
// folder with the path of its package. Other Go files do not count.
func ReadWritten(root string) (Written, error) {
	all := Written{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".go") {
			return err
		}
		if text, err := os.ReadFile(name); err != nil || !added.Tagged(string(text)) {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		return all.Add(filepath.ToSlash(rel), name)
	})
	return all, err
}

// Add adds what a file of a package's view declares.
func (w Written) Add(path, file string) error {
	f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	for _, decl := range f.Decls {
		decl, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range decl.Specs {
			if spec, ok := spec.(*ast.TypeSpec); ok && !spec.Assign.IsValid() && spec.Name.IsExported() {
				w[path+"."+spec.Name.Name] = true
			}
		}
	}
	return nil
}
