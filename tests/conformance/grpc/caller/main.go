// Command caller calls the command callee in many ways and prints what it observes, a
// line of JSON for each case.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/signal"
	"regexp"
	"syscall"

	"google.golang.org/grpc"
)

// Environment variables.
const (
	versionEnv = "CONFORMANCE_CALLER" // grpc-go of the caller that is to make the calls
	calleeEnv  = "CONFORMANCE_CALLEE" // host and port that mean the callee
	aloneEnv   = "CONFORMANCE_ALONE"  // is set if nobody listens where connections go
	panicEnv   = "CONFORMANCE_PANIC"  // kind of call whose handler panics, in place of the cases
	casesEnv   = "CONFORMANCE_CASES"  // regular expression: the cases to run
	// verifiedEnv is set if all calls are RPCs, which are verified. Cases then set no
	// rules.
	verifiedEnv = "CONFORMANCE_VERIFIED"
)

func main() {
	if version := os.Getenv(versionEnv); version != grpc.Version {
		// Another service of the process makes the calls.
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM)
		<-stop
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "caller:", err)
		os.Exit(1)
	}
}

func run() error {
	if kind := os.Getenv(panicEnv); kind != "" {
		return callPanicking(kind)
	}
	wanted, err := regexp.Compile(os.Getenv(casesEnv))
	if err != nil {
		return fmt.Errorf("%s: %w", casesEnv, err)
	}
	callee, err := dialControl()
	if err != nil {
		return err
	}
	for _, g := range groups() {
		for _, c := range g.cases {
			if !wanted.MatchString(c.name) {
				continue
			}
			o, err := callee.run(g, c)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			if err := json.NewEncoder(os.Stdout).Encode(o); err != nil {
				return err
			}
		}
	}
	if wanted.MatchString(channelTestsName) {
		callee.channelTests()
	}
	return nil
}
