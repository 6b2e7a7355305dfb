// Command grpccallee serves gRPC's BenchService.
package main

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/gomerge/rules_go_merge/bench/grpccall"
	"github.com/gomerge/rules_go_merge/bench/measure"
)

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "grpccallee:", err)
		os.Exit(1)
	}
}

// serve serves until SIGTERM.
func serve() error {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := grpccall.NewServer(grpccall.ModeOf(os.Getenv(measure.RowEnv)))
	go func() {
		<-stop
		srv.Stop()
	}()
	return srv.Serve(ln)
}
