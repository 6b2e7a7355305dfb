package main

import (
	"context"
	"net"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// unaryInterceptor logs when it runs. It refuses some requests.
func unaryInterceptor(e *env, name string) grpc.UnaryServerInterceptor {
	return func(ctx context.Context, request any, info *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
		e := e.of(ctx)
		e.Addf("%s %s %T of %T", name, info.FullMethod, request, info.Server)
		md, _ := metadata.FromIncomingContext(ctx)
		if refused := md["refused-by"]; len(refused) == 1 && refused[0] == name {
			return nil, status.Error(codes.PermissionDenied, "by the interceptor")
		}
		reply, err := handler(context.WithValue(ctx, ctxKey{}, name), request)
		e.Addf("%s then %T %s", name, reply, observe.Error(err))
		return reply, err
	}
}

type ctxKey struct{}

// wrappedStream logs the messages of a stream.
type wrappedStream struct {
	grpc.ServerStream
	e *env
}

func (s wrappedStream) RecvMsg(m any) error {
	err := s.ServerStream.RecvMsg(m)
	s.e.Addf("wrapper receives %s", observe.Error(err))
	return err
}

func streamInterceptor(e *env, name string) grpc.StreamServerInterceptor {
	return func(server any, s grpc.ServerStream, info *grpc.StreamServerInfo, handler grpc.StreamHandler) error {
		e.Addf("%s %s %t %t", name, info.FullMethod, info.IsClientStream, info.IsServerStream)
		err := handler(server, wrappedStream{s, e})
		e.Addf("%s then %s", name, observe.Error(err))
		return err
	}
}

func withInterceptors(e *env) []grpc.ServerOption {
	return []grpc.ServerOption{
		grpc.UnaryInterceptor(unaryInterceptor(e, "single")), grpc.ChainUnaryInterceptor(unaryInterceptor(e, "first"), unaryInterceptor(e, "second")),
		grpc.StreamInterceptor(streamInterceptor(e, "single")), grpc.ChainStreamInterceptor(streamInterceptor(e, "first"), streamInterceptor(e, "second")),
	}
}

// events is a stats handler that logs the events of calls, each where its call does.
type events struct {
	observe.Events
	of func(context.Context) observe.Events
}

func newEvents(e *env, name string) events {
	all := map[*env]observe.Events{e: observe.NewEvents(&e.Log, name, "")}
	if e.second != nil {
		all[e.second] = observe.NewEvents(&e.second.Log, name, "")
	}
	return events{all[e], func(ctx context.Context) observe.Events { return all[e.of(ctx)] }}
}

func (s events) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	return s.of(ctx).TagRPC(ctx, info)
}

func (s events) HandleRPC(ctx context.Context, event stats.RPCStats) { s.of(ctx).HandleRPC(ctx, event) }

// withEvents has a server tell of its events.
func withEvents(e *env) []grpc.ServerOption {
	return []grpc.ServerOption{grpc.StatsHandler(newEvents(e, "server"))}
}

// hooks are about code of services that runs in calls.
func hooks() map[string]behaviour {
	observed := func(ctx context.Context, e *env, request string) (string, error) {
		call, connection := observe.Events{Name: "server"}.Tags(ctx)
		e.Addf("tags %v %v", call, connection)
		if err := grpc.SetHeader(ctx, metadata.Pairs("h", "1")); err != nil {
			return "", err
		}
		if err := grpc.SetTrailer(ctx, metadata.Pairs("t", "1")); err != nil {
			return "", err
		}
		if request == "fail" {
			return "", status.Error(codes.Aborted, "no")
		}
		return "answer to " + request, nil
	}
	seen := behaviour{
		unary: func(e *env, ctx context.Context, request string) (string, error) {
			md, _ := metadata.FromIncomingContext(ctx)
			e.Addf("%s %s", request, observe.MD(md))
			return "", nil
		},
		stream: func(e *env, _, _ string, s stringStream) error {
			md, _ := metadata.FromIncomingContext(s.Context())
			e.Addf("stream %s", observe.MD(md))
			return nil
		},
	}
	return map[string]behaviour{
		"interceptors": {options: withInterceptors, unary: func(e *env, ctx context.Context, request string) (string, error) {
			e.Addf("handler, last %v", ctx.Value(ctxKey{}))
			if request == "fail" {
				return "", errPlain
			}
			return "re: " + request, nil
		}},
		"interceptors of streams": {options: withInterceptors},
		"stats events": {options: withEvents, unary: func(e *env, ctx context.Context, request string) (string, error) {
			return observed(ctx, e, request)
		}},
		"stats events of trailers only": {options: withEvents, unary: func(*env, context.Context, string) (string, error) { return "", errPlain }},
		"stats events of streams": {options: withEvents, stream: func(e *env, method, request string, s stringStream) error {
			if method == "Down" {
				return errPlain
			}
			return echo(request, s)
		}},
		"stats events of a cancelled stream": {options: withEvents, stream: func(e *env, _, _ string, s stringStream) error {
			e.arrive("handler")
			<-s.Context().Done()
			return s.Context().Err()
		}},
		"two stats handlers": {options: func(e *env) []grpc.ServerOption {
			return []grpc.ServerOption{grpc.StatsHandler(newEvents(e, "one")), grpc.StatsHandler(newEvents(e, "two"))}
		}},
		"credentials of calls": seen, "credentials of streams": seen,
		"peers": {unary: func(e *env, ctx context.Context, _ string) (string, error) {
			p, _ := peer.FromContext(ctx)
			e.Addf("%s", observe.Peer(p))
			return "", nil
		}},
		"peers with credentials of the server": {
			options: func(*env) []grpc.ServerOption { return []grpc.ServerOption{grpc.Creds(insecure.NewCredentials())} },
			unary: func(e *env, ctx context.Context, _ string) (string, error) {
				p, _ := peer.FromContext(ctx)
				e.Addf("%s", observe.Peer(p))
				return "", nil
			},
		},
		"ports of peers": {unary: func(e *env, ctx context.Context, _ string) (string, error) {
			p, _ := peer.FromContext(ctx)
			e.Addf("%t", hasPort(p.Addr))
			return "", nil
		}},
		"unknown service handler": {options: func(e *env) []grpc.ServerOption {
			return []grpc.ServerOption{grpc.UnknownServiceHandler(func(server any, s grpc.ServerStream) error {
				method, _ := grpc.MethodFromServerStream(s)
				e.Addf("unknown %s %v", method, server)
				return stringStream{s}.send("unknown")
			})}
		}},
	}
}

// hasPort reports whether an address has a port other than 0.
func hasPort(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.Port != 0
}
