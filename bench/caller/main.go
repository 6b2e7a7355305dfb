// Command caller calls the callee: to measure calls when the environment names
// a row of the table, and else to answer the requests of customers.
package main

import (
	"fmt"
	"os"

	"github.com/cloudwego/kitex"
	"github.com/cloudwego/kitex/pkg/klog"

	"github.com/gomerge/rules_go_merge/bench/measure"
)

func main() {
	klog.SetLevel(klog.LevelFatal)
	if os.Getenv(measure.RowEnv) != "" {
		measure.Main("Kitex "+kitex.Version, rows)
		return
	}
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "caller:", err)
		os.Exit(1)
	}
}
