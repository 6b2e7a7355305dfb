//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
)

// BenchmarkGoMerge compares calls by RPC with inline ones.
func BenchmarkGoMerge(b *testing.B) {
	background := context.Background()
	cancellable, cancel := context.WithCancel(background)
	defer cancel()
	request := strings.Repeat("x", 100)
	fullServer, fullClient := goMergeBenchFull()
	for _, row := range []struct {
		name string
		goMergeCase
		run func(b *testing.B, e *goMergeEnv)
	}{
		{"plain", goMergeCase{}, func(b *testing.B, e *goMergeEnv) { goMergeBenchCalls(b, e, background, request) }},
		{"cancellable", goMergeCase{}, func(b *testing.B, e *goMergeEnv) { goMergeBenchCalls(b, e, cancellable, request) }},
		{"full", goMergeCase{server: fullServer, client: fullClient}, func(b *testing.B, e *goMergeEnv) {
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				SetHeader(ctx, metadata.Pairs("served-by", "a"))
				SetTrailer(ctx, metadata.Pairs("cost", "1"))
				return "re: " + request, nil
			})
			b.ReportAllocs()
			for i := 0; i < b.N; i++ {
				ctx, cancel := context.WithTimeout(cancellable, time.Minute)
				ctx = metadata.AppendToOutgoingContext(ctx, "trace", "abc", "tenant", "t1", "user", "u1")
				var header, trailer metadata.MD
				if _, err := e.call(ctx, request, Header(&header), Trailer(&trailer)); err != nil || header["served-by"] == nil || trailer["cost"] == nil {
					b.Fatal(header, trailer, err)
				}
				cancel()
			}
		}},
		{"stats", goMergeCase{server: []ServerOption{StatsHandler(goMergeNoEvents{})}, client: []DialOption{WithStatsHandler(goMergeNoEvents{})}},
			func(b *testing.B, e *goMergeEnv) { goMergeBenchCalls(b, e, cancellable, request) }},
		{"ping-pong", goMergeCase{}, func(b *testing.B, e *goMergeEnv) {
			s, m := e.open(cancellable, "Both"), goMergeText(request)
			b.ReportAllocs()
			for i := 0; i < b.N; i++ {
				s.SendMsg(m)
				if err := s.RecvMsg(m); err != nil {
					b.Fatal(err)
				}
				m.Value = request
			}
		}},
		{"pipelined", goMergeCase{}, func(b *testing.B, e *goMergeEnv) {
			s := e.open(cancellable, "Both")
			b.ReportAllocs()
			go func() {
				for i, m := 0, goMergeText(request); i < b.N; i++ {
					s.SendMsg(m)
				}
			}()
			for i, m := 0, goMergeText(""); i < b.N; i++ {
				if err := s.RecvMsg(m); err != nil {
					b.Fatal(err)
				}
			}
		}},
	} {
		for _, how := range []string{"rpc", "inline"} {
			e := goMergeStart(b, &row.goMergeCase, how == "inline")
			b.Run(row.name+"/"+how, func(b *testing.B) { row.run(b, e) })
			e.stop()
		}
	}
}

func goMergeBenchCalls(b *testing.B, e *goMergeEnv, ctx context.Context, request string) {
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		if _, err := e.call(ctx, request); err != nil {
			b.Fatal(err)
		}
	}
}

// goMergeBenchFull returns interceptors of both sides. That of the server reads metadata.
func goMergeBenchFull() ([]ServerOption, []DialOption) {
	return []ServerOption{UnaryInterceptor(func(ctx context.Context, req interface{}, _ *UnaryServerInfo, handler UnaryHandler) (interface{}, error) {
		if md, _ := metadata.FromIncomingContext(ctx); len(md["tenant"]) != 1 {
			panic("no tenant")
		}
		return handler(ctx, req)
	})}, []DialOption{WithUnaryInterceptor(func(ctx context.Context, method string, req, reply interface{}, cc *ClientConn, invoker UnaryInvoker, opts ...CallOption) error {
		return invoker(ctx, method, req, reply, cc, opts...)
	})}
}

// goMergeNoEvents is a stats handler that does nothing.
type goMergeNoEvents struct{}

func (goMergeNoEvents) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context   { return ctx }
func (goMergeNoEvents) HandleRPC(context.Context, stats.RPCStats)                         {}
func (goMergeNoEvents) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (goMergeNoEvents) HandleConn(context.Context, stats.ConnStats)                       {}
