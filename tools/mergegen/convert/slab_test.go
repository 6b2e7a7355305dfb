package convert

import (
	"fmt"
	"strings"
	"testing"
)

// TestStructsFromSlabs has a struct in a field of Outer, which is held as hold says.
func TestStructsFromSlabs(t *testing.T) {
	const structs = "type Flat struct {\nN int32 `thrift:\"n,1\"`\nS string `thrift:\"s,2\"`\nP *int32 `thrift:\"p,3,optional\"`\n}\n" +
		"type Holder struct { L []string `thrift:\"l,1\" frugal:\"1,default,list<string>\"` }\n" +
		"type Outer struct { In *%s `thrift:\"in,1\"` }\n"
	const list, single = "[]*Outer `thrift:\"o,1\" frugal:\"1,default,list<Outer>\"`", "*Outer `thrift:\"o,1\"`"
	tests := map[string]struct {
		inner, hold string
		want        bool
	}{
		"in a list":           {"Flat", list, true},
		"in a map":            {"Flat", "map[string]*Outer `thrift:\"o,1\" frugal:\"1,default,map<string:Outer>\"`", true},
		"in a list in a list": {"Flat", "[][]*Outer `thrift:\"o,1\" frugal:\"1,default,list<list<Outer>>\"`", true},
		"once":                {"Flat", single, false},
		"with memory":         {"Holder", list, false}, // which the slab would keep
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			text := fmt.Sprintf(structs, test.inner) + "type Args struct {\nO " + test.hold + "\nX int32 `thrift:\"x,2\"`\n}\n"
			p, c := add(t, text, text)
			if err := c.Err(); err != nil {
				t.Fatal(err)
			}
			source := compile(t, p, c)
			taken := strings.Contains(source, "s.stock_"+test.inner+"s.one()")
			made := strings.Contains(source, "stock_"+test.inner+"s: ")
			if taken != test.want || made != test.want {
				t.Errorf("taken from a slab: %t, slab made: %t; want %t\n%s", taken, made, test.want, source)
			}
		})
	}
}

// TestManyStructs has more structs than there may be slabs.
func TestManyStructs(t *testing.T) {
	var text, fields strings.Builder
	for i := range mostStructSlabs + 5 {
		fmt.Fprintf(&text, "type S%d struct { N int32 `thrift:\"n,1\"` }\n", i)
		fmt.Fprintf(&fields, "F%d *S%d `thrift:\"f%d,%d\"`\n", i, i, i, i+1)
	}
	fmt.Fprintf(&text, "type Outer struct {\n%s}\ntype Args struct {\nO []*Outer `thrift:\"o,1\" frugal:\"1,default,list<Outer>\"`\n}\n", fields.String())
	p, c := add(t, text.String(), text.String())
	if n := strings.Count(compile(t, p, c), "s.stock_S"); n != mostStructSlabs {
		t.Errorf("%d structs are pieces of slabs, want %d", n, mostStructSlabs)
	}
}
