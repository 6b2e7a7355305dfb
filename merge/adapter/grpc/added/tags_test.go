//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"fmt"
	"testing"

	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
)

// goMergeTagging is a stats handler that adds tags to calls, or logs those of calls.
type goMergeTagging struct {
	stats.Handler
	tag func(ctx context.Context) context.Context
}

func (h goMergeTagging) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context {
	return h.tag(ctx)
}

func (h goMergeTagging) HandleRPC(context.Context, stats.RPCStats) {}

func (h goMergeTagging) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context {
	return ctx
}

func (h goMergeTagging) HandleConn(context.Context, stats.ConnStats) {}

// TestGoMergeTags sends tags and traces of package stats.
func TestGoMergeTags(t *testing.T) {
	var env *goMergeEnv
	add := func(ctx context.Context) context.Context {
		return stats.SetTrace(stats.SetTags(ctx, []byte("tags\x00")), []byte("\xfftrace"))
	}
	received := func(ctx context.Context) string {
		md, _ := metadata.FromIncomingContext(ctx)
		return fmt.Sprintf("%q, %q, %s", stats.Tags(ctx), stats.Trace(ctx), goMergeMD(md))
	}
	server := []ServerOption{StatsHandler(goMergeTagging{tag: func(ctx context.Context) context.Context {
		env.logf("TagRPC gets %s", received(ctx))
		return ctx
	}})}
	client := []DialOption{WithStatsHandler(goMergeTagging{tag: add})}
	for _, c := range []goMergeCase{
		{name: "of contexts"},
		{name: "of stats handlers", server: server, client: client},
	} {
		c.run = func(e *goMergeEnv) {
			env = e
			e.handleUnary(func(ctx context.Context, _ string) (string, error) { return received(ctx), nil })
			e.handleStream(func(_ string, s ServerStream) error { return s.SendMsg(goMergeText(received(s.Context()))) })
			cancellable, cancel := context.WithCancel(context.Background())
			defer cancel()
			for _, ctx := range []context.Context{context.Background(), cancellable} {
				for _, ctx := range []context.Context{ctx, stats.SetTags(ctx, nil), metadata.AppendToOutgoingContext(ctx, "grpc-tags-bin", "other"), add(ctx)} {
					reply, err := e.call(ctx, "x")
					e.logf("unary: %q, %s", reply, goMergeErr(err))
					s := e.open(ctx, "Down")
					s.SendMsg(goMergeText("x"))
					s.CloseSend()
					reply, err = goMergeRecv(s)
					e.logf("stream: %q, %s", reply, goMergeErr(err))
					goMergeRecv(s)
				}
			}
		}
		goMergeRun(t, c)
	}
}
