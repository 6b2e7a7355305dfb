package main

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/cloudwego/kitex/client"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/protos"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/random"
)

// protobufValues are the cases of row 1 whose messages are protobuf's. All have
// a value in each oneof, but for those that are about it.
func protobufValues() []testCase {
	echo := func(name string, message *protos.Message) testCase {
		return testCase{"protobuf " + name, func(ctx context.Context, callee *target) string {
			before := observe.Value(message)
			result, err := callee.protos.EchoProto(ctx, message)
			return sameText(before, observe.Value(message)) + ", " + observe.Outcome(result, err)
		}}
	}
	text := strings.Repeat("0123456789", 2000)
	list := []testCase{
		echo("zero", &protos.Message{Kind: anId}),
		echo("empty", &protos.Message{
			Raw: []byte{}, Maybe: ptr(int32(0)), MaybeText: ptr(""), Child: &protos.Message{Kind: anId}, Words: []string{}, Numbers: []int32{},
			Children: []*protos.Message{{Kind: anId}}, Counts: map[string]int64{"": 0}, ById: map[int32]*protos.Message{0: {Kind: anId}},
			Kind: anId, Kinds: &protos.Kinds{
				MaybeFlag: ptr(false), MaybeReal: ptr(0.0), MaybeRaw: []byte{}, MaybeColour: ptr(protos.Colour_NONE), MaybeWish: &protos.Wish{},
				Raws: [][]byte{{}}, Flags: []bool{}, Reals: []float64{0}, Colours: []protos.Colour{}, Zigzags: []int64{0},
				Answers: map[bool][]byte{false: {}}, Coloured: map[string]protos.Colour{}, Measured: map[int64]float64{0: 0},
			},
		}),
		echo("full", fullProto()),
		echo("extremes", &protos.Message{
			Text: "\x00", Small: math.MinInt32, Large: math.MinInt64, Fixed: math.MaxUint32, Real: math.NaN(), Colour: -1,
			Numbers: []int32{math.MaxInt32, math.MinInt32}, Counts: map[string]int64{"min": math.MinInt64}, Kind: &protos.Message_Id{Id: math.MaxInt64},
			Kinds: &protos.Kinds{
				Int64: math.MinInt64, Uint32: math.MaxUint32, Uint64: math.MaxUint64, Sint32: math.MinInt32, Fixed64: math.MaxUint64,
				Sfixed32: math.MinInt32, Sfixed64: math.MinInt64, Float: math.SmallestNonzeroFloat32, Reals: []float64{math.Inf(1), math.Inf(-1)},
				Measured: map[int64]float64{math.MinInt64: math.MaxFloat64},
			},
		}),
		echo("negative zero", &protos.Message{Real: math.Copysign(0, -1), Kind: anId, Kinds: &protos.Kinds{
			Float: float32(math.Copysign(0, -1)), MaybeReal: ptr(math.Copysign(0, -1)), Reals: []float64{math.Copysign(0, -1)},
		}}),
		echo("large", &protos.Message{Text: text, Raw: []byte(text), Words: []string{text, "", text}, Kind: &protos.Message_Name{Name: text}}),
		echo("unknown enum value", &protos.Message{Colour: 77, Kind: anId, Kinds: &protos.Kinds{
			MaybeColour: ptr(protos.Colour(77)), Colours: []protos.Colour{77, -1, 1}, Coloured: map[string]protos.Colour{"a": 77},
		}}),
		echo("text that is not UTF-8", &protos.Message{
			Text: "\xff\xfe", MaybeText: ptr("\x80"), Words: []string{"ok", "\xc0"}, Counts: map[string]int64{"\xff": 1}, Kind: &protos.Message_Name{Name: "\xff"},
		}),
		echo("nil bytes in lists and maps", &protos.Message{Kind: anId, Kinds: &protos.Kinds{Raws: [][]byte{nil, {}, {1}}, Answers: map[bool][]byte{true: nil}}}),
		echo("nil message in a map", &protos.Message{Kind: anId, Kinds: &protos.Kinds{Named: map[string]*protos.Wish{"nil": nil}}}),
		echo("nil message in a list", &protos.Message{Kind: anId, Kinds: &protos.Kinds{Wishes: []*protos.Wish{nil, {Seed: 1}}}}),
		echo("oneof without a value", &protos.Message{Small: 1}),
		echo("oneof without a value in a message", &protos.Message{Small: 1, Kind: anId, Child: &protos.Message{Small: 2}}),
		echo("oneof with a zero value", &protos.Message{Kind: &protos.Message_Id{}}),
		echo("oneof with a nil message", &protos.Message{Kind: &protos.Message_Message{}}),
		echo("oneof with a nil alternative", &protos.Message{Kind: (*protos.Message_Id)(nil)}),
		echo("deep recursion", protoChain(50)),
		{"protobuf nil", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.protos.FailProto(ctx, nil))
		}},
	}
	for _, what := range []string{"nil", "zero", "nil elements", "oneof without a value", "not UTF-8", "extremes", "nothing known"} {
		list = append(list, testCase{"protobuf make " + what, func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.protos.MakeProto(ctx, &protos.Wish{What: what}))
		}})
	}
	for seed := range int64(20) {
		message := &protos.Message{}
		random.Fill(uint64(seed), message)
		list = append(list, echo(fmt.Sprint("random request ", seed), message),
			testCase{fmt.Sprint("protobuf random result ", seed), func(ctx context.Context, callee *target) string {
				return observe.Outcome(callee.protos.MakeProto(ctx, &protos.Wish{What: "random", Seed: seed}))
			}})
	}
	return list
}

// protobufFailures are such cases of row 4.
func protobufFailures() []testCase {
	var list []testCase
	for _, how := range []string{"none", "plain", "biz", "wrapped biz", "acl", "canceled", "panic", "nil pointer"} {
		list = append(list, testCase{"protobuf fail " + how, func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.protos.FailProto(ctx, &protos.Failure{How: how})) + ", then " + next(ctx, callee)
		}})
	}
	return append(list, testCase{"protobuf fail with an RPC timeout", func(ctx context.Context, callee *target) string {
		client := callee.protobuf(client.WithRPCTimeout(patience))
		return observe.Outcome(client.FailProto(ctx, &protos.Failure{How: "plain"})) + ", " + observe.Outcome(client.FailProto(ctx, &protos.Failure{How: "none"}))
	}})
}

// protobufAliasing are such cases of row 2. Each depends on the one before.
func protobufAliasing() []testCase {
	request := fullProto()
	var result *protos.Message
	kept := func(ctx context.Context, callee *target) (*protos.Message, error) {
		return callee.protos.MakeProto(ctx, &protos.Wish{What: "kept"})
	}
	return []testCase{
		{"protobuf the callee changes its request", func(ctx context.Context, callee *target) string {
			before := observe.Value(request)
			var err error
			result, err = callee.protos.KeepProto(ctx, request)
			return sameText(before, observe.Value(request)) + ", " + observe.Outcome(result, err)
		}},
		{"protobuf the callee changes what it kept", func(ctx context.Context, callee *target) string {
			before, beforeResult := observe.Value(request), observe.Value(result)
			_, err := callee.protos.MakeProto(ctx, &protos.Wish{What: "changed"})
			return sameText(before, observe.Value(request)) + ", " + sameText(beforeResult, observe.Value(result)) + ", " + observe.Error(err)
		}},
		{"protobuf the caller changes its request and result", func(ctx context.Context, callee *target) string {
			before, err := kept(ctx, callee)
			if err != nil {
				return observe.Error(err)
			}
			for _, message := range []*protos.Message{request, result} {
				message.Raw[0] = 'X'
				*message.MaybeText = "X"
				message.Child.Small = 1000
				message.Counts["X"] = 1000
				message.Children[0].Small = 1000
				message.GetMessage().Small = 1000
				message.Kinds.Raws[0][0] = 'X'
			}
			again, err := kept(ctx, callee)
			return sameText(observe.Value(before), observe.Value(again)) + ", " + observe.Outcome(again, err)
		}},
	}
}
