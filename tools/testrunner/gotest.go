package main

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// env returns the variables of this process with those of one target, of the
// configuration and of the runner, the later winning over the earlier.
func (r *runner) env(target map[string]string) []string {
	env := os.Environ()
	for name, value := range target {
		env = append(env, name+"="+value)
	}
	for name, value := range r.config.Env {
		env = append(env, name+"="+r.ports.expand(value))
	}
	for name, value := range r.ports.variables() {
		env = append(env, name+"="+value)
	}
	return append(env, "GO_MERGE_ADMIN_SOCKET="+r.socket)
}

// runTest runs the Go test and returns its exit code. Only the first run reports
// to Bazel: the others are there to see what they leave behind.
func (r *runner) runTest(first bool, stdout, stderr io.Writer) int {
	env := r.env(r.config.TestEnv)
	if !r.deadline.IsZero() {
		// Before Bazel ends all of it, so that the test says where it is.
		left := max(int(time.Until(r.deadline).Seconds())-2, 1)
		env = append(env, "TEST_TIMEOUT="+strconv.Itoa(left))
	}
	if !first {
		env = without(env, "XML_OUTPUT_FILE", "COVERAGE_DIR", "TEST_SHARD_STATUS_FILE")
	}
	cmd := exec.Command(runfile(r.config.Test), r.testArgs...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = env, os.Stdin, stdout, stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		say("%s: %v", r.config.Label, err)
		return 1
	}
	if code := cmd.ProcessState.ExitCode(); code >= 0 {
		return code
	}
	say("%s: %s", r.config.Test, cmd.ProcessState)
	return 1
}

// without returns the variables but for those named.
func without(env []string, names ...string) []string {
	var rest []string
next:
	for _, v := range env {
		for _, name := range names {
			if strings.HasPrefix(v, name+"=") {
				continue next
			}
		}
		rest = append(rest, v)
	}
	return rest
}
