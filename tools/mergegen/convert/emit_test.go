package convert

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"strings"
	"testing"
)

// compile type-checks what is written for a conversion, and returns it.
func compile(t *testing.T, p *Plan, c *Conversion) (source string) {
	t.Helper()
	packages := make(map[string]*types.Package)
	e := p.NewEmitter(func(pkg *types.Package) string {
		packages[pkg.Path()] = pkg
		return path.Base(path.Dir(pkg.Path()))
	})
	body := e.Make(c, "src")
	functions, std := e.Functions()
	source = "package glue\nimport api \"ns/api/m\"\nimport stock \"ns/stock/m\"\n"
	for _, name := range std {
		switch {
		case name == "unsafe":
			packages[name] = types.Unsafe
		case standard[name] == "":
			t.Fatalf("the test does not have package %s", name)
		default:
			packages[name] = packageOf(load(t, name, standard[name]))
		}
		source += fmt.Sprintf("import %q\n", name)
	}
	if strings.Contains(functions, "mergeruntime.") {
		packages["mergeruntime"] = packageOf(load(t, "mergeruntime", "type EncodeError string\nfunc (EncodeError) Error() string { return \"\" }\n"))
		source += "import \"mergeruntime\"\n"
	}
	source += "" +
		"func convert(src *api.Args) (*stock.Args, error) {\n" + body + "}\n" + functions
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "glue.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	config := types.Config{Importer: importFunc(func(path string) (*types.Package, error) {
		if pkg := packages[path]; pkg != nil {
			return pkg, nil
		}
		return nil, errors.New("no such package")
	})}
	if _, err := config.Check("glue", fset, []*ast.File{file}, nil); err != nil {
		t.Errorf("%v\n%s", err, source)
	}
	return source
}

// standard has what conversions use of the standard library, by package.
var standard = map[string]string{
	"bytes":  "func Equal(a, b []byte) bool { return false }",
	"errors": "func New(text string) error { return nil }",
	"fmt":    "func Errorf(format string, a ...any) error { return nil }\nfunc Sprintf(format string, a ...any) string { return \"\" }",
}

func packageOf(scope *types.Scope) *types.Package { return scope.Lookup(scope.Names()[0]).Pkg() }

type importFunc func(path string) (*types.Package, error)

func (f importFunc) Import(path string) (*types.Package, error) { return f(path) }

// With use_type_alias=false, typedefs are distinct types on each side.
func TestTypedefsCompile(t *testing.T) {
	const declarations = "type Bytes []byte\ntype List []int32\ntype Set []string\ntype Map map[string]Bytes\ntype Deep map[string]List\n"
	tests := map[string]struct{ named, plain, thrift string }{
		"binary": {"Bytes", "[]byte", "binary"},
		"list":   {"List", "[]int32", "list<i32>"},
		"set":    {"Set", "[]string", "set<string>"},
		"map":    {"Map", "map[string][]byte", "map<string:binary>"},
		"nested": {"Deep", "map[string][]int32", "map<string:list<i32>>"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			args := func(goType string) string {
				return declarations + "type Args struct { F " + goType + " `thrift:\"f,1\" frugal:\"1,default," + test.thrift + "\"` }\n"
			}
			for _, types := range [][2]string{{test.named, test.named}, {test.named, test.plain}, {test.plain, test.named}} {
				p, c := add(t, args(types[0]), args(types[1]))
				if err := c.Err(); err != nil {
					t.Fatal(err)
				}
				compile(t, p, c)
			}
		})
	}
}

// TestSetsThatAreValidated takes sets of every type. That they are compared as
// an encoder does it, difftest shows.
func TestSetsThatAreValidated(t *testing.T) {
	const declarations = "type Color int64\ntype Point struct { X int32 `thrift:\"x,1\" frugal:\"1,default,i32\"` }\nfunc (p *Point) DeepEqual(other *Point) bool { return p == other }\n"
	tests := map[string]struct{ goType, thrift, want string }{
		"number":    {"[]int32", "set<i32>", "src.F[i1] == src.F[j2]"},
		"enum":      {"[]Color", "set<Color>", "src.F[i1] == src.F[j2]"},
		"binary":    {"[][]byte", "set<binary>", "bytes.Equal(src.F[i1], src.F[j2])"},
		"struct":    {"[]*Point", "set<Point>", "src.F[i1].DeepEqual(src.F[j2])"},
		"by value":  {"[]Point", "set<Point>", "src.F[i1].DeepEqual(&src.F[j2])"},
		"list":      {"[][]int32", "set<list<i32>>", "func(x3, y4 []int32) bool"},
		"map":       {"[]map[string]*Point", "set<map<string:Point>>", "DeepEqual("},
		"in a list": {"[][]string", "list<set<string>>", "elem1[i2] == elem1[j3]"},
		"in a map":  {"map[string][]int32", "map<string:set<i32>>", "elem1[i2] == elem1[j3]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			text := declarations + "type Args struct { F " + test.goType + " `thrift:\"f,1\" frugal:\"1,default," + test.thrift + "\"` }\n"
			api, stock := named(t, load(t, "ns/api/m", text), "Args"), named(t, load(t, "ns/stock/m", text), "Args")
			for _, validates := range []string{"ns/api/m", "ns/stock/m"} {
				p := NewPlan()
				p.ValidatesSets = func(path string) bool { return path == validates }
				c := p.Add(api, stock, testCall)
				if err := c.Err(); err != nil {
					t.Fatal(err)
				}
				// Only the sender has something to refuse.
				if source := compile(t, p, c); strings.Contains(source, test.want) != (validates == "ns/api/m") {
					t.Errorf("%s validates and %s is wanted of the sender:\n%s", validates, test.want, source)
				}
			}
		})
	}
}
