package scan

import (
	"cmp"
	"go/ast"
	"go/constant"
	"go/types"
	"net"
	"slices"
	"strings"
)

// Listener is a place where a program itself listens, at an address that is always
// the same, or, for a server of its RPC framework, the default of a flag or of an
// environment variable.
type Listener struct {
	// Network is tcp, udp or unix.
	Network string
	// Address is "host:port", or the path of a socket.
	Address string
	// Position is "file:line", the file relative to the repository's root.
	Position string
	// RPC is set if a server of the RPC framework is given the listener.
	RPC bool
}

// runners are methods of web frameworks that listen and whose names do not say
// so, by a part of the import path that their package has.
var runners = map[string][]string{
	"Run":      {"gin-gonic/gin", "beego"},
	"RunTLS":   {"gin-gonic/gin"},
	"Start":    {"labstack/echo"},
	"StartTLS": {"labstack/echo"},
}

// listeners returns where the program listens, sorted by position, as far as
// calls and the http.Server literals name it.
func (c *checker) listeners() []Listener {
	var found []Listener
	given := make(map[ast.Expr]bool)
	for _, f := range frameworks {
		for _, call := range f.listeners(c) {
			given[call.expr] = true
		}
	}
	for _, p := range c.order {
		for _, file := range p.files {
			ast.Inspect(file, func(n ast.Node) bool {
				var at []ast.Expr
				network, server := "tcp", false
				switch n := n.(type) {
				case *ast.CallExpr:
					if p.listens(calledName(n)) {
						at, network, server = n.Args, c.network(p, n), given[n]
					}
				case *ast.CompositeLit:
					at = serverAddress(n)
				}
				for _, expr := range at {
					for _, address := range c.addresses(located{p, expr}, server) {
						if isAddress(network, address) {
							found = append(found, Listener{network, address, c.tree.position(c.fset.Position(expr.Pos())), server})
						}
					}
				}
				return true
			})
		}
	}
	slices.SortFunc(found, func(a, b Listener) int {
		return cmp.Or(cmp.Compare(a.Position, b.Position), cmp.Compare(a.Address, b.Address))
	})
	return slices.Compact(found)
}

// addresses returns the strings that an expression always is, or of a server's
// also what it is by default.
func (c *checker) addresses(e located, server bool) []string {
	var known []string
	for _, value := range c.values(e, 0) {
		if value.Known {
			known = append(known, value.Text)
		}
	}
	if len(known) == 0 {
		known = c.composed(e)
	}
	if len(known) == 0 && server {
		known = slices.DeleteFunc(c.patterns(e, nil, 0), func(pattern string) bool { return strings.Contains(pattern, anything) })
	}
	return known
}

// composed returns the string that fmt.Sprintf or net.JoinHostPort makes of what is
// always the same, for an expression or the variable that keeps it.
func (c *checker) composed(e located) []string {
	if initial := c.initialValue(e); initial.expr != nil {
		e = initial
	}
	call, ok := ast.Unparen(e.expr).(*ast.CallExpr)
	if !ok {
		return nil
	}
	part := func(arg ast.Expr) []string {
		of := located{e.checked, arg}
		if initial := c.initialValue(of); initial.expr != nil {
			of = initial
		}
		if v := of.info.Types[of.expr].Value; v != nil && v.Kind() == constant.Int {
			return []string{v.ExactString()}
		}
		if values := c.values(of, 0); len(values) == 1 && values[0].Known {
			return []string{values[0].Text}
		}
		return []string{anything}
	}
	var text []string
	switch importPath, name := e.external(call); {
	case importPath == "net" && name == "JoinHostPort" && len(call.Args) == 2:
		text = join(part(call.Args[0]), []string{":"}, part(call.Args[1]))
	case importPath == "fmt" && name == "Sprintf" && len(call.Args) > 0 && !call.Ellipsis.IsValid():
		text = sprintf(part(call.Args[0])[0], call.Args[1:], part)
	}
	return slices.DeleteFunc(text, func(s string) bool { return strings.Contains(s, anything) })
}

// listens reports whether functions and methods of a name listen, in a package
// that imports what p does.
func (p *checked) listens(name string) bool {
	return strings.HasPrefix(name, "Listen") || slices.ContainsFunc(runners[name], func(part string) bool {
		return slices.ContainsFunc(p.Imports, func(path string) bool { return strings.Contains(path, part) })
	})
}

// network returns the network that a call names, tcp if none.
func (c *checker) network(p *checked, call *ast.CallExpr) string {
	for _, arg := range call.Args {
		values := c.values(located{p, arg}, 0)
		if len(values) != 1 || !values[0].Known {
			continue
		}
		for _, network := range []string{"tcp", "udp", "unix"} {
			if strings.HasPrefix(values[0].Text, network) && len(values[0].Text) <= len("unixpacket") && !strings.ContainsAny(values[0].Text, ":/.") {
				return network
			}
		}
	}
	return "tcp"
}

// serverAddress returns the field Addr of an http.Server literal.
func serverAddress(literal *ast.CompositeLit) []ast.Expr {
	if types.ExprString(literal.Type) != "http.Server" {
		return nil
	}
	for _, element := range literal.Elts {
		if kv, ok := element.(*ast.KeyValueExpr); ok {
			if key, ok := kv.Key.(*ast.Ident); ok && key.Name == "Addr" {
				return []ast.Expr{kv.Value}
			}
		}
	}
	return nil
}

// isAddress reports whether a string is an address that one listener can have.
func isAddress(network, text string) bool {
	if network == "unix" {
		return strings.Contains(text, "/")
	}
	_, port, err := net.SplitHostPort(text)
	return err == nil && port != "" && port != "0"
}
