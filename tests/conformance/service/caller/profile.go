package main

import (
	"context"
	"runtime/pprof"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/labels"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// profile are the cases of row 16: a profile has the time of a goroutine under
// the labels that it has then. Goroutines that serve RPCs keep the labels that a
// handler leaves behind, so that those handlers come last.
func profile() []testCase {
	with := func(name, text string) testCase {
		return testCase{"profile " + name, func(ctx context.Context, callee *target) string {
			var seen string
			pprof.Do(ctx, pprof.Labels("set by", "the caller"), func(ctx context.Context) {
				answer, err := callee.probes.Ask(ctx, &probe.Probe{Text: text})
				seen = observe.Error(err) + ", the handler's labels " + found(answer, "labels") + ", the caller's after " + labels.OfHere()
			})
			return seen + ", outside " + labels.OfHere()
		}}
	}
	return []testCase{
		{"profile labels of the callee", func(ctx context.Context, callee *target) string {
			answer, err := callee.probes.Ask(ctx, &probe.Probe{Text: "labels"})
			return observe.Error(err) + ", the handler's labels " + found(answer, "labels") + ", the caller's after " + labels.OfHere()
		}},
		with("labels of the caller", "labels"),
		with("labels that the callee leaves behind", "set labels"),
		{"profile without labels", func(ctx context.Context, callee *target) string {
			answer, err := callee.probes.Ask(ctx, &probe.Probe{Text: "set labels"})
			return observe.Error(err) + ", the handler's labels " + found(answer, "labels") + ", the caller's after " + labels.OfHere()
		}},
		{"profile labels after a panic", func(ctx context.Context, callee *target) string {
			var seen string
			pprof.Do(ctx, pprof.Labels("set by", "the caller"), func(ctx context.Context) {
				_, err := callee.probes.Ask(ctx, &probe.Probe{Text: "set labels", Failure: "panic"})
				seen = observe.Error(err) + ", the caller's after " + labels.OfHere()
			})
			return seen
		}},
	}
}
