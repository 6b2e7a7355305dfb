package scan

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/adapter/kitex/generated"
)

// Program is what a main package does with its RPC framework, itself or in the
// packages of the repository that it imports.
type Program struct {
	Dir, ImportPath string
	// Servers and Clients are sorted by service, then by position.
	Servers, Clients []Endpoint
	// Address is where the servers listen, as "host:port".
	Address Value
	// Listeners are where the program listens besides.
	Listeners []Listener
}

// Endpoint is a place where a program makes a server or a client.
type Endpoint struct {
	// Service is the RPC service's name as in the IDL, empty if it is generated
	// outside of the repository or the call is a generic one.
	Service string
	// ImportPath is the generated package, empty for a generic call.
	ImportPath string
	// Name is a client's destination, or the name that a server is given.
	Name Value
	// Position is "file:line", the file relative to the repository's root.
	Position string
}

// Value is a string in a program.
type Value struct {
	// Text is the string if it is known. If not, it is the expression, or empty
	// where there is none.
	Text string
	// Known is set if the string is always the same.
	Known bool
}

// Program reads the main package in folder dir. It returns nil if there are no
// Go files. An error is about a package of the repository, with file and line.
func (t *Tree) Program(dir string) (*Program, error) {
	top := t.Package(dir)
	if top == nil {
		return nil, nil
	}
	reachable := slices.Collect(t.reachable(top))
	for _, p := range reachable {
		if p.Err != nil {
			return nil, p.Err
		}
	}
	names, err := t.serviceNames(reachable)
	if err != nil {
		return nil, err
	}
	c := &checker{tree: t, fset: token.NewFileSet(), checked: make(map[string]*checked)}
	for _, p := range reachable {
		if !p.Generated {
			c.check(p)
		}
	}
	program := &Program{Dir: dir, ImportPath: top.ImportPath, Listeners: c.listeners()}
	for _, p := range reachable {
		for _, ref := range t.references(p) {
			for _, endpoint := range c.endpoints(p, ref) {
				endpoint.Service = names[endpoint.ImportPath]
				if ref.Serves {
					program.Servers = append(program.Servers, endpoint)
				}
				if ref.Calls {
					program.Clients = append(program.Clients, endpoint)
				}
			}
		}
	}
	if len(program.Servers) > 0 {
		program.Address = c.address(reachable)
	}
	for _, list := range [][]Endpoint{program.Servers, program.Clients} {
		slices.SortFunc(list, func(a, b Endpoint) int {
			return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Position, b.Position), cmp.Compare(a.Name.Text, b.Name.Text))
		})
	}
	return program, nil
}

// serviceNames returns the names of the RPC services of generated packages, by
// import path.
func (t *Tree) serviceNames(packages []*Package) (map[string]string, error) {
	config := platform
	for _, p := range packages {
		if p.Generated {
			config.Packages = append(config.Packages, describe.Package{ImportPath: p.ImportPath, Files: p.Files})
		}
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

// endpoints returns what is made at a reference in package p. A function that
// passes its parameter on as the name makes one for each of its callers.
func (c *checker) endpoints(p *Package, ref generated.Reference) []Endpoint {
	endpoint := Endpoint{ImportPath: ref.ImportPath, Position: c.tree.position(ref.Position)}
	if constructors[ref.ImportPath] != "" {
		endpoint.ImportPath = ""
	}
	pkg := c.checked[p.Dir]
	calls := pkg.callsAround(c.fset, ref.Position)
	if len(calls) == 0 || c.fset.Position(calledIdent(calls[0]).Pos()) != ref.Position {
		return []Endpoint{endpoint} // a function value
	}
	if endpoint.ImportPath == "" && mentionsGenerated(calls[0], c.tree.references(p), c.fset) {
		return nil // the generated package's own reference tells more
	}
	name := located{pkg, nameArgument(calls)}
	if ref.Serves && !ref.Calls {
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

// position writes a position relative to the repository's root.
func (t *Tree) position(p token.Position) string {
	if rel, err := filepath.Rel(t.root, p.Filename); err == nil {
		p.Filename = filepath.ToSlash(rel)
	}
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}
