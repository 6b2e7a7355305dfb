// Command grpc measures the rows of gRPC that are not merged: over TCP, a unix socket
// and bufconn, and in-process with grpchan.
package main

import (
	"context"
	"net"
	"os"
	"path/filepath"

	"github.com/fullstorydev/grpchan"
	"github.com/fullstorydev/grpchan/inprocgrpc"
	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"

	"github.com/gomerge/rules_go_merge/bench/grpc_gen/bench"
	"github.com/gomerge/rules_go_merge/bench/grpccall"
	"github.com/gomerge/rules_go_merge/bench/measure"
)

func main() {
	rows := map[string]measure.Open{}
	for _, m := range grpccall.Modes {
		rows[grpccall.Row("tcp", m)] = func() (measure.Row, error) { return openTCP(m) }
		rows[grpccall.Row("unix", m)] = func() (measure.Row, error) { return openUnix(m) }
		rows[grpccall.Row("bufconn", m)] = func() (measure.Row, error) { return openBufconn(m) }
		if m != grpccall.Stats { // which grpchan does not have
			rows[grpccall.Row("grpchan", m)] = func() (measure.Row, error) { return openChannel(m) }
		}
	}
	measure.Main("grpc-go "+grpc.Version, rows)
}

func openTCP(m grpccall.Mode) (measure.Row, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return measure.Row{}, err
	}
	return openRPC(m, ln, ln.Addr().String())
}

func openUnix(m grpccall.Mode) (measure.Row, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return measure.Row{}, err
	}
	path := filepath.Join(dir, "socket")
	ln, err := net.Listen("unix", path)
	if err != nil {
		os.RemoveAll(dir)
		return measure.Row{}, err
	}
	row, err := openRPC(m, ln, "unix://"+path)
	if err != nil {
		os.RemoveAll(dir)
		return row, err
	}
	end := row.Close
	row.Close = func() {
		end()
		os.RemoveAll(dir)
	}
	return row, nil
}

func openBufconn(m grpccall.Mode) (measure.Row, error) {
	ln := bufconn.Listen(1 << 20)
	return openRPC(m, ln, "passthrough:///bufconn", grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) {
		return ln.DialContext(ctx)
	}))
}

// openRPC measures calls to a server at ln. Both sides are in this process.
func openRPC(m grpccall.Mode, ln net.Listener, addr string, opts ...grpc.DialOption) (measure.Row, error) {
	srv := grpccall.NewServer(m)
	go srv.Serve(ln)
	conn, err := grpc.NewClient(addr, append(opts, grpccall.DialOptions(m)...)...)
	if err != nil {
		srv.Stop()
		return measure.Row{}, err
	}
	end := func() {
		conn.Close()
		srv.Stop()
	}
	calls, endCalls, err := grpccall.Calls(m, bench.NewBenchServiceClient(conn))
	if err != nil {
		end()
		return measure.Row{}, err
	}
	return measure.Row{Calls: calls, Close: func() {
		endCalls()
		end()
	}}, nil
}

// openChannel measures grpchan's in-process channel, which copies messages.
func openChannel(m grpccall.Mode) (measure.Row, error) {
	channel := new(inprocgrpc.Channel)
	var conn grpc.ClientConnInterface = channel
	if m == grpccall.Full {
		channel.WithServerUnaryInterceptor(grpccall.CheckTenant)
		conn = grpchan.InterceptClientConn(channel, grpccall.Forward, nil)
	}
	bench.RegisterBenchServiceServer(channel, grpccall.Handler{Full: m == grpccall.Full})
	calls, end, err := grpccall.Calls(m, bench.NewBenchServiceClient(conn))
	return measure.Row{Calls: calls, Close: end}, err
}
