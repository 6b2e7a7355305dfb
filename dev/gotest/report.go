// Package gotest reads what go test -json prints, and says briefly what failed.
package gotest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Report is what became of tests.
type Report struct {
	// Passed and Skipped count tests, with their subtests.
	Passed, Skipped int
	Failures        []Failure
}

// Failure is a test that failed or was running when its package's tests ended before
// their time, or a package that does not compile or fails without such a test.
type Failure struct {
	Name, Output string
	// Unended is set if the test was running: the output may have stacks of goroutines.
	Unended bool
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

// Read reads what go test -json prints.
func Read(r io.Reader) (*Report, error) {
	var report Report
	outputs := map[string]*strings.Builder{}
	failed := map[string]bool{}     // packages of which a test is among the failures
	running := map[string][]event{} // by package, those that began tests which have not ended
	for decoder := json.NewDecoder(r); ; {
		var e event
		err := decoder.Decode(&e)
		if errors.Is(err, io.EOF) {
			return &report, nil
		}
		if err != nil {
			return nil, err
		}
		name := e.ImportPath + e.Package
		if e.Test != "" {
			name += "." + e.Test
		}
		switch {
		case e.Action == "run":
			running[e.Package] = append(running[e.Package], e)
		case e.Action == "fail" && e.Test == "":
			// Subtests come first: what they print is theirs.
			for _, test := range slices.Backward(running[e.Package]) {
				report.fail(test, test.Package+"."+test.Test, outputs, failed)
			}
		case ends(e):
			running[e.Package] = slices.DeleteFunc(running[e.Package], func(begun event) bool { return begun.Test == e.Test })
		}
		switch e.Action {
		case "output", "build-output":
			if outputs[name] == nil {
				outputs[name] = &strings.Builder{}
			}
			outputs[name].WriteString(e.Output)
		case "pass":
			if e.Test != "" {
				report.Passed++
			}
		case "skip":
			if e.Test != "" {
				report.Skipped++
			}
		case "fail":
			report.fail(e, name, outputs, failed)
		}
	}
}

// ends reports whether an event is the end of a test.
func ends(e event) bool { return e.Action == "pass" || e.Action == "skip" || e.Action == "fail" }

// fail adds a failure, unless one for a subtest of it was added already.
func (r *Report) fail(e event, name string, outputs map[string]*strings.Builder, failed map[string]bool) {
	if e.Test == "" && failed[e.Package] || slices.ContainsFunc(r.Failures, func(f Failure) bool { return strings.HasPrefix(f.Name, name+"/") }) {
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
	r.Failures = append(r.Failures, Failure{name, text, e.Action == "run"})
}

// How much of the failures a report has: of the first maxFailures the output, in
// at most maxLines lines of maxLine bytes each, or maxStackLines if the test has not ended.
const (
	maxFailures   = 10
	maxLines      = 20
	maxStackLines = 400
	maxLine       = 500
)

// Write writes how many tests there were, and what failed with the beginning of
// its output.
func (r *Report) Write(w io.Writer) {
	if len(r.Failures) == 0 {
		fmt.Fprintf(w, "  ok: %d tests passed, %d skipped\n", r.Passed, r.Skipped)
		return
	}
	fmt.Fprintf(w, "  FAILED: %d tests passed, %d skipped, %d failed\n", r.Passed, r.Skipped, len(r.Failures))
	for i, f := range r.Failures {
		fmt.Fprintf(w, "  %s\n", f.Name)
		if i >= maxFailures {
			continue
		}
		if f.Unended {
			writeOutput(w, f.Output, maxStackLines)
		} else {
			writeOutput(w, f.Output, maxLines)
		}
	}
}

func writeOutput(w io.Writer, output string, most int) {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "=== ") })
	for i, line := range lines {
		if i == most {
			fmt.Fprintf(w, "      ... %d more lines\n", len(lines)-i)
			break
		}
		if len(line) > maxLine {
			line = fmt.Sprintf("%s ... %d more bytes", line[:maxLine], len(line)-maxLine)
		}
		fmt.Fprintf(w, "      %s\n", line)
	}
}
