package main

import (
	"context"
	"fmt"

	skew "github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/protoskew/caller"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/random"
)

// protobufSkewed are cases of row 3: the caller knows proto_caller.proto, the
// callee proto_callee.proto.
func protobufSkewed() []testCase {
	exchange := func(name string, skewed *skew.Skewed) testCase {
		if skewed.Choice == nil {
			skewed.Choice = &skew.Skewed_One{One: "one"}
		}
		return testCase{"protobuf skew " + name, func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.protoskews.ExchangeProto(ctx, skewed))
		}}
	}
	list := []testCase{
		exchange("zero", &skew.Skewed{}),
		exchange("fields of the caller's", &skew.Skewed{Both: 1, Mine: "mine", MineMessage: &skew.Inner{Both: 1}}),
		exchange("fields optional on one side", &skew.Skewed{MaybeMine: ptr(int64(0)), MaybeTheirs: 2}),
		exchange("enum values of the caller's", &skew.Skewed{
			Level: skew.Level_MINE, Levels: []skew.Level{skew.Level_MINE, skew.Level_LOW, 3}, Leveled: map[int32]skew.Level{1: skew.Level_MINE, 2: 3},
		}),
		exchange("nested", &skew.Skewed{
			Inner:  &skew.Inner{Both: 1, Mine: ptr("mine"), MineList: []int64{1}},
			Inners: []*skew.Inner{{Mine: ptr("mine")}, {Both: 2}},
			Named:  map[string]*skew.Inner{"a": {MineList: []int64{1}}, "b": {}},
		}),
		exchange("alternative of both", &skew.Skewed{Choice: &skew.Skewed_Other{Other: &skew.Inner{Both: 1, Mine: ptr("mine")}}}),
		exchange("other types", &skew.Skewed{
			Number: skew.Level_HIGH, Raw: []byte("raw"), Wide: 1<<40 + 7, Numbers: []int32{1, -1}, Message: &skew.Inner{Both: 1, Mine: ptr("mine")}, Blob: []byte{8, 1},
		}),
		exchange("bytes that are not text", &skew.Skewed{Raw: []byte{0xff, 0xfe}}),
		{"protobuf skew alternative of the caller's", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.protoskews.ExchangeProto(ctx, &skew.Skewed{Choice: &skew.Skewed_MineChoice{MineChoice: 1}}))
		}},
		{"protobuf skew a result that the caller cannot decode", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.protoskews.ProduceProto(ctx, &skew.Seed{Seed: -1})) + ", then " + next(ctx, callee)
		}},
		exchange("arguments that the callee cannot decode", &skew.Skewed{Blob: []byte{0xff}}),
		{"protobuf skew a method of the caller's", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.protoskews.MineProto(ctx, &skew.Skewed{Choice: &skew.Skewed_One{One: "one"}})) + ", then " + next(ctx, callee)
		}},
	}
	for seed := range int64(20) {
		skewed := &skew.Skewed{}
		random.Fill(uint64(seed), skewed)
		skewed.Blob = nil
		if _, ok := skewed.Choice.(*skew.Skewed_MineChoice); ok {
			skewed.Choice = &skew.Skewed_One{One: "one"} // the other has its own case
		}
		list = append(list,
			testCase{fmt.Sprint("protobuf skew random request ", seed), func(ctx context.Context, callee *target) string {
				return observe.Outcome(callee.protoskews.ExchangeProto(ctx, skewed))
			}},
			testCase{fmt.Sprint("protobuf skew random result ", seed), func(ctx context.Context, callee *target) string {
				return observe.Outcome(callee.protoskews.ProduceProto(ctx, &skew.Seed{Seed: seed}))
			}})
	}
	return list
}
