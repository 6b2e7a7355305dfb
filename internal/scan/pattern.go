package scan

import (
	"go/ast"
	"go/constant"
	"go/token"
	"path"
	"slices"
	"strings"
)

// anything stands in a pattern for text that only the running process knows.
const anything = "*"

// maxPatterns bounds how many strings an expression is taken to be.
const maxPatterns = 16

// flagDefaults are functions that define a flag of a command, with the index of
// its default: those that return a pointer, and those that get one.
var flagDefaults = map[string]int{
	"String": 1, "StringP": 2, "StringVar": 2, "StringVarP": 3,
	"Int": 1, "IntP": 2, "IntVar": 2, "IntVarP": 3,
}

// patterns returns the strings that an expression can be, in the call of frame:
// several if a variable gets several values, or a parameter several arguments.
func (c *checker) patterns(e located, in *frame, depth int) []string {
	unknown := []string{anything}
	if depth > 2*maxDepth {
		return unknown
	}
	sub := func(expr ast.Expr) []string { return c.patterns(located{e.checked, expr}, in, depth+1) }
	if v := e.info.Types[e.expr].Value; v != nil {
		if v.Kind() == constant.String {
			return []string{constant.StringVal(v)}
		}
		return []string{v.ExactString()}
	}
	switch expr := ast.Unparen(e.expr).(type) {
	case *ast.BinaryExpr:
		if expr.Op == token.ADD {
			return join(sub(expr.X), sub(expr.Y))
		}
	case *ast.StarExpr:
		return c.flagDefault(located{e.checked, expr.X}, depth)
	case *ast.CallExpr:
		return c.callPatterns(located{e.checked, expr}, in, depth)
	case *ast.Ident, *ast.SelectorExpr:
		variable := e.objectOf(expr)
		if variable == nil {
			return unknown
		}
		if argument, ok := in.argument(variable); ok {
			return c.patterns(argument, in.caller, depth+1)
		}
		var all []string
		for _, argument := range c.index().arguments(variable) {
			all = append(all, c.patterns(argument, nil, depth+1)...)
		}
		for _, value := range c.index().reaching(variable, expr) {
			all = append(all, c.resultPatterns(value, in, depth)...)
		}
		for _, call := range c.index().addressed[variable] {
			if i, ok := flagDefaults[calledName(call.expr.(*ast.CallExpr))]; ok && i < len(call.expr.(*ast.CallExpr).Args) {
				all = append(all, c.patterns(located{call.checked, call.expr.(*ast.CallExpr).Args[i]}, nil, depth+1)...)
			} else {
				all = append(all, anything)
			}
		}
		if all = bounded(all); len(all) > 0 {
			return all
		}
	}
	return unknown
}

// callPatterns returns the strings that a call can return.
func (c *checker) callPatterns(call located, in *frame, depth int) []string {
	expr := call.expr.(*ast.CallExpr)
	sub := func(expr ast.Expr) []string { return c.patterns(located{call.checked, expr}, in, depth+1) }
	if call.info.Types[expr.Fun].IsType() && len(expr.Args) == 1 {
		return sub(expr.Args[0])
	}
	importPath, name := call.external(expr)
	switch qualified := importPath + "." + name; {
	case importPath == "":
		return c.resultPatterns(assigned{located: call}, in, depth)
	case qualified == "fmt.Sprintf" && len(expr.Args) > 0 && !expr.Ellipsis.IsValid():
		formats := sub(expr.Args[0])
		if len(formats) == 1 {
			return sprintf(formats[0], expr.Args[1:], sub)
		}
	case qualified == "net.JoinHostPort" && len(expr.Args) == 2:
		return join(sub(expr.Args[0]), []string{":"}, sub(expr.Args[1]))
	case qualified == "strings.TrimSpace" && len(expr.Args) == 1:
		return sub(expr.Args[0])
	case qualified == "cmp.Or":
		var all []string
		for _, arg := range expr.Args {
			all = append(all, sub(arg)...)
		}
		return bounded(all)
	}
	return []string{anything}
}

// resultPatterns returns the strings that a value can be: of an expression, or
// the result of a function of the repository.
func (c *checker) resultPatterns(value assigned, in *frame, depth int) []string {
	call, ok := ast.Unparen(value.expr).(*ast.CallExpr)
	if !ok && value.result == 0 {
		return c.patterns(value.located, in, depth+1)
	}
	if !ok {
		return []string{anything}
	}
	entered, frame, ok := c.enter(located{value.checked, call}, in)
	if !ok {
		if importPath, _ := value.external(call); importPath != "" && value.result == 0 || value.info.Types[call.Fun].IsType() {
			return c.callPatterns(located{value.checked, call}, in, depth+1)
		}
		return []string{anything}
	}
	if depth > 2*maxDepth {
		return []string{anything}
	}
	var all []string
	ast.Inspect(entered.decl.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if value.result < len(n.Results) {
				all = append(all, c.patterns(located{entered.checked, n.Results[value.result]}, frame, depth+1)...)
			} else {
				all = append(all, anything)
			}
		}
		return true
	})
	if all = bounded(all); len(all) > 0 {
		return all
	}
	return []string{anything}
}

// flagDefault returns the default of a flag that a pointer points to.
func (c *checker) flagDefault(pointer located, depth int) []string {
	for _, value := range c.index().values[pointer.objectOf(pointer.expr)] {
		if call, ok := ast.Unparen(value.expr).(*ast.CallExpr); ok {
			if i, ok := flagDefaults[calledName(call)]; ok && i < len(call.Args) && i < 3 {
				return c.patterns(located{value.checked, call.Args[i]}, nil, depth+1)
			}
		}
	}
	return []string{anything}
}

// sprintf returns what fmt.Sprintf makes of a format.
func sprintf(format string, args []ast.Expr, patterns func(ast.Expr) []string) []string {
	result := []string{""}
	for {
		literal, rest, ok := strings.Cut(format, "%")
		result = join(result, []string{literal})
		if !ok {
			return result
		}
		verb := strings.IndexFunc(rest, func(r rune) bool { return r == '%' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' })
		if verb < 0 {
			return []string{anything}
		}
		format = rest[verb+1:]
		switch {
		case rest[verb] == '%':
			result = join(result, []string{"%"})
			continue
		case len(args) == 0:
			return []string{anything}
		case verb == 0 && strings.Contains("svd", rest[:1]):
			result = join(result, patterns(args[0]))
		default:
			result = join(result, []string{anything})
		}
		args = args[1:]
	}
}

// join returns all ways to put strings together.
func join(parts ...[]string) []string {
	result := []string{""}
	for _, part := range parts {
		var longer []string
		for _, left := range result {
			for _, right := range part {
				longer = append(longer, left+right)
			}
		}
		result = bounded(longer)
	}
	return result
}

// bounded leaves out what is there twice, and makes a pattern for anything of
// too many.
func bounded(patterns []string) []string {
	for i, pattern := range patterns {
		for strings.Contains(pattern, anything+anything) {
			pattern = strings.ReplaceAll(pattern, anything+anything, anything)
		}
		patterns[i] = pattern
	}
	slices.Sort(patterns)
	patterns = slices.Compact(patterns)
	if len(patterns) > maxPatterns {
		return []string{anything}
	}
	return patterns
}

// Tells reports whether a pattern of a target names a service, so that it may
// stand for it: not one that is the same for many, such as *:50051, and not a
// socket, an IP address or the machine itself, which says by itself who listens
// there.
func Tells(pattern string) bool {
	scheme, rest, ok := strings.Cut(pattern, "://")
	if !ok {
		if name, after, isScheme := strings.Cut(pattern, ":"); isScheme && (strings.HasPrefix(name, "unix") || name == "xds") || strings.HasPrefix(after, "/") {
			return false
		}
		scheme, rest = "", pattern
	}
	if strings.Contains(scheme, anything) || strings.HasPrefix(scheme, "unix") || scheme == "xds" || scheme == "vsock" {
		return false
	}
	if scheme == "passthrough" && !strings.ContainsAny(rest, ":*") {
		return false // no connection can be made to it
	}
	rest, _, _ = strings.Cut(rest, "?")
	host, _, _ := strings.Cut(path.Base(rest), ":")
	label, _, _ := strings.Cut(host, ".")
	isLetter := func(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0x80 }
	return label != "localhost" && !strings.HasPrefix(label, "[") && strings.ContainsFunc(label, isLetter)
}
