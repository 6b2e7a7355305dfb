package main

import (
	"context"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

var failures = []string{
	"status", "details", "unknown details", "wrapped", "wrapped details", "joined", "own type", "wrapped own type", "nil status", "plain", "EOF", "unexpected EOF",
	"deadline", "canceled", "wrapped deadline", "deadline code", "canceled code", "unknown code", "large code", "unauthenticated", "not UTF-8", "Unicode", "no text",
	"long text", "OK code", "closing", "stopped", "none",
}

// statuses are about how calls fail.
func statuses() []testCase {
	return []testCase{
		{name: "statuses", run: func(e *env) {
			for _, name := range failures {
				e.tryMD(context.Background(), name)
			}
		}},
		{name: "statuses in a cancellable call", run: func(e *env) {
			ctx, cancel := e.ctx()
			defer cancel()
			for _, name := range failures {
				e.tryMD(ctx, name)
			}
		}},
		{name: "statuses of streams", run: func(e *env) {
			for _, name := range failures {
				s, ok := e.begin(context.Background(), "Both")
				if !ok {
					continue
				}
				e.Addf("%s: send %v", name, s.send(name))
				e.drain(s)
				reply, err := s.recv()
				e.Addf("again %s", observe.Result(reply, err))
			}
		}},
		{name: "methods that the callee does not have", form: byRPC, run: func(e *env) {
			e.try("first")
			for _, method := range []string{"/conformance.Cases/Other", "/conformance.Other/Unary", "conformance.Cases/Unary", "/conformance.Cases/", "/", "nothing", "/a/b/Unary", "/conformance.Cases/" + strings.Repeat("x", 200)} {
				ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
				defer cancel()
				err := e.cc.Invoke(ctx, method, wrapperspb.String("x"), wrapperspb.String(""))
				e.Addf("%.40s: %s", method, observe.Error(err))
				inner, err := e.cc.NewStream(ctx, descs["Both"], method)
				if err != nil {
					e.Addf("stream %.40s: %s", method, observe.Error(err))
					continue
				}
				inner.CloseSend()
				e.drain(stream{inner})
			}
		}},
		{name: "kinds of calls mixed up", run: func(e *env) {
			// A unary call of a stream, and a stream of a unary method.
			for _, method := range []string{"Up", "Down", "Both"} {
				reply := wrapperspb.String("before")
				ctx, cancel := e.ctx()
				err := e.cc.Invoke(ctx, "/conformance.Cases/"+method, wrapperspb.String("x"), reply)
				cancel()
				e.Addf("%s: %s", method, observe.Result(reply.Value, err))
			}
			for _, desc := range []string{"Up", "Down", "Both"} {
				inner, err := e.cc.NewStream(context.Background(), descs[desc], "/conformance.Cases/Unary", grpc.WaitForReady(true))
				if err != nil {
					e.Addf("%s: %s", desc, observe.Error(err))
					continue
				}
				s := stream{inner}
				e.Addf("%s: send %v", desc, s.send("x"))
				s.CloseSend()
				e.drain(s)
			}
		}},
	}
}
