package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/perf/benchfmt"

	"github.com/gomerge/rules_go_merge/bench/admin"
	"github.com/gomerge/rules_go_merge/bench/measure"
)

// options say how to measure.
type options struct {
	binaries  map[string]string // paths by name
	payloads  []string
	benchtime string // of one payload in one run
	profile   string // file for a CPU profile, or empty
}

// outcome is what one run of a row printed.
type outcome struct {
	results []*benchfmt.Result
	links   []admin.Link // of a merged binary, at the end
}

// config returns a line that the binary printed before its results.
func (o outcome) config(key string) string { return o.results[0].GetConfig(key) }

// run runs the binary of a row once, in some columns.
func run(r row, columns []string, opt options) (o outcome, err error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return o, err
	}
	defer os.RemoveAll(dir)
	cmd := exec.Command(opt.binaries[r.binary])
	cmd.Env = append(os.Environ(), measure.RowEnv+"="+r.name, measure.PayloadsEnv+"="+strings.Join(columns, ","),
		measure.TimeEnv+"="+opt.benchtime, measure.ProfileEnv+"="+opt.profile)
	if r.full {
		cmd.Env = append(cmd.Env, measure.FullEnv+"=1")
	}
	socket := ""
	if r.merged {
		socket = filepath.Join(dir, "admin")
		cmd.Env = append(cmd.Env, admin.SocketEnv+"="+socket)
	}
	if r.rules != "" {
		cmd.Env = append(cmd.Env, admin.RulesEnv+"="+r.rules)
	}
	if o, err = talk(cmd, socket); err != nil {
		return o, fmt.Errorf("%s: %w", r.name, err)
	}
	if r.merged {
		err = checkInline(r, o)
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", r.name, err)
	}
	return o, err
}

// talk runs a command to its end. When the command has closed its output, it
// reads the counters at the admin socket, if there is one.
func talk(cmd *exec.Cmd, socket string) (o outcome, err error) {
	var log bytes.Buffer
	cmd.Stderr = &log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return o, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return o, err
	}
	if err := cmd.Start(); err != nil {
		return o, err
	}
	reader := benchfmt.NewReader(stdout, cmd.Path)
	for reader.Scan() {
		switch record := reader.Result().(type) {
		case *benchfmt.Result:
			o.results = append(o.results, record.Clone())
		case *benchfmt.SyntaxError:
			err = errors.Join(err, record)
		}
	}
	err = errors.Join(err, reader.Err())
	if err == nil && socket != "" {
		var linksErr error
		o.links, linksErr = admin.Links(socket)
		err = errors.Join(err, linksErr)
	}
	stdin.Close()
	if err := errors.Join(err, cmd.Wait()); err != nil {
		return o, fmt.Errorf("%w\n%s", err, strings.TrimSpace(log.String()))
	}
	if len(o.results) == 0 {
		return o, errors.New("it printed no results")
	}
	return o, nil
}

// checkInline returns an error if a call of a merged binary was an RPC, other
// than those with which the caller waited for the callee.
func checkInline(row row, o outcome) error {
	sum := admin.Sum(o.links)
	var calls int64
	for _, r := range o.results {
		if row.stream {
			calls++
		} else {
			calls += int64(r.Iters)
		}
	}
	if waited := o.config("waited"); fmt.Sprint(sum.RPC) != waited || sum.Inline < calls {
		return fmt.Errorf("of %d calls and %s while waiting, %d were inline and %d RPCs", calls, waited, sum.Inline, sum.RPC)
	}
	if sum.Errors > 0 {
		return fmt.Errorf("%d inline calls failed", sum.Errors)
	}
	return nil
}
