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
// Flags, with the environment variables that say what they are by default:
//
//	-listen      API_LISTEN_ADDR  address to serve at (127.0.0.1:8801)
//	-item        ITEM_ADDR        address of item (127.0.0.1:8802)
//	-stock       STOCK_ADDR       address of stock (127.0.0.1:8803)
//	-log-level   LOG_LEVEL        debug, info, warn or error (info)
//	-debug-addr  DEBUG_ADDR       address of /debug/vars and /debug/pprof, which
//	                              are off without it
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"log"
	"log/slog"
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

var (
	listen    = flag.String("listen", cmp.Or(os.Getenv("API_LISTEN_ADDR"), "127.0.0.1:8801"), "`address` to serve at")
	itemAddr  = flag.String("item", cmp.Or(os.Getenv("ITEM_ADDR"), "127.0.0.1:8802"), "`address` of item")
	stockAddr = flag.String("stock", cmp.Or(os.Getenv("STOCK_ADDR"), "127.0.0.1:8803"), "`address` of stock")
	logLevel  = flag.String("log-level", cmp.Or(os.Getenv("LOG_LEVEL"), "info"), "`level`: debug, info, warn or error")
	debugAddr = flag.String("debug-addr", os.Getenv("DEBUG_ADDR"), "`address` of /debug/vars and /debug/pprof")
)

func main() {
	log.SetPrefix("api: ")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("unexpected argument %q", flag.Arg(0))
	}
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

// run serves until SIGTERM or SIGINT, and then answers what has come in.
func run() error {
	var level slog.Level
	if err := level.UnmarshalText([]byte(*logLevel)); err != nil {
		return fmt.Errorf("-log-level: %w", err)
	}
	slog.SetLogLoggerLevel(level)
	if *debugAddr != "" {
		ln, err := serveDebug(*debugAddr)
		if err != nil {
			return err
		}
		defer ln.Close()
	}

	items, err := newItemClient(*itemAddr)
	if err != nil {
		return err
	}
	stocks, err := newStockClient(*stockAddr)
	if err != nil {
		return err
	}
	ln, err := net.Listen("tcp", *listen)
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
	slog.Info("serving", "version", version, "addr", ln.Addr())

	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return srv.Shutdown(ctx)
}
