package main

import (
	"context"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// headers are about when headers and trailers may be set and are seen.
func headers() map[string]behaviour {
	return map[string]behaviour{
		"header and trailer of a call": {unary: func(e *env, ctx context.Context, request string) (string, error) {
			e.Addf("set %v", grpc.SetHeader(ctx, metadata.Pairs("a", "0")))
			e.Addf("send %v", grpc.SendHeader(ctx, metadata.Pairs("a", "1")))
			e.Addf("again %s", observe.Error(grpc.SendHeader(ctx, metadata.Pairs("a", "2"))))
			e.Addf("set %s", observe.Error(grpc.SetHeader(ctx, metadata.Pairs("a", "3"))))
			e.Addf("set nothing %s", observe.Error(grpc.SetHeader(ctx, nil)))
			e.Addf("trailer %s", observe.Error(grpc.SetTrailer(ctx, metadata.Pairs("b", "1"))))
			if request == "fail" {
				return "", status.Error(codes.Aborted, "after the header")
			}
			return "ok", nil
		}},
		"header and trailer after a call": {unary: func(e *env, ctx context.Context, _ string) (string, error) {
			e.calls.Add(1)
			go func() {
				defer e.calls.Done()
				defer e.arrive("late")
				<-ctx.Done()
				e.Addf("set %s", observe.Error(grpc.SetHeader(ctx, metadata.Pairs("a", "1"))))
				e.Addf("send %s", observe.Error(grpc.SendHeader(ctx, metadata.Pairs("a", "1"))))
				e.Addf("trailer %s", observe.Error(grpc.SetTrailer(ctx, metadata.Pairs("a", "1"))))
			}()
			return "", nil
		}},
		"header and trailer of a stream": {stream: func(e *env, _, _ string, s stringStream) error {
			e.Addf("set %v", s.SetHeader(metadata.Pairs("a", "1")))
			e.wait("nothing sent")
			e.Addf("send %v", s.SendHeader(metadata.Pairs("a", "2")))
			e.Addf("again %s", observe.Error(s.SendHeader(nil)))
			e.Addf("set %s", observe.Error(s.SetHeader(metadata.Pairs("a", "3"))))
			e.Addf("by the context %s", observe.Error(grpc.SetHeader(s.Context(), metadata.Pairs("a", "4"))))
			e.Addf("bad %s", observe.Error(s.SendHeader(metadata.MD{"Upper": {"x"}})))
			e.wait("header sent")
			s.SetTrailer(metadata.Pairs("t", "1"))
			e.Addf("trailer %v", grpc.SetTrailer(s.Context(), metadata.Pairs("t", "2")))
			return nil
		}},
		"no header": {stream: func(e *env, _, _ string, s stringStream) error {
			how, err := s.recv()
			if err != nil {
				return err
			}
			if how == "set" || how == "set and fail" {
				e.Addf("set %v", s.SetHeader(metadata.Pairs("h", "1")))
			}
			s.SetTrailer(metadata.Pairs("t", "1"))
			if how == "fail" || how == "set and fail" {
				return status.Error(codes.Aborted, "at once")
			}
			return nil
		}},
		"header before a message": {stream: func(e *env, _, _ string, s stringStream) error {
			e.Addf("set %v", s.SetHeader(metadata.Pairs("h", "1")))
			e.Addf("send %v", s.send("message"))
			e.Addf("set %s", observe.Error(s.SetHeader(metadata.Pairs("h", "2"))))
			return nil
		}},
	}
}
