package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"strings"

	"github.com/bytedance/gopkg/cloud/metainfo"

	"github.com/gomerge/rules_go_merge/conformance/service/gen/kitex_gen/contract"
	"github.com/gomerge/rules_go_merge/conformance/service/gen/kitex_gen/contract/contractservice"
)

type testCase struct {
	name string
	run  func(context.Context, contractservice.Client) string
}

// cases returns the cases in the order in which they run.
func cases() []testCase {
	var all []testCase
	for _, list := range [][]testCase{values(), results(), aliasing(), failures(), ownMiddleware(), metadata()} {
		all = append(all, list...)
	}
	return all
}

// values are the cases of row 1 in which a request goes there and back.
func values() []testCase {
	echo := func(name string, rich *contract.Rich) testCase {
		return testCase{"echo " + name, func(ctx context.Context, callee contractservice.Client) string {
			return outcome(callee.Echo(ctx, rich))
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
		{"no struct", func(ctx context.Context, callee contractservice.Client) string {
			return outcome(callee.NoStruct(ctx))
		}},
		{"no list", func(ctx context.Context, callee contractservice.Client) string {
			return outcome(callee.NoList(ctx))
		}},
		{"no map", func(ctx context.Context, callee contractservice.Client) string {
			return outcome(callee.NoMap(ctx))
		}},
		{"no binary", func(ctx context.Context, callee contractservice.Client) string {
			return outcome(callee.NoBinary(ctx))
		}},
		{"several arguments", func(ctx context.Context, callee contractservice.Client) string {
			return describe(callee.Done(ctx, -3, []string{"a", ""}, contract.Color_BLUE, &contract.Point{X: 1}))
		}},
		{"nil arguments", func(ctx context.Context, callee contractservice.Client) string {
			return describe(callee.Done(ctx, 0, nil, 0, nil))
		}},
		{"enums", func(ctx context.Context, callee contractservice.Client) string {
			return outcome(callee.Mix(ctx, contract.Color_RED, contract.Color_BLUE))
		}},
	}
	for _, what := range []string{"zero", "defaults", "nil elements", "required field missing", "union without a value", "duplicates in a set", "nothing known"} {
		list = append(list, testCase{"make " + what, func(ctx context.Context, callee contractservice.Client) string {
			return outcome(callee.Make(ctx, what))
		}})
	}
	return list
}

// aliasing are the cases of row 2. Each depends on the one before.
func aliasing() []testCase {
	request := full()
	var result *contract.Rich
	return []testCase{
		{"the callee changes its request", func(ctx context.Context, callee contractservice.Client) string {
			before := dump(request)
			var err error
			result, err = callee.Keep(ctx, request)
			return same(before, request) + ", " + outcome(result, err)
		}},
		{"the callee changes what it kept", func(ctx context.Context, callee contractservice.Client) string {
			before, beforeResult := dump(request), dump(result)
			err := callee.Change(ctx)
			return same(before, request) + ", " + same(beforeResult, result) + ", " + describe(err)
		}},
		{"the caller changes its request and result", func(ctx context.Context, callee contractservice.Client) string {
			kept, err := callee.Kept(ctx)
			if err != nil {
				return describe(err)
			}
			for _, rich := range []*contract.Rich{request, result} {
				rich.Raw[0] = 'X'
				*rich.MaybeText = "X"
				rich.Labels["X"] = "X"
				rich.Points[0].X = 1000
				rich.Tree.Next.Value = 1000
				rich.Numbers[0] = 1000
			}
			again, err := callee.Kept(ctx)
			return same(dump(kept), again) + ", " + outcome(again, err)
		}},
		{"the callee changes an exception that it kept", func(ctx context.Context, callee contractservice.Client) string {
			return keptError(ctx, callee, contract.Kind_DECLARED_KEPT)
		}},
		{"the callee changes a biz status error that it kept", func(ctx context.Context, callee contractservice.Client) string {
			return keptError(ctx, callee, contract.Kind_BIZ_KEPT)
		}},
	}
}

func keptError(ctx context.Context, callee contractservice.Client, kind contract.Kind) string {
	failure := &contract.Failure{Kind: kind, Message: "the message", Code: 1, Extra: map[string]string{"key": "value"}}
	_, failed := callee.Fail(ctx, failure)
	before := describe(failed)
	err := callee.Change(ctx)
	return before + ", " + sameText(before, describe(failed)) + ", request " + dump(failure) + ", " + describe(err)
}

func same(before string, rich *contract.Rich) string { return sameText(before, dump(rich)) }

func sameText(before, after string) string {
	if after != before {
		return "changed to " + after
	}
	return "unchanged"
}

// failures are the cases of rows 4 and 5 in which the callee fails.
func failures() []testCase {
	var list []testCase
	fail := func(name string, failure *contract.Failure) {
		list = append(list,
			testCase{"fail " + name, func(ctx context.Context, callee contractservice.Client) string {
				ctx = metainfo.WithBackwardValues(ctx)
				return outcome(callee.Fail(ctx, failure)) + ", backward " + backward(ctx) + ", then " + next(ctx, callee)
			}},
			testCase{"fail void " + name, func(ctx context.Context, callee contractservice.Client) string {
				return describe(callee.FailVoid(ctx, failure)) + ", then " + next(ctx, callee)
			}})
	}
	for kind := contract.Kind_NONE; kind <= contract.Kind_MIDDLEWARE_BIZ; kind++ {
		fail(strings.ToLower(kind.String()), &contract.Failure{
			Kind:    kind,
			Message: "the message",
			Code:    1234,
			Extra:   map[string]string{"key": "value", "empty": ""},
			Result_: "partial",
		})
	}
	// Codes that mean something to Kitex itself, or that could be mistaken.
	for _, code := range []int32{0, 6, -1} {
		fail(fmt.Sprint("trans ", code), &contract.Failure{Kind: contract.Kind_TRANS, Message: "the message", Code: code})
	}
	fail("biz without extra", &contract.Failure{Kind: contract.Kind_BIZ, Message: "the message", Code: 5})
	fail("biz 0", &contract.Failure{Kind: contract.Kind_BIZ, Message: "the message"})
	fail("biz with odd text", &contract.Failure{
		Kind:    contract.Kind_BIZ,
		Message: "line one\nline two \"quoted\" \u00e9",
		Code:    -5,
		Extra:   map[string]string{"a b": "c\nd"},
	})
	fail("plain without text", &contract.Failure{Kind: contract.Kind_PLAIN})
	return list
}

// backward returns the backward values that ctx received as text. The order of
// keys in Kitex's text for a biz status error's extra is random.
func backward(ctx context.Context) string {
	values := maps.Clone(metainfo.RecvAllBackwardValues(ctx))
	if text, ok := values["biz-extra"]; ok {
		var extra map[string]string
		if err := json.Unmarshal([]byte(text), &extra); err == nil {
			values["biz-extra"] = dump(extra)
		}
	}
	return dump(values)
}

// ownMiddleware are the cases of row 5 in which the caller's middleware fails.
func ownMiddleware() []testCase {
	var list []testCase
	for _, how := range []string{"error", "panic before", "panic after"} {
		list = append(list, testCase{"own middleware " + how, func(ctx context.Context, callee contractservice.Client) string {
			failing := context.WithValue(ctx, failHere{}, how)
			return outcome(callee.Fail(failing, &contract.Failure{Result_: "all is well"})) + ", then " + next(ctx, callee)
		}})
	}
	return list
}

// next tells whether an ordinary call works.
func next(ctx context.Context, callee contractservice.Client) string {
	return outcome(callee.Mix(ctx, contract.Color_RED, contract.Color_GREEN))
}

// metadata are the cases of row 7.
func metadata() []testCase {
	meta := func(ctx context.Context, callee contractservice.Client, send map[string]string) string {
		ctx = metainfo.WithBackwardValues(ctx)
		seen, err := callee.Meta(ctx, send)
		return outcome(seen, err) +
			", backward " + backward(ctx) +
			", own persistent " + dump(metainfo.GetAllPersistentValues(ctx)) +
			", own transient " + dump(metainfo.GetAllValues(ctx))
	}
	sending := func(ctx context.Context) context.Context {
		ctx = metainfo.WithPersistentValues(ctx, "PERSISTENT", "p", "EMPTY", "", "lower-case_key", "l")
		return metainfo.WithValues(ctx, "TRANSIENT", "t", "PERSISTENT", "t too")
	}
	return []testCase{
		{"meta nothing", func(ctx context.Context, callee contractservice.Client) string {
			return meta(ctx, callee, nil)
		}},
		{"meta values", func(ctx context.Context, callee contractservice.Client) string {
			return meta(sending(ctx), callee, map[string]string{"BACK": "b", "back_2": "\u00e9", "EMPTY": ""})
		}},
		{"meta second hop", func(ctx context.Context, callee contractservice.Client) string {
			ctx = metainfo.TransferForward(sending(ctx))
			once := meta(ctx, callee, nil)
			return once + ", then " + meta(metainfo.TransferForward(ctx), callee, nil)
		}},
		{"meta plain context value", func(ctx context.Context, callee contractservice.Client) string {
			return meta(context.WithValue(ctx, "contract-plain", "v"), callee, nil) //nolint // the callee must be able to name the key
		}},
		{"meta without room for backward values", func(ctx context.Context, callee contractservice.Client) string {
			seen, err := callee.Meta(ctx, map[string]string{"BACK": "b"})
			return outcome(seen, err) + ", backward " + backward(ctx)
		}},
		{"meta of the caller's own caller", func(ctx context.Context, callee contractservice.Client) string {
			ctx = metainfo.WithBackwardValuesToSend(ctx)
			metainfo.SendBackwardValue(ctx, "UP", "u")
			return meta(ctx, callee, map[string]string{"BACK": "b"}) + ", to send " + dump(metainfo.AllBackwardValuesToSend(ctx))
		}},
	}
}

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
