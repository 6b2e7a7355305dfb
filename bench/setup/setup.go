// Package setup configures clients and servers of the benchmarks in two ways.
// Lean is without middleware, tracers and metadata. Full is with one
// middleware and one tracer on each side, a deadline, and metainfo values.
package setup

import (
	"context"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/connpool"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/server"
	"github.com/cloudwego/kitex/transport"
)

// Names of the services.
const (
	CallerName = "bench.caller"
	CalleeName = "bench.callee"
)

// deadline is out of reach, so that no timer fires while calls run.
const deadline = time.Hour

// Context returns the context of all calls and what ends it.
func Context(full bool) (context.Context, context.CancelFunc) {
	if !full {
		return context.Background(), func() {}
	}
	return context.WithTimeout(WithoutDeadline(), deadline)
}

// WithoutDeadline returns the full context but for its deadline, for which
// Kitex's clients run each call in another goroutine.
func WithoutDeadline() context.Context {
	ctx := metainfo.WithPersistentValue(context.Background(), persistentKey, "acme")
	return metainfo.WithValue(ctx, transientKey, "0af7651916cd43dd8448eb211c80319c")
}

// Client returns the options of a client.
func Client(full bool) []client.Option {
	opts := []client.Option{
		client.WithClientBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: CallerName}),
		client.WithLongConnection(connpool.IdleConfig{MaxIdlePerAddress: 64, MaxIdleTimeout: time.Minute}),
	}
	if full {
		opts = append(opts,
			client.WithTransportProtocol(transport.TTHeader),
			client.WithMetaHandler(transmeta.ClientTTHeaderHandler),
			client.WithMiddleware(pass),
			client.WithTracer(tracer{}))
	}
	return opts
}

// Server returns the options of a server with a name.
func Server(name string, full bool) []server.Option {
	opts := []server.Option{
		server.WithServerBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: name}),
	}
	if full {
		opts = append(opts,
			server.WithMetaHandler(transmeta.ServerTTHeaderHandler),
			server.WithMiddleware(pass),
			server.WithTracer(tracer{}))
	}
	return opts
}
