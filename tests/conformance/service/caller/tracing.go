package main

import (
	"context"
	"errors"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// recording is a middleware that records events before and after a call.
func recording(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, request, response any) error {
		info := rpcinfo.GetRPCInfo(ctx)
		observe.RecordEvents(ctx, info)
		err := next(ctx, request, response)
		observe.RecordEvents(ctx, info)
		return errors.Join(err, errors.New("after the call: "+observe.Stats(info)))
	}
}

// tracing are the cases of row 9.
func tracing() []testCase {
	trace := func(name string, probe *probe.Probe, options ...client.Option) testCase {
		return testCase{"tracing " + name, func(ctx context.Context, callee *target) string {
			hooks, ask := &hooks{}, *probe
			ask.Id = callee.id
			client := callee.client(append(options, hooks.tracer())...)
			answer, err := client.Ask(ctx, &ask)
			return observe.Error(err) + ", the handler's parent " + found(answer, "parent") + hooks.log("trace") + "\n callee" + callee.log(ctx, "trace", 1)
		}}
	}
	return []testCase{
		trace("success", &probe.Probe{}, detailed),
		trace("basic level", &probe.Probe{}),
		trace("plain error", &probe.Probe{Failure: "plain"}, detailed),
		trace("business status", &probe.Probe{Failure: "biz"}, detailed),
		trace("panic", &probe.Probe{Failure: "panic"}, detailed),
		trace("refused by the callee's ACL", &probe.Probe{Failure: "acl"}, detailed),
		trace("events of middlewares", &probe.Probe{Text: "record events"}, detailed, client.WithMiddleware(recording)),
		{"tracing timeout", func(ctx context.Context, callee *target) string {
			hooks := &hooks{}
			client := callee.client(hooks.tracer(), client.WithRPCTimeout(short))
			seen := timedOut(client.Ask(ctx, &probe.Probe{Id: callee.id, Gate: callee.id}))
			callee.probes.Open(ctx, callee.id)
			return seen + hooks.log("order")
		}},
		{"tracing a call within a call", func(ctx context.Context, callee *target) string {
			hooks := &hooks{}
			ctx = metainfo.WithPersistentValue(ctx, "span", "root")
			answer, err := callee.client(hooks.tracer()).Ask(ctx, &probe.Probe{Hops: 1})
			return observe.Error(err) + ", the handler's parent " + found(answer, "parent") + ", further " + found(answer, "further")
		}},
		{"tracing sizes", func(ctx context.Context, callee *target) string {
			hooks := &hooks{}
			_, err := callee.client(hooks.tracer()).Ask(ctx, &probe.Probe{Id: callee.id, Text: "text"})
			return observe.Error(err) + hooks.log("sizes") + "\n callee" + callee.log(ctx, "sizes", 1)
		}},
	}
}
