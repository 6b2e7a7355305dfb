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

// goMergeInspect returns what options mean for a server.
func goMergeInspect(options ...Option) goMergeInlinability {
	return goMergeInspectOptions(internal_server.NewOptions(options))
}

func TestGoMergeObstacle(t *testing.T) {
	if inlinability := goMergeInspect(); inlinability.obstacle != "" {
		t.Errorf("obstacle %q without options", inlinability.obstacle)
	}
	limited := codec.NewDefaultCodecWithSizeLimit(1)
	if inlinability := goMergeInspect(WithCodec(limited)); inlinability.obstacle == "" {
		t.Errorf("a codec with a limit has inlinability %+v", inlinability)
	}
}

func TestGoMergeNotLean(t *testing.T) {
	pass := func(next endpoint.Endpoint) endpoint.Endpoint { return next }
	for name, option := range map[string]Option{
		"tracer":     WithTracer(goMergeTracer{}),
		"middleware": WithMiddleware(pass),
		"limit":      WithLimit(&limit.Option{MaxQPS: 1}),
	} {
		if inlinability := goMergeInspect(option); inlinability.lean {
			t.Errorf("a server with a %s is lean", name)
		}
	}
}
