package main

import (
	"context"
	"runtime/pprof"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// governance is about what a merged binary says of its services, and profiles show.
func governance() map[string]behaviour {
	labelled := behaviour{
		unary: func(_ *env, ctx context.Context, request string) (string, error) {
			if request == "set labels" {
				pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("set by", "the callee")))
			}
			return observe.Labels(), nil
		},
		stream: func(_ *env, _, _ string, s stringStream) error {
			return s.send(observe.Labels())
		},
	}
	return map[string]behaviour{"profile labels of handlers": labelled, "profile labels after calls": labelled}
}
