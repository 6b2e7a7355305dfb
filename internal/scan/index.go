package scan

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// index knows where in a program functions are called and variables get their
// values.
type index struct {
	functions map[*types.Func]function
	calls     map[*types.Func][]located
	// values are those that variables and fields are given. addressed are calls
	// that get their address.
	values    map[types.Object][]assigned
	addressed map[types.Object][]located
}

// function is one of the repository.
type function struct {
	*checked
	decl *ast.FuncDecl
}

// assigned is a value that a variable is given: the one of an expression, or the
// result of that number of a call with several.
type assigned struct {
	located
	result int
	// block is the innermost one that the assignment is in, and end where the
	// assignment ends. block is nil for a field of a literal.
	block ast.Node
	end   token.Pos
}

// index returns the index of the packages that were checked.
func (c *checker) index() *index {
	if c.indexed == nil {
		c.indexed = &index{
			functions: make(map[*types.Func]function), calls: make(map[*types.Func][]located),
			values: make(map[types.Object][]assigned), addressed: make(map[types.Object][]located),
		}
		for _, p := range c.order {
			for _, file := range p.files {
				c.indexed.add(p, file)
			}
		}
	}
	return c.indexed
}

func (x *index) add(p *checked, file *ast.File) {
	var path []ast.Node
	block := func() ast.Node {
		for _, n := range slices.Backward(path) {
			switch n.(type) {
			case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause, *ast.File:
				return n
			}
		}
		return file
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			path = path[:len(path)-1]
			return true
		}
		path = append(path, n)
		switch n := n.(type) {
		case *ast.FuncDecl:
			if f, ok := p.info.Defs[n.Name].(*types.Func); ok && n.Body != nil {
				x.functions[f] = function{p, n}
			}
		case *ast.CallExpr:
			if f, ok := p.objectOf(n.Fun).(*types.Func); ok {
				x.calls[f.Origin()] = append(x.calls[f.Origin()], located{p, n})
			}
			for _, arg := range n.Args {
				if u, ok := arg.(*ast.UnaryExpr); ok && u.Op == token.AND {
					if object := p.objectOf(u.X); object != nil {
						x.addressed[object] = append(x.addressed[object], located{p, n})
					}
				}
			}
		case *ast.ValueSpec:
			for i, name := range n.Names {
				x.assign(p, name, n.Values, i, len(n.Names), block(), n.End())
			}
		case *ast.AssignStmt:
			if n.Tok == token.ASSIGN || n.Tok == token.DEFINE {
				for i, left := range n.Lhs {
					x.assign(p, left, n.Rhs, i, len(n.Lhs), block(), n.End())
				}
			}
		case *ast.CompositeLit:
			for _, elt := range n.Elts {
				if kv, ok := elt.(*ast.KeyValueExpr); ok {
					if key, ok := kv.Key.(*ast.Ident); ok {
						x.assign(p, key, []ast.Expr{kv.Value}, 0, 1, nil, kv.End())
					}
				}
			}
		}
		return true
	})
}

func (x *index) assign(p *checked, to ast.Expr, values []ast.Expr, i, variables int, block ast.Node, end token.Pos) {
	object, ok := p.objectOf(to).(*types.Var)
	switch {
	case !ok:
	case len(values) == variables:
		x.values[object] = append(x.values[object], assigned{located{p, values[i]}, 0, block, end})
	case len(values) == 1:
		x.values[object] = append(x.values[object], assigned{located{p, values[0]}, i, block, end})
	}
}

// reaching returns the values that a variable may have at an expression that
// names it. Of a local one, these are the last one before that it gets in any
// case, and what comes between; of others, all.
func (x *index) reaching(variable types.Object, at ast.Expr) []assigned {
	all := x.values[variable]
	local, ok := variable.(*types.Var)
	if !ok || local.IsField() || local.Parent() == nil || local.Pkg() == nil || local.Parent() == local.Pkg().Scope() {
		return all
	}
	before := slices.DeleteFunc(slices.Clone(all), func(v assigned) bool { return v.end > at.Pos() })
	slices.SortFunc(before, func(a, b assigned) int { return cmp.Compare(a.end, b.end) })
	for i, v := range slices.Backward(before) {
		if v.block != nil && v.block.Pos() <= at.Pos() && at.End() <= v.block.End() {
			return before[i:]
		}
	}
	return all
}

// arguments returns what is passed for a parameter, in all calls.
func (x *index) arguments(variable types.Object) []located {
	parameter, ok := variable.(*types.Var)
	if !ok || parameter.IsField() {
		return nil
	}
	var list []located
	for f, calls := range x.calls {
		if i := parameterIndex(f, parameter); i >= 0 {
			for _, call := range calls {
				if args := call.expr.(*ast.CallExpr).Args; i < len(args) {
					list = append(list, located{call.checked, args[i]})
				}
			}
		}
	}
	return list
}

// frame has the arguments of one call of a function, nil for no call in
// particular.
type frame struct {
	arguments map[types.Object]located
	caller    *frame
}

func (f *frame) argument(parameter types.Object) (located, bool) {
	if f == nil {
		return located{}, false
	}
	argument, ok := f.arguments[parameter]
	return argument, ok
}

// enter returns the function of the repository that a call calls, and the frame
// of the call.
func (c *checker) enter(call located, in *frame) (function, *frame, bool) {
	expr := call.expr.(*ast.CallExpr)
	f, ok := call.objectOf(expr.Fun).(*types.Func)
	if !ok {
		return function{}, nil, false
	}
	entered, ok := c.index().functions[f.Origin()]
	if !ok {
		return function{}, nil, false
	}
	frame := &frame{arguments: make(map[types.Object]located), caller: in}
	signature := f.Origin().Signature()
	for i := range signature.Params().Len() {
		if i < len(expr.Args) && !(signature.Variadic() && i == signature.Params().Len()-1) {
			frame.arguments[signature.Params().At(i)] = located{call.checked, expr.Args[i]}
		}
	}
	return entered, frame, true
}

// origins returns the calls of functions outside of the repository whose results
// an expression can be, directly or through variables, parameters and functions.
func (c *checker) origins(e located, in *frame, depth int) []located {
	if depth > 2*maxDepth {
		return nil
	}
	var calls []located
	switch expr := ast.Unparen(e.expr).(type) {
	case *ast.CallExpr:
		entered, frame, ok := c.enter(located{e.checked, expr}, in)
		if !ok {
			return []located{{e.checked, expr}}
		}
		ast.Inspect(entered.decl.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return false
			case *ast.ReturnStmt:
				if len(n.Results) > 0 { // of several, the first
					calls = append(calls, c.origins(located{entered.checked, n.Results[0]}, frame, depth+1)...)
				}
			}
			return true
		})
	case *ast.Ident, *ast.SelectorExpr:
		variable := e.objectOf(expr)
		if variable == nil {
			return nil
		}
		if argument, ok := in.argument(variable); ok {
			return c.origins(argument, in.caller, depth+1)
		}
		for _, argument := range c.index().arguments(variable) {
			calls = append(calls, c.origins(argument, nil, depth+1)...)
		}
		for _, value := range c.index().reaching(variable, expr) {
			if value.result == 0 {
				calls = append(calls, c.origins(value.located, in, depth+1)...)
			}
		}
	}
	return calls
}

// external returns the import path and the name of a function that is called by
// the name of a package that is not of the repository, or "".
func (p *checked) external(call *ast.CallExpr) (importPath, name string) {
	selector, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	id, ok := selector.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	pkg, ok := p.info.Uses[id].(*types.PkgName)
	if !ok || p.info.Uses[selector.Sel] != nil {
		return "", ""
	}
	return pkg.Imported().Path(), selector.Sel.Name
}
