// Command callee serves the cases that the command caller runs, at an address for
// each that it tells the caller at CONFORMANCE_LISTEN.
package main

import (
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"google.golang.org/grpc"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/cases"
	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/control"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "callee:", err)
		os.Exit(1)
	}
}

// listenEnv names the address of the server that takes orders. It is that of the
// callee with this version of grpc-go, since others may be in the process.
func listenEnv() string {
	return "CONFORMANCE_LISTEN_" + strings.ReplaceAll(grpc.Version, ".", "_")
}

func run() error {
	lis, err := net.Listen("tcp", os.Getenv(listenEnv()))
	if err != nil {
		return err
	}
	s := grpc.NewServer()
	cases.RegisterControlServer(s, control.Server{Follow: newCases().follow})
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		<-stop
		s.Stop()
	}()
	return s.Serve(lis)
}
