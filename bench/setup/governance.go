package setup

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/pkg/endpoint"
)

const (
	persistentKey = "TENANT"
	transientKey  = "TRACE"
)

// Calls that the middleware and the tracer of this copy of the package saw.
var middlewares, tracers atomic.Int64

// pass is a middleware that counts.
func pass(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, request, response any) error {
		middlewares.Add(1)
		return next(ctx, request, response)
	}
}

// tracer is a tracer that counts.
type tracer struct{}

func (tracer) Start(ctx context.Context) context.Context { return ctx }

func (tracer) Finish(context.Context) { tracers.Add(1) }

// carried lists what reached the callee other than the payload, one word each.
func carried(ctx context.Context) string {
	var words []string
	if middlewares.Load() > 0 {
		words = append(words, "middleware")
	}
	if tracers.Load() > 0 {
		words = append(words, "tracer")
	}
	if _, ok := metainfo.GetPersistentValue(ctx, persistentKey); ok {
		words = append(words, "persistent")
	}
	if _, ok := metainfo.GetValue(ctx, transientKey); ok {
		words = append(words, "transient")
	}
	if _, ok := ctx.Deadline(); ok {
		words = append(words, "deadline")
	}
	return strings.Join(words, " ")
}
