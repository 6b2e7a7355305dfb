package main

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime"
)

// roleEnv makes the executable of this test the runner, or one of the programs
// that it starts: a merged binary, or a Go test of one. modeEnv says what it does
// wrong.
const (
	roleEnv = "TESTRUNNER_ROLE"
	modeEnv = "TESTRUNNER_MODE"
)

func TestMain(m *testing.M) {
	switch os.Getenv(roleEnv) {
	case "runner":
		main()
	case "binary":
		runShop(os.Getenv(modeEnv))
	case "test":
		os.Exit(testShop(os.Getenv(modeEnv)))
	}
	os.Exit(m.Run())
}

// runShop is a merged binary of two services without a framework.
func runShop(mode string) {
	asIs := runtime.Method{
		Args:      func(src any) (any, error) { return src, nil },
		NewResult: func() any { return new(int) },
		Result:    func(any, any) error { return nil },
	}
	runtime.AddLink(runtime.Link{Caller: "item", Callee: "stock", RPCService: "StockService", Methods: map[string]runtime.Method{"Get": asIs, "Put": asIs}})
	runtime.Main(runtime.Binary{Name: "shop", Services: []runtime.Service{
		{Name: "stock", Namespace: "stock", Main: func() { runStock(mode) }},
		{Name: "item", Namespace: "item", Main: func() { runItem(mode) }},
	}})
}

func runStock(mode string) {
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	switch mode {
	case "exits at the start":
		fmt.Fprintln(os.Stderr, "no database")
		os.Exit(1)
	case "does not serve":
		fmt.Fprintln(os.Stderr, "stock runs")
	default:
		defer runtime.Serve("stock", "StockService", "stock", func(context.Context, runtime.Request) runtime.Response {
			return runtime.Response{}
		})()
	}
	<-stop
	if mode == "fails to stop" {
		os.Exit(3)
	}
}

// runItem answers requests, which have an effect by their path.
func runItem(mode string) {
	stock := runtime.NewClient("item", "StockService", "stock")
	canary := runtime.NewClient("item", "StockService", "stock-canary")
	call := func(c *runtime.Client, method string) {
		if inline, ok := c.Bind(method); ok {
			inline.Do(context.Background(), nil, new(int), nil)
		}
	}
	var pool sync.Once
	var leaked []net.Listener
	effects := map[string]func(){
		"/get":    func() { call(stock, "Get") },
		"/put":    func() { call(stock, "Put") },
		"/canary": func() { call(canary, "Put") },
		"/exit":   func() { os.Exit(7) },
		"/leak":   func() { go blockForEver() },
		"/listen": func() {
			l, _ := net.Listen("tcp", "127.0.0.1:0")
			leaked = append(leaked, l) // else it would be closed when collected
		},
		"/pool": func() {
			pool.Do(func() {
				for range 5 {
					go blockForEver()
				}
			})
		},
	}
	address := os.Getenv("ITEM_ADDR")
	if mode == "does not listen" {
		address = "127.0.0.1:0"
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		panic(err)
	}
	srv := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { effects[r.URL.Path]() })}
	go srv.Serve(l)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	<-stop
	srv.Close()
}

func blockForEver() { select {} }

// testShop is a Go test that makes the requests of a mode, and returns its exit
// code.
func testShop(mode string) int {
	for _, path := range requests[mode] {
		if path == "/fail" {
			return 5
		}
		resp, err := http.Get("http://127.0.0.1:" + os.Getenv("GO_MERGE_PORT_ITEM") + path)
		if err != nil && path != "/exit" {
			fmt.Fprintln(os.Stderr, err)
			return 4
		}
		if err == nil {
			resp.Body.Close()
		}
	}
	time.Sleep(10 * time.Millisecond) // for the process to have ended after "/exit"
	return 0
}
