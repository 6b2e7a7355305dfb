package generated

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe/source"
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

// Reference is a place in user code that refers to a function of a generated
// package with which a server or a client is made.
type Reference struct {
	// ImportPath is the generated package.
	ImportPath string
	// Serves and Calls say what the function makes. Both are set where the
	// reference does not say which it is.
	Serves, Calls bool
	// Position is where the function's name is.
	Position token.Position
}

// References finds the references in pkg to generated packages. names maps
// their import paths to the names in their package clauses. Of c, only the
// build constraints count. An error names the file and line it is about.
func References(c describe.Config, pkg describe.Package, names map[string]string) ([]Reference, error) {
	return newReader(c).references(pkg, names)
}

func (r *reader) references(pkg describe.Package, names map[string]string) ([]Reference, error) {
	sources, err := r.Files(pkg)
	if err != nil {
		return nil, err
	}
	var references []Reference
	for _, src := range sources {
		file, err := r.Parse(src, parser.ImportsOnly)
		if err != nil {
			return nil, err
		}
		named, dot := source.CompiledImports(pkg, file, names)
		if !importsAny(named, dot, names) || !bytes.Contains(src.Data, []byte("New")) && !bytes.Contains(src.Data, []byte("Register")) {
			continue
		}
		if file, err = r.Parse(src, 0); err != nil {
			return nil, err
		}
		ast.Walk(&useVisitor{reader: r, generated: names, named: named, dot: dot, found: &references}, file)
	}
	return references, nil
}

// importsAny reports whether one of the imports is a generated package.
func importsAny(named map[string]string, dot []string, generated map[string]string) bool {
	for _, path := range named {
		if generated[path] != "" {
			return true
		}
	}
	for _, path := range dot {
		if generated[path] != "" {
			return true
		}
	}
	return false
}

// useVisitor walks one file of user code.
type useVisitor struct {
	*reader
	// generated maps import paths to package names.
	generated map[string]string
	named     map[string]string
	dot       []string
	// call is the name of the function whose argument is visited.
	call  string
	found *[]Reference
}

func (v *useVisitor) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.CallExpr:
		ast.Walk(v, n.Fun)
		args := *v
		args.call = source.CalledName(n.Fun)
		for _, arg := range n.Args {
			ast.Walk(&args, arg)
		}
		return nil
	case *ast.SelectorExpr:
		// A name that the file declares itself has an Obj: it hides the import.
		if id, ok := n.X.(*ast.Ident); ok && id.Obj == nil {
			v.record(v.named[id.Name], n.Sel)
		}
		ast.Walk(v, n.X)
		return nil
	case *ast.Ident:
		if n.Obj == nil {
			for _, path := range v.dot {
				v.record(path, n)
			}
		}
	}
	return v
}

func (v *useVisitor) record(path string, name *ast.Ident) {
	u := classify(name.Name, v.call)
	if v.generated[path] == "" || u == noUse {
		return
	}
	*v.found = append(*v.found, Reference{
		ImportPath: path,
		Serves:     u == serves || u == either,
		Calls:      u == calls || u == either,
		Position:   v.FileSet.Position(name.Pos()),
	})
}

// classify says what a reference to a generated package's name means, when it
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
