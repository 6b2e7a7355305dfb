package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/transport"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/api/calling"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/contract"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/contract/contractservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/protos"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/protos/protoservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/streams"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// streaming are the cases of row 13 about streams over one transport.
func streaming(transport string) []testCase {
	var list []testCase
	for _, protocol := range calling.StreamTransports {
		if protocol.Name != transport {
			continue
		}
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
		over("many from the server", func(ctx context.Context, callee calling.Streams) string {
			return all(callee.Spread(ctx, &streams.Item{Text: "none", Number: 2000}))
		})
		over("both ways", chat)
		over("large messages", func(ctx context.Context, callee calling.Streams) string {
			stream, err := callee.Chat(ctx)
			if err != nil {
				return observe.Error(err)
			}
			large := &streams.Item{Text: strings.Repeat("large", 200_000)}
			var seen string
			for range 5 {
				if err := stream.Send(stream.Context(), large); err != nil {
					return seen + observe.Error(err)
				}
				item, err := stream.Recv(stream.Context())
				seen += fmt.Sprint(item.GetText() == large.Text, ", ") + observe.Error(err) + ", "
			}
			return seen
		})
		over("the caller cancels", func(ctx context.Context, callee calling.Streams) string {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			stream, err := callee.Chat(ctx)
			if err != nil {
				return observe.Error(err)
			}
			seen := observe.Error(stream.Send(stream.Context(), &streams.Item{Number: 1}))
			seen += ", " + observe.Outcome(stream.Recv(stream.Context()))
			cancel()
			_, err = stream.Recv(stream.Context())
			return seen + ", " + observe.Error(err)
		})
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

// receiver is a stream from the callee.
type receiver interface {
	Recv(context.Context) (*streams.Item, error)
	Context() context.Context
}

// all counts the items of a stream and tells of its end.
func all[S receiver](stream S, err error) string {
	for n := 0; ; n++ {
		if err == nil {
			_, err = stream.Recv(stream.Context())
		}
		if err != nil {
			return fmt.Sprint(n, " items, ", observe.Error(err))
		}
	}
}

// overGRPC are the cases of row 13 about unary calls over gRPC.
func overGRPC() []testCase {
	var list []testCase
	add := func(name string, run func(ctx context.Context, callee *target, options []client.Option) string) {
		list = append(list, testCase{"unary over gRPC: " + name, func(ctx context.Context, callee *target) string {
			return run(ctx, callee, callee.streams(client.WithTransportProtocol(transport.GRPC), client.WithMetaHandler(transmeta.ClientHTTP2Handler)))
		}})
	}
	protobuf := func(name string, call func(context.Context, protoservice.Client) (*protos.Message, error)) {
		add("protobuf "+name, func(ctx context.Context, _ *target, options []client.Option) string {
			made := protoservice.MustNewClient(calleeName, options...)
			defer runtime.KeepAlive(made)
			return observe.Outcome(call(ctx, made))
		})
	}
	protobuf("full", func(ctx context.Context, made protoservice.Client) (*protos.Message, error) {
		return made.EchoProto(ctx, fullProto())
	})
	protobuf("metadata", func(ctx context.Context, made protoservice.Client) (*protos.Message, error) {
		ctx = metainfo.WithValue(metainfo.WithPersistentValue(ctx, "PERSISTENT", "p"), "TRANSIENT", "t")
		return made.MakeProto(ctx, &protos.Wish{What: "metadata"})
	})
	for _, how := range []string{"none", "plain", "biz", "wrapped biz", "acl", "canceled", "panic"} {
		protobuf("fail "+how, func(ctx context.Context, made protoservice.Client) (*protos.Message, error) {
			return made.FailProto(ctx, &protos.Failure{How: how})
		})
	}
	// Kitex takes no unary calls over gRPC of thrift methods that are not generated for it.
	add("thrift", func(ctx context.Context, _ *target, options []client.Option) string {
		made := contractservice.MustNewClient(calleeName, options...)
		defer runtime.KeepAlive(made)
		return observe.Outcome(made.Mix(ctx, contract.Color_RED, contract.Color_GREEN))
	})
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
