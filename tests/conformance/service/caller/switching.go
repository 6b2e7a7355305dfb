package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// switching are the cases of row 15. Where nothing is merged there is no switch,
// and the calls are what they are.
func switching() []testCase {
	ask := func(ctx context.Context, callee *target) string {
		answer, err := callee.probes.Ask(ctx, &probe.Probe{})
		return text(answer) + ", " + observe.Error(err)
	}
	many := func(ctx context.Context, callee *target) string {
		seen := make(map[string]int)
		for range 100 {
			seen[ask(ctx, callee)]++
		}
		return observe.Value(seen)
	}
	return []testCase{
		{"switch off and on", func(ctx context.Context, callee *target) string {
			off := expect(0, 100, "* off", func() string { return many(ctx, callee) })
			return off + "\n  " + expect(100, 0, "* on", func() string { return many(ctx, callee) })
		}},
		{"switch of a method", func(ctx context.Context, callee *target) string {
			defer unset()
			return expect(1, 1, "*->*/ProbeService/Ask off", func() string { return ask(ctx, callee) + ", " + next(ctx, callee) })
		}},
		{"switch of some calls", func(ctx context.Context, callee *target) string {
			defer unset()
			var seen string
			inline, rpc, err := counted(func() {
				set("* 50%")
				seen = many(ctx, callee)
			})
			if merged() && (inline == 0 || rpc == 0 || inline+rpc != 100) {
				seen += fmt.Sprintf(", %d inline, %d by RPC, %v", inline, rpc, err)
			}
			return seen
		}},
		{"switch kills", func(ctx context.Context, callee *target) string {
			defer unset()
			killed := expect(0, 100, "kill on", func() string { return many(ctx, callee) })
			return killed + "\n  " + expect(100, 0, "kill off", func() string { return many(ctx, callee) })
		}},
		{"switch while calls run", func(ctx context.Context, callee *target) string {
			set("* off")
			first := ask(ctx, callee)
			done := make(chan string)
			go func() { done <- atOnce(4, func(int) string { return many(ctx, callee) }) }()
			for i := 0; ; i++ {
				set([]string{"* 30%", "* on", "kill on", "kill off", "* off"}[i%5])
				select {
				case seen := <-done:
					unset()
					return first + "\n  " + seen + "\n  " + ask(ctx, callee)
				default:
				}
			}
		}},
	}
}

func merged() bool { return os.Getenv(adminEnv) != "" }

// expect runs calls under a rule and reports whether other numbers of them
// than these were inline and by RPC.
func expect(inline, rpc uint64, rule string, run func() string) string {
	var seen string
	if err := set(rule); err != nil {
		return err.Error()
	}
	i, r, err := counted(func() { seen = run() })
	if merged() && (i != inline || r != rpc) || err != nil {
		seen += fmt.Sprintf(", %d inline, %d by RPC, %v", i, r, err)
	}
	return seen
}

// counted returns how many of the calls that run makes are inline and by RPC.
func counted(run func()) (inline, rpc uint64, err error) {
	inline, rpc, err = countCalls()
	if err != nil {
		return 0, 0, err
	}
	run()
	i, r, err := countCalls()
	return i - inline, r - rpc, err
}

// set sets a rule and unset unsets all.
func set(rule string) error { return request(http.MethodPost, rule) }

func unset() { request(http.MethodDelete, "") }

func request(method, body string) error {
	if !merged() {
		return nil
	}
	r, err := http.NewRequest(method, "http://merged/rules", strings.NewReader(body))
	if err != nil {
		return err
	}
	response, err := admin.Do(r)
	if err != nil {
		return err
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("rule %q: %s", body, response.Status)
	}
	return nil
}
