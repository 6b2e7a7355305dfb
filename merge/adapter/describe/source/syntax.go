package source

import (
	"go/ast"
	"go/token"
	"strconv"
)

// StringLiteral returns the value of a string literal.
func StringLiteral(expr ast.Expr) (string, bool) {
	lit, ok := expr.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	value, err := strconv.Unquote(lit.Value)
	return value, err == nil
}

// IsIdent reports whether expr is the identifier name.
func IsIdent(expr ast.Expr, name string) bool {
	id, ok := expr.(*ast.Ident)
	return ok && id.Name == name
}

// SelectorName returns the name of a selector such as pkg.Name, else "".
func SelectorName(expr ast.Expr) string {
	if sel, ok := expr.(*ast.SelectorExpr); ok {
		return sel.Sel.Name
	}
	return ""
}

// RefersTo reports whether expr is importPath's exported name.
func RefersTo(expr ast.Expr, imports map[string]string, importPath, name string) bool {
	sel, ok := expr.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != name {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	return ok && imports[id.Name] == importPath
}

// CalledName returns the name of the function in a call, without its package or
// receiver, or "".
func CalledName(fun ast.Expr) string {
	switch fun := fun.(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		return fun.Sel.Name
	}
	return ""
}
