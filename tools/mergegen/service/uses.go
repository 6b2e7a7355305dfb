package service

import (
	"bytes"
	"go/ast"
	"go/parser"
	"strings"
)

// use is what a reference to a generated package's function tells.
type use int

const (
	noUse use = iota
	serves
	calls
	// either is a service info that is handed to code which this package does
	// not follow: it may become a server or a client.
	either
)

// usesOf finds the references to generated packages in pkg, by import path of
// the generated package.
func (r *reader) usesOf(pkg Package, generated map[string]*generated) error {
	sources, err := r.sources(pkg)
	if err != nil {
		return err
	}
	names := make(map[string]string, len(generated))
	for path, g := range generated {
		names[path] = g.name
	}
	for _, src := range sources {
		file, err := r.parse(src, parser.ImportsOnly)
		if err != nil {
			return err
		}
		named, dot := imports(file, names)
		if !importsAny(named, dot, generated) || !bytes.Contains(src.data, []byte("New")) && !bytes.Contains(src.data, []byte("Register")) {
			continue
		}
		if file, err = r.parse(src, 0); err != nil {
			return err
		}
		v := &useVisitor{reader: r, generated: generated, named: named, dot: dot}
		ast.Walk(v, file)
	}
	return nil
}

// importsAny reports whether one of the imports is a generated package.
func importsAny(named map[string]string, dot []string, generated map[string]*generated) bool {
	for _, path := range named {
		if generated[path] != nil {
			return true
		}
	}
	for _, path := range dot {
		if generated[path] != nil {
			return true
		}
	}
	return false
}

// useVisitor walks one file of user code.
type useVisitor struct {
	*reader
	generated map[string]*generated
	named     map[string]string
	dot       []string
	// call is the name of the function whose argument is visited.
	call string
}

func (v *useVisitor) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.CallExpr:
		ast.Walk(v, n.Fun)
		args := *v
		args.call = calledName(n.Fun)
		for _, arg := range n.Args {
			ast.Walk(&args, arg)
		}
		return nil
	case *ast.SelectorExpr:
		// A name that the file declares itself has an Obj: it hides the import.
		if id, ok := n.X.(*ast.Ident); ok && id.Obj == nil {
			v.record(v.generated[v.named[id.Name]], n.Sel)
		}
		ast.Walk(v, n.X)
		return nil
	case *ast.Ident:
		if n.Obj == nil {
			for _, path := range v.dot {
				v.record(v.generated[path], n)
			}
		}
	}
	return v
}

func (v *useVisitor) record(g *generated, name *ast.Ident) {
	if g == nil {
		return
	}
	u := classify(name.Name, v.call)
	s, pos := &g.service, v.position(name.Pos())
	if u == serves || u == either {
		s.Served = true
		s.Positions.Served = append(s.Positions.Served, pos)
	}
	if u == calls || u == either {
		s.Called = true
		s.Positions.Called = append(s.Positions.Called, pos)
	}
}

// classify tells what a reference to a generated package's name means, when it
// is (part of) an argument of the function named call, if any.
func classify(name, call string) use {
	switch name {
	case "NewServer", "NewServerWithServiceInfo", "RegisterService", "NewInvoker":
		return serves
	case "NewServiceInfo":
		switch {
		case call == "RegisterService":
			return serves
		case isClientConstructor(call):
			return calls
		}
		return either
	}
	if isClientConstructor(name) {
		return calls
	}
	return noUse
}

// isClientConstructor matches NewClient, MustNewClient, NewStreamClient,
// NewServiceInfoForClient and their like.
func isClientConstructor(name string) bool {
	name = strings.TrimPrefix(name, "Must")
	return strings.HasPrefix(name, "New") && strings.Contains(name, "Client")
}

func calledName(fun ast.Expr) string {
	switch fun := fun.(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		return fun.Sel.Name
	}
	return ""
}
