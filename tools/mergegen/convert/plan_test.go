package convert

import (
	"strings"
	"testing"
)

func TestMismatchText(t *testing.T) {
	const rest = `
type Args struct { R *ReserveRequest ` + "`thrift:\"r,1\"`" + ` }
type ReserveRequest struct { Lines []*Line ` + "`thrift:\"lines,1\" frugal:\"1,default,list<Line>\"`" + ` }
type Line struct { Quantity `
	p, _ := add(t, rest+"int32 `thrift:\"quantity,2\"` }", rest+"int64 `thrift:\"quantity,2\"` }")
	if len(p.Mismatches()) != 1 {
		t.Fatalf("mismatches %v", p.Mismatches())
	}
	const want = `a type pair that cannot be converted: field ReserveRequest.lines[].quantity (id 2) in the request of StockService/Reserve
	service "api" sends i32 (ns/api/m.Line.Quantity)
	service "stock" expects i64 (ns/stock/m.Line.Quantity)
	Over RPC the value would be lost without an error. Give field 2 of Line one type in both IDLs, or a new id in one of them; or leave "api" or "stock" out of the merged binary's services.`
	if got := p.Mismatches()[0].Error(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// oneField declares Args with one field.
func oneField(goType, thrift string) string {
	return "type E int64\ntype S struct { A int32 `thrift:\"a,1\"` }\n" +
		"type Args struct { F " + goType + " `thrift:\"f,1\" frugal:\"1,default," + thrift + "\"` }\n"
}

func TestWireTypes(t *testing.T) {
	fields := []struct{ goType, thrift, wire string }{
		{"bool", "bool", "bool"},
		{"int8", "byte", "byte"},
		{"int8", "i8", "byte"},
		{"int16", "i16", "i16"},
		{"int32", "i32", "i32"},
		{"E", "E", "i32"},
		{"int64", "i64", "i64"},
		{"float64", "double", "double"},
		{"string", "string", "string"},
		{"[]byte", "binary", "string"},
		{"*S", "S", "struct"},
		{"[]int32", "list<i32>", "list i32"},
		{"[]E", "list<E>", "list i32"},
		{"[]int64", "list<i64>", "list i64"},
		{"[]int32", "set<i32>", "set i32"},
		{"[]*S", "set<S>", "set struct"},
		{"[][]byte", "list<binary>", "list string"},
		{"[]string", "list<string>", "list string"},
		{"[][]int32", "list<list<i32>>", "list list i32"},
		{"[][]int32", "list<set<i32>>", "list set i32"},
		{"map[string]int32", "map<string:i32>", "map string i32"},
		{"map[string]int32", "map<binary:i32>", "map string i32"},
		{"map[string]E", "map<string:E>", "map string i32"},
		{"map[string]int64", "map<string:i64>", "map string i64"},
		{"map[int32]int64", "map<i32:i64>", "map i32 i64"},
		{"map[*S]string", "map<S:string>", "map struct string"},
	}
	for _, src := range fields {
		for _, dst := range fields {
			p, c := add(t, oneField(src.goType, src.thrift), oneField(dst.goType, dst.thrift))
			if err := c.Err(); err != nil {
				t.Errorf("%s to %s: %v", src.thrift, dst.thrift, err)
			}
			if mismatch := len(p.Mismatches()) > 0; mismatch != (src.wire != dst.wire) {
				t.Errorf("%s to %s: mismatch %v", src.thrift, dst.thrift, p.Mismatches())
			}
		}
	}
}

func TestMismatchPaths(t *testing.T) {
	const inner = "type S struct { A %s `thrift:\"a,1\"` }\n"
	src, dst := strings.Replace(inner, "%s", "int32", 1), strings.Replace(inner, "%s", "string", 1)
	tests := []struct{ fields, want string }{
		{"F *S `thrift:\"f,1\"`", "S.a"},
		{"F map[string]*S `thrift:\"f,1\" frugal:\"1,default,map<string:S>\"`", "Args.f{value}.a"},
		{"F map[*S]string `thrift:\"f,1\" frugal:\"1,default,map<S:string>\"`", "Args.f{key}.a"},
		{"F [][]*S `thrift:\"f,1\" frugal:\"1,default,list<set<S>>\"`", "Args.f[][].a"},
	}
	for _, test := range tests {
		args := "type Args struct { " + test.fields + " }"
		p, _ := add(t, src+args, dst+args)
		if len(p.Mismatches()) != 1 || p.Mismatches()[0].Path != test.want {
			t.Errorf("%s: got %v", test.fields, p.Mismatches())
		}
	}
}

func TestMismatchesAreFoundOnce(t *testing.T) {
	const rest = "\ntype Args struct { L, R *T `thrift:\"l,1\"` }\ntype T struct { Next *T `thrift:\"next,2,optional\"`\nA "
	fixed := strings.Replace(rest, "L, R *T `thrift:\"l,1\"`", "L *T `thrift:\"l,1\"`\nR *T `thrift:\"r,2\"`", 1)
	p, _ := add(t, fixed+"int32 `thrift:\"a,1\"` }", fixed+"string `thrift:\"a,1\"` }")
	if len(p.Mismatches()) != 1 {
		t.Errorf("mismatches %v", p.Mismatches())
	}
}

func TestNotConverted(t *testing.T) {
	const ok = "type Args struct { F *T `thrift:\"f,1\"` }\ntype T struct { A int32 `thrift:\"a,1\"` }"
	tests := map[string]struct{ declarations, want string }{
		"no codec": {
			"type Args struct { F *PlainT `thrift:\"f,1\"` }\ntype PlainT struct { A int32 `thrift:\"a,1\"` }",
			"ns/api/m.PlainT has no method InitDefault: only types that were generated with FastCodec",
		},
		"codec of another kind": {
			"type Args struct { F *PlainT `thrift:\"f,1\"` }\ntype PlainT struct { A int32 `thrift:\"a,1\"` }\n" +
				"func (*PlainT) InitDefault() {}\nfunc (*PlainT) FastRead() {}\nfunc (*PlainT) FastWriteNocopy() {}\nfunc (*PlainT) BLength() {}",
			"ns/api/m.PlainT.A: there is no method FastReadField1",
		},
		"no tag": {
			"type Args struct { F *T `thrift:\"f,1\"` }\ntype T struct { A int32 }",
			"ns/api/m.T.A: not a field of the IDL",
		},
		"unknown fields are kept": {
			"type Args struct { F *T `thrift:\"f,1\"` }\ntype T struct { A int32 `thrift:\"a,1\"`; _unknownFields []byte }",
			"ns/api/m.T._unknownFields: not a field of the IDL",
		},
		"embedded": {
			"type Args struct { F *T `thrift:\"f,1\"` }\ntype PlainB struct{}\ntype T struct { PlainB `thrift:\"b,1\"` }",
			"ns/api/m.T.PlainB: not a field of the IDL",
		},
		"list without frugal tag": {
			"type Args struct { F []int32 `thrift:\"f,1\"` }",
			"stands for more than one thrift type",
		},
		"enum without frugal tag": {
			"type E int64\ntype Args struct { F E `thrift:\"f,1\"` }",
			"stands for more than one thrift type",
		},
		"frugal tag of another type": {
			"type Args struct { F int32 `thrift:\"f,1\" frugal:\"1,default,i64\"` }",
			"Go type int32 does not stand for thrift type i64",
		},
		"unsigned": {
			"type Args struct { F uint32 `thrift:\"f,1\"` }",
			"stands for more than one thrift type",
		},
		"interface": {
			"type Args struct { F interface{} `thrift:\"f,1\" frugal:\"1,default,Any\"` }",
			"does not stand for thrift type Any",
		},
		"generic": {
			"type PlainG[X any] struct { A X }\ntype Args struct { F *PlainG[int32] `thrift:\"f,1,optional\" frugal:\"1,optional,G\"` }",
			"does not stand for thrift type G",
		},
		"pointer in a field that is not optional": {
			"type Args struct { F *int32 `thrift:\"f,1\"` }",
			"is a pointer in a field that is not optional",
		},
		"pointer to list": {
			"type Args struct { F *[]int32 `thrift:\"f,1,optional\" frugal:\"1,optional,list<i32>\"` }",
			"is a pointer to a container",
		},
		"structs as keys by value": {
			"type T struct { A int32 `thrift:\"a,1\"` }\ntype Args struct { F map[T]string `thrift:\"f,1\" frugal:\"1,default,map<T:string>\"` }",
			"has structs as keys",
		},
		"in a field that the receiver does not know": {
			"type Args struct { X *PlainT `thrift:\"x,9\"` }\ntype PlainT struct{}",
			"ns/api/m.PlainT has no method InitDefault",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, c := add(t, test.declarations, test.declarations)
			if name == "in a field that the receiver does not know" {
				_, c = add(t, test.declarations, ok)
			}
			err := c.Err()
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %s", err, test.want)
			}
		})
	}
}

func TestErrorsReachWhatUsesThem(t *testing.T) {
	const declarations = "type Args struct { F *A `thrift:\"f,1\"` }\n" +
		"type A struct { B *B `thrift:\"b,1\"` }\ntype B struct { A *A `thrift:\"a,1,optional\"`; L []int32 `thrift:\"l,2\"` }"
	_, c := add(t, declarations, declarations)
	if c.Err() == nil {
		t.Error("no error")
	}
}

func TestCanFail(t *testing.T) {
	const rest = "type Args struct { F *A `thrift:\"f,1\"` }\ntype A struct { B *B `thrift:\"b,1,optional\"` }\n" +
		"type B struct { A *A `thrift:\"a,1,optional\"`; X int32 `thrift:\"x,2"
	for _, test := range []struct {
		requirement string
		want        bool
	}{{"", false}, {",optional", false}, {",required", true}} {
		_, c := add(t, rest+"\"` }", rest+test.requirement+"\"` }")
		if err := c.Err(); err != nil {
			t.Fatal(err)
		}
		if c.CanFail() != test.want {
			t.Errorf("with x%s: can fail %v", test.requirement, c.CanFail())
		}
	}
}

func TestLayout(t *testing.T) {
	const base = "A int32 `thrift:\"a,1\"`; B string `thrift:\"b,2\"`"
	tests := map[string]struct{ src, dst, want string }{
		"same":                {base, base, SharedLayout},
		"required":            {base, "A int32 `thrift:\"a,1,required\"`; B string `thrift:\"b,2,required\"`", SharedLayout},
		"other order":         {base, "B string `thrift:\"b,2\"`; A int32 `thrift:\"a,1\"`", ByField},
		"other ids":           {base, "A int32 `thrift:\"a,2\"`; B string `thrift:\"b,3\"`", ByField},
		"other Go name":       {base, "A int32 `thrift:\"a,1\"`; C string `thrift:\"c,2\"`", ByField},
		"one more":            {base, base + "; C int32 `thrift:\"c,3\"`", ByField},
		"one less":            {base, "A int32 `thrift:\"a,1\"`", ByField},
		"optional sent":       {"A int32 `thrift:\"a,1,optional\"`; B string `thrift:\"b,2\"`", base, ByField},
		"optional expected":   {base, "A int32 `thrift:\"a,1,optional\"`; B string `thrift:\"b,2\"`", SharedLayout},
		"pointer expected":    {base, "A *int32 `thrift:\"a,1,optional\"`; B string `thrift:\"b,2\"`", ByField},
		"enum":                {"A E `thrift:\"a,1\" frugal:\"1,default,E\"`", "A E `thrift:\"a,1\" frugal:\"1,default,E\"`", ByField},
		"binary":              {"A []byte `thrift:\"a,1\"`", "A []byte `thrift:\"a,1\"`", ByField},
		"struct":              {"A *Sub `thrift:\"a,1\"`", "A *Sub `thrift:\"a,1\"`", ByField},
		"without fields":      {"", "", ByField},
		"string and binary":   {"A string `thrift:\"a,1\"`", "A []byte `thrift:\"a,1\"`", ByField},
		"one type, own names": {"A N `thrift:\"a,1\" frugal:\"1,default,i64\"`", "A N `thrift:\"a,1\" frugal:\"1,default,i64\"`", ByField},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			const rest = "type E int64\ntype N int64\ntype Sub struct{}\ntype Args struct { "
			_, c := add(t, rest+test.src+" }", rest+test.dst+" }")
			if err := c.Err(); err != nil {
				t.Fatal(err)
			}
			if c.Layout() != test.want {
				t.Errorf("layout %s", c.Layout())
			}
		})
	}
}
