// Record writes what systems of observation would export of one minute of the shop,
// each in its format, all from one recorded run.
//
//	bazel run //examples/shop/traffic/record          # runs the shop, and exports that
//	cd examples/shop/traffic && go run ./record       # exports the run that is there
//
// In a run the services are separate processes, with a proxy before each that others
// call. The proxies note who calls which method, the sizes of both messages and the
// times.
package main

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"path/filepath"
	"time"

	"github.com/gomerge/rules_go_merge/examples/compare"
)

// runName is the file of a run.
const runName = "run.jsonl"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := command(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context) error {
	folder := "."
	if workspace := os.Getenv("BUILD_WORKSPACE_DIRECTORY"); workspace != "" {
		folder = filepath.Join(workspace, "examples", "shop", "traffic")
	}
	bins := make(compare.Binaries)
	for _, name := range []string{"stock", "item", "api"} {
		flag.Func(name, "`binary` of the "+name+" service; without all three, the run that is there is exported", func(path string) (err error) {
			bins[name], err = filepath.Abs(path)
			return err
		})
	}
	out := flag.String("out", folder, "`folder` to write to")
	requests := flag.Int("requests", 60, "`number` of requests of a run")
	every := flag.Duration("every", time.Second, "`time` between two of them")
	flag.Parse()
	written := make(map[string][]byte)
	name := filepath.Join(*out, runName)
	var run []request
	switch len(bins) {
	case 0:
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if run, err = readRun(data); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	case 3:
		var err error
		if run, err = recordRun(ctx, bins, *requests, *every); err != nil {
			return err
		}
		if written[runName], err = writeRun(run); err != nil {
			return err
		}
	default:
		return fmt.Errorf("a run takes -stock, -item and -api")
	}
	maps.Copy(written, files(run))
	for name, data := range written {
		if err := os.WriteFile(filepath.Join(*out, name), data, 0o666); err != nil {
			return err
		}
	}
	return nil
}
