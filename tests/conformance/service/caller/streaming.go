package main

import (
	"context"
	"fmt"
	"os"
	"runtime"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/api/calling"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/streams"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// streaming are the cases of row 13.
func streaming() []testCase {
	var list []testCase
	for _, protocol := range calling.StreamTransports {
		over := func(name string, run func(context.Context, calling.Streams) string) {
			list = append(list, testCase{fmt.Sprintf("streaming over %s: %s", protocol.Name, name), func(ctx context.Context, callee *target) string {
				client := calling.NewStreams(calleeName, callee.streams(client.WithTransportProtocol(protocol.Protocol))...)
				// Kitex closes a client that nothing refers to, also during a call.
				defer runtime.KeepAlive(client)
				return run(ctx, client)
			}})
		}
		over("from the client", collect)
		over("from the server", func(ctx context.Context, callee calling.Streams) string {
			return spread(ctx, callee, "")
		})
		over("both ways", chat)
		over("plain error", func(ctx context.Context, callee calling.Streams) string {
			return spread(ctx, callee, "plain")
		})
		over("business status", func(ctx context.Context, callee calling.Streams) string {
			return spread(ctx, callee, "biz")
		})
		over("panic", func(ctx context.Context, callee calling.Streams) string {
			return spread(ctx, callee, "panic")
		})
	}
	return list
}

// streams returns the options of clients that set the transport themselves.
func (t *target) streams(more ...client.Option) []client.Option {
	return append([]client.Option{
		client.WithConnectTimeout(patience),
		client.WithHostPorts(os.Getenv(calleeEnv)),
		client.WithClientBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: "conformance.caller"}),
	}, more...)
}

func collect(ctx context.Context, callee calling.Streams) string {
	stream, err := callee.Collect(ctx)
	if err != nil {
		return observe.Error(err)
	}
	for i := range int32(5) {
		if err := stream.Send(stream.Context(), &streams.Item{Text: fmt.Sprint(i), Number: i}); err != nil {
			return observe.Error(err)
		}
	}
	return observe.Outcome(stream.CloseAndRecv(stream.Context()))
}

// spread tells of all items until the stream ends. A failure may overtake the
// items before it, so that there are none.
func spread(ctx context.Context, callee calling.Streams, failure string) string {
	ask := &streams.Item{Text: failure, Number: 3}
	if failure != "" {
		ask.Number = 0
	}
	stream, err := callee.Spread(ctx, ask)
	if err != nil {
		return observe.Error(err)
	}
	var seen string
	for {
		item, err := stream.Recv(stream.Context())
		if err != nil {
			return seen + observe.Error(err)
		}
		seen += observe.Value(item) + ", "
	}
}

func chat(ctx context.Context, callee calling.Streams) string {
	stream, err := callee.Chat(ctx)
	if err != nil {
		return observe.Error(err)
	}
	var seen string
	for i := range int32(3) {
		if err := stream.Send(stream.Context(), &streams.Item{Number: i}); err != nil {
			return seen + observe.Error(err)
		}
		seen += observe.Outcome(stream.Recv(stream.Context())) + ", "
	}
	if err := stream.CloseSend(stream.Context()); err != nil {
		return seen + observe.Error(err)
	}
	_, err = stream.Recv(stream.Context())
	return seen + observe.Error(err)
}
