package main

import (
	"context"
	"strconv"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// limits are about sizes and numbers that a side allows.
func limits() map[string]behaviour {
	limited := func(*env) []grpc.ServerOption {
		return []grpc.ServerOption{grpc.MaxRecvMsgSize(1000), grpc.MaxSendMsgSize(2000)}
	}
	sized := func(_ *env, _ context.Context, request string) (string, error) {
		n, err := strconv.Atoi(request)
		if err != nil {
			n = 1
		}
		return strings.Repeat("y", n), nil
	}
	return map[string]behaviour{
		"sizes of messages": {options: limited, unary: sized},
		"default sizes":     {unary: sized},
		"sizes on streams": {options: limited, stream: func(e *env, _, _ string, s stringStream) error {
			e.arrive("handler")
			defer e.arrive("end")
			m, err := s.recv()
			if err != nil {
				e.Addf("receives %s", observe.Error(err))
				return err
			}
			n, err := strconv.Atoi(m)
			if err != nil {
				n = 1
			}
			e.Addf("send %s", observe.Error(s.send(strings.Repeat("y", n))))
			e.Addf("send more %s", observe.Error(s.send("y")))
			return status.Error(codes.Aborted, "the handler's own")
		}},
		"number of streams": {options: func(*env) []grpc.ServerOption { return []grpc.ServerOption{grpc.MaxConcurrentStreams(2)} }},
	}
}
