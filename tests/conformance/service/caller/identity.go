package main

import (
	"context"
	"os"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/client/callopt"
	"github.com/cloudwego/kitex/transport"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// identity are the cases of row 10.
func identity() []testCase {
	info := func(name string, ask *probe.Probe, options []client.Option, callOptions ...callopt.Option) testCase {
		return testCase{"rpcinfo " + name, func(ctx context.Context, callee *target) string {
			hooks, ask := &hooks{}, *ask
			ask.Id = callee.id
			client := callee.client(append(options, hooks.tracer())...)
			answer, err := client.Ask(ctx, &ask, callOptions...)
			return observe.Error(err) + hooks.log("info") + "\n handler\n  " + found(answer, "info") + "\n callee" + callee.log(ctx, "info", 1)
		}}
	}
	over := func(protocol transport.Protocol) []client.Option {
		return []client.Option{client.WithTransportProtocol(protocol)}
	}
	return []testCase{
		info("success", &probe.Probe{}, nil),
		info("plain error", &probe.Probe{Failure: "plain"}, nil),
		info("business status", &probe.Probe{Failure: "biz"}, nil),
		info("tags", &probe.Probe{}, []client.Option{client.WithTag("cluster", "c"), client.WithTag("idc", "i")}, callopt.WithTag("idc", "of the call")),
		info("timeouts", &probe.Probe{}, []client.Option{client.WithRPCTimeout(patience), client.WithConnectTimeout(patience / 2)}),
		info("framed", &probe.Probe{}, over(transport.Framed)),
		info("TTHeader and framed", &probe.Probe{}, over(transport.TTHeaderFramed)),
		info("pure payload", &probe.Probe{}, over(transport.PurePayload)),
		{"rpcinfo of the caller's own server", func(ctx context.Context, callee *target) string {
			answer, err := callee.back.AskBack(ctx, &probe.Probe{})
			return observe.Outcome(answer, err)
		}},
		{"rpcinfo of the callee as a caller", func(ctx context.Context, callee *target) string {
			answer, err := callee.probes.Ask(ctx, &probe.Probe{Hops: 1})
			return observe.Error(err) + found(answer, "further")
		}},
	}
}

// byAddress are the cases of row 10 in which the caller names the instance. A
// merged binary makes an RPC to it.
func byAddress() []testCase {
	return []testCase{
		{"rpcinfo of a call to an address", func(ctx context.Context, callee *target) string {
			answer, err := callee.probes.Ask(ctx, &probe.Probe{}, callopt.WithHostPort(os.Getenv(calleeEnv)))
			return text(answer) + ", " + observe.Error(err)
		}},
	}
}
