package main

import (
	"context"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// metadataCases are about what crosses other than messages.
func metadataCases() map[string]behaviour {
	seen := behaviour{
		unary: func(e *env, ctx context.Context, request string) (string, error) {
			md, ok := metadata.FromIncomingContext(ctx)
			e.Addf("%s: %t %s", request, ok, observe.MD(md))
			out, ok := metadata.FromOutgoingContext(ctx)
			e.Addf("outgoing %t %s", ok, observe.MD(out))
			method, ok := grpc.Method(ctx)
			e.Addf("method %q %t", method, ok)
			return "seen", nil
		},
		stream: func(e *env, _, _ string, s stringStream) error {
			md, ok := metadata.FromIncomingContext(s.Context())
			e.Addf("stream: %t %s", ok, observe.MD(md))
			method, ok := grpc.MethodFromServerStream(s)
			e.Addf("method %q %t", method, ok)
			return nil
		},
	}
	bad := map[string]metadata.MD{
		"line break": {"bad": {"a\nb"}}, "not ASCII": {"bad": {"é"}}, "upper case": {"Upper": {"x"}}, "space in the key": {"a b": {"x"}},
		"empty key": {"": {"x"}}, "bytes": {"x-bin": {"\n\x00\xff"}}, "space around": {"padded": {" x "}},
	}
	return map[string]behaviour{
		"metadata": seen, "metadata of an incoming call": seen, "metadata of many keys": seen, "metadata on a stream": seen, "bad metadata": seen,
		"keys of HTTP/2": seen, "2 MiB of metadata": seen,
		"metadata of replies": {unary: func(e *env, ctx context.Context, request string) (string, error) {
			e.Addf("header %v", grpc.SetHeader(ctx, metadata.Pairs("h-one", "1", "user-agent", "mine", "content-type", "mine", "grpc-status", "7", "grpc-foo", "kept")))
			e.Addf("header %v", grpc.SetHeader(ctx, metadata.Pairs("h-one", "2", "H-Bin", "\x00\xff", "blank", "")))
			e.Addf("nothing %v", grpc.SetHeader(ctx, nil))
			e.Addf("trailer %v", grpc.SetTrailer(ctx, metadata.Pairs("t-one", "1", "te", "x", "grpc-message", "mine")))
			e.Addf("trailer %v", grpc.SetTrailer(ctx, metadata.Pairs("t-one", "2", "t-bin", "\x01\xfe", "h-one", "t")))
			if request == "fail" {
				return "", status.Error(codes.Aborted, "no")
			}
			return "yes", nil
		}},
		"bad metadata of replies": {unary: func(e *env, ctx context.Context, request string) (string, error) {
			where, what, _ := strings.Cut(request, ": ")
			if where == "trailer" {
				e.Addf("%s: %s", request, observe.Error(grpc.SetTrailer(ctx, bad[what])))
			} else {
				e.Addf("%s: %s", request, observe.Error(grpc.SetHeader(ctx, bad[what])))
			}
			if where == "header of a failure" {
				return "", status.Error(codes.Aborted, "no")
			}
			return "reply", nil
		}},
		"values of contexts": {unary: func(e *env, ctx context.Context, _ string) (string, error) {
			e.Addf("value %v", ctx.Value("the caller's"))
			p, ok := peer.FromContext(ctx)
			e.Addf("peer %t %s", ok, observe.Peer(p))
			e.Addf("server stream %t", grpc.ServerTransportStreamFromContext(ctx) != nil)
			return "", nil
		}},
	}
}
