package scan

import (
	"go/ast"
	"go/parser"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe/source"
	"github.com/gomerge/rules_go_merge/merge/adapter/grpc/generated"
)

// grpc is the framework of google.golang.org/grpc.
type grpc struct{}

func init() { register(grpc{}) }

const grpcPath = "google.golang.org/grpc"

func (grpc) about() Framework {
	return Framework{
		Name: "gRPC", Packages: []string{grpcPath},
		Registries:     []string{"google.golang.org/protobuf", "github.com/golang/protobuf", "github.com/gogo/protobuf"},
		ProtoDirective: "go_grpc_compilers", ProtoCompilers: []string{"go_proto", "go_grpc_v2"},
	}
}

func (grpc) byTarget() bool { return true }

func (grpc) definition() string { return "ServiceDesc{" }

func (grpc) markers() []string { return []string{grpcPath} }

// grpcServers make a server, and grpcDials are functions that make a connection,
// with the index of what they dial.
var (
	grpcServers = []string{"NewServer"}
	grpcDials   = map[string]int{"NewClient": 0, "Dial": 0, "DialContext": 1}
)

func (f grpc) references(t *Tree, p *Package) []reference {
	found := make(map[string]*generated.Package)
	for _, imported := range t.imported(p) {
		if imported.framework == f {
			if services := f.read(imported.Package); services != nil {
				found[imported.path] = services
			}
		}
	}
	direct := slices.Contains(p.Imports, grpcPath)
	for _, importPath := range p.Imports {
		if found[importPath] == nil && (direct || t.mayGenerate(p, importPath)) {
			if files := t.madeOf(p, importPath); files != nil {
				found[importPath] = f.madePackage(importPath, files)
			}
		}
	}
	var references []reference
	r := source.NewReader(platform)
	pkg := describe.Package{ImportPath: p.ImportPath, Files: p.Files}
	if direct {
		references = f.constructors(r, pkg)
	}
	if len(found) == 0 {
		return references
	}
	// What does not parse is for the compiler to complain about.
	list, _ := generated.References(r, pkg, found)
	for _, ref := range list {
		references = append(references, reference{framework: f, importPath: ref.ImportPath, service: ref.Service.Name, serves: ref.Serves, calls: ref.Calls, position: ref.Position})
	}
	return references
}

// read returns the RPC services of a generated package, nil if it cannot be read.
func (grpc) read(p *Package) *generated.Package {
	if p.read == nil {
		services, _, _ := generated.Read(source.NewReader(platform), describe.Package{ImportPath: p.ImportPath, Files: p.Files})
		p.read = services
	}
	return p.read.(*generated.Package)
}

// madePackage returns the RPC services of a package that a rule makes of .proto
// files.
func (grpc) madePackage(importPath string, files []protoFile) *generated.Package {
	pkg := &generated.Package{Name: goName(importPath)}
	for _, f := range files {
		if _, name, ok := strings.Cut(f.goPackage, ";"); ok {
			pkg.Name = name
		}
		for _, service := range f.services {
			pkg.Services = append(pkg.Services, generated.NewService(service, camelCase(service[strings.LastIndexByte(service, '.')+1:])))
		}
	}
	return pkg
}

// constructors returns where a package makes servers and connections without
// generated code.
func (f grpc) constructors(r *source.Reader, pkg describe.Package) []reference {
	var references []reference
	for _, name := range pkg.Files {
		data, err := regular.ReadFile(name)
		if err != nil {
			continue
		}
		file, err := r.Parse(source.File{Name: name, Data: data}, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		named, _ := source.Imports(file, map[string]string{grpcPath: "grpc"})
		ast.Inspect(file, func(n ast.Node) bool {
			selector, ok := n.(*ast.SelectorExpr)
			if !ok || !source.RefersTo(selector, named, grpcPath, selector.Sel.Name) {
				return true
			}
			ref := reference{framework: f, importPath: grpcPath, position: r.FileSet.Position(selector.Sel.Pos())}
			ref.serves = slices.Contains(grpcServers, selector.Sel.Name)
			_, ref.calls = grpcDials[selector.Sel.Name]
			if ref.serves || ref.calls {
				references = append(references, ref)
			}
			return true
		})
	}
	return references
}

// serviceNames has nothing to add: references have the names.
func (grpc) serviceNames([]*Package) (map[string]string, error) { return nil, nil }

// endpoints returns the server, or the client with what its connection dials.
// Servers and connections by themselves say nothing of an RPC service.
func (f grpc) endpoints(c *checker, p *Package, ref reference) []Endpoint {
	if ref.service == "" {
		return nil
	}
	endpoint := Endpoint{ImportPath: ref.importPath, Position: c.tree.position(ref.position), ByTarget: true}
	if !ref.calls {
		return []Endpoint{endpoint}
	}
	pkg := c.checked[p.Dir]
	calls := pkg.callsAround(c.fset, ref.position)
	if len(calls) == 0 || c.fset.Position(calledIdent(calls[0]).Pos()) != ref.position || len(calls[0].Args) == 0 {
		return []Endpoint{endpoint} // a function value
	}
	for _, target := range f.dialled(c, located{pkg, calls[0].Args[0]}, nil, 0) {
		endpoint.Targets = appendOnce(endpoint.Targets, schemeless(target))
	}
	slices.Sort(endpoint.Targets)
	endpoint.Name = Value{
		Text:  strings.Join(endpoint.Targets, ", "),
		Known: len(endpoint.Targets) == 1 && !strings.Contains(endpoint.Targets[0], anything),
	}
	return []Endpoint{endpoint}
}

// listeners returns the calls whose results Serve is given, of servers that
// NewServer made.
func (grpc) listeners(c *checker) []located {
	var listeners []located
	isServer := func(call located) bool {
		importPath, name := call.external(call.expr.(*ast.CallExpr))
		return importPath == grpcPath && slices.Contains(grpcServers, name)
	}
	for _, p := range c.order {
		for _, file := range p.files {
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || len(call.Args) != 1 {
					return true
				}
				serve, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
				if ok && serve.Sel.Name == "Serve" && slices.ContainsFunc(c.origins(located{p, serve.X}, nil, 0), isServer) {
					listeners = append(listeners, c.origins(located{p, call.Args[0]}, nil, 0)...)
				}
				return true
			})
		}
	}
	return listeners
}

// address is not known: servers are given a listener.
func (grpc) address(*checker, []*Package) Value { return Value{} }

// dialled returns patterns of what the connection in an expression dials.
func (f grpc) dialled(c *checker, e located, in *frame, depth int) []string {
	if depth > maxDepth {
		return nil
	}
	var targets []string
	add := func(list []string) {
		for _, target := range list {
			targets = appendOnce(targets, target)
		}
	}
	switch expr := ast.Unparen(e.expr).(type) {
	case *ast.UnaryExpr:
		add(f.dialled(c, located{e.checked, expr.X}, in, depth+1))
	case *ast.StarExpr:
		add(f.dialled(c, located{e.checked, expr.X}, in, depth+1))
	case *ast.CallExpr:
		add(f.dialledBy(c, located{e.checked, expr}, in, depth+1))
	case *ast.Ident, *ast.SelectorExpr:
		variable := e.objectOf(expr)
		if variable == nil {
			return nil
		}
		if bound, ok := in.argument(variable); ok {
			return f.dialled(c, bound, in.caller, depth+1)
		}
		for _, argument := range c.index().arguments(variable) {
			add(f.dialled(c, argument, nil, depth+1))
		}
		for _, value := range c.index().reaching(variable, expr) {
			add(f.dialled(c, value.located, in, depth+1))
		}
		for _, call := range c.index().addressed[variable] {
			add(f.dialledBy(c, call, in, depth+1))
		}
	}
	return targets
}

// dialledBy returns patterns of what a call dials: itself, or in the function of
// the repository that it calls.
func (f grpc) dialledBy(c *checker, call located, in *frame, depth int) []string {
	if depth > maxDepth {
		return nil
	}
	expr := call.expr.(*ast.CallExpr)
	if importPath, name := call.external(expr); importPath != "" {
		if i, ok := grpcDials[name]; ok && importPath == grpcPath && i < len(expr.Args) {
			targets := c.patterns(located{call.checked, expr.Args[i]}, in, 0)
			for i, target := range targets {
				if name != "NewClient" && !strings.ContainsAny(target, ":*") {
					targets[i] = passthrough + target // which fails for want of a port
				}
			}
			return targets
		}
		return nil
	}
	function, frame, ok := c.enter(call, in)
	if !ok {
		return nil
	}
	var targets []string
	ast.Inspect(function.decl.Body, func(n ast.Node) bool {
		if inner, ok := n.(*ast.CallExpr); ok {
			for _, target := range f.dialledBy(c, located{function.checked, inner}, frame, depth+1) {
				targets = appendOnce(targets, target)
			}
		}
		return true
	})
	return targets
}

// passthrough is the scheme of targets that are addresses.
const passthrough = "passthrough:///"

// schemeless leaves out the schemes that a target has by default. What is not
// an address keeps that of addresses.
func schemeless(target string) string {
	if rest, ok := strings.CutPrefix(target, "dns:///"); ok {
		return rest
	}
	if rest, ok := strings.CutPrefix(target, passthrough); ok && strings.ContainsAny(rest, ":*") {
		return rest
	}
	return target
}

func appendOnce(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}
