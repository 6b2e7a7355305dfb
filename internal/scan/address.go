package scan

import (
	"go/ast"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/adapter/kitex/generated"
)

// DefaultAddress is where a Kitex server listens that is told nothing.
const DefaultAddress = ":8888"

// addressOptions are options of servers that say where they listen, or may hold
// one that does.
var addressOptions = []string{"WithServiceAddr", "WithListener", "WithSuite"}

// address returns where the program's servers listen, if that can be told: at
// the default address, or at the only one that is resolved for them.
func (c *checker) address(reachable []*Package) Value {
	said, addresses := 0, []Value(nil)
	for _, p := range c.order {
		for _, option := range addressOptions {
			said += len(p.callsOf(option))
		}
		for _, call := range p.callsOf("ResolveTCPAddr") {
			if len(call.Args) == 2 {
				addresses = append(addresses, c.values(located{p, call.Args[1]}, 0)...)
			}
		}
	}
	switch {
	case said == 0 && !slices.ContainsFunc(reachable, c.hasOtherOptions):
		return Value{Text: DefaultAddress, Known: true}
	case said == 1 && len(addresses) == 1:
		return addresses[0]
	}
	return Value{}
}

// hasOtherOptions reports whether a package gives a server options that are not
// written out.
func (c *checker) hasOtherOptions(p *Package) bool {
	return slices.ContainsFunc(c.tree.references(p), func(ref generated.Reference) bool {
		if !ref.Serves {
			return false
		}
		calls := c.checked[p.Dir].callsAround(c.fset, ref.Position)
		if len(calls) == 0 {
			return true // a function value
		}
		call := calls[0]
		options := call.Args
		if !strings.HasPrefix(calledName(call), "NewServer") {
			return false
		}
		if constructors[ref.ImportPath] == "" && len(options) > 0 {
			options = options[1:] // the handler
		}
		return call.Ellipsis.IsValid() || slices.ContainsFunc(options, func(option ast.Expr) bool {
			call, ok := option.(*ast.CallExpr)
			return !ok || !strings.HasPrefix(calledName(call), "With")
		})
	})
}
