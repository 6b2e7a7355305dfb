// Command callee serves BenchService.
package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"

	"github.com/cloudwego/kitex/pkg/klog"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench/benchservice"
	"github.com/gomerge/rules_go_merge/bench/measure"
	"github.com/gomerge/rules_go_merge/bench/setup"
)

func main() {
	klog.SetLevel(klog.LevelFatal)
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "callee:", err)
		os.Exit(1)
	}
}

// serve serves until SIGTERM.
func serve() error {
	options, err := setup.Listen(setup.CalleeName, setup.CalleeAddr(), os.Getenv(measure.FullEnv) != "")
	if err != nil {
		return err
	}
	stop, err := measure.Profile(measure.CalleeProfileEnv)
	if err != nil {
		return err
	}
	handler := new(setup.Handler)
	if steps := os.Getenv(measure.WorkEnv); steps != "" {
		if handler.Steps, err = strconv.Atoi(steps); err != nil {
			return errors.Join(fmt.Errorf("%s: %w", measure.WorkEnv, err), stop())
		}
	}
	return errors.Join(benchservice.NewServer(handler, options...).Run(), stop())
}
