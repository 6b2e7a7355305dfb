package main

import (
	"context"
	"runtime"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// panics are about handlers that do not return.
func panics() map[string]behaviour {
	recovers := func(e *env) []grpc.ServerOption {
		return []grpc.ServerOption{
			grpc.UnaryInterceptor(func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (reply any, err error) {
				defer func() {
					if p := recover(); p != nil {
						e.of(ctx).Addf("recovered %v", p)
						err = status.Errorf(codes.Internal, "panic: %v", p)
					}
				}()
				return handler(ctx, request)
			}),
			grpc.StreamInterceptor(func(server any, s grpc.ServerStream, _ *grpc.StreamServerInfo, handler grpc.StreamHandler) (err error) {
				defer func() {
					if p := recover(); p != nil {
						e.Addf("recovered %v", p)
						err = status.Errorf(codes.Internal, "panic: %v", p)
					}
				}()
				return handler(server, s)
			}),
		}
	}
	return map[string]behaviour{
		"panic that an interceptor recovers": {
			options: recovers,
			unary:   func(*env, context.Context, string) (string, error) { panic("broken") },
			stream: func(_ *env, _, _ string, s stringStream) error {
				if err := s.send("before"); err != nil {
					return err
				}
				var m map[string]int
				m["broken"]++
				return nil
			},
		},
		"Goexit": {
			unary: func(*env, context.Context, string) (string, error) {
				runtime.Goexit()
				return "", nil
			},
			stream: func(*env, string, string, stringStream) error {
				runtime.Goexit()
				return nil
			},
		},
		unrecovered: {
			unary:  func(*env, context.Context, string) (string, error) { panic("nobody recovers this") },
			stream: func(*env, string, string, stringStream) error { panic("nobody recovers this") },
		},
	}
}

// unrecovered ends the process of the callee, and is not among the cases.
const unrecovered = "panic that nobody recovers"
