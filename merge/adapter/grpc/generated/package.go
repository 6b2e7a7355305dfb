package generated

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe/source"
)

// grpcPath is the package of ServiceDesc.
const grpcPath = "google.golang.org/grpc"

// Package is a Go package that defines RPC services.
type Package struct {
	// Name is the name in the package clause.
	Name string
	// Services are in the order of their definitions.
	Services []*Service

	pkg describe.Package
}

// Service is an RPC service of a [Package].
type Service struct {
	describe.RPCService
	// GoName is its name in functions such as RegisterStockServer, "" if that is
	// not known.
	GoName string
	// Variable is the name of the ServiceDesc, "" if it has none.
	Variable string
	// registered is where a ServiceDesc without a name becomes part of a server.
	registered token.Pos
}

// NewService returns an RPC service by its full name and its name in Go. The
// package that defines it need not exist yet.
func NewService(name, goName string) *Service {
	return &Service{
		RPCService: describe.RPCService{Name: name, PackageName: packageName(name), Codec: describe.Bytes, Format: Format, Methods: []describe.Method{}},
		GoName:     goName,
		Variable:   goName + "_ServiceDesc",
	}
}

// Read returns the RPC services that a package defines, nil if there are none.
// The notes say what looks like one and cannot be read.
func Read(r *source.Reader, pkg describe.Package) (p *Package, notes []string, err error) {
	files, err := r.Files(pkg)
	if err != nil {
		return nil, nil, err
	}
	if !source.Contain(files, "ServiceDesc{") {
		return nil, nil, nil
	}
	d := &definitions{Reader: r, Package: &Package{pkg: pkg}, constants: map[string]string{}, messages: newMessages(pkg)}
	var syntax []*ast.File
	for _, f := range files {
		file, err := r.Parse(f, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return nil, nil, err
		}
		d.addConstants(file)
		d.messages.add(file)
		syntax = append(syntax, file)
		d.Name = file.Name.Name
	}
	for _, file := range syntax {
		if err := d.read(file); err != nil {
			return nil, nil, err
		}
	}
	if len(d.Services) == 0 {
		return nil, d.notes, nil
	}
	return d.Package, d.notes, nil
}

// definitions reads the files of one package.
type definitions struct {
	*source.Reader
	*Package
	constants map[string]string
	messages  *messages
	notes     []string
}

// addConstants notes the strings that have names in file.
func (d *definitions) addConstants(file *ast.File) {
	for _, decl := range file.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			for i, name := range v.Names {
				if i < len(v.Values) {
					if text, ok := source.StringLiteral(v.Values[i]); ok {
						d.constants[name.Name] = text
					}
				}
			}
		}
	}
}

func (d *definitions) text(expr ast.Expr) (string, bool) {
	if id, ok := expr.(*ast.Ident); ok {
		text, ok := d.constants[id.Name]
		return text, ok
	}
	return source.StringLiteral(expr)
}

// read reads the ServiceDescs of a file.
func (d *definitions) read(file *ast.File) error {
	named, dot := source.Imports(file, map[string]string{grpcPath: "grpc"})
	isDesc := func(expr ast.Expr) *ast.CompositeLit {
		if u, ok := expr.(*ast.UnaryExpr); ok && u.Op == token.AND {
			expr = u.X
		}
		lit, ok := expr.(*ast.CompositeLit)
		if ok && (source.RefersTo(lit.Type, named, grpcPath, "ServiceDesc") || slices.Contains(dot, grpcPath) && source.IsIdent(lit.Type, "ServiceDesc")) {
			return lit
		}
		return nil
	}
	variables := map[*ast.CompositeLit]string{}
	for _, decl := range file.Decls {
		if g, ok := decl.(*ast.GenDecl); ok && g.Tok == token.VAR {
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				for i, value := range v.Values {
					if lit := isDesc(value); lit != nil && i < len(v.Names) {
						variables[lit] = v.Names[i].Name
					}
				}
			}
		}
	}
	var failed error
	ast.Inspect(file, func(n ast.Node) bool {
		expr, ok := n.(ast.Expr)
		if !ok || failed != nil {
			return failed == nil
		}
		if lit, ok := expr.(*ast.CompositeLit); ok && isDesc(lit) != nil && len(lit.Elts) > 0 {
			failed = d.service(file, lit, variables[lit])
			return false
		}
		return true
	})
	return failed
}

// service reads one ServiceDesc.
func (d *definitions) service(file *ast.File, lit *ast.CompositeLit, variable string) error {
	fields := map[string]ast.Expr{}
	for _, elt := range lit.Elts {
		if kv, ok := elt.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok {
				fields[key.Name] = kv.Value
			}
		}
	}
	name, ok := d.text(fields["ServiceName"])
	switch at := d.Position(lit.Pos()); {
	case ok:
	case ast.IsGenerated(file):
		return fmt.Errorf("%s: package %s: a grpc.ServiceDesc without a constant ServiceName; generate the package again with a known version of its plugin", at, d.pkg.ImportPath)
	default:
		d.notes = append(d.notes, fmt.Sprintf("%s: package %s: the ServiceName of this grpc.ServiceDesc is not a constant string, so that calls of the RPC service stay RPCs", at, d.pkg.ImportPath))
		return nil
	}
	s := NewService(name, strings.TrimSuffix(handlerType(fields["HandlerType"]), "Server"))
	s.ImportPath, s.Variable = d.pkg.ImportPath, variable
	s.Positions.Defined = d.Position(lit.Pos())
	if variable == "" {
		s.registered = lit.Pos()
	}
	iface := handlerType(fields["HandlerType"])
	d.methods(s, fields["Methods"], "MethodName", iface)
	d.methods(s, fields["Streams"], "StreamName", iface)
	slices.SortFunc(s.Methods, func(a, b describe.Method) int { return cmp.Compare(a.Name, b.Name) })
	d.Services = append(d.Services, s)
	return nil
}

// methods reads one of the lists of a ServiceDesc. The method names that are not
// written there are open. iface is the interface that the methods are of.
func (d *definitions) methods(s *Service, list ast.Expr, nameField, iface string) {
	streaming := nameField == "StreamName"
	if list == nil || source.IsIdent(list, "nil") {
		return
	}
	lit, ok := list.(*ast.CompositeLit)
	if !ok {
		s.AnyMethod = s.AnyMethod || !streaming
		return
	}
	for _, elt := range lit.Elts {
		name, ok, handler := "", false, ""
		if method, isLit := elt.(*ast.CompositeLit); isLit {
			for _, field := range method.Elts {
				switch kv, isField := field.(*ast.KeyValueExpr); {
				case !isField:
				case source.IsIdent(kv.Key, nameField):
					name, ok = d.text(kv.Value)
				case source.IsIdent(kv.Key, "Handler"):
					handler = identName(kv.Value)
				}
			}
		}
		if !ok {
			s.AnyMethod = s.AnyMethod || !streaming
			continue
		}
		types := d.messages.of(iface, handler)
		if types.args != "" {
			s.Marshaler = marshaler
		}
		m := describe.Method{Name: name, Args: types.args, Result: types.result, Streaming: streaming}
		s.Methods = append(s.Methods, m)
	}
}

// handlerType returns T of (*T)(nil), or "".
func handlerType(expr ast.Expr) string {
	call, ok := expr.(*ast.CallExpr)
	if !ok {
		return ""
	}
	paren, ok := call.Fun.(*ast.ParenExpr)
	if !ok {
		return ""
	}
	star, ok := paren.X.(*ast.StarExpr)
	if !ok {
		return ""
	}
	switch t := star.X.(type) {
	case *ast.Ident:
		return t.Name
	case *ast.SelectorExpr:
		return t.Sel.Name
	}
	return ""
}

// packageName returns the package of a full name.
func packageName(name string) string {
	return name[:max(strings.LastIndexByte(name, '.'), 0)]
}
