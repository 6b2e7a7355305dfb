package convert

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path"
	"testing"
)

// compile type-checks what is written for a conversion.
func compile(t *testing.T, p *Plan, c *Conversion) {
	t.Helper()
	packages := make(map[string]*types.Package)
	e := p.NewEmitter(func(pkg *types.Package) string {
		packages[pkg.Path()] = pkg
		return path.Base(path.Dir(pkg.Path()))
	})
	body := e.Make(c, "src")
	functions, std := e.Functions()
	if len(std) > 0 {
		t.Fatalf("the test does not have the packages %v", std)
	}
	source := "package glue\nimport api \"ns/api/m\"\nimport stock \"ns/stock/m\"\n" +
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
}

type importFunc func(path string) (*types.Package, error)

func (f importFunc) Import(path string) (*types.Package, error) { return f(path) }

// With use_type_alias=false, typedefs are types of their own on each side.
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
