package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

// socketLimit is the length of a unix socket's path, in bytes, with which all
// systems can do.
const socketLimit = 100

// stopGrace is how long the runtime gives each service to stop.
const stopGrace = 10 * time.Second

// runner runs one test.
type runner struct {
	config   *config
	links    []link
	ports    ports
	dir      string // folder of the socket and of a log that nobody keeps
	socket   string
	args     []string // of the merged binary
	testArgs []string
	deadline time.Time // when the test will be killed, zero for never

	binary *process
	phase  atomic.Pointer[string] // what the runner is doing, for interrupted
	checks []check
}

// check is something that was asserted. It is a case of the test's XML report.
type check struct {
	name string
	err  error
}

// newRunner returns a runner with the arguments of a test that began at the
// given time.
func newRunner(c *config, args []string, began time.Time) (*runner, error) {
	r := &runner{config: c}
	for _, text := range c.Inline {
		l, err := parseLink(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Label, err)
		}
		r.links = append(r.links, l)
	}
	var err error
	if r.ports, err = choosePorts(append(slices.Collect(maps.Values(c.Env)), args...)); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Label, err)
	}
	for _, arg := range args {
		to := &r.args
		if strings.HasPrefix(arg, "-") {
			to = &r.testArgs
		}
		*to = append(*to, r.ports.expand(arg))
	}
	if seconds, err := strconv.Atoi(os.Getenv("TEST_TIMEOUT")); err == nil {
		r.deadline = began.Add(time.Duration(seconds) * time.Second)
	}
	return r, r.makeDir()
}

// makeDir makes a folder for the socket, whose path must be short.
func (r *runner) makeDir() (err error) {
	for _, parent := range []string{os.Getenv("TEST_TMPDIR"), "", "/tmp"} {
		if r.dir, err = os.MkdirTemp(parent, "merged"); err != nil {
			continue
		}
		if r.socket = filepath.Join(r.dir, "admin.sock"); len(r.socket) <= socketLimit {
			return nil
		}
		os.Remove(r.dir)
		err = fmt.Errorf("%s is too long a path for the admin socket", r.socket)
	}
	return err
}

// clean removes what the runner made.
func (r *runner) clean() { os.RemoveAll(r.dir) }

// run returns the exit code: the Go test's if it fails, else 1 if anything
// else is not as it should be.
func (r *runner) run() int {
	var err error
	r.binary, err = startProcess(runfile(r.config.Binary), r.args, r.env(r.config.BinaryEnv), r.socket, r.logFile())
	if err != nil {
		say("%s: %v", r.config.Label, err)
		return 1
	}
	defer r.binary.kill()
	r.begin("waiting for the services")
	if err := r.binary.awaitReady(r.links, r.ports, r.readyLimit()); err != nil {
		r.assert("start", err)
		return r.finish()
	}
	before, err := r.observe(nil)
	if err != nil {
		r.assert("start", err)
		return r.finish()
	}

	r.begin("running " + r.config.Test)
	if code := r.runTest(true, os.Stdout, os.Stderr); code != 0 {
		r.binary.explain()
		return code
	}
	if r.binary.hasEnded() {
		r.assert("stop", fmt.Errorf("the process ended during the test: %s", r.binary.outcome()))
		return r.finish()
	}
	r.begin("looking for what the test left behind")
	after, err := r.observe(before)
	if err != nil {
		r.assert("leaks", err)
		return r.finish()
	}
	r.checkLinks(before, after)
	r.assert("ports", newPorts(before, after))
	r.assert("goroutines", r.leaks(before, after))

	r.begin("stopping the merged binary")
	services := len(after.services)
	r.assert("stop", r.binary.stop(time.Duration(services+1)*stopGrace, r.config.ExitCode))
	return r.finish()
}

// checkLinks asserts that calls were inline. A part of the tests, by a filter or
// as a shard, need not call all links.
func (r *runner) checkLinks(before, after *observation) {
	made := since(before.links, after.links)
	for _, l := range r.links {
		err := l.check(made, !r.isPart(), r.binary.output())
		if err == nil {
			inline, _ := l.calls(made)
			say("%s: %d calls, none by RPC", l.text, inline)
		}
		r.assert("inline: "+l.text, err)
	}
}

// isPart reports whether not all tests of the Go test run.
func (r *runner) isPart() bool {
	return os.Getenv("TESTBRIDGE_TEST_ONLY") != "" || os.Getenv("TEST_TOTAL_SHARDS") != "" ||
		slices.ContainsFunc(r.testArgs, func(arg string) bool {
			return strings.HasPrefix(arg, "-test.run") || strings.HasPrefix(arg, "-test.skip")
		})
}

func (r *runner) begin(phase string) { r.phase.Store(&phase) }

// assert notes a result, and prints what went wrong.
func (r *runner) assert(name string, err error) {
	r.checks = append(r.checks, check{name, err})
	if err != nil {
		say("%s: %v", r.config.Label, err)
	}
}

// finish reports the checks and returns the exit code.
func (r *runner) finish() int {
	if err := addToXML(os.Getenv("XML_OUTPUT_FILE"), r.config.Label, r.checks); err != nil {
		say("the XML report lacks what was checked: %v", err)
	}
	if slices.ContainsFunc(r.checks, func(c check) bool { return c.err != nil }) {
		r.binary.explain()
		return 1
	}
	return 0
}

// interrupted prints what the runner is doing when it is told to end: the test
// has run out of time, or somebody has had enough. A Go test that runs out of
// time reports where it is and fails; all else is over at once.
func (r *runner) interrupted() {
	phase := r.phase.Load()
	if phase == nil { // before anything has started
		os.Exit(1)
	}
	say("%s: interrupted while %s", r.config.Label, *phase)
	if !strings.HasPrefix(*phase, "running ") {
		r.binary.explain()
		r.binary.cmd.Process.Kill()
		r.clean()
		os.Exit(1)
	}
}

// readyLimit leaves time to say why services did not start.
func (r *runner) readyLimit() time.Time {
	if r.deadline.IsZero() {
		return time.Now().Add(time.Minute)
	}
	left := time.Until(r.deadline)
	return time.Now().Add(left - min(left/4, 10*time.Second))
}

// logFile is where the output of the merged binary goes. Bazel keeps undeclared
// outputs.
func (r *runner) logFile() string {
	dir := os.Getenv("TEST_UNDECLARED_OUTPUTS_DIR")
	if dir == "" {
		dir = r.dir
	}
	return filepath.Join(dir, filepath.Base(r.config.Binary)+".log")
}

// runfile returns the path of a file that comes with the test.
func runfile(path string) string {
	for _, name := range []string{"TEST_SRCDIR", "RUNFILES_DIR"} {
		if dir := os.Getenv(name); dir != "" {
			return filepath.Join(dir, path)
		}
	}
	return filepath.Join(os.Args[0]+".runfiles", path)
}
