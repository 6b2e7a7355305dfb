package suite

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Panicked is what came of a handler that panics, which nobody recovers.
type Panicked struct {
	// Code is that of the error which the caller got from a callee of its own process.
	Code string
	// Callee and Merged are what the callee's process and the merged one wrote before
	// they ended.
	Callee, Merged string
}

// Panic has a handler panic in a call of a kind, "unary" or "stream". It fails if a
// process goes on that should end.
func (p GRPCPair) Panic(kind string) (Panicked, error) {
	var result Panicked
	address, variables, err := p.environment("CONFORMANCE_PANIC=" + kind)
	if err != nil {
		return result, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	callee := exec.CommandContext(ctx, p.Callee)
	callee.Env = append(os.Environ(), variables...)
	var log bytes.Buffer
	callee.Stderr = &log
	if err := callee.Start(); err != nil {
		return result, err
	}
	err = waitFor(address)
	var seen []Observation
	if err == nil {
		seen, err = observe(ctx, p.Caller, variables)
	}
	if err != nil || len(seen) != 1 {
		cancel()
		callee.Wait()
		return result, fmt.Errorf("the caller saw %v: %w\n%s", seen, err, log.String())
	}
	result.Code = seen[0].Seen
	if err := callee.Wait(); err == nil || ctx.Err() != nil {
		return result, fmt.Errorf("the callee goes on: %v", err)
	}
	result.Callee = log.String()

	_, variables, err = p.environment("CONFORMANCE_PANIC="+kind, "CONFORMANCE_ALONE=1")
	if err != nil {
		return result, err
	}
	// The path of a socket has to be short.
	dir, err := os.MkdirTemp("", "c")
	if err != nil {
		return result, err
	}
	defer os.RemoveAll(dir)
	seen, result.Merged, err = execute(ctx, p.Merged, append(variables, "GO_MERGE_ADMIN_SOCKET="+filepath.Join(dir, "s")))
	if err == nil || ctx.Err() != nil {
		return result, fmt.Errorf("the merged process goes on: %v, %v", seen, err)
	}
	return result, nil
}
