//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"strings"
	"testing"
)

// BenchmarkGoMerge compares calls by RPC with inline ones.
func BenchmarkGoMerge(b *testing.B) {
	request := strings.Repeat("x", 100)
	for _, how := range []string{"rpc", "inline"} {
		e := goMergeStart(b, &goMergeCase{}, how == "inline")
		b.Run("plain/"+how, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; i < b.N; i++ {
				e.call(context.Background(), request)
			}
		})
		b.Run("cancellable/"+how, func(b *testing.B) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			b.ReportAllocs()
			for i := 0; i < b.N; i++ {
				e.call(ctx, request)
			}
		})
		b.Run("ping-pong/"+how, func(b *testing.B) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			s, m := e.open(ctx, "Both"), goMergeText(request)
			b.ReportAllocs()
			for i := 0; i < b.N; i++ {
				s.SendMsg(m)
				s.RecvMsg(m)
				m.Value = request
			}
		})
		e.stop()
	}
}
