package scan

import (
	"cmp"
	"go/token"
	"slices"
)

// framework is an RPC framework that this package knows. Each has its own
// file, the only one that names it, and calls register there. Values are
// comparable.
type framework interface {
	// about describes it for the user.
	about() Framework
	// definition is a text that generated files have which define RPC services,
	// and markers are what the packages of these import.
	definition() string
	markers() []string
	// references returns where p makes servers and clients.
	references(t *Tree, p *Package) []reference
	// serviceNames returns the names of the RPC services of generated packages, by
	// import path, as far as references do not have them.
	serviceNames(packages []*Package) (map[string]string, error)
	// endpoints returns what is made at a reference in package p.
	endpoints(c *checker, p *Package, ref reference) []Endpoint
	// byTarget reports whether what a client dials decides who is called.
	byTarget() bool
	// listeners returns the calls that make listeners for servers of a program.
	listeners(c *checker) []located
	// address returns where the servers of a program listen, if the framework
	// decides that and it can be told.
	address(c *checker, reachable []*Package) Value
}

// frameworks are all of them, sorted by name.
var frameworks []framework

// register makes a framework known. It is called by init functions.
func register(f framework) {
	frameworks = append(frameworks, f)
	slices.SortFunc(frameworks, func(a, b framework) int { return cmp.Compare(a.about().Name, b.about().Name) })
}

// Framework is what there is to say about an RPC framework.
type Framework struct {
	// Name is what messages call it.
	Name string
	// Packages are prefixes of import paths. Packages below them have to be the
	// service's own for its calls to be inline.
	Packages []string
	// Registries are prefixes of import paths of packages in which generated code
	// registers messages by name, at most one for each name.
	Registries []string
	// ProtoDirective is Gazelle's directive for the compilers of .proto files with
	// RPC services, and ProtoCompilers are those which make the framework's code, by
	// their names in package //proto of rules_go. Both are empty where no rule
	// makes it.
	ProtoDirective string
	ProtoCompilers []string
	// DefaultAddress is where a server listens that is told nothing, "" if there
	// is no such address.
	DefaultAddress string
}

// Frameworks returns the RPC frameworks whose programs are recognized.
func Frameworks() []Framework {
	var list []Framework
	for _, f := range frameworks {
		list = append(list, f.about())
	}
	return list
}

// reference is a place that makes a server or a client.
type reference struct {
	framework framework
	// importPath is the generated package, or one of the framework's own.
	importPath string
	// service is the RPC service's name, "" if it is not known here.
	service       string
	serves, calls bool
	position      token.Position
}

// frameworkOf returns the framework whose generated files define RPC services in
// a package, or nil. generated has the texts of definitions that were found.
func frameworkOf(imports map[string]bool, generated map[string]bool) framework {
	for _, f := range frameworks {
		if generated[f.definition()] && !slices.ContainsFunc(f.markers(), func(m string) bool { return !imports[m] }) {
			return f
		}
	}
	return nil
}
