package main

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// soon is a deadline before which a busy machine begins a call.
const soon = 500 * time.Millisecond

var errOwn = errors.New("the caller's own reason")

// deadlines are about the end of calls from either side.
func deadlines() []testCase {
	return append([]testCase{
		{name: "deadline seen", run: func(e *env) {
			e.try("none")
			for _, d := range []time.Duration{17 * time.Second, time.Minute, 123456789 * time.Microsecond, 3 * time.Hour, 1000000 * time.Hour} {
				ctx, cancel := context.WithTimeout(context.Background(), d)
				e.tryIn(ctx, d.String())
				cancel()
			}
		}},
		{name: "context over before", run: func(e *env) {
			e.try("first")
			ctx, cancel := context.WithCancelCause(context.Background())
			cancel(errOwn)
			e.tryIn(ctx, "canceled")
			_, ok := e.begin(ctx, "Both")
			e.Addf("opened %t", ok)
			ctx, stop := context.WithTimeoutCause(context.Background(), -time.Second, errOwn)
			defer stop()
			e.tryIn(ctx, "expired")
			if s, ok := e.begin(ctx, "Both"); ok {
				e.drain(s)
			}
		}},
		{name: "the caller cancels", run: func(e *env) {
			ctx, cancel := context.WithCancelCause(context.Background())
			go func() {
				e.arrived("handler")
				cancel(errOwn)
			}()
			e.tryIn(ctx, "x")
			e.open("caller left")
		}},
		{name: "the caller cancels a stream", run: func(e *env) {
			ctx, cancel := context.WithCancelCause(context.Background())
			s, ok := e.begin(ctx, "Both")
			if !ok {
				cancel(nil)
				return
			}
			e.arrived("handler")
			cancel(errOwn)
			e.drain(s)
			e.Addf("sends %v", s.send("x"))
			e.Addf("closes %v", s.CloseSend())
			md, err := s.Header()
			e.Addf("header %s %s", observe.MD(md), observe.Error(err))
			e.arrived("caller left") // since the handler sees when the connection closes
			e.open("caller left")
		}},
		{name: "deadline passes", run: func(e *env) {
			ctx, cancel := context.WithTimeout(context.Background(), soon)
			defer cancel()
			// Either side may be the first to notice.
			_, err := e.unary(ctx, "x")
			e.Addf("%s", observe.Code(err))
			e.open("caller left")
		}},
		{name: "deadline of a stream passes", run: func(e *env) {
			ctx, cancel := context.WithTimeout(context.Background(), soon)
			defer cancel()
			s, ok := e.begin(ctx, "Both")
			if !ok {
				return
			}
			_, err := s.recv()
			e.Addf("%s", observe.Code(err))
			e.Addf("sends %v", s.send("x"))
			_, err = s.recv()
			e.Addf("again %s", observe.Code(err))
			e.open("caller left")
		}},
		{name: "deadline before the handler heeds it", run: func(e *env) {
			ctx, cancel := context.WithTimeout(context.Background(), soon)
			defer cancel()
			_, err := e.unary(ctx, "x")
			e.Addf("%s", observe.Code(err))
			e.open("caller left")
		}},
		{name: "timeout of the service config", dial: func(*env) []grpc.DialOption {
			return []grpc.DialOption{grpc.WithDefaultServiceConfig(`{"methodConfig": [{"name": [{"service": "conformance.Cases"}], "timeout": "0.5s"}]}`)}
		}, run: func(e *env) {
			_, err := e.unary(context.Background(), "x")
			e.Addf("%s", observe.Code(err))
			e.open("caller left")
		}},
		{name: "context after the call", run: func(e *env) {
			e.try("x")
			ctx, cancel := e.ctx()
			defer cancel()
			e.tryIn(ctx, "cancellable")
			s, ok := e.begin(ctx, "Both")
			if !ok {
				return
			}
			e.drain(s)
			e.Addf("%v", s.Context().Err())
		}},
		{name: "the callee ends a stream", run: func(e *env) {
			s, ok := e.begin(context.Background(), "Both")
			if !ok {
				return
			}
			var err error
			e.await("an error of Send", func() bool {
				err = s.send("x")
				return err != nil
			})
			e.Addf("send %s", observe.Error(err))
			e.drain(s)
			e.Addf("closes %v", s.CloseSend())
			e.drain(s)
		}},
	}, cooperative()...)
}
