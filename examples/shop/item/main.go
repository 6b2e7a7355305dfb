// Command item serves ItemService: the catalogue, with what is in stock, and
// orders. It asks stock for the latter.
//
// Flags, with the environment variables that say what they are by default:
//
//	-listen      ITEM_LISTEN_ADDR  address to serve at (127.0.0.1:8802)
//	-stock       STOCK_ADDR        address of stock (127.0.0.1:8803)
//	-log-level   LOG_LEVEL         debug, info, warn or error (info)
//	-debug-addr  DEBUG_ADDR        address of /debug/vars and /debug/pprof,
//	                               which are off without it
package main

import (
	"cmp"
	"flag"
	"fmt"
	"log"
	"net"
	"os"

	"github.com/cloudwego/kitex/pkg/klog"
	"github.com/cloudwego/kitex/server"

	"github.com/gomerge/rules_go_merge/examples/shop/item/internal/goods"
)

// idl/stock.thrift is a copy of the stock team's.
//go:generate go tool kitex -module github.com/gomerge/rules_go_merge/examples/shop/item idl/item.thrift
//go:generate go tool kitex -module github.com/gomerge/rules_go_merge/examples/shop/item idl/stock.thrift

const version = "2.1.0"

var (
	listen    = flag.String("listen", cmp.Or(os.Getenv("ITEM_LISTEN_ADDR"), "127.0.0.1:8802"), "`address` to serve at")
	stockAddr = flag.String("stock", cmp.Or(os.Getenv("STOCK_ADDR"), "127.0.0.1:8803"), "`address` of stock")
	logLevel  = flag.String("log-level", cmp.Or(os.Getenv("LOG_LEVEL"), "info"), "`level`: debug, info, warn or error")
	debugAddr = flag.String("debug-addr", os.Getenv("DEBUG_ADDR"), "`address` of /debug/vars and /debug/pprof")
)

func main() {
	log.SetPrefix("item: ")
	flag.Parse()
	if flag.NArg() > 0 {
		log.Fatalf("unexpected argument %q", flag.Arg(0))
	}
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

// run serves until SIGTERM or SIGINT.
func run() error {
	level, ok := levels[*logLevel]
	if !ok {
		return fmt.Errorf("-log-level %q: want debug, info, warn or error", *logLevel)
	}
	klog.SetLevel(level)
	if *debugAddr != "" {
		ln, err := serveDebug(*debugAddr)
		if err != nil {
			return err
		}
		defer ln.Close()
	}

	catalogue, err := goods.Default()
	if err != nil {
		return err
	}
	outgoing := newCallCounter()
	stock, err := newStockClient(*stockAddr, outgoing)
	if err != nil {
		return err
	}
	addr, err := net.ResolveTCPAddr("tcp", *listen)
	if err != nil {
		return err
	}
	klog.Infof("item %s: %d items", version, catalogue.Len())
	return newServer(newHandler(catalogue, stock, outgoing), server.WithServiceAddr(addr)).Run()
}

// levels are the values of -log-level.
var levels = map[string]klog.Level{
	"debug": klog.LevelDebug,
	"info":  klog.LevelInfo,
	"warn":  klog.LevelWarn,
	"error": klog.LevelError,
}
