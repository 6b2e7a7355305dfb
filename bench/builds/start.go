package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// starts is how often a binary is started for one measurement, of which the
// median counts.
const starts = 5

// start returns how long a binary takes from its start until as many services
// as given print that they are ready.
func start(ctx context.Context, path string, services int) (time.Duration, error) {
	var times []time.Duration
	for range starts {
		took, err := startOnce(ctx, path, services)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", filepath.Base(path), err)
		}
		times = append(times, took)
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}

func startOnce(ctx context.Context, path string, services int) (time.Duration, error) {
	cmd := exec.CommandContext(ctx, path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	var log strings.Builder
	cmd.Stderr = &log
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	var took time.Duration
	for lines := bufio.NewScanner(out); services > 0 && lines.Scan(); {
		if strings.Contains(lines.Text(), " is ready: ") {
			services--
			took = time.Since(begin)
		}
	}
	if services > 0 {
		return 0, errors.Join(fmt.Errorf("%d services did not get ready\n%s", services, log.String()), cmd.Wait())
	}
	// It is not measured how services stop.
	return took, errors.Join(cmd.Process.Kill(), ignoreKill(cmd.Wait()))
}

// ignoreKill drops the error of a process that was killed.
func ignoreKill(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) && !exit.Exited() {
		return nil
	}
	return err
}
