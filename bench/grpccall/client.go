package grpccall

import (
	"context"
	"fmt"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
	"google.golang.org/protobuf/proto"

	"github.com/gomerge/rules_go_merge/bench/grpc_gen/bench"
	"github.com/gomerge/rules_go_merge/bench/measure"
)

// timeout is the deadline of full calls.
const timeout = 5 * time.Second

// DialOptions returns the options of a connection for the calls of a mode.
func DialOptions(m Mode) []grpc.DialOption {
	opts := []grpc.DialOption{grpc.WithTransportCredentials(insecure.NewCredentials())}
	switch m {
	case Full:
		opts = append(opts, grpc.WithUnaryInterceptor(Forward))
	case Stats:
		opts = append(opts, grpc.WithStatsHandler(noEvents{}))
	}
	return opts
}

// Forward is the client's interceptor of full calls, which adds nothing.
func Forward(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	return invoke(ctx, method, req, reply, cc, opts...)
}

// Calls returns a call of a mode for each payload, after it has checked that the callee
// answers each with what it was sent. end ends them.
func Calls(m Mode, callee bench.BenchServiceClient) (calls measure.Calls, end func(), err error) {
	ctx, end := context.Background(), func() {}
	if m != Plain {
		ctx, end = context.WithCancel(ctx)
	}
	calls = measure.Calls{}
	for name, size := range measure.NoteSizes {
		if calls[name], err = call(ctx, m, newNote(size), callee.Echo, callee.EchoAll); err != nil {
			end()
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	if calls[measure.Nested], err = call(ctx, m, newOrder(), callee.Place, callee.PlaceAll); err != nil {
		end()
		return nil, nil, fmt.Errorf("%s: %w", measure.Nested, err)
	}
	return calls, end, nil
}

// message is a pointer to a generated struct.
type message[M any] interface {
	*M
	proto.Message
}

// call returns a call that sends a message and gets one.
func call[M any, P message[M]](ctx context.Context, m Mode, sent P,
	unary func(context.Context, P, ...grpc.CallOption) (P, error),
	open func(context.Context, ...grpc.CallOption) (grpc.BidiStreamingClient[M, M], error),
) (func() error, error) {
	exchange := func() (P, error) { return unary(ctx, sent) }
	next := exchange
	switch {
	case m == Full:
		exchange = func() (P, error) { return full(ctx, sent, unary) }
		next = exchange
	case m.Streams():
		stream, err := open(ctx)
		if err != nil {
			return nil, err
		}
		recv := func() (P, error) {
			got, err := stream.Recv()
			return got, err
		}
		exchange = func() (P, error) {
			if err := stream.Send(sent); err != nil {
				return nil, err
			}
			return recv()
		}
		next = exchange
		if m == Pipelined {
			// It goes on until the stream ends: flow control holds it up.
			start := sync.OnceFunc(func() {
				go func() {
					for stream.Send(sent) == nil {
					}
				}()
			})
			next = func() (P, error) {
				start()
				return recv()
			}
		}
	}
	got, err := exchange()
	if err != nil {
		return nil, err
	}
	if !proto.Equal(sent, got) {
		return nil, fmt.Errorf("the answer is %v, want %v", got, sent)
	}
	return func() error {
		_, err := next()
		return err
	}, nil
}

// full makes a unary call with a deadline and metadata in both directions.
func full[P any](ctx context.Context, sent P, unary func(context.Context, P, ...grpc.CallOption) (P, error)) (got P, err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	ctx = metadata.AppendToOutgoingContext(ctx, trace, "abc", tenant, "t1", user, "u1")
	var header, trailer metadata.MD
	got, err = unary(ctx, sent, grpc.Header(&header), grpc.Trailer(&trailer))
	if err == nil && (len(header[servedBy]) == 0 || len(trailer[cost]) == 0) {
		err = fmt.Errorf("the answer's metadata are %v and %v", header, trailer)
	}
	return got, err
}

// noEvents is a stats handler that does nothing.
type noEvents struct{}

func (noEvents) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context   { return ctx }
func (noEvents) HandleRPC(context.Context, stats.RPCStats)                         {}
func (noEvents) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context { return ctx }
func (noEvents) HandleConn(context.Context, stats.ConnStats)                       {}
