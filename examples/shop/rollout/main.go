// Command rollout rolls out a link of the shop over several processes that are under
// load, twice: as it should be, and with a mistake that only inline calls notice.
//
// It runs on Linux only, as the demo does.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	"github.com/gomerge/rules_go_merge/examples/compare"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "rollout:", err)
		os.Exit(1)
	}
}

func command(ctx context.Context) error {
	merged := flag.String("merged", "", "`binary` of all services")
	mergectl := flag.String("mergectl", "", "`binary` of mergectl")
	processes := flag.Int("processes", 4, "`number` of processes")
	flag.Parse()
	if *merged == "" || *mergectl == "" || *processes < 1 || flag.NArg() > 0 {
		return errors.New("give -merged, -mergectl and at least one process")
	}
	return rollOut(ctx, *merged, *mergectl, *processes)
}

// rollOut makes both rollouts.
func rollOut(ctx context.Context, merged, mergectl string, processes int) error {
	for _, rollout := range []struct {
		title, settings string
		code            int
	}{
		{"A rollout of item->stock", "", 0},
		{"The same where item has no permission to call stock, which only inline calls need", `{"services": {"item": {"permissions": {"call": []}}}}`, 1},
	} {
		fmt.Printf("== %s\n\n", rollout.title)
		code, err := play(ctx, merged, mergectl, processes, rollout.settings)
		if err != nil {
			return err
		}
		if code != rollout.code {
			return fmt.Errorf("mergectl rollout ended with exit code %d, want %d", code, rollout.code)
		}
		fmt.Printf("\nmergectl rollout ended with exit code %d.\n\n", code)
	}
	return nil
}

// rolloutYAML is what the rollout is to do, in less time than one in earnest has.
const rolloutYAML = `links: [item->stock]
rules_file: rules
log: rollout.log
processes:
  sockets: [%s]
rpc_versions: {stock: 1.4.0} # RPCs reach the same processes
poll: 1s
expires: 1m
steps:
  - {processes: 50%%, calls: 5%%, time: 3s, least: 10, margin: 20, tolerate: 30%%}
  - {calls: 5%%, time: 3s, least: 20, margin: 20, tolerate: 10%%}
  - {calls: 50%%, time: 5s, least: 200, margin: 5, tolerate: 2%%}
  - {calls: 100%%, time: 3s}
`

// play starts the processes, sends requests and returns how mergectl ends.
func play(ctx context.Context, merged, mergectl string, processes int, settings string) (code int, err error) {
	dir, err := os.MkdirTemp("", "rollout")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	env := map[string]string{"GO_MERGE_LINKS": "* off", "GO_MERGE_LINKS_FILE": filepath.Join(dir, "rules"), "GO_MERGE_SETTINGS_FILE": ""}
	if settings != "" {
		env["GO_MERGE_SETTINGS_FILE"] = filepath.Join(dir, "settings.json")
		if err := os.WriteFile(env["GO_MERGE_SETTINGS_FILE"], []byte(settings), 0o666); err != nil {
			return 0, err
		}
	}
	var sockets []string
	var shops []*compare.Deployment
	defer func() {
		for _, d := range shops {
			d.Stop()
		}
	}()
	for i := range processes {
		env["GO_MERGE_PROCESS_ID"] = fmt.Sprintf("shop-%d", i)
		for name, value := range env {
			if err := os.Setenv(name, value); err != nil {
				return 0, err
			}
		}
		d, err := compare.Deploy(ctx, shop, compare.Binaries{compare.Merged: merged}, true, false)
		if err != nil {
			return 0, err
		}
		shops = append(shops, d)
		sockets = append(sockets, d.AdminSocket())
	}
	yaml := filepath.Join(dir, "rollout.yaml")
	if err := os.WriteFile(yaml, fmt.Appendf(nil, rolloutYAML, strings.Join(sockets, ", ")), 0o666); err != nil {
		return 0, err
	}
	stop := load(ctx, shops)
	defer func() {
		requests, failed := stop()
		err = errors.Join(err, failed)
		fmt.Printf("\n%d requests were answered.\n", requests)
	}()
	cmd := exec.CommandContext(ctx, mergectl, "rollout", "--watch", "--settings="+yaml)
	cmd.Env = append(os.Environ(), "BUILD_WORKING_DIRECTORY=")
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && ctx.Err() == nil {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// load sends requests to all processes until stop is called, which returns how many were
// answered.
func load(ctx context.Context, shops []*compare.Deployment) (stop func() (int64, error)) {
	running, cancel := context.WithCancel(ctx)
	var senders sync.WaitGroup
	var requests atomic.Int64
	errs := make([]error, len(shops))
	for i, d := range shops {
		senders.Go(func() {
			for running.Err() == nil {
				answers, err := d.Play(running, mix, func(int, int) {})
				requests.Add(int64(len(answers)))
				if err != nil && running.Err() == nil {
					errs[i] = d.Explain(err)
					return
				}
			}
		})
	}
	return func() (int64, error) {
		cancel()
		senders.Wait()
		return requests.Load(), errors.Join(errs...)
	}
}
