// Package calling holds what callers write differently for different versions
// of Kitex, as from v0.13 on.
package calling

import (
	"context"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/transport"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/streams/streamservice"
)

// StreamTransports are the transports of streams, by name.
var StreamTransports = []struct {
	Name string
	transport.Protocol
}{
	{"TTHeader", transport.TTHeaderStreaming},
	{"gRPC", transport.GRPC},
}

// Streams is a client of StreamService.
type Streams = streamservice.Client

// NewStreams returns a client of StreamService.
func NewStreams(callee string, options ...client.Option) Streams {
	return streamservice.MustNewClient(callee, options...)
}

// UnaryMiddleware returns options with middleware for unary calls only, which
// noting makes for a name.
func UnaryMiddleware(noting func(name string) endpoint.Middleware) []client.Option {
	unary := func(name string) endpoint.UnaryMiddleware {
		return func(next endpoint.UnaryEndpoint) endpoint.UnaryEndpoint {
			return endpoint.UnaryEndpoint(noting(name)(endpoint.Endpoint(next)))
		}
	}
	return []client.Option{client.WithUnaryOptions(
		client.WithUnaryMiddleware(unary("unary")),
		client.WithUnaryMiddlewareBuilder(func(context.Context) endpoint.UnaryMiddleware { return unary("unary built") }),
	)}
}
