package main

import (
	"context"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/control"
	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// deadlines are about the end of calls from either side.
func deadlines() map[string]behaviour {
	waits := behaviour{
		unary: func(e *env, ctx context.Context, _ string) (string, error) {
			e.arrive("handler")
			e.Addf("%s", e.ended(ctx))
			e.wait("caller left")
			return "late", nil
		},
		stream: func(e *env, _, _ string, s stringStream) error {
			e.arrive("handler")
			_, err := s.recv()
			e.Addf("receives %s", observe.Error(err))
			e.Addf("%s", e.ended(s.Context()))
			e.Addf("sends %s", observe.Error(s.send("x")))
			e.Addf("header %s", observe.Error(s.SendHeader(nil)))
			e.wait("caller left")
			return err
		},
	}
	sleeps := behaviour{
		unary: func(e *env, ctx context.Context, _ string) (string, error) {
			<-ctx.Done()
			e.wait("caller left")
			return "late", nil
		},
		stream: func(e *env, _, _ string, s stringStream) error {
			<-s.Context().Done()
			e.wait("caller left")
			return s.Context().Err()
		},
	}
	return map[string]behaviour{
		"deadline seen": {unary: func(e *env, ctx context.Context, request string) (string, error) {
			deadline, ok := ctx.Deadline()
			if !ok {
				e.Addf("%s: none", request)
				return "", nil
			}
			want, err := time.ParseDuration(request)
			// It is rounded up on its way, which takes time.
			left := time.Until(deadline)
			e.Addf("%s: in time %t, %v", request, left > want-10*time.Second && left <= want+want/1000+time.Second, err)
			return "", nil
		}},
		"the caller cancels": waits, "the caller cancels a stream": waits, "deadline passes": sleeps, "deadline of a stream passes": sleeps, "timeout of the service config": sleeps,
		"deadline before the handler heeds it": {unary: func(e *env, ctx context.Context, _ string) (string, error) {
			e.wait("caller left")
			select {
			case <-ctx.Done(): // which another process may be told later
			case <-time.After(control.Patience):
				e.Addf("the context does not end")
			}
			return "late", nil
		}},
		"deadline switched, the handler goes on": {unary: func(e *env, _ context.Context, request string) (string, error) {
			e.wait(request)
			return "late", nil
		}},
		"deadline switched, the handler gives up": {unary: func(e *env, ctx context.Context, request string) (string, error) {
			select {
			case <-e.gate(request).opened:
			case <-ctx.Done():
			}
			return "late", ctx.Err()
		}},
		"context after the call": {
			unary: func(e *env, ctx context.Context, _ string) (string, error) {
				e.calls.Add(1)
				go func() {
					defer e.calls.Done()
					e.Addf("%s", e.ended(ctx))
				}()
				return "", nil
			},
			stream: func(e *env, _, _ string, s stringStream) error {
				e.calls.Add(1)
				go func() {
					defer e.calls.Done()
					e.Addf("%s", e.ended(s.Context()))
				}()
				return nil
			},
		},
		"the callee ends a stream": {stream: func(e *env, _, _ string, s stringStream) error {
			if err := s.send("one"); err != nil {
				return err
			}
			return status.Error(codes.OutOfRange, "enough")
		}},
	}
}
