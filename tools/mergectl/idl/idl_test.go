package idl

import (
	"reflect"
	"strings"
	"testing"
)

const generated = "package stock\n\ntype StockLevel struct {\n" +
	"\tItemId string `thrift:\"item_id,1,required\" json:\"item_id\"`\n" +
	"\tLow, High *int32 `thrift:\"low,2\"`\n" +
	"\tTurnover *float64 `thrift:\"turnover,12,optional\"`\n" +
	"}\n\ntype Proto struct {\n\tstate int\n\tNote string `protobuf:\"bytes,3,opt,name=note,proto3\" json:\"note,omitempty\"`\n}\n\ntype (\n\tOther struct{ X int `json:\"x\"` }\n\tNumber int\n)\n\nfunc f() { type Local struct{ X int `thrift:\"x,1\"` } }\n"

func TestAdd(t *testing.T) {
	got := make(Structs)
	if err := got.Add("stock/gen", "stock.go", []byte(generated)); err != nil {
		t.Fatal(err)
	}
	want := Structs{
		{"stock/gen", "StockLevel"}: {1: "item_id", 2: "low", 12: "turnover"},
		{"stock/gen", "Proto"}:      {3: "note"},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if err := got.Add("x", "x.go", []byte("package x\n\nfunc {")); err != nil {
		t.Errorf("code without tags is read: %v", err)
	}
	if err := got.Add("x", "x.go", []byte("package x // thrift:\"\n\nfunc {")); err == nil || !strings.HasPrefix(err.Error(), "x.go:3:") {
		t.Errorf("got %v", err)
	}
}

func TestCompare(t *testing.T) {
	first := Structs{{"a", "S"}: {1: "one", 2: "two"}, {"a", "Renamed"}: {1: "one"}, {"a", "Gone"}: {1: "one"}, {"b", "S"}: {1: "one"}}
	second := Structs{{"a", "S"}: {1: "one", 4: "four", 3: "three"}, {"a", "Renamed"}: {1: "other"}, {"a", "New"}: {1: "one"}, {"b", "S"}: {}}
	want := []Difference{{Struct{"a", "S"}, []string{"three", "four"}, []string{"two"}}, {Struct{"b", "S"}, nil, []string{"one"}}}
	if got := Compare(first, second); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// FuzzAdd looks for code that stops the reader.
func FuzzAdd(f *testing.F) {
	f.Add([]byte(generated))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := make(Structs)
		if err := s.Add("x", "x.go", data); err != nil {
			return
		}
		for name, fields := range s {
			if len(fields) == 0 {
				t.Errorf("%v has no fields", name)
			}
		}
	})
}
