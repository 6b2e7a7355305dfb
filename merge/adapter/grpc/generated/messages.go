package generated

import (
	"cmp"
	"go/ast"
	"go/token"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe/source"
)

// marshaler is the package by whose rules the framework's own codec works. Whether a
// call is by that codec shows when it is made.
const marshaler = "google.golang.org/protobuf/proto"

// messages finds the types of messages in a package's interfaces of servers, and of the
// streams that these get.
type messages struct {
	pkg describe.Package
	// methods holds the types of methods by "<interface>.<method>", streams those of
	// types that are streams, and handled the methods that the handlers of ServiceDescs
	// call.
	methods map[string]methodTypes
	streams map[string]messageTypes
	handled map[string]string
}

// messageTypes are the types of what a client sends and a server answers, as
// "<importpath>.<type>", "" for one that is not known.
type messageTypes struct{ args, result string }

// methodTypes are those of a method. The type named stream, if any, tells of those
// that are missing.
type methodTypes struct {
	messageTypes
	stream string
}

func newMessages(pkg describe.Package) *messages {
	return &messages{pkg, map[string]methodTypes{}, map[string]messageTypes{}, map[string]string{}}
}

// of returns the types of a method with this handler, both empty unless both are known.
// The handler calls an interface.
func (m *messages) of(iface, handler string) messageTypes {
	called, ok := m.handled[handler]
	if !ok || iface == "" {
		return messageTypes{}
	}
	method := m.methods[iface+"."+called]
	stream := m.streams[method.stream]
	types := messageTypes{cmp.Or(method.args, stream.args), cmp.Or(method.result, stream.result)}
	if types.args == "" || types.result == "" {
		return messageTypes{}
	}
	return types
}

// add notes what a file declares.
func (m *messages) add(file *ast.File) {
	imports, _ := source.CompiledImports(m.pkg, file, nil)
	asWritten, _ := source.Imports(file, map[string]string{grpcPath: "grpc"})
	f := &messageFile{m, imports, asWritten}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.GenDecl:
			if decl.Tok != token.TYPE {
				continue
			}
			for _, spec := range decl.Specs {
				t := spec.(*ast.TypeSpec)
				if iface, ok := t.Type.(*ast.InterfaceType); ok {
					f.addInterface(t.Name.Name, iface)
				} else if types, ok := f.generic(t.Type); ok {
					m.streams[t.Name.Name] = types
				}
			}
		case *ast.FuncDecl:
			if decl.Recv == nil && decl.Body != nil {
				m.addHandler(decl)
			}
		}
	}
}

// messageFile is a file of whose imports the compiled paths are known, and the paths as
// they are written.
type messageFile struct {
	*messages
	imports, asWritten map[string]string
}

// addInterface notes methods of the forms
//
//	M(context.Context, *Args) (*Result, error)
//	M(*Args, Stream) error
//	M(Stream) error
//
// and what streams have: Recv() (*Args, error), Send(*Result) error and
// SendAndClose(*Result) error.
func (m *messageFile) addInterface(name string, iface *ast.InterfaceType) {
	var stream messageTypes
	for _, method := range iface.Methods.List {
		f, ok := method.Type.(*ast.FuncType)
		if !ok || len(method.Names) != 1 {
			continue
		}
		var types methodTypes
		params, results := fieldTypes(f.Params), fieldTypes(f.Results)
		switch {
		case len(params) == 2 && len(results) == 2:
			types.args, types.result = m.pointer(params[1]), m.pointer(results[0])
		case len(params) == 2 && len(results) == 1:
			types = m.stream(params[1])
			types.args = m.pointer(params[0])
		case len(params) == 1 && len(results) == 1:
			types = m.stream(params[0])
		}
		m.methods[name+"."+method.Names[0].Name] = types
		switch method := method.Names[0].Name; {
		case method == "Recv" && len(params) == 0 && len(results) == 2:
			stream.args = m.pointer(results[0])
		case (method == "Send" || method == "SendAndClose") && len(params) == 1 && len(results) == 1:
			stream.result = m.pointer(params[0])
		}
	}
	m.streams[name] = stream
}

// stream returns what the type of a server's stream tells of a method.
func (m *messageFile) stream(expr ast.Expr) methodTypes {
	if name := identName(expr); name != "" {
		return methodTypes{stream: name}
	}
	types, _ := m.generic(expr)
	return methodTypes{messageTypes: types}
}

// generic returns the types of one of the framework's own streams, such as
// grpc.BidiStreamingServer[Args, Result].
func (m *messageFile) generic(expr ast.Expr) (messageTypes, bool) {
	var typeArgs []ast.Expr
	switch e := expr.(type) {
	case *ast.IndexExpr:
		expr, typeArgs = e.X, []ast.Expr{e.Index}
	case *ast.IndexListExpr:
		expr, typeArgs = e.X, e.Indices
	}
	is := func(name string) bool { return source.RefersTo(expr, m.asWritten, grpcPath, name) }
	switch {
	case len(typeArgs) == 1 && is("ServerStreamingServer"):
		return messageTypes{result: m.named(typeArgs[0])}, true
	case len(typeArgs) == 2 && (is("ClientStreamingServer") || is("BidiStreamingServer")):
		return messageTypes{m.named(typeArgs[0]), m.named(typeArgs[1])}, true
	}
	return messageTypes{}, false
}

// fieldTypes returns the type of each parameter or result.
func fieldTypes(list *ast.FieldList) (types []ast.Expr) {
	if list == nil {
		return nil
	}
	for _, field := range list.List {
		for range max(len(field.Names), 1) {
			types = append(types, field.Type)
		}
	}
	return types
}

// pointer returns T of *T as "<importpath>.<type>", "" for another form.
func (m *messageFile) pointer(expr ast.Expr) string {
	star, ok := expr.(*ast.StarExpr)
	if !ok {
		return ""
	}
	return m.named(star.X)
}

// named returns a type as "<importpath>.<type>", "" for one without a name.
func (m *messageFile) named(expr ast.Expr) string {
	switch t := expr.(type) {
	case *ast.Ident:
		return m.pkg.ImportPath + "." + t.Name
	case *ast.SelectorExpr:
		if path := m.imports[identName(t.X)]; path != "" {
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
