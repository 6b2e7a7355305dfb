// Describer finds RPC services of Acme RPC: a package that has an api.Service
// defines one, and whoever refers to the package's NewClient or NewServer calls
// or serves it.
package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strconv"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
)

func main() { describe.Main(read) }

func read(c describe.Config) (*describe.Description, error) {
	found := make(map[string]*describe.RPCService) // by import path
	for _, p := range c.Packages {
		err := inspect(p, func(n ast.Node, at string) {
			if s := service(n); s != nil {
				s.ImportPath, s.Positions.Defined = p.ImportPath, at
				found[p.ImportPath] = s
			}
		})
		if err != nil {
			return nil, err
		}
	}
	for _, p := range c.Users {
		err := inspect(p, func(n ast.Node, at string) {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok {
				return
			}
			of, _ := selector.X.(*ast.Ident)
			for importPath, s := range found {
				if of == nil || of.Name != path.Base(importPath) {
					continue
				}
				switch selector.Sel.Name {
				case "NewClient":
					s.CalledAt(at)
				case "NewServer":
					s.ServedAt(at)
				}
			}
		})
		if err != nil {
			return nil, err
		}
	}
	d := &describe.Description{}
	for _, s := range found {
		d.RPCServices = append(d.RPCServices, *s)
	}
	return d, nil
}

// inspect visits the syntax of a package. Positions are of the form "file:line".
func inspect(p describe.Package, visit func(n ast.Node, at string)) error {
	for _, name := range p.Files {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if n != nil {
				position := fset.Position(n.Pos())
				visit(n, fmt.Sprintf("%s:%d", position.Filename, position.Line))
			}
			return true
		})
	}
	return nil
}

// service reads an api.Service literal, nil for other syntax.
func service(n ast.Node) *describe.RPCService {
	literal, ok := n.(*ast.CompositeLit)
	if !ok {
		return nil
	}
	if typ, ok := literal.Type.(*ast.SelectorExpr); !ok || typ.Sel.Name != "Service" {
		return nil
	}
	s := &describe.RPCService{Codec: describe.Bytes, Format: "json"}
	for _, element := range literal.Elts {
		field := element.(*ast.KeyValueExpr)
		switch value := field.Value.(type) {
		case *ast.BasicLit:
			s.Name, _ = strconv.Unquote(value.Value)
		case *ast.CompositeLit:
			for _, method := range value.Elts {
				name, _ := strconv.Unquote(method.(*ast.BasicLit).Value)
				s.Methods = append(s.Methods, describe.Method{Name: name})
			}
		}
	}
	return s
}
