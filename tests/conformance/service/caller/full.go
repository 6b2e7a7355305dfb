package main

import (
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/contract"
)

// full returns a Rich with a value in every field.
func full() *contract.Rich {
	return &contract.Rich{
		Flag: true, Tiny: 1, Small: 2, Medium: 3, Large: 4, Real: 5.5,
		Text: "text", Raw: []byte{0, 1, 255}, Color: contract.Color_GREEN, Stamp: 6,

		MaybeFlag: ptr(true), MaybeTiny: ptr(int8(-1)), MaybeSmall: ptr(int16(-2)), MaybeMedium: ptr(int32(-3)),
		MaybeLarge: ptr(int64(-4)), MaybeReal: ptr(-5.5), MaybeText: ptr("maybe"), MaybeRaw: []byte("maybe"),
		MaybeColor: ptr(contract.Color_RED), MaybePoint: &contract.Point{X: 1, Y: 2},
		MaybeList: []int32{1}, MaybeMap: map[string]int32{"one": 1},

		DefaultFlag: false, DefaultMedium: 1, DefaultReal: 2, DefaultText: "other", DefaultRaw: []byte("other"),
		DefaultColor: contract.Color_RED, DefaultList: []int32{9}, DefaultMap: map[string]int32{"nine": 9},

		FallbackFlag: false, FallbackMedium: 1, FallbackReal: 2, FallbackText: "other", FallbackRaw: []byte("other"),
		FallbackColor: contract.Color_RED, FallbackList: []string{"other"},

		Numbers: []int64{3, 1, 2}, Words: []string{"c", "a", "b"}, Blobs: [][]byte{{1}, {2, 3}},
		Colors: []contract.Color{contract.Color_BLUE, contract.Color_RED},
		Points: []*contract.Point{{X: 1}, {Y: 2}}, Matrix: [][]int32{{1, 2}, {3}},
		Names: []string{"x", "y"}, Spots: []*contract.Point{{X: 3}, {X: 4}}, Ids: []int32{7, 8},
		Labels:  map[string]string{"a": "1", "b": "2"},
		ById:    map[int32]*contract.Point{1: {X: 1}, -1: {Y: -1}},
		Groups:  map[string][]*contract.Point{"g": {{X: 1}, {X: 2}}, "h": {}},
		Counts:  map[contract.Color]map[string]int64{contract.Color_RED: {"one": 1}, contract.Color_BLUE: {}},
		Answers: map[bool]string{true: "yes", false: "no"},
		Deep:    []map[string][]int32{{"a": {1, 2}}, {}},

		Point: &contract.Point{X: 5, Y: 6}, Leaf: &contract.Leaf{Name: "leaf", Note: ptr("note"), Tags: []string{"t"}},
		Leaves: []*contract.Leaf{{Name: "one"}, {Name: "two", Tags: []string{}}},
		Tree: &contract.Node{
			Value:    1,
			Next:     chain(3),
			Children: []*contract.Node{{Value: 2}, {Value: 3, Next: &contract.Node{}}},
			Named:    map[string]*contract.Node{"n": {Value: 4}},
		},
		Shape: &contract.Shape{Point: &contract.Point{X: 7}},
		Shapes: []*contract.Shape{
			{Name: ptr("")},
			{Path: []*contract.Point{{X: 1}}},
			{Id: ptr(int64(0))},
			{Color: ptr(contract.Color_BLUE)},
		},
	}
}

// chain returns a list of n nodes.
func chain(n int) *contract.Node {
	var node *contract.Node
	for i := range n {
		node = &contract.Node{Value: int64(i), Next: node}
	}
	return node
}

func ptr[T any](v T) *T { return &v }
