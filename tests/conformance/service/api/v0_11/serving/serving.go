// Package serving holds what callees write differently for different versions
// of Kitex, as before v0.13.
package serving

import (
	"context"

	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/server"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/streams"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/streams/streamservice"
)

// Streamer serves StreamService.
type Streamer interface {
	Single(context.Context, *streams.Item) (*streams.Item, error)
	Collect(context.Context, Collected) error
	Spread(context.Context, *streams.Item, Spread) error
	Chat(context.Context, Chat) error
}

// Streams of StreamService's methods, which take contexts as later versions do.
type (
	Collected struct {
		stream streams.StreamService_CollectServer
	}
	Spread struct {
		stream streams.StreamService_SpreadServer
	}
	Chat struct {
		stream streams.StreamService_ChatServer
	}
)

func (s Collected) Recv(context.Context) (*streams.Item, error) { return s.stream.Recv() }
func (s Collected) SendAndClose(_ context.Context, item *streams.Item) error {
	return s.stream.SendAndClose(item)
}
func (s Spread) Send(_ context.Context, item *streams.Item) error { return s.stream.Send(item) }
func (s Chat) Recv(context.Context) (*streams.Item, error)        { return s.stream.Recv() }
func (s Chat) Send(_ context.Context, item *streams.Item) error   { return s.stream.Send(item) }

// RegisterStreamer makes a server serve StreamService.
func RegisterStreamer(svr server.Server, streamer Streamer) error {
	return streamservice.RegisterService(svr, &served{streamer})
}

// served is a Streamer in the form that this version asks for.
type served struct{ to Streamer }

func (s *served) Single(ctx context.Context, item *streams.Item) (*streams.Item, error) {
	return s.to.Single(ctx, item)
}

func (s *served) Collect(stream streams.StreamService_CollectServer) error {
	return s.to.Collect(stream.Context(), Collected{stream})
}

func (s *served) Spread(item *streams.Item, stream streams.StreamService_SpreadServer) error {
	return s.to.Spread(stream.Context(), item, Spread{stream})
}

func (s *served) Chat(stream streams.StreamService_ChatServer) error {
	return s.to.Chat(stream.Context(), Chat{stream})
}

// UnaryMiddleware returns no options: these versions have no middleware for
// unary calls only.
func UnaryMiddleware(func(name string) endpoint.Middleware) []server.Option { return nil }
