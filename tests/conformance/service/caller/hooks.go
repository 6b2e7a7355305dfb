package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/stats"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/api/calling"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// hooks are the caller's code that runs in a call. They note when.
type hooks struct {
	mu    sync.Mutex
	lines []string
}

func (h *hooks) note(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.lines = append(h.lines, fmt.Sprintf(format, args...))
}

// log returns the lines of one kind.
func (h *hooks) log(kind string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return pick(h.lines, kind)
}

func (h *hooks) noting(name string) endpoint.Middleware {
	return func(next endpoint.Endpoint) endpoint.Endpoint {
		return func(ctx context.Context, request, response any) error {
			h.note("order: %s", name)
			err := next(ctx, request, response)
			h.note("order: %s returns, %s", name, observe.Error(err))
			return err
		}
	}
}

// options returns client options of every kind that code of a service can have
// called in a call.
func (h *hooks) options() []client.Option {
	return append([]client.Option{
		h.tracer(),
		client.WithMetaHandler(hookedMeta{h}),
		client.WithMiddleware(h.noting("first")),
		client.WithMiddlewareBuilder(func(context.Context) endpoint.Middleware { return h.noting("built") }),
		client.WithSuite(hookedSuite{h}),
		client.WithInstanceMW(h.noting("instance")),
		client.WithMiddleware(h.noting("last")),
		client.WithACLRules(func(_ context.Context, request any) error {
			h.note("order: ACL")
			if p := probeOf(request); p != nil && p.Text == "refused by the caller" {
				return errors.New("the caller's ACL")
			}
			return nil
		}),
		client.WithErrorHandler(func(_ context.Context, err error) error {
			h.note("order: error handler, %s", observe.Error(err))
			return err
		}),
		client.WithCloseCallbacks(func() error { return nil }),
	}, calling.UnaryMiddleware(h.noting)...)
}

type hookedSuite struct{ *hooks }

func (s hookedSuite) Options() []client.Option {
	return []client.Option{client.WithMiddleware(s.noting("suite"))}
}

// probeOf returns the request if it is a probe.
func probeOf(request any) *probe.Probe {
	args, ok := request.(interface{ GetFirstArgument() any })
	if !ok {
		return nil
	}
	p, _ := args.GetFirstArgument().(*probe.Probe)
	return p
}

type hookedMeta struct{ *hooks }

func (m hookedMeta) WriteMeta(ctx context.Context, _ remote.Message) (context.Context, error) {
	m.note("order: meta handler writes")
	return ctx, nil
}

func (m hookedMeta) ReadMeta(ctx context.Context, _ remote.Message) (context.Context, error) {
	m.note("order: meta handler reads")
	return ctx, nil
}

// hookedTracer passes a span on to the callee, as tracing libraries do.
type hookedTracer struct{ *hooks }

func (h *hooks) tracer() client.Option { return client.WithTracer(hookedTracer{h}) }

// Start implements stats.Tracer.
func (t hookedTracer) Start(ctx context.Context) context.Context {
	t.note("order: tracer starts")
	parent, _ := metainfo.GetPersistentValue(ctx, "span")
	return metainfo.WithPersistentValue(ctx, "span", strings.TrimPrefix(parent+"/caller", "/"))
}

// Finish implements stats.Tracer.
func (t hookedTracer) Finish(ctx context.Context) {
	info := rpcinfo.GetRPCInfo(ctx)
	span, _ := metainfo.GetPersistentValue(ctx, "span")
	t.note("order: tracer finishes")
	t.note("trace: span %q, %s", span, observe.Stats(info))
	t.note("info: %s", observe.Info(info))
	t.note("sizes: %s", observe.Sizes(info))
}

// detailed has a client record all events.
var detailed = client.WithStatsLevel(stats.LevelDetailed)
