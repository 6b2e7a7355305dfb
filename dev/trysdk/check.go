package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/gomerge/rules_go_merge/dev/gosdk"
	"github.com/gomerge/rules_go_merge/dev/gotest"
)

// check is a number of tests that say one thing about an SDK.
type check struct {
	title    string
	packages []string
	run      string // which tests; all if empty
}

// test runs a check by the go command of an SDK.
func (c check) test(module, goroot string) (*gotest.Report, error) {
	args := []string{"test", "-json", "-timeout=30m"}
	if c.run != "" {
		args = append(args, "-run="+c.run)
	}
	cmd := exec.Command(filepath.Join(goroot, "bin", "go"), append(args, c.packages...)...)
	cmd.Dir = module
	cmd.Env = append(os.Environ(), "GOROOT="+goroot, "GOTOOLCHAIN=local", "GOFLAGS=-mod=readonly", gosdk.Env+"="+goroot,
		"PATH="+filepath.Join(goroot, "bin")+string(filepath.ListSeparator)+os.Getenv("PATH"))
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &log
	// Its exit code says what its output does.
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		return nil, err
	}
	r, err := gotest.Read(&out)
	if err == nil && r.Passed == 0 && len(r.Failures) == 0 {
		err = errors.New("no test ran")
	}
	if err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", cmd, err, &log)
	}
	return r, nil
}
