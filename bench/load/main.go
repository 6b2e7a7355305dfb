// Command load sends orders at a constant rate, whether answers come or not,
// and prints how long they took as JSON. Most go to the caller; some go to the
// callee directly, as from other services.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/cloudwego/kitex"
	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/klog"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench/benchservice"
	"github.com/gomerge/rules_go_merge/bench/kitex_gen/front/frontservice"
	"github.com/gomerge/rules_go_merge/bench/payload"
	"github.com/gomerge/rules_go_merge/bench/setup"
)

func main() {
	klog.SetLevel(klog.LevelFatal)
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run() error {
	caller := flag.String("caller", "", "`address` of the caller")
	callee := flag.String("callee", "", "`address` of the callee")
	rate := flag.Int("rate", 1000, "requests per second")
	duration := flag.Duration("duration", 10*time.Second, "how long to send")
	outside := flag.Int("outside", 25, "one of so many requests goes to the callee directly")
	lines := flag.Int("lines", 16, "lines of an order")
	flag.Parse()

	front, err := frontservice.NewClient(setup.CallerName, options(*caller)...)
	if err != nil {
		return err
	}
	bench, err := benchservice.NewClient(setup.CalleeName, options(*callee)...)
	if err != nil {
		return err
	}
	ctx, cancel := setup.Context(true)
	defer cancel()
	order := payload.Order(*lines)
	schedule := schedule{
		rate:   *rate,
		number: int(float64(*rate) * duration.Seconds()),
		class: func(i int) string {
			if i%*outside == 0 {
				return "outside"
			}
			return "caller"
		},
		send: map[string]func() error{
			"caller":  func() error { return check(front.Place(ctx, order)) },
			"outside": func() error { return check(bench.Place(ctx, order)) },
		},
	}
	if err := ready(schedule.send); err != nil {
		return err
	}
	r := schedule.run()
	r.Version = "Kitex " + kitex.Version
	return json.NewEncoder(os.Stdout).Encode(r)
}

func check(_ any, err error) error { return err }

func options(addr string) []client.Option {
	return append(setup.Client(true), client.WithHostPorts(addr), client.WithRPCTimeout(10*time.Second))
}

const readyTimeout = 20 * time.Second

// ready returns when both services answer.
func ready(send map[string]func() error) error {
	for _, call := range send {
		for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			err := call()
			if err == nil {
				break
			}
			if time.Since(start) > readyTimeout {
				return err
			}
		}
	}
	return nil
}
