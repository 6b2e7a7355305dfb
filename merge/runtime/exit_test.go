package runtime

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// exitEnv makes this test binary run a merged binary in which stock exits.
const exitEnv = "GO_MERGE_TEST_EXIT"

// TestExit runs processes, since a goroutine that exits never goes on.
func TestExit(t *testing.T) {
	if place := os.Getenv(exitEnv); place != "" {
		exitIn(place)
	}
	tests := []struct {
		place string
		code  int
		out   string
	}{
		{"initialization", 3, ""},
		{"main", 3, "item returns\n"},
		{"goroutine", 3, "item returns\n"},
		{"kept", 3, "item goes on\nitem returns\n"},
		{"inline call", 3, "deferred call in stock\nclosed: true\nitem goes on\nitem returns\n"},
		{"recovered inline call", 3, "deferred call in stock\nclosed: true\nitem goes on\nitem returns\n"},
	}
	for _, tt := range tests {
		t.Run(tt.place, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestExit$")
			cmd.Env = append(os.Environ(), exitEnv+"="+tt.place)
			out, _ := cmd.Output()
			if code := cmd.ProcessState.ExitCode(); code != tt.code || string(out) != tt.out {
				t.Errorf("exit code %d and output %q, want %d and %q", code, out, tt.code, tt.out)
			}
		})
	}
}

// result is the caller's and the callee's generated result.
type result struct{}

var get = Method{NewResult: func() any { return new(result) }, Result: func(_, _ any) error { return nil }}

// exitIn runs a merged binary in which stock exits with code 3 at some place.
// Item goes on until it is told to stop.
func exitIn(place string) {
	begun := make(chan struct{})
	exit := func() {
		defer fmt.Println("deferred call in stock")
		process.Of("stock").Exit(3)
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
			resp := call.Do(context.Background(), nil, new(result), nil)
			fmt.Println("closed:", resp.Failed() && resp.Failure.Kind == Closed)
		}
		if stock.KeepOthers {
			for registered.services.Services()[0].State != reports.Ended {
				time.Sleep(time.Millisecond)
			}
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
		AddLink(Link{Caller: "item", Callee: "stock", RPCService: "StockService", Methods: map[string]Method{"Get": get}})
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
