package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/cloudwego/kitex"
	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/client/callopt"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
)

const (
	// short is a timeout that is meant to pass.
	short = 80 * time.Millisecond
	// grace is how long a case waits for what an RPC does not do.
	grace = time.Second
)

// deadlines are the cases of row 6.
func deadlines() []testCase {
	// ignored calls a handler that goes on after the caller's deadline.
	ignored := func(name string, timeout time.Duration, options []client.Option, callOptions ...callopt.Option) testCase {
		return testCase{"deadline " + name, func(ctx context.Context, callee *target) string {
			client := callee.client(options...)
			limited, cancel := ctx, context.CancelFunc(func() {})
			if timeout > 0 {
				limited, cancel = context.WithTimeout(ctx, timeout)
			}
			defer cancel()
			seen := timedOut(client.Ask(limited, &probe.Probe{Id: callee.id, Gate: callee.id}, callOptions...))
			seen += ", the handler still runs: " + observe.Error(callee.probes.Arrived(ctx, callee.id, 1))
			callee.probes.Open(ctx, callee.id)
			log := callee.log(ctx, "handler", 1)
			return seen + ", it ends " + fmt.Sprint(strings.Contains(log, "gate open")) + ", then " + next(ctx, callee)
		}}
	}
	list := []testCase{
		ignored("of the client's RPC timeout", 0, []client.Option{client.WithRPCTimeout(short)}),
		ignored("of a call's RPC timeout", 0, nil, callopt.WithRPCTimeout(short)),
		ignored("of a call's RPC timeout over the client's", 0, []client.Option{client.WithRPCTimeout(patience)}, callopt.WithRPCTimeout(short)),
		ignored("of a timeout provider", 0, []client.Option{client.WithTimeoutProvider(provider{})}),
		ignored("of the context", short, nil),
		ignored("of the context before the RPC timeout", short, []client.Option{client.WithRPCTimeout(patience)}),
		ignored("of the RPC timeout before the context", patience, []client.Option{client.WithRPCTimeout(short)}),
		{"deadline passed before the call", func(ctx context.Context, callee *target) string {
			passed, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
			defer cancel()
			return givenUp(callee.probes.Ask(passed, &probe.Probe{}))
		}},
		{"deadline cancelled before the call", func(ctx context.Context, callee *target) string {
			cancelled, cancel := context.WithCancel(ctx)
			cancel()
			return givenUp(callee.probes.Ask(cancelled, &probe.Probe{}))
		}},
	}
	return slices.Concat(list, deadlinesSeen(), cooperative())
}

// timedOut returns the outcome of a call that ran into a deadline. An RPC's
// connection has one too, a few milliseconds later: now and then it is what ends
// the call. Which it was is in the error's text and type before Kitex v0.12.
func timedOut(answer *probe.Answer, err error) string {
	if kitex.Version < "v0.12" {
		return givenUp(answer, err)
	}
	seen := observe.Outcome(answer, err)
	seen = strings.Replace(seen, ": context canceled by business", "", 1)
	return strings.Replace(seen, " *fmt.wrapError", "", 1)
}

// givenUp returns the outcome of a call whose context had ended before. How far
// an RPC gets until it finds out is a matter of chance, and in its error's text.
func givenUp(answer *probe.Answer, err error) string {
	return fmt.Sprintf("%s, ErrRPCTimeout %t, timeout %t", text(answer), errors.Is(err, kerrors.ErrRPCTimeout), kerrors.IsTimeoutError(err))
}

// provider is a timeout provider.
type provider struct{}

// Timeouts implements rpcinfo.TimeoutProvider.
func (provider) Timeouts(rpcinfo.RPCInfo) rpcinfo.Timeouts {
	config := rpcinfo.NewRPCConfig()
	rpcinfo.AsMutableRPCConfig(config).SetRPCTimeout(short)
	return config
}

// deadlinesSeen are the cases of row 6 about what the callee sees.
func deadlinesSeen() []testCase {
	in := func(answer *probe.Answer, err error) string {
		if err != nil {
			return observe.Error(err)
		}
		return fmt.Sprintf("deadline %s, error %s", answer.Found["deadline"], answer.Found["error"])
	}
	return []testCase{
		{"deadline seen: none", func(ctx context.Context, callee *target) string {
			return in(callee.probes.Ask(ctx, &probe.Probe{}))
		}},
		{"deadline seen: RPC timeout", func(ctx context.Context, callee *target) string {
			return in(callee.client(client.WithRPCTimeout(patience)).Ask(ctx, &probe.Probe{}))
		}},
		{"deadline seen: context", func(ctx context.Context, callee *target) string {
			limited, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			return in(callee.probes.Ask(limited, &probe.Probe{}))
		}},
		{"deadline seen: passes while the handler runs", func(ctx context.Context, callee *target) string {
			seen := timedOut(callee.client(client.WithRPCTimeout(short)).Ask(ctx, &probe.Probe{Id: callee.id, Gate: callee.id, Heeds: true}))
			return seen + ", " + callee.heeded(ctx)
		}},
		{"deadline seen: cancelled while the handler runs", func(ctx context.Context, callee *target) string {
			cancelled, cancel := context.WithCancel(ctx)
			result := make(chan error, 1)
			go func() {
				_, err := callee.probes.Ask(cancelled, &probe.Probe{Id: callee.id, Gate: callee.id, Heeds: true})
				result <- err
			}()
			arrived := callee.probes.Arrived(ctx, callee.id, 1)
			cancel()
			return observe.Error(<-result) + ", arrived " + observe.Error(arrived) + ", " + callee.heeded(ctx)
		}},
	}
}

// heeded reports whether the handler of the running case sees its context end
// within the grace period.
func (t *target) heeded(ctx context.Context) string {
	heeded, err := t.probes.Heeded(ctx, t.id, int32(grace.Milliseconds()))
	t.probes.Open(ctx, t.id)
	return fmt.Sprintf("heeded %t, %s", heeded, observe.Error(err)) + t.log(ctx, "handler", 1)
}
