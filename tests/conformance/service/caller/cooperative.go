package main

import (
	"context"
	"fmt"
	"time"

	"github.com/cloudwego/kitex/client"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
)

// cooperative are the cases of row 6 in which the switch makes deadlines cooperative and
// strict again. Where nothing is merged there is no switch.
func cooperative() []testCase {
	switched := func(name, text string) testCase {
		return testCase{"deadline switched, " + name, func(ctx context.Context, callee *target) string {
			defer unset()
			var seen string
			for _, rule := range []string{"* strict", "* cooperative", "*->*/*/Ask strict", "*->*/ProbeService/Ask cooperative"} {
				if err := set(rule); err != nil {
					return err.Error()
				}
				seen += fmt.Sprintf("\n  %s: %s", rule, callee.outlasted(ctx, rule, text))
			}
			unset()
			return seen + "\n  then " + callee.outlasted(ctx, "then", text) + ", " + next(ctx, callee)
		}}
	}
	return []testCase{
		switched("the handler goes on", ""),
		switched("the handler gives up", givesUp),
	}
}

// givesUp is the text of a probe whose handler returns when its context ends.
const givesUp = "gives up"

// outlasted calls a handler that waits for longer than the call's timeout: until the call
// has returned, or a grace period is over. It reports which it was.
func (t *target) outlasted(ctx context.Context, gate, text string) string {
	gate = t.id + gate
	returned, before := make(chan struct{}), make(chan bool)
	go func() {
		inTime := true
		select {
		case <-returned:
		case <-time.After(grace):
			inTime = false
		}
		t.probes.Open(ctx, gate)
		before <- inTime
	}()
	seen := timedOut(t.client(client.WithRPCTimeout(short)).Ask(ctx, &probe.Probe{Text: text, Gate: gate}))
	close(returned)
	return fmt.Sprintf("%s, before the handler %t", seen, <-before)
}
