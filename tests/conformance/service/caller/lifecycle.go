package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/kerrors"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe/lateservice"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

// lifecycle are the cases of row 14, on a server that the callee starts and
// stops as told. Each depends on the one before.
func lifecycle() []testCase {
	late := func(callee *target, more ...client.Option) lateservice.Client {
		options := append(callee.base[:len(callee.base):len(callee.base)], client.WithHostPorts(os.Getenv(lateEnv)))
		return lateservice.MustNewClient(calleeName, append(options, more...)...)
	}
	ask := func(ctx context.Context, client lateservice.Client) string {
		answer, err := client.AskLate(ctx, &probe.Probe{})
		return text(answer) + ", " + observe.Error(err)
	}
	var inFlight chan string
	var stopped chan error
	return []testCase{
		{"lifecycle before the start", func(ctx context.Context, callee *target) string {
			return ask(ctx, late(callee))
		}},
		{"lifecycle before the start, an address nobody knows", func(ctx context.Context, callee *target) string {
			return ask(ctx, late(callee, client.WithResolver(&resolver{nobody: true})))
		}},
		{"lifecycle running", func(ctx context.Context, callee *target) string {
			started := callee.probes.StartLate(ctx)
			return observe.Error(started) + ", " + until(func() (string, bool) {
				_, err := late(callee).AskLate(ctx, &probe.Probe{})
				return ask(ctx, late(callee)), err == nil
			})
		}},
		{"lifecycle stopping", func(ctx context.Context, callee *target) string {
			inFlight, stopped = make(chan string, 1), make(chan error, 1)
			go func() {
				answer, err := late(callee).AskLate(ctx, &probe.Probe{Gate: callee.transport + " stopping"})
				inFlight <- text(answer) + ", " + observe.Error(err)
			}()
			arrived := callee.probes.Arrived(ctx, callee.transport+" stopping", 1)
			go func() { stopped <- callee.probes.StopLate(ctx) }()
			return observe.Error(arrived) + ", " + until(func() (string, bool) {
				// Whether a connection breaks or none is made is a matter of chance.
				_, err := late(callee).AskLate(ctx, &probe.Probe{})
				return fmt.Sprintf("ErrRemoteOrNetwork %t", errors.Is(err, kerrors.ErrRemoteOrNetwork)), err != nil
			})
		}},
		{"lifecycle a call that began before the stop", func(ctx context.Context, callee *target) string {
			callee.probes.Open(ctx, callee.transport+" stopping")
			return <-inFlight + ", stopped " + observe.Error(<-stopped)
		}},
		{"lifecycle gone", func(ctx context.Context, callee *target) string {
			return ask(ctx, late(callee))
		}},
		{"lifecycle started again", func(ctx context.Context, callee *target) string {
			started := callee.probes.StartLate(ctx)
			seen := observe.Error(started) + ", " + until(func() (string, bool) {
				_, err := late(callee).AskLate(ctx, &probe.Probe{})
				return ask(ctx, late(callee)), err == nil
			})
			return seen + ", stopped " + observe.Error(callee.probes.StopLate(ctx)) + ", " + ask(ctx, late(callee))
		}},
	}
}

// until returns what observe returns once that is what it waits for.
func until(observe func() (text string, ok bool)) string {
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		text, ok := observe()
		if ok {
			return text
		}
		if time.Since(start) > patience {
			return "too late: " + text
		}
	}
}
