package scan

import (
	"cmp"
	"fmt"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
)

// Program is what a main package does with its RPC framework, itself or in the
// packages of the repository that it imports.
type Program struct {
	Dir, ImportPath string
	// Servers and Clients are sorted by service, then by position.
	Servers, Clients []Endpoint
	// Address is where the servers listen, as "host:port".
	Address Value
	// Listeners are where else the program listens.
	Listeners []Listener
}

// Endpoint is a place where a program makes a server or a client.
type Endpoint struct {
	// Service is the RPC service's name as in the IDL, empty if it is generated
	// outside of the repository or the call is a generic one.
	Service string
	// ImportPath is the generated package, empty for a generic call.
	ImportPath string
	// Name is a client's destination, or the name that a server is given. Of a
	// client that is made of a connection it is what the connection dials.
	Name Value
	// ByTarget is set if what is dialled decides who is called. Targets are the
	// patterns that the sources tell, sorted, in which "*" stands for what only
	// the running process knows.
	ByTarget bool
	Targets  []string
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
	names, err := serviceNames(reachable)
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
			for _, endpoint := range ref.framework.endpoints(c, p, ref) {
				endpoint.Service = cmp.Or(ref.service, names[endpoint.ImportPath])
				if ref.serves {
					program.Servers = append(program.Servers, endpoint)
				}
				if ref.calls {
					program.Clients = append(program.Clients, endpoint)
				}
			}
		}
	}
	for _, f := range frameworks {
		if address := f.address(c, reachable); address != (Value{}) {
			program.Address = address
		}
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
func serviceNames(packages []*Package) (map[string]string, error) {
	names := make(map[string]string)
	for _, f := range frameworks {
		generated := slices.DeleteFunc(slices.Clone(packages), func(p *Package) bool { return p.framework != f })
		found, err := f.serviceNames(generated)
		if err != nil {
			return nil, err
		}
		maps.Copy(names, found)
	}
	return names, nil
}

// position writes a position relative to the repository's root.
func (t *Tree) position(p token.Position) string {
	if rel, err := filepath.Rel(t.root, p.Filename); err == nil {
		p.Filename = filepath.ToSlash(rel)
	}
	return fmt.Sprintf("%s:%d", p.Filename, p.Line)
}
