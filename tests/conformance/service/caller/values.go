package main

import (
	"context"
	"math"
	"strings"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/contract"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// values are the cases of row 1 in which a request goes there and back.
func values() []testCase {
	echo := func(name string, rich *contract.Rich) testCase {
		return testCase{"echo " + name, func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.Echo(ctx, rich))
		}}
	}
	text := strings.Repeat("0123456789", 2000)
	return []testCase{
		echo("nil", nil),
		echo("zero", &contract.Rich{}),
		echo("defaults", contract.NewRich()),
		echo("full", full()),
		echo("extremes", &contract.Rich{
			Tiny:      math.MinInt8,
			Small:     math.MinInt16,
			Medium:    math.MinInt32,
			Large:     math.MinInt64,
			Real:      math.NaN(),
			MaybeReal: ptr(math.Inf(-1)),
			Text:      "\x00\xff not utf-8",
			Color:     77, // unknown
			Colors:    []contract.Color{0, -1, contract.Color_RED},
			Stamp:     math.MaxInt64,
		}),
		echo("negative zero", &contract.Rich{Real: math.Copysign(0, -1), DefaultReal: math.Copysign(0, -1)}),
		echo("large", &contract.Rich{
			Text:  text,
			Raw:   []byte(text),
			Words: []string{text, "", text},
			Blobs: [][]byte{[]byte(text), {}},
			ById:  map[int32]*contract.Point{1: {X: 1}},
		}),
		echo("empty", &contract.Rich{
			Raw:          []byte{},
			MaybeRaw:     []byte{},
			MaybeText:    ptr(""),
			MaybeFlag:    ptr(false),
			MaybeMedium:  ptr(int32(0)),
			MaybeColor:   ptr(contract.Color(0)),
			MaybePoint:   &contract.Point{},
			MaybeList:    []int32{},
			MaybeMap:     map[string]int32{},
			DefaultRaw:   []byte{},
			DefaultList:  []int32{},
			DefaultMap:   map[string]int32{},
			FallbackRaw:  []byte{},
			FallbackList: []string{},
			Numbers:      []int64{},
			Words:        []string{""},
			Blobs:        [][]byte{},
			Points:       []*contract.Point{},
			Matrix:       [][]int32{{}},
			Names:        []string{},
			Labels:       map[string]string{},
			ById:         map[int32]*contract.Point{},
			Groups:       map[string][]*contract.Point{"": {}},
			Counts:       map[contract.Color]map[string]int64{0: {}},
			Deep:         []map[string][]int32{{}},
			Point:        &contract.Point{},
			Leaf:         &contract.Leaf{},
			Leaves:       []*contract.Leaf{},
			Tree:         &contract.Node{},
			Shapes:       []*contract.Shape{},
		}),
		echo("nil elements", &contract.Rich{
			Points: []*contract.Point{nil, {X: 1}},
			ById:   map[int32]*contract.Point{7: nil},
			Matrix: [][]int32{nil, {}, {1}},
			Blobs:  [][]byte{nil, {}, {1}},
			Groups: map[string][]*contract.Point{"nil": nil, "empty": {}},
			Counts: map[contract.Color]map[string]int64{contract.Color_RED: nil},
			Tree:   &contract.Node{Children: []*contract.Node{nil}},
		}),
		// Values that equal a default are not sent.
		echo("optional at default", &contract.Rich{FallbackFlag: true, FallbackMedium: 42, FallbackText: "fallback", FallbackRaw: []byte("raw")}),
		echo("required field missing", &contract.Rich{Leaves: []*contract.Leaf{nil}}),
		echo("union without a value", &contract.Rich{Shape: &contract.Shape{}}),
		echo("union with two values", &contract.Rich{Shape: &contract.Shape{Name: ptr("two"), Id: ptr(int64(2))}}),
		echo("nil union in a list", &contract.Rich{Shapes: []*contract.Shape{{Name: ptr("one")}, nil}}),
		echo("duplicates in a set", &contract.Rich{Names: []string{"a", "b", "a"}}),
		echo("equal structs in a set", &contract.Rich{Spots: []*contract.Point{{X: 1}, {X: 1}}}),
		echo("deep recursion", &contract.Rich{Tree: chain(50)}),
	}
}

// results are the cases of row 1 that are about results and arguments.
func results() []testCase {
	list := []testCase{
		{"no struct", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.NoStruct(ctx))
		}},
		{"no list", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.NoList(ctx))
		}},
		{"no map", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.NoMap(ctx))
		}},
		{"no binary", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.NoBinary(ctx))
		}},
		{"several arguments", func(ctx context.Context, callee *target) string {
			return observe.Error(callee.Done(ctx, -3, []string{"a", ""}, contract.Color_BLUE, &contract.Point{X: 1}))
		}},
		{"nil arguments", func(ctx context.Context, callee *target) string {
			return observe.Error(callee.Done(ctx, 0, nil, 0, nil))
		}},
		{"enums", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.Mix(ctx, contract.Color_RED, contract.Color_BLUE))
		}},
	}
	for _, what := range []string{"zero", "defaults", "nil elements", "required field missing", "union without a value", "duplicates in a set", "nothing known"} {
		list = append(list, testCase{"make " + what, func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.Make(ctx, what, 0))
		}})
	}
	return list
}
