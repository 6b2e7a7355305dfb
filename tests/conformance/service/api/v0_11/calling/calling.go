// Package calling holds what callers write differently for different versions
// of Kitex, as before v0.13.
package calling

import (
	"context"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/client/streamclient"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/transport"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/streams"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/streams/streamservice"
)

// StreamTransports are the transports of streams, by name.
var StreamTransports = []struct {
	Name string
	transport.Protocol
}{
	{"gRPC", transport.GRPC},
}

// Streams is a client of StreamService, whose streams take contexts as later
// versions do.
type Streams struct {
	client streamservice.StreamClient
}

// NewStreams returns a client of StreamService.
func NewStreams(callee string, options ...client.Option) Streams {
	// These clients take options of the same form, but not the same type.
	var same []streamclient.Option
	for _, option := range options {
		same = append(same, streamclient.Option(option))
	}
	return Streams{streamservice.MustNewStreamClient(callee, same...)}
}

// Streams of StreamService's methods.
type (
	Collect struct {
		streamservice.StreamService_CollectClient
	}
	Spread struct {
		streamservice.StreamService_SpreadClient
	}
	Chat struct {
		streamservice.StreamService_ChatClient
	}
)

// Collect calls the method.
func (s Streams) Collect(ctx context.Context) (Collect, error) {
	stream, err := s.client.Collect(ctx)
	return Collect{stream}, err
}

// Spread calls the method.
func (s Streams) Spread(ctx context.Context, item *streams.Item) (Spread, error) {
	stream, err := s.client.Spread(ctx, item)
	return Spread{stream}, err
}

// Chat calls the method.
func (s Streams) Chat(ctx context.Context) (Chat, error) {
	stream, err := s.client.Chat(ctx)
	return Chat{stream}, err
}

func (s Collect) Send(_ context.Context, item *streams.Item) error {
	return s.StreamService_CollectClient.Send(item)
}

func (s Collect) CloseAndRecv(context.Context) (*streams.Item, error) {
	return s.StreamService_CollectClient.CloseAndRecv()
}

func (s Spread) Recv(context.Context) (*streams.Item, error) {
	return s.StreamService_SpreadClient.Recv()
}

func (s Chat) Send(_ context.Context, item *streams.Item) error {
	return s.StreamService_ChatClient.Send(item)
}

func (s Chat) Recv(context.Context) (*streams.Item, error) {
	return s.StreamService_ChatClient.Recv()
}

func (s Chat) CloseSend(context.Context) error { return s.StreamService_ChatClient.Close() }

// UnaryMiddleware returns no options: these versions have no middleware for
// unary calls only.
func UnaryMiddleware(func(name string) endpoint.Middleware) []client.Option { return nil }
