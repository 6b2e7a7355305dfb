package main

import (
	"context"
	"fmt"
	"time"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// grace is how long a case waits for what an RPC does not do.
const grace = time.Second

// cooperative are cases in which the switch makes deadlines cooperative and strict again.
// Where nothing is merged there is no switch.
func cooperative() []testCase {
	switched := func(e *env) {
		for _, rule := range []string{
			"* strict", "* cooperative", "*->*/*/Unary strict", "*->*/conformance.Cases/Unary cooperative", "*->*/conformance.Cases/Unary strict",
		} {
			e.rule(rule)
			e.Addf("%s: %s", rule, e.outlasted(rule))
		}
	}
	return []testCase{
		{name: "deadline switched, the handler goes on", run: switched},
		{name: "deadline switched, the handler gives up", run: switched},
	}
}

// outlasted calls a handler that waits for longer than the call's deadline: until the call
// has returned, or a grace period is over. It reports which it was.
func (e *env) outlasted(gate string) string {
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	returned, before := make(chan struct{}), make(chan bool)
	go func() {
		inTime := true
		select {
		case <-returned:
		case <-time.After(soon + grace):
			inTime = false
		}
		e.open(gate)
		before <- inTime
	}()
	_, err := e.unary(ctx, gate)
	close(returned)
	return fmt.Sprintf("%s, before the handler %t", observe.Code(err), <-before)
}
