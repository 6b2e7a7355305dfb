package main

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

func unaryInterceptor(e *env, name string) grpc.UnaryClientInterceptor {
	return func(ctx context.Context, method string, request, reply any, cc *grpc.ClientConn, invoker grpc.UnaryInvoker, options ...grpc.CallOption) error {
		e.Addf("%s %s %T, %d options, %s", name, method, request, len(options), observe.Text(cc.Target()))
		err := invoker(metadata.AppendToOutgoingContext(ctx, "by", name), method, request, reply, cc, options...)
		e.Addf("%s then %s", name, observe.Error(err))
		return err
	}
}

func streamInterceptor(e *env, name string) grpc.StreamClientInterceptor {
	return func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, options ...grpc.CallOption) (grpc.ClientStream, error) {
		e.Addf("%s %s %s", name, method, desc.StreamName)
		s, err := streamer(metadata.AppendToOutgoingContext(ctx, "by", name), desc, cc, method, options...)
		e.Addf("%s then %s", name, observe.Error(err))
		return s, err
	}
}

func withInterceptors(e *env) []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithUnaryInterceptor(unaryInterceptor(e, "single")), grpc.WithChainUnaryInterceptor(unaryInterceptor(e, "first"), unaryInterceptor(e, "second")),
		grpc.WithStreamInterceptor(streamInterceptor(e, "single")), grpc.WithChainStreamInterceptor(streamInterceptor(e, "first"), streamInterceptor(e, "second")),
	}
}

// creds are credentials of calls.
type creds struct {
	name   string
	secure bool
	err    error
	log    *observe.Log
}

func (c creds) GetRequestMetadata(ctx context.Context, audience ...string) (map[string]string, error) {
	c.log.Addf("%s asked for %s", c.name, observe.Text(strings.Join(audience, " ")))
	return map[string]string{"Authorization": c.name, "by-" + c.name: "1", "user-agent": "credentials"}, c.err
}

func (c creds) RequireTransportSecurity() bool { return c.secure }

// hooks are about code of services that runs in calls.
func hooks() []testCase {
	events := func(e *env) []grpc.DialOption {
		return []grpc.DialOption{grpc.WithStatsHandler(observe.NewEvents(&e.Log, "client", "by-tag"))}
	}
	withCreds := func(e *env) []grpc.DialOption {
		return []grpc.DialOption{grpc.WithPerRPCCredentials(creds{name: "dial", log: &e.Log}), grpc.WithUserAgent("me/1")}
	}
	all := func(e *env) []creds {
		return []creds{
			{name: "call"}, {name: "secure", secure: true}, {name: "fails", err: errors.New("no token")}, {name: "status", err: status.Error(codes.PermissionDenied, "no")},
			{name: "restricted", err: status.Error(codes.NotFound, "no")},
		}
	}
	return []testCase{
		{name: "interceptors", dial: withInterceptors, run: func(e *env) {
			for _, request := range []string{"ok", "fail"} {
				e.try(request)
			}
			for _, name := range []string{"single", "second"} {
				e.tryIn(metadata.AppendToOutgoingContext(context.Background(), "refused-by", name), "refused")
			}
		}},
		{name: "interceptors of streams", dial: withInterceptors, run: func(e *env) {
			for _, method := range []string{"Up", "Down", "Both"} {
				s, ok := e.begin(context.Background(), method)
				if !ok {
					continue
				}
				e.Addf("send %v", s.send("x"))
				s.CloseSend()
				e.drain(s)
			}
		}},
		{name: "stats events", dial: events, run: func(e *env) {
			for i, request := range []string{"x", "fail"} {
				e.tryIn(metadata.AppendToOutgoingContext(context.Background(), "k", "v"), request, grpc.WaitForReady(i == 1))
			}
		}},
		{name: "stats events of trailers only", dial: events, run: func(e *env) { e.try("x") }},
		{name: "stats events of streams", dial: events, run: func(e *env) {
			for _, method := range []string{"Up", "Down", "Both"} {
				s, ok := e.begin(context.Background(), method)
				if !ok {
					continue
				}
				for range map[string]int{"Up": 1, "Down": 1, "Both": 3}[method] {
					e.Addf("send %v", s.send("message"))
					if method == "Both" {
						reply, err := s.recv()
						e.Addf("%s", observe.Result(reply, err))
					}
				}
				s.CloseSend()
				e.drain(s)
			}
		}},
		{name: "stats events of a cancelled stream", dial: events, run: func(e *env) {
			ctx, cancel := context.WithCancel(context.Background())
			s, ok := e.begin(ctx, "Both")
			if !ok {
				cancel()
				return
			}
			e.arrived("handler")
			cancel()
			e.drain(s)
		}},
		{name: "stats events of what is not sent", dial: events, run: func(e *env) {
			e.try("sent")
			e.try("a\xffb")
			e.try(strings.Repeat("x", 100), grpc.MaxCallSendMsgSize(10))
			e.try("x", grpc.UseCompressor("nobody"))
			e.tryIn(metadata.NewOutgoingContext(context.Background(), metadata.MD{"a b": {"1"}}), "bad metadata")
		}},
		{name: "two stats handlers", dial: func(e *env) []grpc.DialOption {
			return []grpc.DialOption{grpc.WithStatsHandler(observe.NewEvents(&e.Log, "one", "")), grpc.WithStatsHandler(observe.NewEvents(&e.Log, "two", ""))}
		}, run: func(e *env) { e.try("x") }},
		{name: "credentials of calls", dial: withCreds, run: func(e *env) {
			for _, c := range all(e) {
				c.log = &e.Log
				e.tryIn(metadata.AppendToOutgoingContext(context.Background(), "authorization", "mine"), c.name, grpc.PerRPCCredentials(c))
			}
		}},
		{name: "credentials of streams", dial: withCreds, run: func(e *env) {
			for _, c := range all(e) {
				c.log = &e.Log
				if s, ok := e.begin(context.Background(), "Both", grpc.PerRPCCredentials(c)); ok {
					e.drain(s)
				}
			}
		}},
		{name: "peers", run: func(e *env) {
			var p peer.Peer
			e.try("x", grpc.Peer(&p))
			e.Addf("%s", observe.Peer(&p))
		}},
		{name: "peers with credentials of the server", run: func(e *env) { e.try("x") }},
		{name: "ports of peers", run: func(e *env) { e.try("x") }},
		{name: "unknown service handler", form: byRPC, run: func(e *env) {
			e.try("known")
			for _, method := range []string{"/conformance.Cases/Other", "/conformance.Other/Unary"} {
				reply := wrapperspb.String("before")
				err := e.cc.Invoke(context.Background(), method, wrapperspb.String("x"), reply)
				e.Addf("%s: %s", method, observe.Result(reply.Value, err))
			}
		}},
	}
}
