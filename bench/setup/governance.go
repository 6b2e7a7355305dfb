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

// Whether the middleware and the tracer of this copy of the package saw a call.
// They only read it after the first one: callers on several cores would wait for
// each other at a counter.
var middlewares, tracers seen

type seen struct{ atomic.Bool }

func (s *seen) note() {
	if !s.Load() {
		s.Store(true)
	}
}

// pass is a middleware that notes calls.
func pass(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, request, response any) error {
		middlewares.note()
		return next(ctx, request, response)
	}
}

// tracer is a tracer that notes calls.
type tracer struct{}

func (tracer) Start(ctx context.Context) context.Context { return ctx }

func (tracer) Finish(context.Context) { tracers.note() }

// carried lists what reached the callee other than the payload, one word each.
func carried(ctx context.Context) string {
	var words []string
	if middlewares.Load() {
		words = append(words, "middleware")
	}
	if tracers.Load() {
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
