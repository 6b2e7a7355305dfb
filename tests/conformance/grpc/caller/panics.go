package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"time"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/control"
	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// panics are about handlers that do not return.
func panics() []testCase {
	return []testCase{
		{name: "panic that an interceptor recovers", run: func(e *env) {
			e.try("x")
			ctx, cancel := e.ctx()
			defer cancel()
			e.tryIn(ctx, "cancellable")
			opened("Both", func(e *env, s stream) { e.drain(s) })(e)
		}},
		{name: "Goexit", run: func(e *env) {
			ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
			defer cancel()
			_, err := e.unary(ctx, "x")
			e.Addf("%s", observe.Code(err))
			ctx, stop := context.WithTimeout(context.Background(), 100*time.Millisecond)
			defer stop()
			if s, ok := e.begin(ctx, "Both"); ok {
				_, err := s.recv()
				e.Addf("%s", observe.Code(err))
			}
		}},
		{name: "panic of an interceptor of the caller", run: func(e *env) {
			defer func() { e.Addf("recovered %v", recover()) }()
			e.try("x")
			panic("the caller's own")
		}},
	}
}

// callPanicking makes a call whose handler panics, which nobody recovers. In a merged
// binary it does not return.
func callPanicking(kind string) error {
	callee, err := dialControl()
	if err != nil {
		return err
	}
	e := &env{callee: callee, patience: control.Patience}
	answer, err := control.Do(callee.control, control.Order{Kind: control.Start, Case: "panic that nobody recovers"})
	if err == nil {
		err = e.dial("passthrough:///"+net.JoinHostPort(callee.host, answer.Port), dialing()...)
	}
	if err != nil {
		return err
	}
	ctx, cancel := e.ctx()
	defer cancel()
	switch kind {
	case "unary":
		_, err = e.unary(ctx, "x")
	case "stream":
		s, ok := e.begin(ctx, "Both")
		if !ok {
			return fmt.Errorf("no stream: %q", e.Lines())
		}
		_, err = s.recv()
	default:
		return fmt.Errorf("%s is %q", panicEnv, kind)
	}
	return json.NewEncoder(os.Stdout).Encode(observation{Row: 9, Case: "panic of a " + kind + " call", Seen: observe.Code(err)})
}
