package convert

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// load type-checks struct declarations as package path, with the methods that
// the Kitex tool would have added.
func load(t *testing.T, path, declarations string) *types.Scope {
	t.Helper()
	source := "package " + path[strings.LastIndex(path, "/")+1:] + "\n" + declarations
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "x.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if s, ok := spec.Type.(*ast.StructType); ok && spec.Assign == token.NoPos && !strings.HasPrefix(spec.Name.Name, "Plain") {
			source += methods(spec.Name.Name, s)
		}
		return false
	})
	if file, err = parser.ParseFile(fset, "x.go", source, 0); err != nil {
		t.Fatal(err)
	}
	pkg, err := new(types.Config).Check(path, fset, []*ast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pkg.Scope()
}

func methods(name string, s *ast.StructType) string {
	var b strings.Builder
	method := func(signature string) { fmt.Fprintf(&b, "\nfunc (p *%s) %s { panic(0) }", name, signature) }
	method("InitDefault()")
	method("FastRead(buf []byte) (int, error)")
	method("FastWriteNocopy(buf []byte, w interface{}) int")
	method("BLength() int")
	if strings.HasPrefix(name, "Union") {
		method("CountSetFields" + name + "() int")
	}
	for _, f := range s.Fields.List {
		if f.Tag == nil || len(f.Names) == 0 {
			continue
		}
		text, _ := strconv.Unquote(f.Tag.Value)
		if tag, err := parseTag(reflect.StructTag(text).Get("thrift"), ""); err == nil {
			method("FastReadField" + fieldSuffix(tag.id) + "(buf []byte) (int, error)")
			if tag.requirement == optional {
				method("IsSet" + f.Names[0].Name + "() bool")
			}
		}
	}
	return b.String()
}

func named(t *testing.T, scope *types.Scope, name string) *types.Named {
	t.Helper()
	obj := scope.Lookup(name)
	if obj == nil {
		t.Fatalf("no type %s", name)
	}
	return obj.Type().(*types.Named)
}

var testCall = Call{Sender: "api", Receiver: "stock", RPCService: "StockService", Method: "Reserve", Part: "request"}

// add plans the conversion of type Args from declarations src to dst.
func add(t *testing.T, src, dst string) (*Plan, *Conversion) {
	t.Helper()
	p := NewPlan()
	return p, p.Add(named(t, load(t, "ns/api/m", src), "Args"), named(t, load(t, "ns/stock/m", dst), "Args"), testCall)
}
