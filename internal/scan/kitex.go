package scan

import (
	"go/ast"
	"go/token"
	"path"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/adapter/kitex/generated"
)

// kitex is the framework of github.com/cloudwego/kitex.
type kitex struct{}

func init() { register(kitex{}) }

const kitexPath = "github.com/cloudwego/kitex"

func (kitex) about() Framework {
	return Framework{Name: "Kitex", Packages: []string{kitexPath}, DefaultAddress: ":8888"}
}

func (kitex) byTarget() bool { return false }

func (kitex) definition() string { return "NewMethodInfo" }

func (kitex) markers() []string {
	return []string{kitexPath + "/client", kitexPath + "/server", kitexPath + "/pkg/serviceinfo"}
}

// kitexConstructors are Kitex's packages in which servers and clients are made
// without generated code.
var kitexConstructors = map[string]string{
	kitexPath + "/client":               "client",
	kitexPath + "/client/genericclient": "genericclient",
	kitexPath + "/server":               "server",
	kitexPath + "/server/genericserver": "genericserver",
}

func (f kitex) references(t *Tree, p *Package) []reference {
	names := make(map[string]string)
	for _, importPath := range p.Imports {
		if name := kitexConstructors[importPath]; name != "" {
			names[importPath] = name
		} else if strings.Contains(importPath, "/kitex_gen/") {
			// It may be in another repository.
			names[importPath] = path.Base(importPath)
		}
	}
	for _, imported := range t.imported(p) {
		if imported.framework == f {
			names[imported.path] = imported.Name
		}
	}
	if len(names) == 0 {
		return nil
	}
	var references []reference
	// What does not parse is for the compiler to complain about.
	found, _ := generated.References(platform, describe.Package{ImportPath: p.ImportPath, Files: p.Files}, names)
	for _, ref := range found {
		references = append(references, reference{framework: f, importPath: ref.ImportPath, serves: ref.Serves, calls: ref.Calls, position: ref.Position})
	}
	return references
}

func (kitex) serviceNames(packages []*Package) (map[string]string, error) {
	config := platform
	for _, p := range packages {
		config.Packages = append(config.Packages, describe.Package{ImportPath: p.ImportPath, Files: p.Files})
	}
	description, err := generated.Describe(config)
	if err != nil {
		return nil, err
	}
	names := make(map[string]string)
	for _, s := range description.RPCServices {
		names[s.ImportPath] = s.Name
	}
	return names, nil
}

// endpoints returns what is made at a reference. A function that passes its
// parameter on as the name makes one for each of its callers.
func (kitex) endpoints(c *checker, p *Package, ref reference) []Endpoint {
	endpoint := Endpoint{ImportPath: ref.importPath, Position: c.tree.position(ref.position)}
	if kitexConstructors[ref.importPath] != "" {
		endpoint.ImportPath = ""
	}
	pkg := c.checked[p.Dir]
	calls := pkg.callsAround(c.fset, ref.position)
	if len(calls) == 0 || c.fset.Position(calledIdent(calls[0]).Pos()) != ref.position {
		return []Endpoint{endpoint} // a function value
	}
	if endpoint.ImportPath == "" && mentionsGenerated(calls[0], c.tree.references(p), c.fset) {
		return nil // the generated package's own reference tells more
	}
	name := located{pkg, nameArgument(calls)}
	if ref.serves && !ref.calls {
		name = c.serverName(pkg, calls)
	}
	if name.expr == nil {
		return []Endpoint{endpoint}
	}
	var endpoints []Endpoint
	for _, value := range c.values(name, 0) {
		endpoint.Name = value
		endpoints = append(endpoints, endpoint)
	}
	return endpoints
}

// nameArgument returns the destination in calls that make a client, the
// innermost first.
func nameArgument(calls []*ast.CallExpr) ast.Expr {
	for _, call := range calls {
		if option := optionIn(call, "WithDestService"); option != nil && len(option.Args) == 1 {
			return option.Args[0]
		}
	}
	// NewClient of a generated package; that of the framework begins with a
	// service info, which is a call.
	call := calls[0]
	if len(call.Args) == 0 {
		return nil
	}
	if _, isCall := call.Args[0].(*ast.CallExpr); isCall && len(calls) > 1 {
		return nil
	}
	return call.Args[0]
}

// serverName returns the ServiceName of the basic info in calls that make a
// server. It may also be the only basic info in the package, or in the program.
func (c *checker) serverName(pkg *checked, calls []*ast.CallExpr) located {
	const option, field = "WithServerBasicInfo", "ServiceName"
	for _, call := range calls {
		if found := optionIn(call, option); found != nil {
			return c.fieldIn(pkg, found, field)
		}
	}
	for _, packages := range [][]*checked{{pkg}, c.order} {
		var all []located
		for _, p := range packages {
			for _, call := range p.callsOf(option) {
				all = append(all, c.fieldIn(p, call, field))
			}
		}
		if len(all) == 1 {
			return all[0]
		}
		if len(all) > 1 {
			break
		}
	}
	return located{}
}

// kitexAddressOptions are options of servers that say where they listen, or may
// hold one that does.
var kitexAddressOptions = []string{"WithServiceAddr", "WithListener", "WithSuite"}

// listeners has none: servers are told an address.
func (kitex) listeners(*checker) []located { return nil }

// address returns the default address, or the only one that is resolved for the
// servers.
func (f kitex) address(c *checker, reachable []*Package) Value {
	serves := func(p *Package) bool {
		return slices.ContainsFunc(c.tree.references(p), func(ref reference) bool { return ref.framework == f && ref.serves })
	}
	if !slices.ContainsFunc(reachable, serves) {
		return Value{}
	}
	said, addresses := 0, []Value(nil)
	for _, p := range c.order {
		for _, option := range kitexAddressOptions {
			said += len(p.callsOf(option))
		}
		for _, call := range p.callsOf("ResolveTCPAddr") {
			if len(call.Args) == 2 {
				addresses = append(addresses, c.values(located{p, call.Args[1]}, 0)...)
			}
		}
	}
	switch {
	case said == 0 && !slices.ContainsFunc(reachable, func(p *Package) bool { return f.hasOtherOptions(c, p) }):
		return Value{Text: f.about().DefaultAddress, Known: true}
	case said == 1 && len(addresses) == 1:
		return addresses[0]
	}
	return Value{}
}

// hasOtherOptions reports whether a package gives a server options that are not
// written out.
func (f kitex) hasOtherOptions(c *checker, p *Package) bool {
	return slices.ContainsFunc(c.tree.references(p), func(ref reference) bool {
		if ref.framework != f || !ref.serves {
			return false
		}
		calls := c.checked[p.Dir].callsAround(c.fset, ref.position)
		if len(calls) == 0 {
			return true // a function value
		}
		call := calls[0]
		options := call.Args
		if !strings.HasPrefix(calledName(call), "NewServer") {
			return false
		}
		if kitexConstructors[ref.importPath] == "" && len(options) > 0 {
			options = options[1:] // the handler
		}
		return call.Ellipsis.IsValid() || slices.ContainsFunc(options, func(option ast.Expr) bool {
			call, ok := option.(*ast.CallExpr)
			return !ok || !strings.HasPrefix(calledName(call), "With")
		})
	})
}

// mentionsGenerated reports whether a call has a reference to a generated
// package among its arguments.
func mentionsGenerated(call *ast.CallExpr, references []reference, fset *token.FileSet) bool {
	from, to := fset.Position(call.Lparen), fset.Position(call.Rparen)
	for _, ref := range references {
		if kitexConstructors[ref.importPath] == "" && ref.position.Filename == from.Filename && from.Offset < ref.position.Offset && ref.position.Offset < to.Offset {
			return true
		}
	}
	return false
}
