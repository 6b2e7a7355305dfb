// Command stock serves StockService: what is on the shelves, and reservations
// of it.
//
// Environment:
//
//	STOCK_LISTEN_ADDR  address to serve at, 127.0.0.1:8803 by default
//	STOCK_SEED         JSON file to fill the shelves from, in place of the
//	                   built-in one
package main

import (
	"fmt"
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

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "stock:", err)
		os.Exit(1)
	}
}

// run serves until SIGTERM or SIGINT.
func run() error {
	seed := inventory.DefaultSeed
	if path := os.Getenv("STOCK_SEED"); path != "" {
		var err error
		if seed, err = os.ReadFile(path); err != nil {
			return err
		}
	}
	inv, err := inventory.Load(seed)
	if err != nil {
		return err
	}

	listen := os.Getenv("STOCK_LISTEN_ADDR")
	if listen == "" {
		listen = "127.0.0.1:8803"
	}
	addr, err := net.ResolveTCPAddr("tcp", listen)
	if err != nil {
		return err
	}
	klog.Infof("stock %s: %d items", version, inv.Len())
	return newServer(inv, server.WithServiceAddr(addr)).Run()
}
