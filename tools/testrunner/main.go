// Command testrunner is the executable of a go_merged_test: it starts a merged
// binary, runs a Go test against it, and then checks what the test cannot see:
// that calls were inline, that nothing leaked, and that the process stops.
//
// Beside the executable is a [config] as JSON, in a file named after it with
// the ending ".json". Arguments that begin with a dash are the test's, all
// others the merged binary's.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	c, err := readConfig(os.Args[0] + ".json")
	if err != nil {
		say("%v", err)
		os.Exit(1)
	}
	r, err := newRunner(c, os.Args[1:], time.Now())
	if err != nil {
		say("%v", err)
		os.Exit(1)
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		for range signals {
			r.interrupted()
		}
	}()
	code := r.run()
	r.clean()
	os.Exit(code)
}

// say writes a line of the runner itself, beside the output of the test.
func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "go_merged_test: "+format+"\n", args...)
}
