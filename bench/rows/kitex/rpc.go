package main

import (
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/server"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench/benchservice"
	"github.com/gomerge/rules_go_merge/bench/measure"
	"github.com/gomerge/rules_go_merge/bench/setup"
)

const readyTimeout = 10 * time.Second

// openRPC measures calls over a network of this machine, "tcp" or "unix". Both
// sides are in this process, so that allocations of both count.
func openRPC(full bool, network string) (row measure.Row, err error) {
	addr, remove, err := newAddr(network)
	if err != nil {
		return row, err
	}
	srv := benchservice.NewServer(new(setup.Handler), append(setup.Server(setup.CalleeName, full), server.WithServiceAddr(addr))...)
	failed := make(chan error, 1)
	go func() { failed <- srv.Run() }()
	if err := wait(addr, failed); err != nil {
		remove()
		return row, err
	}
	c, err := benchservice.NewClient(setup.CalleeName, append(setup.Client(full), client.WithHostPorts(addr.String()))...)
	if err != nil {
		return row, err
	}
	row, err = openCallee(full, setup.Generated{Client: c})
	cancel := row.Close
	row.Close = func() {
		cancel()
		srv.Stop()
		remove()
	}
	return row, err
}

// wait returns when a server listens.
func wait(addr net.Addr, failed <-chan error) error {
	for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		conn, err := net.Dial(addr.Network(), addr.String())
		if err == nil {
			return conn.Close()
		}
		select {
		case err := <-failed:
			return err
		default:
		}
		if time.Since(start) > readyTimeout {
			return err
		}
	}
}

// newAddr returns an address that nobody listens at.
func newAddr(network string) (addr net.Addr, remove func(), err error) {
	if network == "unix" {
		dir, err := os.MkdirTemp("", "bench")
		if err != nil {
			return nil, nil, err
		}
		return &net.UnixAddr{Net: "unix", Name: filepath.Join(dir, "socket")}, func() { os.RemoveAll(dir) }, nil
	}
	ln, err := net.Listen(network, "127.0.0.1:0")
	if err != nil {
		return nil, nil, err
	}
	return ln.Addr(), func() {}, ln.Close()
}
