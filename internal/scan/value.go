package scan

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
)

// maxDepth bounds how far a name is followed from function to function.
const maxDepth = 4

// located is an expression with the package that it is in. The expression of
// the zero value is nil.
type located struct {
	*checked
	expr ast.Expr
}

// values returns the strings that an expression can be: one, or one for each
// call of the function of which it is a parameter.
func (c *checker) values(e located, depth int) []Value {
	unknown := []Value{{Text: types.ExprString(e.expr)}}
	if depth > maxDepth {
		return unknown
	}
	if v := e.info.Types[e.expr].Value; v != nil && v.Kind() == constant.String {
		return []Value{{Text: constant.StringVal(v), Known: true}}
	}
	if sum, ok := ast.Unparen(e.expr).(*ast.BinaryExpr); ok && sum.Op == token.ADD {
		left, right := c.values(located{e.checked, sum.X}, depth), c.values(located{e.checked, sum.Y}, depth)
		if len(left) == 1 && len(right) == 1 && left[0].Known && right[0].Known {
			return []Value{{Text: left[0].Text + right[0].Text, Known: true}}
		}
		return unknown
	}
	if initial := c.initialValue(e); initial.expr != nil {
		// If it is not known, in the words of the place asked about.
		values := c.values(initial, depth+1)
		if slices.ContainsFunc(values, func(v Value) bool { return !v.Known }) {
			return unknown
		}
		return values
	}
	if parameter, ok := e.objectOf(e.expr).(*types.Var); ok && !c.isChanged(parameter) {
		if values := c.argumentsFor(parameter, depth); len(values) > 0 {
			return values
		}
	}
	return unknown
}

// initialValue returns the value of a variable that keeps its first one.
func (c *checker) initialValue(e located) located {
	variable, ok := e.objectOf(e.expr).(*types.Var)
	if !ok || variable.IsField() || c.isChanged(variable) {
		return located{}
	}
	for _, owner := range c.order {
		if initial, ok := owner.initial[variable]; ok {
			return located{owner, initial}
		}
	}
	return located{}
}

// fieldIn returns the value of a field in the struct literal that is the only
// argument of a call, itself or as a variable.
func (c *checker) fieldIn(p *checked, call *ast.CallExpr, field string) located {
	if len(call.Args) != 1 {
		return located{}
	}
	arg := located{p, call.Args[0]}
	if initial := c.initialValue(arg); initial.expr != nil {
		arg = initial
	}
	if address, ok := arg.expr.(*ast.UnaryExpr); ok && address.Op == token.AND {
		arg.expr = address.X
	}
	literal, ok := arg.expr.(*ast.CompositeLit)
	if !ok {
		return located{}
	}
	for _, element := range literal.Elts {
		if kv, ok := element.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == field {
				return located{arg.checked, kv.Value}
			}
		}
	}
	return located{}
}

// argumentsFor returns the values that are passed for a parameter.
func (c *checker) argumentsFor(parameter *types.Var, depth int) []Value {
	var values []Value
	for _, caller := range c.order {
		for _, file := range caller.files {
			ast.Inspect(file, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				name := calledIdent(call)
				if name == nil {
					return true
				}
				if i := parameterIndex(caller.info.ObjectOf(name), parameter); i >= 0 && i < len(call.Args) {
					for _, value := range c.values(located{caller, call.Args[i]}, depth+1) {
						if !slices.Contains(values, value) {
							values = append(values, value)
						}
					}
				}
				return true
			})
		}
	}
	return values
}

// parameterIndex returns the index of a parameter of a function, or -1.
func parameterIndex(function types.Object, parameter *types.Var) int {
	f, ok := function.(*types.Func)
	if !ok {
		return -1
	}
	signature := f.Signature()
	for i := range signature.Params().Len() {
		if signature.Params().At(i) == parameter && !(signature.Variadic() && i == signature.Params().Len()-1) {
			return i
		}
	}
	return -1
}
