package main

import (
	"context"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// lifecycle is about servers that stop and start.
func lifecycle() map[string]behaviour {
	waits := behaviour{
		unary: func(e *env, _ context.Context, request string) (string, error) {
			e.wait("handler")
			return "in time: " + request, nil
		},
		stream: func(e *env, _, _ string, s stringStream) error {
			e.arrive("handler")
			return echo("", s)
		},
	}
	ends := behaviour{
		unary: func(e *env, ctx context.Context, _ string) (string, error) {
			e.arrive("handler")
			e.Addf("%s", e.ended(ctx))
			return "late", nil
		},
		stream: func(e *env, _, _ string, s stringStream) error {
			e.arrive("handler")
			e.Addf("%s", e.ended(s.Context()))
			e.Addf("send %s", observe.Error(s.send("x")))
			return nil
		},
	}
	return map[string]behaviour{
		"Stop": ends, "Stop and streams": ends, "closed connection": ends, "closed connection and streams": ends,
		"GracefulStop": waits, "GracefulStop and streams": waits, "GracefulStop under load": {}, "Stop under load": {}, "Stop and start": {},
		"callee not started": {late: true}, "wait for ready": {late: true}, "wait for ready with a deadline": {late: true},
		"wait for ready, started in time": {late: true},
	}
}
