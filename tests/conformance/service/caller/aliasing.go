package main

import (
	"context"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/contract"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// aliasing are the cases of row 2. Each depends on the one before.
func aliasing() []testCase {
	request := full()
	var result *contract.Rich
	return []testCase{
		{"the callee changes its request", func(ctx context.Context, callee *target) string {
			before := observe.Value(request)
			var err error
			result, err = callee.Keep(ctx, request)
			return same(before, request) + ", " + observe.Outcome(result, err)
		}},
		{"the callee changes what it kept", func(ctx context.Context, callee *target) string {
			before, beforeResult := observe.Value(request), observe.Value(result)
			err := callee.Change(ctx)
			return same(before, request) + ", " + same(beforeResult, result) + ", " + observe.Error(err)
		}},
		{"the caller changes its request and result", func(ctx context.Context, callee *target) string {
			kept, err := callee.Kept(ctx)
			if err != nil {
				return observe.Error(err)
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
			return same(observe.Value(kept), again) + ", " + observe.Outcome(again, err)
		}},
		{"the callee changes an exception that it kept", func(ctx context.Context, callee *target) string {
			return keptError(ctx, callee, contract.Kind_DECLARED_KEPT)
		}},
		{"the callee changes a biz status error that it kept", func(ctx context.Context, callee *target) string {
			return keptError(ctx, callee, contract.Kind_BIZ_KEPT)
		}},
	}
}

func keptError(ctx context.Context, callee *target, kind contract.Kind) string {
	failure := &contract.Failure{Kind: kind, Message: "the message", Code: 1, Extra: map[string]string{"key": "value"}}
	_, failed := callee.Fail(ctx, failure)
	before := observe.Error(failed)
	err := callee.Change(ctx)
	return before + ", " + sameText(before, observe.Error(failed)) + ", request " + observe.Value(failure) + ", " + observe.Error(err)
}

func same(before string, rich *contract.Rich) string { return sameText(before, observe.Value(rich)) }

func sameText(before, after string) string {
	if after != before {
		return "changed to " + after
	}
	return "unchanged"
}
