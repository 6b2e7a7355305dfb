package main

import (
	"context"

	"github.com/bytedance/gopkg/cloud/metainfo"

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
	}
}
