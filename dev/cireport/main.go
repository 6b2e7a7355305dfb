// Command cireport says how a run of all tests went: which failed, which were
// skipped without a reason that is known, and in its last line how many passed.
//
//	cireport [-status=N] [-passed=N] [-failed=NAME]... EVENTS
//
// EVENTS is what Bazel writes with --build_event_json_file, and -status is its
// exit status. The other flags add what ran outside of Bazel. The exit status is
// 1 if anything failed.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	r := report{allowed: skips}
	status := flag.Int("status", 0, "Bazel's exit status")
	flag.IntVar(&r.passed, "passed", 0, "how many tests passed outside of Bazel")
	flag.Func("failed", "the name of a test that failed outside of Bazel; may be repeated", func(name string) error {
		r.failed = append(r.failed, name)
		return nil
	})
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "cireport: give the file of Bazel's build events")
		os.Exit(2)
	}
	if err := r.read(flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "cireport:", err)
		os.Exit(2)
	}
	if *status != 0 && len(r.failed) == 0 {
		r.failed = append(r.failed, fmt.Sprintf("the build, with no test to blame: Bazel ended with exit status %d", *status))
	}
	r.print(os.Stdout)
	if len(r.failed) > 0 {
		os.Exit(1)
	}
}

// report is how the tests of a run went.
type report struct {
	allowed []skip
	passed  int
	failed  []string // labels and names, each with what is wrong if that is known
}

// read adds the tests of a file of build events.
func (r *report) read(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	tests, err := readEvents(file)
	if err != nil {
		return fmt.Errorf("%s: %v", name, err)
	}
	for _, t := range tests {
		if t.incompatible {
			continue // not for this platform
		}
		if !t.passed {
			r.failed = append(r.failed, t.label)
			continue
		}
		skipped, err := readSkipped(t.results)
		if err != nil {
			return err
		}
		if wrong := unexpected(t.label, skipped, r.allowed); len(wrong) > 0 {
			for _, name := range wrong {
				r.failed = append(r.failed, fmt.Sprintf("%s: %s was skipped, for no reason that dev/cireport/skips.go lists", t.label, name))
			}
			continue
		}
		r.passed++
	}
	return nil
}

func (r *report) print(w io.Writer) {
	for _, f := range r.failed {
		fmt.Fprintln(w, "FAILED:", f)
	}
	fmt.Fprintf(w, "%d passed, %d failed\n", r.passed, len(r.failed))
}
