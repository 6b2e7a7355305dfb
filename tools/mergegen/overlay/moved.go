package overlay

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"slices"
)

// moved returns the In of the files that rules_go compiles from a work folder:
// those that are instrumented for coverage, and all Go files of a package that
// cgo compiles.
func (c Config) moved() map[string]bool {
	moved := map[string]bool{}
	for _, in := range c.Covered {
		moved[in] = true
	}
	if files := slices.Concat(c.Sources, c.Adds); slices.ContainsFunc(files, c.usesCgo) {
		for _, f := range files {
			moved[f.In] = true
		}
	}
	return moved
}

// usesCgo reports whether a file is compiled by cgo.
func (c Config) usesCgo(f File) bool {
	if !c.Context.CgoEnabled || kindOf(f.Out) != goSource {
		return false
	}
	// What does not parse or cannot be read is met again where it is reported.
	file, _ := parser.ParseFile(token.NewFileSet(), f.In, nil, parser.ImportsOnly)
	if file == nil || !slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == `"C"` }) {
		return false
	}
	ctx := c.Context
	ctx.OpenFile = func(string) (io.ReadCloser, error) { return os.Open(f.In) }
	match, err := ctx.MatchFile(filepath.Split(f.Out))
	return match && err == nil
}
