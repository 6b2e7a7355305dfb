package main

import (
	"context"
	"fmt"

	"github.com/gomerge/rules_go_merge/conformance/service/gen/kitex_gen/protos"
	"github.com/gomerge/rules_go_merge/conformance/service/observe"
	"github.com/gomerge/rules_go_merge/conformance/service/random"
)

// protobufForm is how a merged binary makes protobuf calls.
const protobufForm = byRPC

// protobuf are the cases of row 1 whose messages are protobuf's.
func protobuf() []testCase {
	echo := func(name string, message *protos.Message) testCase {
		return testCase{"protobuf " + name, func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.protos.EchoProto(ctx, message))
		}}
	}
	list := []testCase{
		echo("zero", &protos.Message{}),
		echo("empty", &protos.Message{
			Raw: []byte{}, Maybe: ptr(int32(0)), MaybeText: ptr(""), Child: &protos.Message{}, Words: []string{}, Numbers: []int32{},
			Children: []*protos.Message{{}}, Counts: map[string]int64{"": 0}, ById: map[int32]*protos.Message{0: {}}, Kind: &protos.Message_Id{},
		}),
		echo("full", &protos.Message{
			Text: "text", Small: -1, Large: -2, Fixed: 3, Real: 4.5, Flag: true, Raw: []byte{0, 255}, Colour: protos.Colour_BLUE,
			Maybe: ptr(int32(6)), MaybeText: ptr("maybe"), Child: &protos.Message{Text: "child"}, Words: []string{"a", ""}, Numbers: []int32{1, 0, -1},
			Children: []*protos.Message{{Small: 1}, {Small: 2}}, Counts: map[string]int64{"a": 1}, ById: map[int32]*protos.Message{1: {Flag: true}},
			Kind: &protos.Message_Message{Message: &protos.Message{Kind: &protos.Message_Name{Name: "name"}}},
		}),
		echo("unknown enum value", &protos.Message{Colour: 77}),
	}
	for _, how := range []string{"none", "plain", "biz", "panic"} {
		list = append(list, testCase{"protobuf fail " + how, func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.protos.FailProto(ctx, &protos.Failure{How: how}))
		}})
	}
	for seed := range uint64(20) {
		message := &protos.Message{}
		random.Fill(seed, message)
		list = append(list, echo(fmt.Sprint("random ", seed), message))
	}
	return list
}
