// Command grpc measures the rows of gRPC: over TCP and bufconn, and in-process
// with grpchan.
package main

import (
	"context"
	"fmt"
	"net"

	"github.com/fullstorydev/grpchan/inprocgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/proto"

	"github.com/gomerge/rules_go_merge/bench/grpc_gen/bench"
	"github.com/gomerge/rules_go_merge/bench/measure"
)

func main() {
	measure.Main("grpc-go "+grpc.Version, map[string]measure.Open{
		"grpc-tcp": func() (measure.Row, error) {
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return measure.Row{}, err
			}
			return openRPC(ln, ln.Addr().String())
		},
		"grpc-bufconn": func() (measure.Row, error) {
			ln := bufconn.Listen(1 << 20)
			return openRPC(ln, "passthrough:///bufconn", grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
				return ln.DialContext(ctx)
			}))
		},
		"grpchan": openChannel,
	})
}

// handler is the callee: it answers with what it was sent.
type handler struct {
	bench.UnimplementedBenchServiceServer
}

func (handler) Echo(_ context.Context, note *bench.Note) (*bench.Note, error) { return note, nil }

func (handler) Place(_ context.Context, order *bench.Order) (*bench.Order, error) { return order, nil }

// openRPC measures calls to a server at ln. Both sides are in this process.
func openRPC(ln net.Listener, addr string, opts ...grpc.DialOption) (measure.Row, error) {
	srv := grpc.NewServer()
	bench.RegisterBenchServiceServer(srv, handler{})
	go srv.Serve(ln)
	conn, err := grpc.NewClient(addr, append(opts, grpc.WithTransportCredentials(insecure.NewCredentials()))...)
	if err != nil {
		return measure.Row{}, err
	}
	calls, err := calls(bench.NewBenchServiceClient(conn))
	return measure.Row{Calls: calls, Close: func() {
		conn.Close()
		srv.Stop()
	}}, err
}

// openChannel measures grpchan's in-process channel, which copies messages.
func openChannel() (measure.Row, error) {
	channel := new(inprocgrpc.Channel)
	bench.RegisterBenchServiceServer(channel, handler{})
	calls, err := calls(bench.NewBenchServiceClient(channel))
	return measure.Row{Calls: calls, Close: func() {}}, err
}

// calls returns a call for each payload, after it has checked that the callee
// answers each with what it was sent.
func calls(callee bench.BenchServiceClient) (measure.Calls, error) {
	ctx := context.Background()
	calls := measure.Calls{}
	for name, size := range measure.NoteSizes {
		note := newNote(size)
		answer, err := callee.Echo(ctx, note)
		if err := check(name, note, answer, err); err != nil {
			return nil, err
		}
		calls[name] = func() error {
			_, err := callee.Echo(ctx, note)
			return err
		}
	}
	order := newOrder()
	answer, err := callee.Place(ctx, order)
	if err := check(measure.Nested, order, answer, err); err != nil {
		return nil, err
	}
	calls[measure.Nested] = func() error {
		_, err := callee.Place(ctx, order)
		return err
	}
	return calls, nil
}

func check(name string, want, got proto.Message, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if !proto.Equal(want, got) {
		return fmt.Errorf("%s: the answer is %v, want %v", name, got, want)
	}
	return nil
}
