// Package moduleinfo reads what Bazel's rule starlark_doc_extract writes about
// a .bzl file.
package moduleinfo

// Module is what a .bzl file exports.
type Module struct {
	Doc             string // the docstring
	Rules           []Rule
	RepositoryRules []Call
	Providers       []Provider
	Functions       []Function
	Extensions      []Extension
}

// Call is what takes attributes: a rule, a repository rule or a tag class.
type Call struct {
	Name       string
	Doc        string
	Attributes []Attribute
}

// Rule is a rule for targets.
type Rule struct {
	Call
	Provides   []string // names of the providers that each target has
	Test       bool
	Executable bool
}

// Attribute is an attribute of a call.
type Attribute struct {
	Name      string
	Doc       string
	Type      string // as in Starlark's documentation, such as "list of labels"
	Default   string // as a Starlark expression
	Mandatory bool
	// Providers that the targets of a label have: all of one of the groups.
	Providers [][]string
}

// Provider is a provider.
type Provider struct {
	Name   string
	Doc    string
	Fields []Field
}

// Field is a field of a provider.
type Field struct {
	Name string
	Doc  string
}

// Function is a function, for instance a macro.
type Function struct {
	Name       string
	Doc        string
	Parameters []Parameter
	Returns    string
}

// Parameter is a parameter of a function. Those like **kwargs are neither
// mandatory nor have a default.
type Parameter struct {
	Name      string
	Doc       string
	Default   string // as a Starlark expression
	Mandatory bool
}

// Extension is a module extension.
type Extension struct {
	Name string
	Doc  string
	Tags []Call
}

// attributeTypes are the names of the values of the enum AttributeType.
var attributeTypes = []string{
	"unknown",
	"name",
	"integer",
	"label",
	"string",
	"list of strings",
	"list of integers",
	"list of labels",
	"boolean",
	"dict from labels to strings",
	"dict from strings to strings",
	"dict from strings to lists of strings",
	"output",
	"list of outputs",
	"dict from strings to labels",
}
