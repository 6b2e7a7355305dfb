// Package serving holds what callees write differently for different versions
// of Kitex, as from v0.13 on.
package serving

import (
	"context"

	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/server"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/streams"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/streams/streamservice"
)

// Streamer serves StreamService.
type Streamer = streams.StreamService

// Streams of StreamService's methods.
type (
	Collected = streams.StreamService_CollectServer
	Spread    = streams.StreamService_SpreadServer
	Chat      = streams.StreamService_ChatServer
)

// RegisterStreamer makes a server serve StreamService.
func RegisterStreamer(svr server.Server, streamer Streamer) error {
	return streamservice.RegisterService(svr, streamer)
}

// UnaryMiddleware returns options with middleware for unary calls only, which
// noting makes for a name.
func UnaryMiddleware(noting func(name string) endpoint.Middleware) []server.Option {
	unary := func(name string) endpoint.UnaryMiddleware {
		return func(next endpoint.UnaryEndpoint) endpoint.UnaryEndpoint {
			return endpoint.UnaryEndpoint(noting(name)(endpoint.Endpoint(next)))
		}
	}
	return []server.Option{server.WithUnaryOptions(
		server.WithUnaryMiddleware(unary("unary")),
		server.WithUnaryMiddlewareBuilder(func(context.Context) endpoint.UnaryMiddleware { return unary("unary built") }),
	)}
}
