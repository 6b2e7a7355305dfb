// Command item serves ItemService: the catalogue, with what is in stock, and
// orders. It asks stock for the latter.
//
// Environment:
//
//	ITEM_LISTEN_ADDR  address to serve at, 127.0.0.1:8802 by default
//	STOCK_ADDR        address of stock, 127.0.0.1:8803 by default
package main

import (
	"fmt"
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

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "item:", err)
		os.Exit(1)
	}
}

// run serves until SIGTERM or SIGINT.
func run() error {
	catalogue, err := goods.Default()
	if err != nil {
		return err
	}
	outgoing := newCallCounter()
	stock, err := newStockClient(getenv("STOCK_ADDR", "127.0.0.1:8803"), outgoing)
	if err != nil {
		return err
	}
	addr, err := net.ResolveTCPAddr("tcp", getenv("ITEM_LISTEN_ADDR", "127.0.0.1:8802"))
	if err != nil {
		return err
	}
	klog.Infof("item %s: %d items", version, catalogue.Len())
	return newServer(newHandler(catalogue, stock, outgoing), server.WithServiceAddr(addr)).Run()
}

func getenv(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}
