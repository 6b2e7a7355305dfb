package main

import (
	"context"
	"fmt"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/contract"
	skew "github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/skew/caller"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/random"
)

// seeds is how many random values each of the methods gets.
const seeds = 200

// randomValues are the cases of row 1 with values that the caller or the callee
// generates.
func randomValues() []testCase {
	var list []testCase
	for seed := range int64(seeds) {
		list = append(list,
			testCase{fmt.Sprint("random request ", seed), func(ctx context.Context, callee *target) string {
				rich := &contract.Rich{}
				random.Fill(uint64(seed), rich)
				before := observe.Value(rich)
				result, err := callee.Echo(ctx, rich)
				return sameText(before, observe.Value(rich)) + ", " + observe.Outcome(result, err)
			}},
			testCase{fmt.Sprint("random result ", seed), func(ctx context.Context, callee *target) string {
				return observe.Outcome(callee.Make(ctx, "random", seed))
			}})
	}
	return list
}

// randomSkewed are such cases of row 3.
func randomSkewed() []testCase {
	var list []testCase
	for seed := range int64(seeds) {
		list = append(list,
			testCase{fmt.Sprint("skew random request ", seed), func(ctx context.Context, callee *target) string {
				skewed := &skew.Skewed{}
				random.Fill(uint64(seed), skewed)
				return observe.Outcome(callee.skews.Exchange(ctx, skewed))
			}},
			testCase{fmt.Sprint("skew random result ", seed), func(ctx context.Context, callee *target) string {
				return observe.Outcome(callee.skews.Produce(ctx, seed))
			}})
	}
	return list
}
