package convert

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"
)

// loadProtobuf type-checks declarations as package path and adds the arguments
// struct of a method whose request is message M.
func loadProtobuf(t *testing.T, path, declarations string) *types.Scope {
	t.Helper()
	source := "package m\n" + declarations + `
type Args struct { Req *M }
func (*Args) Marshal(out []byte) ([]byte, error) { panic(0) }
func (*Args) Unmarshal(in []byte) error { panic(0) }
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "x.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	pkg, err := new(types.Config).Check(path, fset, []*ast.File{file}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return pkg.Scope()
}

// addProtobuf plans the conversion of requests from declarations src to dst.
func addProtobuf(t *testing.T, src, dst string, srcCodec, dstCodec ProtobufCodec) (*Plan, *Conversion) {
	t.Helper()
	p := NewPlan()
	from, to := loadProtobuf(t, "ns/api/m", src), loadProtobuf(t, "ns/stock/m", dst)
	return p, p.AddProtobuf(named(t, from, "Args"), named(t, to, "Args"), srcCodec, dstCodec, testCall)
}

// oneProtobufField declares M with a field of a proto3 type.
func oneProtobufField(goType, wire, option string) string {
	return "type Enum int32\ntype Sub struct{ A int32 `protobuf:\"varint,1,opt,name=a\"` }\n" +
		"func (*Sub) ProtoReflect() {}\nfunc (*M) ProtoReflect() {}\n" +
		"type M struct { F " + goType + " `protobuf:\"" + wire + ",1," + option + ",name=f,proto3\" protobuf_key:\"bytes,1,opt\" protobuf_val:\"varint,2,opt\"` }"
}

// protobufFields are the kinds of fields; protobufGrid has a row for each that is
// sent and a column for each that is expected, in the same order: "=" is
// converted field by field, "c" by the codecs, "." not read as what was sent.
var protobufFields = []struct{ name, goType, wire, option string }{
	{"bool", "bool", "varint", "opt"},
	{"int32", "int32", "varint", "opt"},
	{"int64", "int64", "varint", "opt"},
	{"uint32", "uint32", "varint", "opt"},
	{"uint64", "uint64", "varint", "opt"},
	{"enum", "Enum", "varint", "opt"},
	{"optional", "*int64", "varint", "opt"},
	{"sint32", "int32", "zigzag32", "opt"},
	{"sint64", "int64", "zigzag64", "opt"},
	{"fixed32", "uint32", "fixed32", "opt"},
	{"sfixed32", "int32", "fixed32", "opt"},
	{"float", "float32", "fixed32", "opt"},
	{"fixed64", "uint64", "fixed64", "opt"},
	{"sfixed64", "int64", "fixed64", "opt"},
	{"double", "float64", "fixed64", "opt"},
	{"string", "string", "bytes", "opt"},
	{"bytes", "[]byte", "bytes", "opt"},
	{"message", "*Sub", "bytes", "opt"},
	{"int64s", "[]int64", "varint", "rep,packed"},
	{"strings", "[]string", "bytes", "rep"},
	{"messages", "[]*Sub", "bytes", "rep"},
	{"map", "map[string]int32", "bytes", "rep"},
}

const protobufGrid = `
bool     =cccccc...........c...
int32    c======...........c...
int64    c======...........c...
uint32   c======...........c...
uint64   c======...........c...
enum     c======...........c...
optional c======...........c...
sint32   .......==.............
sint64   .......c=.............
fixed32  .........==...........
sfixed32 .........==...........
float    ...........=..........
fixed64  ............==........
sfixed64 ............==........
double   ..............=.......
string   ...............==..c..
bytes    ...............==c.cc.
message  ................c=..c.
int64s   ..................=...
strings  ...................=..
messages ....................=c
map      ....................c=
`

func TestProtobufWireTypes(t *testing.T) {
	for _, codecs := range [][2]ProtobufCodec{{Prutal, Prutal}, {Prutal, ProtobufGo}, {ProtobufGo, Prutal}, {ProtobufGo, ProtobufGo}} {
		grid := "\n"
		for _, src := range protobufFields {
			grid += fmt.Sprintf("%-8s ", src.name)
			for _, dst := range protobufFields {
				p, c := addProtobuf(t, oneProtobufField(src.goType, src.wire, src.option), oneProtobufField(dst.goType, dst.wire, dst.option), codecs[0], codecs[1])
				switch {
				case len(p.Mismatches()) > 0:
					grid += "."
				case c.Detour() != "":
					grid += "c"
				default:
					grid += "="
				}
			}
			grid += "\n"
		}
		if grid != protobufGrid {
			t.Errorf("from %s to %s:%s", codecs[0], codecs[1], grid)
		}
	}
}

func TestProtobufMismatchText(t *testing.T) {
	const rest = "type M struct { Lines []*Line `protobuf:\"bytes,1,rep,name=lines\"` }\ntype Line struct { Quantity "
	p, _ := addProtobuf(t, rest+"int32 `protobuf:\"varint,2,opt,name=quantity\"` }", rest+"int32 `protobuf:\"zigzag32,2,opt,name=quantity\"` }", Prutal, Prutal)
	if len(p.Mismatches()) != 1 {
		t.Fatalf("mismatches %v", p.Mismatches())
	}
	const want = `a type pair that cannot be converted: field M.lines[].quantity (id 2) in the request of StockService/Reserve
	service "api" sends int32 (ns/api/m.Line.Quantity)
	service "stock" expects sint32 (ns/stock/m.Line.Quantity)
	Over RPC the value would be lost, read as another one or fail the call. Give field 2 of Line one type in both IDLs, or a new id in one of them; or leave "api" or "stock" out of the merged binary's services.`
	if got := p.Mismatches()[0].Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPackedLists(t *testing.T) {
	const packed, unpacked = "rep,packed", "rep"
	tests := []struct {
		src, dst string
		codec    ProtobufCodec
		mismatch bool
	}{
		{packed, packed, Prutal, false},
		{unpacked, unpacked, Prutal, false},
		{unpacked, packed, Prutal, false},
		{packed, unpacked, Prutal, true},
		{packed, unpacked, ProtobufGo, false},
	}
	for _, test := range tests {
		p, _ := addProtobuf(t, oneProtobufField("[]int32", "varint", test.src), oneProtobufField("[]int32", "varint", test.dst), Prutal, test.codec)
		if mismatch := len(p.Mismatches()) > 0; mismatch != test.mismatch {
			t.Errorf("%s to %s by %s: mismatches %v", test.src, test.dst, test.codec, p.Mismatches())
		}
	}
}

// oneof declares M with a oneof of members A and B, of numbers 1 and 2.
const oneof = `
type M struct { O isM_O ` + "`protobuf_oneof:\"o\"`" + ` }
type isM_O interface { isM_O() }
type M_A struct { A int32 ` + "`protobuf:\"varint,1,opt,name=a\"`" + ` }
func (*M_A) isM_O() {}
type M_B struct { B string ` + "`protobuf:\"bytes,2,opt,name=b\"`" + ` }
func (*M_B) isM_O() {}
`

func TestDetours(t *testing.T) {
	const plain = "type M struct { A int32 `protobuf:\"varint,1,opt,name=a\"` }"
	const both = "type M struct { A int32 `protobuf:\"varint,1,opt,name=a\"`; B string `protobuf:\"bytes,2,opt,name=b\"` }"
	tests := map[string]struct {
		src, dst string
		codec    ProtobufCodec
		want     string
	}{
		"oneof":                      {oneof, oneof, Prutal, ""},
		"out of a oneof":             {oneof, both, Prutal, ""},
		"one field into a oneof":     {plain, oneof, Prutal, ""},
		"two fields into a oneof":    {both, oneof, Prutal, "ns/stock/m.M.O is filled from fields A and B"},
		"another codec":              {plain, plain, "example.com/own", `the package that encodes messages is "example.com/own"`},
		"protobuf-go without its":    {plain, plain, ProtobufGo, "ns/api/m.M has no method ProtoReflect"},
		"extensions":                 {plain, "type M struct { extensionFields map[int32]int }\nfunc (*M) ProtoReflect() {}", Prutal, "ns/stock/m.M.extensionFields: not a field of the IDL"},
		"group":                      {plain, "type M struct { A *M `protobuf:\"group,1,opt,name=A\"` }", Prutal, "does not stand for wire type group"},
		"number that prutal drops":   {numbered(1000), numbered(1000), Prutal, "prutal does not read fields with number 1000"},
		"number next to it":          {numbered(1001), numbered(1001), Prutal, ""},
		"sint64 to sint32":           {oneProtobufField("int64", "zigzag64", "opt"), oneProtobufField("int32", "zigzag32", "opt"), Prutal, "sint64 and sint32"},
		"sint32 to sint64":           {oneProtobufField("int32", "zigzag32", "opt"), oneProtobufField("int64", "zigzag64", "opt"), Prutal, ""},
		"in a message of a list":     {nestedFlag("bool"), nestedFlag("int32"), Prutal, "ns/api/m.Sub.F: bool and int32"},
		"in a message that is alone": {both, plain, Prutal, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, c := addProtobuf(t, test.src, test.dst, test.codec, test.codec)
			if err := c.Err(); err != nil {
				t.Fatal(err)
			}
			if got := c.Detour(); !strings.Contains(got, test.want) || (got == "") != (test.want == "") {
				t.Errorf("detour %q, want %q", got, test.want)
			}
			if (c.Layout() == ThroughCodec) != (test.want != "") {
				t.Errorf("layout %s", c.Layout())
			}
		})
	}
}

func TestMessagesOfPackagesThatCannotBeImported(t *testing.T) {
	const declarations = "type M struct { A int32 `protobuf:\"varint,1,opt,name=a\"` }"
	p := NewPlan()
	p.Complete = func(path string) error {
		if path == "ns/stock/m" {
			return errors.New("not given")
		}
		return nil
	}
	c := p.AddProtobuf(named(t, loadProtobuf(t, "ns/api/m", declarations), "Args"), named(t, loadProtobuf(t, "ns/stock/m", declarations), "Args"), Prutal, Prutal, testCall)
	if got := c.Detour(); got != "ns/stock/m.M: not given" {
		t.Errorf("detour %q", got)
	}
}

func numbered(number int) string {
	return fmt.Sprintf("type M struct { A int32 `protobuf:\"varint,%d,opt,name=a\"` }", number)
}

func nestedFlag(goType string) string {
	return "type M struct { L []*Sub `protobuf:\"bytes,1,rep,name=l\"` }\ntype Sub struct { F " + goType + " `protobuf:\"varint,1,opt,name=f\"` }"
}

func TestProtobufNotConverted(t *testing.T) {
	const message = "type M struct{}\n"
	tests := map[string]struct{ declarations, args, want string }{
		"fastpb":        {message + "func (*Args) FastRead(buf []byte, t int8, n int32) (int, error) { panic(0) }", "Args", "is encoded by fastpb; generate it with the option -no-fast-api"},
		"two arguments": {message + "type Two struct { A, B *M }", "Two", "ns/api/m.Two is not what is generated for the arguments or the result of a protobuf method"},
		"no codec":      {message + "type None struct { Req *M }", "None", "ns/api/m.None has no method Marshal"},
		"no message": {message + "type Own struct { Req M }\nfunc (*Own) Marshal() {}\nfunc (*Own) Unmarshal() {}", "Own",
			"ns/api/m.Own.Req is not a pointer to a message"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			p := NewPlan()
			args := named(t, loadProtobuf(t, "ns/api/m", test.declarations), test.args)
			err := p.AddProtobuf(args, args, Prutal, Prutal, testCall).Err()
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}

func TestProtobufLayout(t *testing.T) {
	const base = "A int32 `protobuf:\"varint,1,opt,name=a\"`; B string `protobuf:\"bytes,2,opt,name=b\"`"
	tests := map[string]struct{ src, dst, want string }{
		"same":          {base, base, SharedLayout},
		"other order":   {base, "B string `protobuf:\"bytes,2,opt,name=b\"`; A int32 `protobuf:\"varint,1,opt,name=a\"`", ByField},
		"other numbers": {base, "A int32 `protobuf:\"varint,3,opt,name=a\"`; B string `protobuf:\"bytes,2,opt,name=b\"`", ByField},
		"one more":      {base, base + "; C int32 `protobuf:\"varint,3,opt,name=c\"`", ByField},
		"one less":      {base, "A int32 `protobuf:\"varint,1,opt,name=a\"`", ByField},
		"optional":      {"A *int32 `protobuf:\"varint,1,opt,name=a\"`", "A *int32 `protobuf:\"varint,1,opt,name=a\"`", ByField},
		"enum":          {"A E `protobuf:\"varint,1,opt,name=a\"`", "A E `protobuf:\"varint,1,opt,name=a\"`", ByField},
		"bytes":         {"A []byte `protobuf:\"bytes,1,opt,name=a\"`", "A []byte `protobuf:\"bytes,1,opt,name=a\"`", ByField},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			const rest = "type E int32\ntype M struct { "
			_, c := addProtobuf(t, rest+test.src+" }", rest+test.dst+" }", Prutal, Prutal)
			if got := c.root.message.Layout(); got != test.want {
				t.Errorf("layout %s", got)
			}
		})
	}
}
