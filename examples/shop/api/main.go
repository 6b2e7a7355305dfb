// Command api is the shop's front: JSON over HTTP, answered with the help of
// item and stock.
//
//	GET    /items/{id}
//	GET    /items?ids=lamp,desk[&parts=attributes,category,spec]
//	POST   /orders         {"item_id": "lamp", "quantity": 2}
//	DELETE /orders/{id}
//	GET    /stock/{id}
//	GET    /views          how often items were looked at
//	GET    /calls          how often services called each other
//	GET    /versions       what the services are built with
//	GET    /healthz
//
// Environment:
//
//	API_LISTEN_ADDR  address to serve at, 127.0.0.1:8801 by default
//	ITEM_ADDR        address of item, 127.0.0.1:8802 by default
//	STOCK_ADDR       address of stock, 127.0.0.1:8803 by default
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// The files in idl are copies of the item and stock teams'.
//go:generate go tool kitex -module github.com/gomerge/rules_go_merge/examples/shop/api idl/item.thrift
//go:generate go tool kitex -module github.com/gomerge/rules_go_merge/examples/shop/api idl/stock.thrift

const version = "0.9.2"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "api:", err)
		os.Exit(1)
	}
}

// run serves until SIGTERM or SIGINT, and then answers what has come in.
func run() error {
	items, err := newItemClient(getenv("ITEM_ADDR", "127.0.0.1:8802"))
	if err != nil {
		return err
	}
	stocks, err := newStockClient(getenv("STOCK_ADDR", "127.0.0.1:8803"))
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", getenv("API_LISTEN_ADDR", "127.0.0.1:8801"))
	if err != nil {
		return err
	}

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	srv := &http.Server{
		Handler:           newRouter(&front{items: items, stocks: stocks}),
		ReadHeaderTimeout: 5 * time.Second,
	}
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(ln) }()
	log.Printf("api %s: serving at %s", version, ln.Addr())

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return srv.Shutdown(ctx)
}

func getenv(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}
