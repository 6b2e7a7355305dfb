package main

import (
	"context"
	"errors"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/endpoint"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// order are the cases of row 8.
func order() []testCase {
	ask := func(name string, probe *probe.Probe, calls int32) testCase {
		return testCase{"order " + name, func(ctx context.Context, callee *target) string {
			hooks, ask := &hooks{}, *probe
			ask.Id = callee.id
			answer, err := callee.client(hooks.options()...).Ask(ctx, &ask)
			return text(answer) + ", " + observe.Error(err) + "\n caller" + hooks.log("order") + "\n callee" + callee.log(ctx, "order", calls)
		}}
	}
	// with has a middleware around the call and says what comes of it.
	with := func(name string, calls int32, mw func(next endpoint.Endpoint) endpoint.Endpoint) []testCase {
		run := func(kind string, options ...client.Option) testCase {
			return testCase{"order " + kind + " " + name, func(ctx context.Context, callee *target) string {
				ask := &probe.Probe{Id: callee.id, Text: "asked"}
				answer, err := callee.client(options...).Ask(ctx, ask)
				return text(answer) + ", " + observe.Error(err) + ", request " + ask.Text + callee.log(ctx, "handler", calls)
			}}
		}
		return []testCase{
			run("a middleware", client.WithMiddleware(mw)),
			run("an instance middleware", client.WithInstanceMW(mw)),
			run("with a timeout, a middleware", client.WithMiddleware(mw), client.WithRPCTimeout(patience)),
			run("with a timeout, an instance middleware", client.WithInstanceMW(mw), client.WithRPCTimeout(patience)),
		}
	}
	list := []testCase{
		ask("success", &probe.Probe{}, 1),
		ask("plain error", &probe.Probe{Failure: "plain"}, 1),
		ask("business status", &probe.Probe{Failure: "biz"}, 1),
		ask("panic", &probe.Probe{Failure: "panic"}, 1),
		ask("refused by the callee's ACL", &probe.Probe{Failure: "acl"}, 1),
		ask("refused by the caller's ACL", &probe.Probe{Text: "refused by the caller"}, 0),
		{"order middleware of the context", func(ctx context.Context, callee *target) string {
			hooks := &hooks{}
			ctx = client.WithContextMiddlewares(ctx, hooks.noting("context"))
			_, err := callee.client(hooks.options()...).Ask(ctx, &probe.Probe{Id: callee.id})
			return observe.Error(err) + hooks.log("order")
		}},
	}
	for _, cases := range [][]testCase{
		with("changes the request", 1, func(next endpoint.Endpoint) endpoint.Endpoint {
			return func(ctx context.Context, request, response any) error {
				probeOf(request).Text = "changed"
				return next(ctx, request, response)
			}
		}),
		with("replaces the request", 1, func(next endpoint.Endpoint) endpoint.Endpoint {
			return func(ctx context.Context, request, response any) error {
				return next(ctx, &probe.ProbeServiceAskArgs{Ask: &probe.Probe{Id: probeOf(request).Id, Text: "replaced"}}, response)
			}
		}),
		with("changes the result", 1, func(next endpoint.Endpoint) endpoint.Endpoint {
			return func(ctx context.Context, request, response any) error {
				err := next(ctx, request, response)
				response.(*probe.ProbeServiceAskResult).Success.Text += " changed"
				return err
			}
		}),
		with("calls twice", 2, func(next endpoint.Endpoint) endpoint.Endpoint {
			return func(ctx context.Context, request, response any) error {
				if err := next(ctx, request, response); err != nil {
					return err
				}
				probeOf(request).Text = "asked again"
				return next(ctx, request, response)
			}
		}),
		with("does not call", 0, func(endpoint.Endpoint) endpoint.Endpoint {
			return func(_ context.Context, _, response any) error {
				response.(*probe.ProbeServiceAskResult).Success = &probe.Answer{Text: "the middleware's"}
				return nil
			}
		}),
		with("fails after the call", 1, func(next endpoint.Endpoint) endpoint.Endpoint {
			return func(ctx context.Context, request, response any) error {
				return errors.Join(next(ctx, request, response), errors.New("the middleware's"))
			}
		}),
		with("panics", 0, func(endpoint.Endpoint) endpoint.Endpoint {
			return func(context.Context, any, any) error { panic("the middleware's") }
		}),
	} {
		list = append(list, cases...)
	}
	return list
}
