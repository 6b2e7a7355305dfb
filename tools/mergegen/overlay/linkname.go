package overlay

import (
	"errors"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

const (
	linknameDirective = "//go:linkname "
	// Of Go 1.27: only the standard library may refer to what it marks.
	linknamestdDirective = "//go:linknamestd "
)

// linknames gives the namespace to the targets of //go:linkname directives,
// pulled or pushed. As the compiler does, it takes indented directives, too, as
// in a parenthesized var declaration. Without a target the directive marks a
// symbol that has the package's path as it is.
func (e *goEditor) linknames() error {
	var errs []error
	for _, group := range e.file.Comments {
		for _, comment := range group.List {
			if !e.isLinkname(comment.Text) {
				continue
			}
			start := e.offset(comment.Pos())
			// The comment's Text has lost its carriage returns, the source has not.
			text, _, _ := strings.Cut(string(e.src[start:]), "\n")
			fields := strings.Fields(text)
			if len(fields) != 3 {
				continue
			}
			target := fields[2]
			to, ok := e.Namespace.Symbol(target)
			if !ok {
				errs = append(errs, e.outsideOfCopy(comment, fields))
				continue
			}
			at := start + strings.LastIndex(text, target)
			e.splices = append(e.splices, splice{at, at + len(target), to})
			e.change(e.line(comment.Pos()), Linkname, target, to)
		}
	}
	return errors.Join(errs...)
}

func (e *goEditor) isLinkname(comment string) bool {
	return strings.HasPrefix(comment, linknameDirective) ||
		strings.HasPrefix(comment, linknamestdDirective) && slices.Contains(e.Context.ReleaseTags, "go1.27")
}

// outsideOfCopy refuses what a copy of a package of the standard library cannot
// do to a symbol outside: define it, as the original does already, or refer to
// it as only the standard library may.
func (e *goEditor) outsideOfCopy(comment *ast.Comment, fields []string) error {
	if !e.Namespace.std[e.ImportMap] {
		return nil
	}
	does := ""
	switch {
	case e.defines(fields[1]):
		does = "defines"
	case fields[0] == strings.TrimSpace(linknamestdDirective):
		does = "refers to"
	default:
		return nil
	}
	return fmt.Errorf("%s: package %s of this Go %s %s, which a copy for a service cannot do: "+
		"this version of Go is not supported by the rules; use one that is",
		e.fset.PositionFor(comment.Pos(), false), e.ImportMap, does, fields[2])
}

// defines reports whether the file has the body of a function or the value of a
// variable.
func (e *goEditor) defines(name string) bool {
	return slices.ContainsFunc(e.file.Decls, func(decl ast.Decl) bool {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			return decl.Recv == nil && decl.Name.Name == name && decl.Body != nil
		case *ast.GenDecl:
			return decl.Tok == token.VAR && slices.ContainsFunc(decl.Specs, func(spec ast.Spec) bool {
				v := spec.(*ast.ValueSpec)
				return v.Values != nil && slices.ContainsFunc(v.Names, func(id *ast.Ident) bool { return id.Name == name })
			})
		}
		return false
	})
}
