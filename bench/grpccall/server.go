package grpccall

import (
	"context"
	"errors"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/gomerge/rules_go_merge/bench/grpc_gen/bench"
)

// Handler is the callee: it answers with what it was sent.
type Handler struct {
	bench.UnimplementedBenchServiceServer
	// Full is set if the answers have metadata.
	Full bool
}

// Echo answers with the note.
func (h Handler) Echo(ctx context.Context, note *bench.Note) (*bench.Note, error) {
	return note, h.mark(ctx)
}

// Place answers with the order.
func (h Handler) Place(ctx context.Context, order *bench.Order) (*bench.Order, error) {
	return order, h.mark(ctx)
}

func (h Handler) mark(ctx context.Context) error {
	if !h.Full {
		return nil
	}
	return errors.Join(grpc.SetHeader(ctx, metadata.Pairs(servedBy, "callee")), grpc.SetTrailer(ctx, metadata.Pairs(cost, "1")))
}

// EchoAll answers each note with itself.
func (Handler) EchoAll(s grpc.BidiStreamingServer[bench.Note, bench.Note]) error { return echo(s) }

// PlaceAll answers each order with itself.
func (Handler) PlaceAll(s grpc.BidiStreamingServer[bench.Order, bench.Order]) error { return echo(s) }

func echo[M any](s grpc.BidiStreamingServer[M, M]) error {
	for {
		m, err := s.Recv()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = s.Send(m)
		}
		if err != nil {
			return err
		}
	}
}

// NewServer returns a server for the calls of a mode.
func NewServer(m Mode) *grpc.Server {
	var opts []grpc.ServerOption
	switch m {
	case Full:
		opts = append(opts, grpc.UnaryInterceptor(CheckTenant))
	case Stats:
		opts = append(opts, grpc.StatsHandler(noEvents{}))
	}
	s := grpc.NewServer(opts...)
	bench.RegisterBenchServiceServer(s, Handler{Full: m == Full})
	return s
}

// Keys of metadata.
const (
	tenant, trace, user = "tenant", "trace", "user"
	servedBy, cost      = "served-by", "cost"
)

// CheckTenant is the server's interceptor of full calls, which refuses calls without
// metadata.
func CheckTenant(ctx context.Context, req any, _ *grpc.UnaryServerInfo, handler grpc.UnaryHandler) (any, error) {
	if md, _ := metadata.FromIncomingContext(ctx); len(md[tenant]) == 0 {
		return nil, status.Error(codes.Unauthenticated, "the call has no tenant")
	}
	return handler(ctx, req)
}
