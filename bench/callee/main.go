// Command callee serves BenchService.
package main

import (
	"fmt"
	"os"

	"github.com/cloudwego/kitex/pkg/klog"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench/benchservice"
	"github.com/gomerge/rules_go_merge/bench/measure"
	"github.com/gomerge/rules_go_merge/bench/setup"
)

func main() {
	klog.SetLevel(klog.LevelFatal)
	full := os.Getenv(measure.FullEnv) != ""
	if err := benchservice.NewServer(new(setup.Handler), setup.Server(full)...).Run(); err != nil {
		fmt.Fprintln(os.Stderr, "callee:", err)
		os.Exit(1)
	}
}
