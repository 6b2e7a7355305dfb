//go:build go_merge_added

package server

import (
	"context"
	"testing"

	internal_server "github.com/cloudwego/kitex/internal/server"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/limit"
	"github.com/cloudwego/kitex/pkg/remote/codec"
)

type goMergeTracer struct{}

func (goMergeTracer) Start(ctx context.Context) context.Context { return ctx }

func (goMergeTracer) Finish(context.Context) {}

// goMergeTraitsFor returns what options mean for a server.
func goMergeTraitsFor(options ...Option) goMergeTraits {
	return goMergeTraitsOf(internal_server.NewOptions(options))
}

func TestGoMergeObstacle(t *testing.T) {
	if traits := goMergeTraitsFor(); traits.obstacle != "" {
		t.Errorf("obstacle %q without options", traits.obstacle)
	}
	limited := codec.NewDefaultCodecWithSizeLimit(1)
	if traits := goMergeTraitsFor(WithCodec(limited)); traits.obstacle == "" {
		t.Errorf("a codec with a limit has traits %+v", traits)
	}
}

func TestGoMergeNotLean(t *testing.T) {
	pass := func(next endpoint.Endpoint) endpoint.Endpoint { return next }
	for name, option := range map[string]Option{
		"tracer":     WithTracer(goMergeTracer{}),
		"middleware": WithMiddleware(pass),
		"limit":      WithLimit(&limit.Option{MaxQPS: 1}),
	} {
		if traits := goMergeTraitsFor(option); traits.lean {
			t.Errorf("a server with a %s is lean", name)
		}
	}
}
