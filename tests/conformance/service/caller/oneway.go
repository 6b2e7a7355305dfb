package main

import (
	"context"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// oneway are the cases of row 12.
func oneway() []testCase {
	tell := func(name string, ask *probe.Probe) testCase {
		return testCase{"oneway " + name, func(ctx context.Context, callee *target) string {
			hooks, ask := &hooks{}, *ask
			ask.Id = callee.id
			err := callee.client(hooks.options()...).Tell(ctx, &ask)
			log, _ := callee.probes.Log(ctx, callee.id, 1)
			return observe.Error(err) + hooks.log("order") + hooks.log("trace") + "\n callee" + pick(log, "order") + pick(log, "handler") + pick(log, "trace") +
				"\n then " + next(ctx, callee)
		}}
	}
	return []testCase{
		tell("success", &probe.Probe{Text: "text"}),
		tell("plain error", &probe.Probe{Failure: "plain"}),
		tell("business status", &probe.Probe{Failure: "biz"}),
		tell("panic", &probe.Probe{Failure: "panic"}),
		tell("refused by the callee's ACL", &probe.Probe{Failure: "acl"}),
		{"oneway returns before the handler", func(ctx context.Context, callee *target) string {
			err := callee.probes.Tell(ctx, &probe.Probe{Id: callee.id, Gate: callee.id})
			arrived := callee.probes.Arrived(ctx, callee.id, 1)
			callee.probes.Open(ctx, callee.id)
			return observe.Error(err) + ", arrived " + observe.Error(arrived) + callee.log(ctx, "handler", 1)
		}},
		{"oneway outlives the caller's context", func(ctx context.Context, callee *target) string {
			cancelled, cancel := context.WithTimeout(ctx, patience)
			err := callee.probes.Tell(cancelled, &probe.Probe{Id: callee.id, Gate: callee.id})
			cancel()
			arrived := callee.probes.Arrived(ctx, callee.id, 1)
			callee.probes.Open(ctx, callee.id)
			return observe.Error(err) + ", arrived " + observe.Error(arrived) + callee.log(ctx, "handler", 1)
		}},
		{"oneway changes of the request afterwards", func(ctx context.Context, callee *target) string {
			ask := &probe.Probe{Id: callee.id, Text: "text"}
			err := callee.probes.Tell(ctx, ask)
			ask.Text = "changed"
			return observe.Error(err) + callee.log(ctx, "handler", 1)
		}},
	}
}
