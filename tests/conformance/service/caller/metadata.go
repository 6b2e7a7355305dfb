package main

import (
	"context"
	"errors"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/endpoint"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/protos"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// metadata are the cases of row 7.
func metadata() []testCase {
	meta := func(ctx context.Context, callee *target, send map[string]string) string {
		ctx = metainfo.WithBackwardValues(ctx)
		seen, err := callee.Meta(ctx, send)
		return observe.Outcome(seen, err) +
			", backward " + backward(ctx) +
			", own persistent " + observe.Value(metainfo.GetAllPersistentValues(ctx)) +
			", own transient " + observe.Value(metainfo.GetAllValues(ctx))
	}
	sending := func(ctx context.Context) context.Context {
		ctx = metainfo.WithPersistentValues(ctx, "PERSISTENT", "p", "EMPTY", "", "lower-case_key", "l")
		return metainfo.WithValues(ctx, "TRANSIENT", "t", "PERSISTENT", "t too")
	}
	return []testCase{
		{"meta values of a protobuf call", func(ctx context.Context, callee *target) string {
			message, err := callee.protos.MakeProto(sending(ctx), &protos.Wish{What: "metadata"})
			return message.GetText() + ", " + observe.Error(err)
		}},
		{"meta nothing", func(ctx context.Context, callee *target) string {
			return meta(ctx, callee, nil)
		}},
		{"meta values", func(ctx context.Context, callee *target) string {
			return meta(sending(ctx), callee, map[string]string{"BACK": "b", "back_2": "\u00e9", "EMPTY": ""})
		}},
		{"meta second hop", func(ctx context.Context, callee *target) string {
			ctx = metainfo.TransferForward(sending(ctx))
			once := meta(ctx, callee, nil)
			return once + ", then " + meta(metainfo.TransferForward(ctx), callee, nil)
		}},
		{"meta plain context value", func(ctx context.Context, callee *target) string {
			return meta(context.WithValue(ctx, "contract-plain", "v"), callee, nil) //nolint // the callee must be able to name the key
		}},
		{"meta without room for backward values", func(ctx context.Context, callee *target) string {
			seen, err := callee.Meta(ctx, map[string]string{"BACK": "b"})
			return observe.Outcome(seen, err) + ", backward " + backward(ctx)
		}},
		{"meta of the caller's own caller", func(ctx context.Context, callee *target) string {
			ctx = metainfo.WithBackwardValuesToSend(ctx)
			metainfo.SendBackwardValue(ctx, "UP", "u")
			return meta(ctx, callee, map[string]string{"BACK": "b"}) + ", to send " + observe.Value(metainfo.AllBackwardValuesToSend(ctx))
		}},
		{"meta keys that mean something on the wire", func(ctx context.Context, callee *target) string {
			ctx = metainfo.WithValue(metainfo.WithPersistentValue(ctx, "biz-status", "5"), "UPSTREAM_KEY", "u")
			return meta(ctx, callee, map[string]string{"biz-status": "5", "biz-message": "sent backward"})
		}},
		{"meta keys twice", func(ctx context.Context, callee *target) string {
			ctx = metainfo.SetMetaInfoFromMap(ctx, map[string]string{"RPC_TRANSIT_UPSTREAM_KEY": "upstream", "RPC_TRANSIT_KEY": "transient", "RPC_PERSIST_KEY": "p"})
			return meta(metainfo.WithValues(ctx, "KEY", "set"), callee, nil)
		}},
		{"meta of a call within a call", func(ctx context.Context, callee *target) string {
			answer, err := callee.probes.Ask(sending(ctx), &probe.Probe{Hops: 1})
			return found(answer, "values") + ", further " + found(answer, "further") + ", " + observe.Error(err)
		}},
		{"meta of a middleware", func(ctx context.Context, callee *target) string {
			adds := func(next endpoint.Endpoint) endpoint.Endpoint {
				return func(ctx context.Context, request, response any) error {
					return next(metainfo.WithValue(metainfo.WithPersistentValue(ctx, "BY", "middleware"), "ONCE", "1"), request, response)
				}
			}
			ctx = metainfo.WithBackwardValues(sending(ctx))
			answer, err := callee.client(client.WithMiddleware(adds)).Ask(ctx, &probe.Probe{Text: "send backward"})
			return found(answer, "values") + ", " + observe.Error(err) + ", backward " + backward(ctx)
		}},
		{"meta of a middleware that calls twice", func(ctx context.Context, callee *target) string {
			var first string
			twice := func(next endpoint.Endpoint) endpoint.Endpoint {
				return func(ctx context.Context, request, response any) error {
					if err := next(metainfo.WithPersistentValue(ctx, "CALL", "first"), request, response); err != nil {
						return err
					}
					first = found(response.(*probe.ProbeServiceAskResult).Success, "values")
					return next(metainfo.WithValue(ctx, "CALL", "second"), request, response)
				}
			}
			answer, err := callee.client(client.WithMiddleware(twice)).Ask(sending(ctx), &probe.Probe{})
			return first + ", then " + found(answer, "values") + ", " + observe.Error(err)
		}},
		{"meta of a context that is kept", func(ctx context.Context, callee *target) string {
			_, err := callee.probes.Ask(sending(ctx), &probe.Probe{Id: callee.id, Text: "keep"})
			ctx = metainfo.WithBackwardValues(ctx)
			_, other := callee.probes.Ask(metainfo.WithPersistentValue(ctx, "OTHER", "o"), &probe.Probe{})
			answer, last := callee.probes.Ask(ctx, &probe.Probe{Id: callee.id, Text: "kept"})
			return found(answer, "kept") + ", " + observe.Error(errors.Join(err, other, last)) + ", backward " + backward(ctx)
		}},
	}
}
