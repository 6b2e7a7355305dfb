package runtime

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// exitIn runs a merged binary in which stock exits with code 3 at some place.
// Item goes on until it is told to stop.
func exitIn(place string) {
	begun := make(chan struct{})
	exit := func() {
		defer fmt.Println("deferred call in stock")
		Exit("stock", 3)
		fmt.Println("Exit returned")
	}
	if place == "initialization" {
		exit()
	}
	inline := strings.HasSuffix(place, "inline call")
	stock := Service{Name: "stock", Listen: true, KeepOthers: place == "kept" || inline}
	item := Service{Name: "item", Listen: true}
	stock.Main = func() { <-begun; exit() }
	item.Main = func() {
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		close(begun)
		if inline {
			call, _ := NewClient("item", "StockService", "").Bind("Get")
			resp := call.Do(context.Background(), nil, new(callerResult), nil)
			fmt.Println("closed:", resp.Failed() && resp.Failure.Kind == Closed)
		}
		if stock.KeepOthers {
			<-current.Load().byName["stock"].ended
			fmt.Println("item goes on")
			syscall.Kill(syscall.Getpid(), syscall.SIGTERM)
		}
		<-stop
		fmt.Println("item returns")
	}
	switch place {
	case "goroutine":
		stock.Main = func() { <-begun; go exit(); time.Sleep(time.Minute) }
	case "inline call", "recovered inline call":
		AddLink(Link{Caller: "item", Callee: "stock", RPCService: "StockService", Methods: map[string]Method{"Get": getMethod()}})
		stock.Main = func() {
			Serve("stock", "StockService", "", func(context.Context, Request) Response {
				if place == "recovered inline call" {
					defer func() { recover() }()
				}
				exit()
				return Response{}
			})
			time.Sleep(time.Minute)
		}
	}
	Main(Binary{Services: []Service{stock, item}})
}
