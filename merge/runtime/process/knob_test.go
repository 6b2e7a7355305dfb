package process

import (
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"testing"
)

func TestTheFirstServiceOwnsAKnob(t *testing.T) {
	var k Knob
	setting := 100
	set := func(v int) int { old := setting; setting = v; return old }
	stock, item := &Process{service: "stock"}, &Process{service: "item"}
	for _, call := range []struct {
		by            *Process
		value         int
		want, settles int
	}{
		{stock, 50, 100, 50},
		{item, 10, 50, 50}, // learns what stock has set
		{stock, 20, 50, 20},
		{item, 10, 20, 20},
	} {
		if got := call.by.Set(&k, call.value, set); got != call.want || setting != call.settles {
			t.Errorf("%s sets %d: returns %d and leaves %d, want %d and %d", call.by.service, call.value, got, setting, call.want, call.settles)
		}
	}
}

func TestKnobState(t *testing.T) {
	k := Knob{Name: "the volume"}
	if s := k.state(); s.Owner != "" {
		t.Errorf("%+v before anybody has set it", s)
	}
	stock, item, api := &Process{service: "stock"}, &Process{service: "item"}, &Process{service: "api"}
	for _, p := range []*Process{stock, item, api, item, stock} {
		p.Owns(&k)
	}
	want := KnobState{Name: "the volume", Owner: "stock", Refused: []string{"api", "item"}}
	if got := k.state(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestKnobsAreListed compares the list with the variables that there are.
func TestKnobsAreListed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "knob.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		if literal, ok := n.(*ast.CompositeLit); ok {
			if t, ok := literal.Type.(*ast.Ident); ok && t.Name == "Knob" {
				declared++
			}
		}
		return true
	})
	var names []string
	for _, k := range knobs {
		names = append(names, k.Name)
	}
	if len(names) != declared || !slices.IsSorted(names) || len(slices.Compact(names)) != declared {
		t.Errorf("%d are declared and listed are %q, want all, sorted", declared, names)
	}
}
