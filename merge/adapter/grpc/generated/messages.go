package generated

import (
	"go/ast"
	"go/token"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe/source"
)

// marshaler is the package by whose rules the framework's own codec works. Whether a
// call is by that codec shows when it is made.
const marshaler = "google.golang.org/protobuf/proto"

// messages finds the types of unary methods in a package's interfaces of servers.
type messages struct {
	pkg describe.Package
	// unary holds the types of methods by "<interface>.<method>", handled what the
	// handlers of ServiceDescs call, in the same form.
	unary   map[string][2]string
	handled map[string]string
}

func newMessages(pkg describe.Package) *messages {
	return &messages{pkg, map[string][2]string{}, map[string]string{}}
}

// of returns the types that a handler of a unary method takes and returns as
// "<importpath>.<type>", both empty if they are not known. It calls an interface.
func (m *messages) of(iface, handler string) (args, result string) {
	called, ok := m.handled[handler]
	if !ok || iface == "" {
		return "", ""
	}
	types := m.unary[iface+"."+called]
	return types[0], types[1]
}

// add notes what a file declares.
func (m *messages) add(file *ast.File) {
	imports, _ := source.CompiledImports(m.pkg, file, nil)
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.GenDecl:
			if decl.Tok != token.TYPE {
				continue
			}
			for _, spec := range decl.Specs {
				t := spec.(*ast.TypeSpec)
				if iface, ok := t.Type.(*ast.InterfaceType); ok {
					m.addInterface(t.Name.Name, iface, imports)
				}
			}
		case *ast.FuncDecl:
			if decl.Recv == nil && decl.Body != nil {
				m.addHandler(decl)
			}
		}
	}
}

// addInterface notes methods of the form M(context.Context, *Args) (*Result, error).
func (m *messages) addInterface(name string, iface *ast.InterfaceType, imports map[string]string) {
	for _, method := range iface.Methods.List {
		f, ok := method.Type.(*ast.FuncType)
		if !ok || len(method.Names) != 1 || f.Params.NumFields() != 2 || f.Results.NumFields() != 2 {
			continue
		}
		params, results := f.Params.List, f.Results.List
		args, result := m.pointer(params[len(params)-1].Type, imports), m.pointer(results[0].Type, imports)
		if args != "" && result != "" {
			m.unary[name+"."+method.Names[0].Name] = [2]string{args, result}
		}
	}
}

// pointer returns T of *T as "<importpath>.<type>", "" for another form.
func (m *messages) pointer(expr ast.Expr, imports map[string]string) string {
	star, ok := expr.(*ast.StarExpr)
	if !ok {
		return ""
	}
	switch t := star.X.(type) {
	case *ast.Ident:
		return m.pkg.ImportPath + "." + t.Name
	case *ast.SelectorExpr:
		if path := imports[identName(t.X)]; path != "" {
			return path + "." + t.Sel.Name
		}
	}
	return ""
}

// addHandler notes which method a function calls in the form srv.(StockServer).Get.
func (m *messages) addHandler(f *ast.FuncDecl) {
	ast.Inspect(f.Body, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if assertion, ok := sel.X.(*ast.TypeAssertExpr); ok && identName(assertion.Type) != "" {
				m.handled[f.Name.Name] = sel.Sel.Name
			}
		}
		return true
	})
}

// identName returns the name of an identifier, "" for another expression.
func identName(expr ast.Expr) string {
	if id, ok := expr.(*ast.Ident); ok {
		return id.Name
	}
	return ""
}
