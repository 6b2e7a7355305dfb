package main

import (
	"context"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/stats"
	"github.com/cloudwego/kitex/server"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/api/serving"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// fewEnv is set if the callee has nothing at its connections and no meta handlers.
const fewEnv = "CONFORMANCE_FEW"

// observed returns server options of every kind that code of a service can
// have called in a call. Each notes when.
func observed(p *prober) []server.Option {
	options := append([]server.Option{
		server.WithTracer(p.logs),
		server.WithStatsLevel(stats.LevelDetailed),
		server.WithMiddleware(obey),
		server.WithMiddleware(sendingBackward),
		server.WithMiddleware(recording),
		server.WithMiddleware(noting("first")),
		server.WithMiddlewareBuilder(func(context.Context) endpoint.Middleware { return noting("built") }),
		server.WithSuite(suite{}),
		server.WithMiddleware(noting("last")),
		server.WithACLRules(rule),
		server.WithErrorHandler(func(ctx context.Context, err error) error {
			if wanted(ctx) {
				note(ctx, "order: error handler, %s", observe.Error(err))
			}
			return err
		}),
	}, serving.UnaryMiddleware(noting)...)
	if os.Getenv(fewEnv) != "" {
		return options
	}
	return append(options,
		server.WithMetaHandler(metaHandler{}),
		server.WithBoundHandler(boundHandler{}),
		server.WithQPSLimiter(p.limiter),
		server.WithLimitReporter(p.limiter))
}

type suite struct{}

func (suite) Options() []server.Option {
	return []server.Option{server.WithMiddleware(noting("suite"))}
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

// sendingBackward sends backward values around a handler that is asked for it.
func sendingBackward(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, request, response any) error {
		if p := probeOf(request); p == nil || p.Text != "send backward" {
			return next(ctx, request, response)
		}
		metainfo.SendBackwardValues(ctx, "BEFORE", "b", "BOTH", "b")
		err := next(ctx, request, response)
		metainfo.SendBackwardValues(ctx, "AFTER", "a", "BOTH", "a")
		return err
	}
}

// recording records events around a handler that is asked for it.
func recording(next endpoint.Endpoint) endpoint.Endpoint {
	return func(ctx context.Context, request, response any) error {
		if p := probeOf(request); p == nil || p.Text != "record events" {
			return next(ctx, request, response)
		}
		info := rpcinfo.GetRPCInfo(ctx)
		observe.RecordEvents(ctx, info)
		err := next(ctx, request, response)
		note(ctx, "trace: after the handler %s", observe.Stats(info))
		return err
	}
}

func noting(name string) endpoint.Middleware {
	return func(next endpoint.Endpoint) endpoint.Endpoint {
		return func(ctx context.Context, request, response any) error {
			if p := probeOf(request); p != nil {
				identify(ctx, p.Id)
			}
			if !wanted(ctx) {
				return next(ctx, request, response)
			}
			note(ctx, "order: %s", name)
			err := next(ctx, request, response)
			note(ctx, "order: %s returns, %s", name, observe.Error(err))
			return err
		}
	}
}

// rule is an ACL rule that refuses what asks to be refused.
func rule(ctx context.Context, request any) error {
	note(ctx, "order: ACL")
	if p := probeOf(request); p != nil && p.Failure == "acl" {
		return errors.New("the callee's ACL")
	}
	return nil
}

// metaHandler notes when the framework asks it for the header's values.
type metaHandler struct{}

func (metaHandler) ReadMeta(ctx context.Context, _ remote.Message) (context.Context, error) {
	note(ctx, "order: meta handler reads")
	return ctx, nil
}

func (metaHandler) WriteMeta(ctx context.Context, _ remote.Message) (context.Context, error) {
	note(ctx, "order: meta handler writes")
	return ctx, nil
}

// boundHandler notes when a message has arrived.
type boundHandler struct{}

func (boundHandler) OnActive(ctx context.Context, _ net.Conn) (context.Context, error) {
	return ctx, nil
}

func (boundHandler) OnInactive(ctx context.Context, _ net.Conn) context.Context { return ctx }

func (boundHandler) OnRead(ctx context.Context, _ net.Conn) (context.Context, error) {
	return ctx, nil
}

func (boundHandler) OnMessage(ctx context.Context, _, _ remote.Message) (context.Context, error) {
	note(ctx, "order: bound handler")
	return ctx, nil
}

// limiter refuses as many calls as it was told to. It counts its reports.
type limiter struct {
	refuse, reports atomic.Int32
}

// Acquire implements limiter.RateLimiter.
func (l *limiter) Acquire(context.Context) bool {
	for {
		n := l.refuse.Load()
		if n == 0 {
			return true
		}
		if l.refuse.CompareAndSwap(n, n-1) {
			return false
		}
	}
}

// Status implements limiter.RateLimiter.
func (l *limiter) Status(context.Context) (limit, current int, interval time.Duration) {
	return 0, 0, time.Second
}

// ConnOverloadReport implements limiter.LimitReporter.
func (l *limiter) ConnOverloadReport() {}

// QPSOverloadReport implements limiter.LimitReporter.
func (l *limiter) QPSOverloadReport() { l.reports.Add(1) }
