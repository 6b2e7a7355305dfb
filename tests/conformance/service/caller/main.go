// Command caller calls the services of the callee in many ways and prints what
// it observes, a line of JSON for each case.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"time"
)

// Environment variables.
const (
	calleeEnv  = "CONFORMANCE_CALLEE" // address of the callee
	lateEnv    = "CONFORMANCE_LATE"   // address of its server of LateService
	backEnv    = "CONFORMANCE_BACK"   // address of this process's own server
	listenEnv  = "CONFORMANCE_BACK_LISTEN"
	casesEnv   = "CONFORMANCE_CASES"   // regular expression: the cases to run
	withoutEnv = "CONFORMANCE_WITHOUT" // regular expression: cases not to run, "" for none
	stormEnv   = "CONFORMANCE_STORM"   // number of calls to make in place of the cases
	flipEnv    = "CONFORMANCE_FLIP"    // how long to make calls in place of the cases
)

// patience is how long anything takes at most that should take no time.
const patience = 10 * time.Second

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "caller:", err)
		os.Exit(1)
	}
}

func run() error {
	stop, err := serve(os.Getenv(listenEnv))
	if err != nil {
		return err
	}
	defer stop()
	if calls := os.Getenv(stormEnv); calls != "" {
		return storm(calls)
	}
	if duration := os.Getenv(flipEnv); duration != "" {
		return flip(duration)
	}
	wanted, err := regexp.Compile(os.Getenv(casesEnv))
	if err != nil {
		return fmt.Errorf("%s: %w", casesEnv, err)
	}
	without, err := regexp.Compile(os.Getenv(withoutEnv))
	if err != nil {
		return fmt.Errorf("%s: %w", withoutEnv, err)
	}
	runs := func(name string) bool {
		return wanted.MatchString(name) && (without.String() == "" || !without.MatchString(name))
	}
	for _, transport := range transports {
		callee, err := newTarget(transport)
		if err != nil {
			return err
		}
		if err := callee.wait(); err != nil {
			return err
		}
		for _, g := range groups() {
			if g.only != "" && g.only != transport.name {
				continue
			}
			for _, c := range g.cases {
				if err := g.run(c, callee, runs); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// observation is what the caller prints of a case. Inline and RPC count the
// calls of all links in a merged binary.
type observation struct {
	Row    int    `json:"row"`
	Case   string `json:"case"`
	Form   string `json:"form"`
	Seen   string `json:"seen"`
	Inline uint64 `json:"inline"`
	RPC    uint64 `json:"rpc"`
}

func (g group) run(c testCase, callee *target, runs func(name string) bool) error {
	o := observation{Row: g.row, Case: callee.transport + "/" + c.name, Form: g.formOf(c)}
	if !runs(o.Case) {
		return nil
	}
	inline, rpc, err := countCalls()
	if err != nil {
		return err
	}
	callee.id = o.Case
	o.Seen = c.run(context.Background(), callee)
	if o.Inline, o.RPC, err = countCalls(); err != nil {
		return err
	}
	o.Inline -= inline
	o.RPC -= rpc
	return json.NewEncoder(os.Stdout).Encode(o)
}
