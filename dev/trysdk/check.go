package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/dev/gosdk"
)

// check is a number of tests that say one thing about an SDK.
type check struct {
	title    string
	packages []string
	run      string // which tests; all if empty
}

// event is a line that go test -json prints.
type event struct {
	Action      string
	Package     string
	ImportPath  string // of what does not compile
	FailedBuild string
	Test        string
	Output      string
}

// result is what became of a check.
type result struct {
	passed, skipped int
	failures        []failure
}

// failure is a test that failed, or a package that does not compile or whose
// test ended before its time.
type failure struct {
	name   string
	output string
}

// test runs a check by the go command of an SDK.
func (c check) test(module, goroot string) (*result, error) {
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
	r, err := read(&out)
	if err == nil && r.passed == 0 && len(r.failures) == 0 {
		err = errors.New("no test ran")
	}
	if err != nil {
		return nil, fmt.Errorf("%v: %w\n%s", cmd, err, &log)
	}
	return r, nil
}

// read reads what go test -json prints.
func read(r io.Reader) (*result, error) {
	var res result
	outputs := map[string]*strings.Builder{}
	failed := map[string]bool{} // packages of which a test is among the failures
	for decoder := json.NewDecoder(r); ; {
		var e event
		err := decoder.Decode(&e)
		if errors.Is(err, io.EOF) {
			return &res, nil
		}
		if err != nil {
			return nil, err
		}
		name := e.ImportPath + e.Package
		if e.Test != "" {
			name += "." + e.Test
		}
		switch e.Action {
		case "output", "build-output":
			if outputs[name] == nil {
				outputs[name] = &strings.Builder{}
			}
			outputs[name].WriteString(e.Output)
		case "pass":
			if e.Test != "" {
				res.passed++
			}
		case "skip":
			if e.Test != "" {
				res.skipped++
			}
		case "fail":
			res.fail(e, name, outputs, failed)
		}
	}
}

// fail adds a failure, unless one for a subtest of it was added already.
func (r *result) fail(e event, name string, outputs map[string]*strings.Builder, failed map[string]bool) {
	if e.Test == "" && failed[e.Package] || slices.ContainsFunc(r.failures, func(f failure) bool { return strings.HasPrefix(f.name, name+"/") }) {
		return
	}
	failed[e.Package] = true
	if e.FailedBuild != "" {
		name, outputs[name] = e.Package, outputs[e.FailedBuild]
	}
	text := ""
	if b := outputs[name]; b != nil {
		text = b.String()
	}
	r.failures = append(r.failures, failure{name, text})
}

func (r *result) failed() bool { return len(r.failures) > 0 }

// maxLines is how much of a failure's output the report has.
const maxLines = 20

func (r *result) write(w io.Writer) {
	if !r.failed() {
		fmt.Fprintf(w, "  ok: %d tests passed, %d skipped\n", r.passed, r.skipped)
		return
	}
	fmt.Fprintf(w, "  FAILED: %d tests passed, %d skipped, %d failed\n", r.passed, r.skipped, len(r.failures))
	for _, f := range r.failures {
		fmt.Fprintf(w, "  %s\n", f.name)
		lines := strings.Split(strings.TrimSpace(f.output), "\n")
		for i, line := range lines {
			if i == maxLines {
				fmt.Fprintf(w, "      ... %d more lines\n", len(lines)-i)
				break
			}
			fmt.Fprintf(w, "      %s\n", line)
		}
	}
}
