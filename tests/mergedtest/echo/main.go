// Command echo answers requests with the greeting that it was given.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

var addr = flag.String("addr", os.Getenv("ADDR"), "`address` to serve at")

func main() {
	flag.Parse()
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		log.Fatal(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, greet(os.Getenv("GREETING")))
	})}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go srv.Serve(l)
	<-ctx.Done()
	srv.Shutdown(context.Background())
}

func greet(greeting string) string {
	if greeting == "" {
		return "nothing to say"
	}
	return greeting
}
