package generated

import (
	"go/ast"
	"go/parser"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe/source"
)

// initDefault is the method that gives a generated thrift struct the defaults
// of its IDL.
const initDefault = "InitDefault"

// defaults adds the fields of pkg that have a default to the description.
func (r *reader) defaults(importPath string, sources []source.File) error {
	for _, src := range sources {
		if !source.Contain([]source.File{src}, initDefault+"()") {
			continue
		}
		file, err := r.Parse(src, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Name.Name != initDefault || f.Recv == nil || f.Body == nil {
				continue
			}
			receiver := receiverType(f)
			for _, statement := range f.Body.List {
				if field := assignedField(statement); field != "" {
					r.defaulted = append(r.defaulted, importPath+"."+receiver+"."+field)
				}
			}
		}
	}
	return nil
}

// receiverType returns T of a method of *T, else "".
func receiverType(f *ast.FuncDecl) string {
	pointer, ok := f.Recv.List[0].Type.(*ast.StarExpr)
	if !ok {
		return ""
	}
	name, ok := pointer.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return name.Name
}

// assignedField returns F of a statement p.F = value, else "".
func assignedField(statement ast.Stmt) string {
	assign, ok := statement.(*ast.AssignStmt)
	if !ok || len(assign.Lhs) != 1 {
		return ""
	}
	selector, ok := assign.Lhs[0].(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	return selector.Sel.Name
}
