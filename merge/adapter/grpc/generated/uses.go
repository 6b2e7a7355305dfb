package generated

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe/source"
)

// Reference is a place that makes a server or a client of an RPC service.
type Reference struct {
	// ImportPath is the package that defines the RPC service.
	ImportPath    string
	Service       *Service
	Serves, Calls bool
	Position      token.Position
}

// References finds the references in pkg to packages that define RPC services, by
// import path. An error names the file and line it is about.
func References(r *source.Reader, pkg describe.Package, found map[string]*Package) ([]Reference, error) {
	files, err := r.Files(pkg)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string, len(found))
	for path, p := range found {
		names[path] = p.Name
	}
	var references []Reference
	for _, f := range files {
		file, err := r.Parse(f, parser.ImportsOnly)
		if err != nil {
			return nil, err
		}
		named, dot := source.CompiledImports(pkg, file, names)
		v := &useVisitor{Reader: r, named: map[string]*packageUses{}, references: &references}
		for name, path := range named {
			if p := found[path]; p != nil {
				v.named[name] = p.uses(path)
			}
		}
		for _, path := range dot {
			if p := found[path]; p != nil {
				v.dot = append(v.dot, p.uses(path))
			}
		}
		if len(v.named)+len(v.dot) == 0 {
			continue
		}
		if file, err = r.Parse(f, 0); err != nil {
			return nil, err
		}
		ast.Walk(v, file)
	}
	return references, nil
}

// ownReferences finds those in the package itself: in what is written by hand
// beside generated code, or without any. Generated files have functions that do
// nothing until others call them.
func (p *Package) ownReferences(r *source.Reader) ([]Reference, error) {
	files, err := r.Files(p.pkg)
	if err != nil {
		return nil, err
	}
	var references []Reference
	for _, s := range p.Services {
		if s.registered.IsValid() {
			references = append(references, Reference{ImportPath: p.pkg.ImportPath, Service: s, Serves: true, Position: r.FileSet.Position(s.registered)})
		}
	}
	v := &useVisitor{Reader: r, dot: []*packageUses{p.uses(p.pkg.ImportPath)}, references: &references}
	for _, f := range files {
		// Names of the package have objects in the file that declares them.
		file, err := r.Parse(f, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		if !ast.IsGenerated(file) {
			ast.Walk(v, file)
		}
	}
	return references, nil
}

// use is what a name of a package tells.
type use int

const (
	serves use = iota + 1
	calls
	// description is a ServiceDesc: what becomes of it shows in its context.
	description
	// method is the full name of a method, with which clients without generated
	// code make calls.
	method
)

type meaning struct {
	use     use
	service *Service
}

// packageUses are the names of a package that tell something.
type packageUses struct {
	importPath string
	names      map[string]meaning
	// methods has prefixes of the names of constants.
	methods map[string]*Service
}

func (p *Package) uses(importPath string) *packageUses {
	u := &packageUses{importPath: importPath, names: map[string]meaning{}, methods: map[string]*Service{}}
	for _, s := range p.Services {
		if s.Variable != "" {
			u.names[s.Variable] = meaning{description, s}
		}
		if s.GoName == "" {
			continue
		}
		u.names["Register"+s.GoName+"Server"] = meaning{serves, s}
		u.names["New"+s.GoName+"Client"] = meaning{calls, s}
		// Of grpc-gateway, in the same package: they make clients.
		u.names["Register"+s.GoName+"Handler"] = meaning{calls, s}
		u.names["Register"+s.GoName+"HandlerFromEndpoint"] = meaning{calls, s}
		u.methods[s.GoName+"_"] = s
	}
	return u
}

func (u *packageUses) meaning(name string) meaning {
	if m, ok := u.names[name]; ok {
		return m
	}
	if prefix, ok := strings.CutSuffix(name, "_FullMethodName"); ok {
		for p, s := range u.methods {
			if strings.HasPrefix(prefix, p) {
				return meaning{method, s}
			}
		}
	}
	return meaning{}
}

// useVisitor walks one file.
type useVisitor struct {
	*source.Reader
	named map[string]*packageUses
	dot   []*packageUses
	// call is the name of the function whose argument is visited.
	call       string
	references *[]Reference
}

func (v *useVisitor) Visit(n ast.Node) ast.Visitor {
	switch n := n.(type) {
	case *ast.FuncDecl:
		// Not its name, which a dot import would take for a reference.
		if n.Recv != nil {
			ast.Walk(v, n.Recv)
		}
		ast.Walk(v, n.Type)
		if n.Body != nil {
			ast.Walk(v, n.Body)
		}
		return nil
	case *ast.ValueSpec:
		for _, value := range n.Values {
			ast.Walk(v, value)
		}
		return nil
	case *ast.CallExpr:
		ast.Walk(v, n.Fun)
		args := *v
		args.call = source.CalledName(n.Fun)
		for _, arg := range n.Args {
			ast.Walk(&args, arg)
		}
		return nil
	case *ast.SelectorExpr:
		if u, m, name := v.lookup(n.X); m.use == description {
			// A field of a ServiceDesc.
			if n.Sel.Name == "Streams" {
				v.record(u, m.service, calls, name.Pos())
			}
			return nil
		}
		if u, m, name := v.lookup(n); u != nil {
			v.recordMeaning(u, m, name.Pos())
			return nil
		}
		ast.Walk(v, n.X)
		return nil
	case *ast.Ident:
		if u, m, name := v.lookup(n); u != nil {
			v.recordMeaning(u, m, name.Pos())
		}
	}
	return v
}

// lookup returns what an expression means that names something of a package.
func (v *useVisitor) lookup(expr ast.Expr) (*packageUses, meaning, *ast.Ident) {
	switch expr := expr.(type) {
	case *ast.SelectorExpr:
		// A name that the file declares itself has an Obj: it hides the import.
		if id, ok := expr.X.(*ast.Ident); ok && id.Obj == nil {
			if u := v.named[id.Name]; u != nil {
				return u, u.meaning(expr.Sel.Name), expr.Sel
			}
		}
	case *ast.Ident:
		if expr.Obj != nil {
			break
		}
		for _, u := range v.dot {
			if m := u.meaning(expr.Name); m.use != 0 {
				return u, m, expr
			}
		}
	}
	return nil, meaning{}, nil
}

func (v *useVisitor) recordMeaning(u *packageUses, m meaning, pos token.Pos) {
	switch m.use {
	case serves, calls:
		v.record(u, m.service, m.use, pos)
	case description:
		v.record(u, m.service, serves, pos)
	case method:
		if slices.Contains([]string{"Invoke", "NewStream", "NewClientStream"}, v.call) {
			v.record(u, m.service, calls, pos)
		}
	}
}

func (v *useVisitor) record(u *packageUses, s *Service, how use, pos token.Pos) {
	*v.references = append(*v.references, Reference{
		ImportPath: u.importPath, Service: s, Serves: how == serves, Calls: how == calls, Position: v.FileSet.Position(pos),
	})
}
