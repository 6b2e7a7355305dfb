package view

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// wrapper returns a function that calls the original's. It is small enough to
// be inlined, and has no line of its own in stack traces then.
func (g *generator) wrapper(decl *ast.FuncDecl) (string, error) {
	var b strings.Builder
	if escapes(decl.Doc) {
		b.WriteString("//go:uintptrescapes\n")
	}
	b.WriteString("func " + decl.Name.Name)
	typeParams, typeArgs, err := g.typeParams(decl.Type.TypeParams)
	if err != nil {
		return "", err
	}
	b.WriteString(typeParams + "(")
	var args []string
	for _, field := range fields(decl.Type.Params) {
		text, err := g.print(field.Type)
		if err != nil {
			return "", err
		}
		arg := fmt.Sprintf("p%d", len(args))
		fmt.Fprintf(&b, "%s %s, ", arg, text)
		if _, ok := field.Type.(*ast.Ellipsis); ok {
			arg += "..."
		}
		args = append(args, arg)
	}
	b.WriteString(") (")
	results := fields(decl.Type.Results)
	for _, field := range results {
		text, err := g.print(field.Type)
		if err != nil {
			return "", err
		}
		b.WriteString(text + ", ")
	}
	b.WriteString(") { ")
	if len(results) > 0 {
		b.WriteString("return ")
	}
	fmt.Fprintf(&b, "%s.%s%s(%s) }\n", original, decl.Name.Name, typeArgs, strings.Join(args, ", "))
	return b.String(), nil
}

// escapes reports whether the compiler keeps alive what a function's arguments of
// type uintptr point to. It has to do so for the wrapper, too; the directive
// uintptrkeepalive is for the standard library only.
func escapes(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, comment := range doc.List {
		if comment.Text == "//go:uintptrescapes" || comment.Text == "//go:uintptrkeepalive" {
			return true
		}
	}
	return false
}

// typeParams returns a list of type parameters as declared and as used.
func (g *generator) typeParams(list *ast.FieldList) (decl, use string, err error) {
	if list == nil {
		return "", "", nil
	}
	var decls, uses []string
	for _, field := range list.List {
		constraint, err := g.print(field.Type)
		if err != nil {
			return "", "", err
		}
		for _, name := range field.Names {
			decls = append(decls, name.Name+" "+constraint)
			uses = append(uses, name.Name)
		}
	}
	return "[" + strings.Join(decls, ", ") + "]", "[" + strings.Join(uses, ", ") + "]", nil
}

// fields returns one field per parameter or result.
func fields(list *ast.FieldList) []*ast.Field {
	if list == nil {
		return nil
	}
	var all []*ast.Field
	for _, field := range list.List {
		for range max(1, len(field.Names)) {
			all = append(all, field)
		}
	}
	return all
}

// namesUnexported reports whether a signature needs names of the original that a
// view does not have.
func namesUnexported(signature *ast.FuncType) bool {
	own := map[string]bool{}
	for _, field := range fields(signature.TypeParams) {
		for _, name := range field.Names {
			own[name.Name] = true
		}
	}
	found := false
	var inspect func(ast.Node) bool
	inspect = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Field: // its name is not one of the package
			ast.Inspect(n.Type, inspect)
			return false
		case *ast.SelectorExpr:
			return false
		case *ast.Ident:
			if !token.IsExported(n.Name) && !own[n.Name] && types.Universe.Lookup(n.Name) == nil {
				found = true
			}
		}
		return true
	}
	for _, list := range []*ast.FieldList{signature.TypeParams, signature.Params, signature.Results} {
		for _, field := range fields(list) {
			ast.Inspect(field.Type, inspect)
		}
	}
	return found
}
