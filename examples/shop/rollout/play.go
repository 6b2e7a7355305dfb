package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gomerge/rules_go_merge/examples/compare"
	"github.com/gomerge/rules_go_merge/internal/admin"
)

// verified is the method that is verified before the rollout. It may be called twice.
const verified = "item->stock/StockService/GetStock"

// enough is how many calls are compared before the rollout.
const enough = 50

// command returns mergectl with arguments, which ends with the context.
func (s *stage) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, s.mergectl, args...)
	cmd.Env = append(os.Environ(), "BUILD_WORKING_DIRECTORY=")
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	return cmd
}

// servePages has mergectl serve its pages until done is called.
func (s *stage) servePages(ctx context.Context, out io.Writer) (done func() error, err error) {
	args := []string{"ui", "--rollout=" + s.path("rollout.yaml")}
	for i := range s.processes {
		args = append(args, s.socket(i))
	}
	cmd := s.command(ctx, args...)
	cmd.Stdout = out
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return func() error { return errors.Join(cmd.Cancel(), cmd.Wait()) }, nil
}

// play sends requests, verifies if it is to, rolls out, and returns how mergectl ends.
func (s *stage) play(ctx context.Context, shops []*compare.Deployment, verify bool) (code int, err error) {
	stop := load(ctx, shops)
	defer func() {
		requests, failed := stop()
		err = errors.Join(err, failed)
		fmt.Printf("\n%d requests were answered.\n", requests)
	}()
	if verify {
		if err := s.verify(ctx); err != nil {
			return 0, err
		}
	}
	cmd := s.command(ctx, "rollout", "--watch", "--settings="+s.path("rollout.yaml"))
	// Not a terminal, which would be cleared at each pass, with the address of the page.
	cmd.Stdout = struct{ io.Writer }{os.Stdout}
	err = cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && ctx.Err() == nil {
		return exit.ExitCode(), nil
	}
	return 0, err
}

// verify waits until enough calls were made in both ways, and prints what was found.
func (s *stage) verify(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		var compared, different uint64
		for i := range s.processes {
			report, err := admin.NewClient(s.socket(i)).Links()
			if err != nil {
				return err
			}
			for _, l := range report.Links {
				if l.Name() == verified && l.Verification != nil {
					compared += l.Verification.Compared()
					different += l.Verification.Different
				}
			}
		}
		if compared >= enough {
			fmt.Printf("Before any answer came from an inline call, %d calls of %s were made in both ways, and %d answers differ.\n\n", compared, verified, different)
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%d calls of %s were compared, and %d are to be: %w", compared, verified, enough, ctx.Err())
		case <-time.After(100 * time.Millisecond):
		}
	}
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
