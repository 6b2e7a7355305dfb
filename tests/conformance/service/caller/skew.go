package main

import (
	"context"

	skew "github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/skew/caller"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// skewed are the cases of row 3: the caller knows skew_caller.thrift, the callee
// skew_callee.thrift.
func skewed() []testCase {
	exchange := func(name string, skewed *skew.Skewed) testCase {
		return testCase{"skew " + name, func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.skews.Exchange(ctx, skewed))
		}}
	}
	fail := func(how string) testCase {
		return testCase{"skew exception " + how, func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.skews.Raise(ctx, how)) + ", void " + observe.Error(callee.skews.RaiseVoid(ctx, how))
		}}
	}
	return []testCase{
		exchange("nil", nil),
		exchange("zero", &skew.Skewed{}),
		exchange("defaults", skew.NewSkewed()),
		exchange("fields of the caller's", &skew.Skewed{
			Both: 1, Mine: "mine", MineStruct: &skew.Inner{Both: 1}, StrictMine: "strict", MaybeMine: ptr(int64(3)),
		}),
		exchange("enum values of the caller's", &skew.Skewed{
			Level:  skew.Level_MINE,
			Levels: []skew.Level{skew.Level_MINE, skew.Level_LOW, 3},
			Counts: map[skew.Level]int32{skew.Level_MINE: 1, 3: 2},
			Number: skew.Level_HIGH,
		}),
		exchange("nested", &skew.Skewed{
			Inner:  &skew.Inner{Both: 1, Mine: ptr("mine"), MineList: []int64{1}},
			Inners: []*skew.Inner{{Mine: ptr("mine")}, {Both: 2}, nil},
			Named:  map[string]*skew.Inner{"a": {MineList: []int64{}}, "b": nil},
		}),
		exchange("union with a value of both", &skew.Skewed{Choice: &skew.Choice{Both: ptr("both")}}),
		exchange("union with a value of the caller's", &skew.Skewed{Choice: &skew.Choice{Mine: ptr(int32(1))}}),
		{"skew required by the callee", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.skews.Demand(ctx, &skew.Strict{Both: "both", Mine: "mine"}))
		}},
		{"skew required by the caller", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.skews.Lack(ctx, &skew.StrictBack{Both: "both", Must: "must"}))
		}},
		{"skew arguments", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.skews.Arguments(ctx, "both", "mine"))
		}},
		fail("none"),
		fail("refused"),
		fail("theirs"),
		{"skew a method of the caller's", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.skews.MineOnly(ctx, "text"))
		}},
		{"skew a result of the callee's", func(ctx context.Context, callee *target) string {
			return observe.Error(callee.skews.Returns(ctx, "text"))
		}},
		{"skew a result of the caller's", func(ctx context.Context, callee *target) string {
			return observe.Outcome(callee.skews.Silent(ctx, "text"))
		}},
	}
}
