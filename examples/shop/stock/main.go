// Command stock serves StockService: what is on the shelves, and reservations
// of it.
//
// Flags, with the environment variables that say what they are by default:
//
//	-listen      STOCK_LISTEN_ADDR  address to serve at (127.0.0.1:8803)
//	-seed        STOCK_SEED         JSON file to fill the shelves from, in place
//	                                of the built-in one
//	-log-level   LOG_LEVEL          debug, info, warn or error (info)
//	-debug-addr  DEBUG_ADDR         address of /debug/vars and /debug/pprof,
//	                                which are off without it
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

	"github.com/gomerge/rules_go_merge/examples/shop/stock/internal/inventory"
)

// This version of kitex pins a module that nothing here needs.
//go:generate go tool kitex -module github.com/gomerge/rules_go_merge/examples/shop/stock idl/stock.thrift
//go:generate go mod edit -dropreplace github.com/apache/thrift

// version is set by the release build.
var version = "dev"

var (
	listen    = flag.String("listen", cmp.Or(os.Getenv("STOCK_LISTEN_ADDR"), "127.0.0.1:8803"), "`address` to serve at")
	seedFile  = flag.String("seed", os.Getenv("STOCK_SEED"), "JSON `file` to fill the shelves from")
	logLevel  = flag.String("log-level", cmp.Or(os.Getenv("LOG_LEVEL"), "info"), "`level`: debug, info, warn or error")
	debugAddr = flag.String("debug-addr", os.Getenv("DEBUG_ADDR"), "`address` of /debug/vars and /debug/pprof")
)

func main() {
	log.SetPrefix("stock: ")
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
	level, err := parseLevel(*logLevel)
	if err != nil {
		return err
	}
	klog.SetLevel(level)
	if *debugAddr != "" {
		ln, err := serveDebug(*debugAddr)
		if err != nil {
			return err
		}
		defer ln.Close()
	}

	seed := inventory.DefaultSeed
	if *seedFile != "" {
		if seed, err = os.ReadFile(*seedFile); err != nil {
			return err
		}
	}
	inv, err := inventory.Load(seed)
	if err != nil {
		return err
	}
	addr, err := net.ResolveTCPAddr("tcp", *listen)
	if err != nil {
		return err
	}
	klog.Infof("stock %s: %d items", version, inv.Len())
	return newServer(inv, server.WithServiceAddr(addr)).Run()
}

// parseLevel returns the level of the framework's logger that -log-level names.
func parseLevel(name string) (klog.Level, error) {
	switch name {
	case "debug":
		return klog.LevelDebug, nil
	case "info":
		return klog.LevelInfo, nil
	case "warn":
		return klog.LevelWarn, nil
	case "error":
		return klog.LevelError, nil
	}
	return 0, fmt.Errorf("-log-level %q: want debug, info, warn or error", name)
}
