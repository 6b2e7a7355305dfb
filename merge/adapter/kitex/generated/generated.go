package generated

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe/source"
)

// serviceInfoPath is the package whose NewMethodInfo marks a generated service
// package.
const serviceInfoPath = "github.com/cloudwego/kitex/pkg/serviceinfo"

// servicePackage is what a generated service package defines.
type servicePackage struct {
	service describe.RPCService
	// name is the name in the package clause.
	name string
	// unary holds the methods that may be called through a stream and send one
	// message each way.
	unary map[string]bool
}

// generatedPackage reads pkg if it is a generated service package, else it
// returns nil.
func (r *reader) generatedPackage(pkg describe.Package) (*servicePackage, error) {
	sources, err := r.Files(pkg)
	if err != nil {
		return nil, err
	}
	if source.Contain(sources, setCheck) {
		r.validatesSets = append(r.validatesSets, pkg.ImportPath)
	}
	if err := r.defaults(pkg.ImportPath, sources); err != nil {
		return nil, err
	}
	if !source.Contain(sources, "NewMethodInfo") {
		return nil, nil
	}
	p := &packageReader{reader: r, pkg: pkg, importPath: pkg.ImportPath, funcs: make(map[string]function)}
	for _, src := range sources {
		file, err := r.Parse(src, parser.SkipObjectResolution|parser.ParseComments)
		if err != nil {
			return nil, err
		}
		if ast.IsGenerated(file) { // not a service info written by hand
			p.add(file)
		}
	}
	return p.read()
}

// setCheck is in encoders that look for duplicates: before Kitex v0.13, and with
// the option validate_set later on.
const setCheck = "error writing set field: slice is not unique"

// packageReader holds the syntax of one generated service package.
type packageReader struct {
	*reader
	pkg        describe.Package
	importPath string
	files      []*ast.File
	funcs      map[string]function
}

// function is a declaration with the imports of its file.
type function struct {
	decl    *ast.FuncDecl
	imports map[string]string
}

func (p *packageReader) add(file *ast.File) {
	p.files = append(p.files, file)
	named, _ := source.CompiledImports(p.pkg, file, nil)
	for _, decl := range file.Decls {
		if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil {
			p.funcs[f.Name.Name] = function{f, named}
		}
	}
}

func (p *packageReader) read() (*servicePackage, error) {
	g := &servicePackage{service: describe.RPCService{ImportPath: p.importPath, Codec: describe.Unknown}, unary: make(map[string]bool)}
	for _, file := range p.files {
		g.name = file.Name.Name
		named, _ := source.Imports(file, nil)
		var failed error
		ast.Inspect(file, func(n ast.Node) bool {
			if failed != nil {
				return false
			}
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if call, ok := n.Value.(*ast.CallExpr); ok && source.RefersTo(call.Fun, named, serviceInfoPath, "NewMethodInfo") {
					p.method(g, n.Key, call)
					return false
				}
			case *ast.CompositeLit:
				if source.RefersTo(n.Type, named, serviceInfoPath, "ServiceInfo") {
					failed = p.info(g, file, n)
				}
			}
			return true
		})
		if failed != nil {
			return nil, failed
		}
	}
	s := &g.service
	if s.Codec == describe.Protobuf {
		s.Marshaler = p.marshaler()
	}
	if len(s.Methods) == 0 && s.Name == "" {
		return nil, nil
	}
	if s.Name == "" {
		return nil, fmt.Errorf("%s: package %s lists methods of an RPC service, but no serviceinfo.ServiceInfo with a ServiceName; generate it again with the Kitex tool",
			s.Positions.Defined, p.importPath)
	}
	for i := range s.Methods {
		m := &s.Methods[i]
		if s.Codec == describe.Protobuf && g.unary[m.Name] {
			m.Streaming = false // its handler takes calls of both kinds
		}
	}
	slices.SortFunc(s.Methods, func(a, b describe.Method) int { return strings.Compare(a.Name, b.Name) })
	return g, nil
}

// method reads one entry of the methods map.
func (p *packageReader) method(g *servicePackage, key ast.Expr, call *ast.CallExpr) {
	pos := p.Position(call.Pos())
	if g.service.Positions.Defined == "" {
		g.service.Positions.Defined = pos
	}
	name, ok := source.StringLiteral(key)
	if !ok || len(call.Args) < 4 {
		return // not of a form that the Kitex tool writes; the method stays RPC
	}
	m := describe.Method{Name: name, OneWay: source.IsIdent(call.Args[3], "true")}
	for _, option := range call.Args[4:] {
		if c, ok := option.(*ast.CallExpr); ok && len(c.Args) == 1 && source.SelectorName(c.Fun) == "WithStreamingMode" {
			mode := source.SelectorName(c.Args[0])
			m.Streaming, g.unary[name] = mode != "StreamingNone", mode == "StreamingUnary"
		}
	}
	m.Args = p.constructed(call.Args[1])
	if !m.OneWay {
		m.Result = p.constructed(call.Args[2])
	}
	g.service.Methods = append(g.service.Methods, m)
}

// constructed returns the "<importpath>.<type>" that the constructor function
// returns a pointer to, or "".
func (p *packageReader) constructed(constructor ast.Expr) string {
	id, ok := constructor.(*ast.Ident)
	if !ok {
		return ""
	}
	f, ok := p.funcs[id.Name]
	if !ok || f.decl.Body == nil || len(f.decl.Body.List) != 1 {
		return ""
	}
	ret, ok := f.decl.Body.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) != 1 {
		return ""
	}
	switch value := ret.Results[0].(type) {
	case *ast.CallExpr: // rich.NewRichServiceDoArgs()
		sel, ok := value.Fun.(*ast.SelectorExpr)
		if !ok {
			return ""
		}
		pkg, ok := sel.X.(*ast.Ident)
		typ, isNew := strings.CutPrefix(sel.Sel.Name, "New")
		if !ok || !isNew || f.imports[pkg.Name] == "" {
			return ""
		}
		return f.imports[pkg.Name] + "." + typ
	case *ast.UnaryExpr: // &DoArgs{}
		lit, ok := value.X.(*ast.CompositeLit)
		if !ok || value.Op != token.AND {
			return ""
		}
		if typ, ok := lit.Type.(*ast.Ident); ok {
			return p.importPath + "." + typ.Name
		}
	}
	return ""
}

// info reads a serviceinfo.ServiceInfo literal.
func (p *packageReader) info(g *servicePackage, file *ast.File, lit *ast.CompositeLit) error {
	s := &g.service
	for _, elt := range lit.Elts {
		kv, ok := elt.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, _ := kv.Key.(*ast.Ident)
		if key == nil {
			continue
		}
		switch key.Name {
		case "ServiceName":
			name, ok := p.resolve(file, kv.Value)
			if !ok {
				return fmt.Errorf("%s: package %s: ServiceName is not a constant string", p.Position(kv.Pos()), p.importPath)
			}
			if s.Name != "" && s.Name != name {
				return fmt.Errorf("%s: package %s: two RPC services in one package, %q and %q; generate each into a separate one, as the Kitex tool does",
					p.Position(kv.Pos()), p.importPath, s.Name, name)
			}
			s.Name = name
		case "PayloadCodec":
			switch source.SelectorName(kv.Value) {
			case "Thrift":
				s.Codec = describe.Thrift
			case "Protobuf":
				s.Codec = describe.Protobuf
			}
		}
	}
	if s.Positions.Defined == "" { // a service without methods
		s.Positions.Defined = p.Position(lit.Pos())
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if kv, ok := n.(*ast.KeyValueExpr); ok {
			if key, _ := source.StringLiteral(kv.Key); key == "PackageName" {
				s.PackageName, _ = source.StringLiteral(kv.Value)
			}
		}
		return s.PackageName == ""
	})
	return nil
}

// marshaler returns the path of the package that the Kitex tool imports as
// proto, or "".
func (p *packageReader) marshaler() string {
	for _, file := range p.files {
		named, _ := source.Imports(file, nil)
		if path := named["proto"]; path != "" {
			return path
		}
	}
	return ""
}

// resolve returns the value of a string literal or of a name that is assigned
// one somewhere in file.
func (p *packageReader) resolve(file *ast.File, expr ast.Expr) (string, bool) {
	if value, ok := source.StringLiteral(expr); ok {
		return value, true
	}
	id, ok := expr.(*ast.Ident)
	if !ok {
		return "", false
	}
	var value string
	var found bool
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			if len(n.Lhs) == 1 && len(n.Rhs) == 1 && source.IsIdent(n.Lhs[0], id.Name) {
				value, found = source.StringLiteral(n.Rhs[0])
			}
		case *ast.ValueSpec:
			if len(n.Names) == 1 && len(n.Values) == 1 && n.Names[0].Name == id.Name {
				value, found = source.StringLiteral(n.Values[0])
			}
		}
		return !found
	})
	return value, found
}
