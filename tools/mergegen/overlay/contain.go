package overlay

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strconv"

	"github.com/gomerge/rules_go_merge/tools/mergegen/generics"
)

// Containment says how panics in the goroutines that a package starts are
// contained: the go statements call the runtime first.
type Containment struct {
	// Runtime is the import path of the runtime.
	Runtime string
	// Generics lists the generic functions and methods of the packages that the
	// service has.
	Generics generics.Index

	declared map[string][]int   // by the package: see declare
	methods  generics.Functions // generic methods of the package and of Generics
}

// runtimeName is what a changed file calls the runtime.
const runtimeName = "goMergeRuntime"

// declare notes what the package declares: for each name the numbers of type
// parameters of the functions that have it, 0 for all that is not generic.
func (c *Containment) declare(file *ast.File) {
	note := func(name *ast.Ident, typeParams int) {
		c.declared[name.Name] = append(c.declared[name.Name], typeParams)
	}
	for _, decl := range file.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Recv == nil {
				note(decl.Name, decl.Type.TypeParams.NumFields())
			} else if _, count := generics.Of(decl); count > 0 {
				c.methods[decl.Name.Name] = append(c.methods[decl.Name.Name], count)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				switch spec := spec.(type) {
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						note(name, 0)
					}
				case *ast.TypeSpec:
					note(spec.Name, 0)
				}
			}
		}
	}
}

// declareAll reads the package's files. What does not parse or cannot be read
// is met again where it is reported.
func (c *Containment) declareAll(files []File) {
	c.declared = map[string][]int{}
	c.methods = c.Generics.Methods()
	for _, f := range files {
		if kindOf(f.Out) != goSource {
			continue
		}
		if file, err := parser.ParseFile(token.NewFileSet(), f.In, nil, parser.SkipObjectResolution); err == nil {
			c.declare(file)
		}
	}
}

// contain makes the file's go statements, and its calls of AfterFunc, start
// goroutines whose panics take the service down.
//
//	go func() { work() }()    go func() {defer goMergeRuntime.Guard("stock"); work() }()
//	go s.work(ctx, 1)         go goMergeRuntime.Guarded("stock", s.work)(ctx, 1)
//
// The second form keeps the function's type, and so all that the statement
// means. It needs a value: calls of what may be none are left as they are.
func (e *goEditor) contain() {
	changed := false
	ast.Inspect(e.file, func(n ast.Node) bool {
		var f ast.Expr
		infers := false // whether there are arguments to infer type arguments from
		what := "go statement"
		switch n := n.(type) {
		case *ast.GoStmt:
			f, infers = n.Call.Fun, len(n.Call.Args) > 0
		case *ast.CallExpr:
			if f, what = e.afterFunc(n); f == nil {
				return true
			}
		default:
			return true
		}
		if literal, ok := ast.Unparen(f).(*ast.FuncLit); ok {
			at := literal.Body.Lbrace + 1
			e.insert(at, fmt.Sprintf("defer %s.Guard(%q);", runtimeName, e.Service)+e.here(at))
		} else if reason := e.noValue(f, 0, infers); reason != "" {
			e.change(e.line(f.Pos()), Uncontained, what, reason)
			return true
		} else {
			e.insert(f.Pos(), fmt.Sprintf("%s.Guarded(%q, ", runtimeName, e.Service)+e.here(f.Pos()))
			e.insert(f.End(), ")"+e.here(f.End()))
		}
		changed = true
		e.change(e.line(f.Pos()), Contained, what, runtimeName)
		return true
	})
	if changed {
		at := e.file.Name.End()
		e.insert(at, fmt.Sprintf(";import %s %q", runtimeName, e.Contain.Runtime)+e.here(at))
	}
}

// insert adds text, behind what was inserted there before.
func (e *goEditor) insert(pos token.Pos, text string) {
	at := e.offset(pos)
	e.splices = append(e.splices, splice{at, at, text})
}

// here returns a directive that lets what follows keep its position, unless the
// file's own directives say that columns are unknown.
func (e *goEditor) here(pos token.Pos) string {
	if p := e.fset.Position(pos); p.Column > 0 {
		return fmt.Sprintf("/*line :%d:%d*/", p.Line, p.Column)
	}
	return ""
}

// afterFunc returns the function that a call of time.AfterFunc or
// context.AfterFunc runs in another goroutine, nil for other calls.
func (e *goEditor) afterFunc(call *ast.CallExpr) (f ast.Expr, what string) {
	selector, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || selector.Sel.Name != "AfterFunc" || len(call.Args) != 2 {
		return nil, ""
	}
	pkg, ok := selector.X.(*ast.Ident)
	if !ok || !e.isImport(pkg) {
		return nil, ""
	}
	for _, importpath := range e.importsNamed(pkg.Name) {
		if (importpath == "time" || importpath == "context") && (pkg.Name == importpath || e.names(importpath, pkg.Name)) {
			if name, ok := call.Args[1].(*ast.Ident); ok && name.Name == "nil" {
				return nil, ""
			}
			return call.Args[1], importpath + ".AfterFunc"
		}
	}
	return nil, ""
}

// noValue says why the called expression may not be a value of a function type,
// "" if it is one. typeArgs is how many type arguments follow it, infers whether
// further ones can be inferred.
func (e *goEditor) noValue(f ast.Expr, typeArgs int, infers bool) (reason string) {
	switch f := f.(type) {
	case *ast.ParenExpr:
		return e.noValue(f.X, typeArgs, infers)
	case *ast.IndexExpr:
		return e.noValue(f.X, 1, infers)
	case *ast.IndexListExpr:
		return e.noValue(f.X, len(f.Indices), infers)
	case *ast.Ident:
		return e.noValueNamed(f, typeArgs)
	case *ast.SelectorExpr:
		if pkg, ok := f.X.(*ast.Ident); ok && e.isImport(pkg) {
			return e.noValueImported(pkg.Name, f.Sel.Name, typeArgs)
		}
		if infers && inferred(e.Contain.methods[f.Sel.Name], typeArgs) != "" {
			return mayInferOfMethod
		}
	}
	return ""
}

const mayInferOfMethod = "type arguments of a generic method may have to be inferred; call it in a function literal, or write them"

const mayInfer = "type arguments of a generic function may have to be inferred"

func (e *goEditor) noValueNamed(name *ast.Ident, typeArgs int) string {
	counts, ok := e.Contain.declared[name.Name]
	switch {
	case e.isLocal(name):
		return ""
	case ok:
		return inferred(counts, typeArgs)
	case len(e.importsNamed(".")) > 0:
		return mayInfer
	case types.Universe.Lookup(name.Name) != nil:
		return "a builtin function is not a value"
	}
	return "the function is not declared in the package's sources"
}

func (e *goEditor) noValueImported(pkg, name string, typeArgs int) string {
	if pkg == "C" {
		return "a C function is not a value"
	}
	for _, importpath := range e.importsNamed(pkg) {
		functions, known := e.Contain.Generics[importpath]
		if !known {
			return fmt.Sprintf("the functions of %s are not known", importpath)
		}
		if counts, ok := functions[name]; ok {
			if reason := inferred(counts, typeArgs); reason != "" {
				return reason
			}
		}
	}
	return ""
}

// inferred compares the numbers of type parameters with that of the arguments.
// 0 stands for what is not generic, which may have an index.
func inferred(counts []int, typeArgs int) string {
	if slices.ContainsFunc(counts, func(n int) bool { return n != 0 && n != typeArgs }) {
		return mayInfer
	}
	return ""
}

// isLocal reports whether a name is declared within a function.
func (e *goEditor) isLocal(name *ast.Ident) bool {
	return name.Obj != nil && e.file.Scope.Lookup(name.Name) != name.Obj
}

// isImport reports whether a name stands for an import.
func (e *goEditor) isImport(name *ast.Ident) bool {
	_, declared := e.Contain.declared[name.Name]
	return name.Obj == nil && !declared
}

// names reports whether an import has the name written next to it.
func (e *goEditor) names(importpath, name string) bool {
	return slices.ContainsFunc(e.file.Imports, func(spec *ast.ImportSpec) bool {
		return spec.Path.Value == strconv.Quote(importpath) && spec.Name != nil && spec.Name.Name == name
	})
}

// importsNamed returns the paths of the imports that a name may stand for. The
// name of a package that its import does not name is not known here.
func (e *goEditor) importsNamed(name string) (paths []string) {
	for _, spec := range e.file.Imports {
		importpath, err := strconv.Unquote(spec.Path.Value)
		if err == nil && importpath != "C" && (spec.Name == nil && name != "." || spec.Name != nil && spec.Name.Name == name) {
			paths = append(paths, importpath)
		}
	}
	return paths
}
