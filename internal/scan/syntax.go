package scan

import (
	"go/ast"
	"go/token"
	"slices"
)

// callsAround returns the calls that a position is in, as (part of) the
// function or an argument, the innermost first.
func (p *checked) callsAround(fset *token.FileSet, at token.Position) []*ast.CallExpr {
	for _, file := range p.files {
		tokens := fset.File(file.FileStart)
		if tokens.Name() != at.Filename {
			continue
		}
		pos := tokens.Pos(at.Offset)
		var calls []*ast.CallExpr
		ast.Inspect(file, func(node ast.Node) bool {
			if node == nil || pos < node.Pos() || node.End() <= pos {
				return false
			}
			switch node := node.(type) {
			case *ast.CallExpr:
				calls = append(calls, node)
			case *ast.FuncLit, ast.Stmt:
				calls = nil
			}
			return true
		})
		slices.Reverse(calls)
		return calls
	}
	return nil
}

// optionIn returns the call of a function among the arguments of a call, or nil.
func optionIn(call *ast.CallExpr, function string) *ast.CallExpr {
	for _, arg := range call.Args {
		if option, ok := arg.(*ast.CallExpr); ok && calledName(option) == function {
			return option
		}
	}
	return nil
}

// callsOf returns the calls of functions of a name in the package.
func (p *checked) callsOf(function string) []*ast.CallExpr {
	var calls []*ast.CallExpr
	for _, file := range p.files {
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && calledName(call) == function {
				calls = append(calls, call)
			}
			return true
		})
	}
	return calls
}

func calledName(call *ast.CallExpr) string {
	if id := calledIdent(call); id != nil {
		return id.Name
	}
	return ""
}

// calledIdent returns the name of the function that a call calls, or nil.
func calledIdent(call *ast.CallExpr) *ast.Ident {
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		return fun
	case *ast.SelectorExpr:
		return fun.Sel
	}
	return nil
}
