package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/connpool"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/contract"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/protos"
)

// flipWorkers is how many calls run at once, so that some do when a rule
// changes, and both cores have work while others wait for the network.
const flipWorkers = 8

// flipCall makes call n of a method and checks that the answer is that of
// call n.
type flipCall struct {
	method string
	run    func(ctx context.Context, callee *target, n int32) error
}

// flipCalls are of all RPC services that are not for streams. Their payloads
// are small, for the rate.
var flipCalls = []flipCall{
	{"ContractService.Fail", func(_ context.Context, callee *target, n int32) error {
		return stormCall(callee, n)
	}},
	{"ContractService.Mix", func(ctx context.Context, callee *target, n int32) error {
		color, err := callee.Mix(ctx, contract.Color(n), contract.Color_RED)
		return answered(color, contract.Color(n)+contract.Color_RED, err)
	}},
	{"ContractService.Echo", func(ctx context.Context, callee *target, n int32) error {
		rich, err := callee.Echo(ctx, &contract.Rich{Points: []*contract.Point{{X: n}}})
		if err != nil {
			return err
		}
		return answered(rich.Points[0].X, n, nil)
	}},
	{"SkewService.Arguments", func(ctx context.Context, callee *target, n int32) error {
		text, err := callee.skews.Arguments(ctx, fmt.Sprint(n), "mine")
		return answered(text, fmt.Sprintf(`"%d" ""`, n), err)
	}},
	// Kitex v0.13.1 cannot encode a message whose oneof has no value.
	{"ProtoService.EchoProto", func(ctx context.Context, callee *target, n int32) error {
		message, err := callee.protos.EchoProto(ctx, &protos.Message{Small: n, Kind: &protos.Message_Id{Id: int64(n)}})
		return answered(message.GetSmall(), n, errors.Join(err, answered(message.GetId(), int64(n), err)))
	}},
	{"ProbeService.Ask", func(ctx context.Context, callee *target, n int32) error {
		answer, err := callee.probes.Ask(ctx, &probe.Probe{Text: fmt.Sprint(n)})
		return answered(text(answer), fmt.Sprintf("callee(%d)", n), err)
	}},
}

func answered[T comparable](got, want T, err error) error {
	if err == nil && got != want {
		err = fmt.Errorf("got %v, want %v", got, want)
	}
	return err
}

// flip makes calls for some time, during which others flip the switch, and
// prints for each method how many it made and how they were counted. It ends
// at the first call that fails.
func flip(duration string) error {
	limit, err := time.ParseDuration(duration)
	if err != nil {
		return fmt.Errorf("%s: %w", flipEnv, err)
	}
	callees, err := flipTargets()
	if err != nil {
		return err
	}
	before, err := countMethods()
	if err != nil {
		return err
	}
	end := time.Now().Add(limit)
	var next atomic.Int32
	var all sync.WaitGroup
	failures := make([]error, flipWorkers)
	made := make([]atomic.Uint64, len(flipCalls))
	for worker := range failures {
		all.Go(func() {
			for failures[worker] == nil && time.Now().Before(end) {
				n := next.Add(1)
				// Every call over every transport, in turn.
				kind, callee := int(n)%len(flipCalls), callees[int(n)/len(flipCalls)%len(callees)]
				if err := flipCalls[kind].run(context.Background(), callee, n); err != nil {
					failures[worker] = fmt.Errorf("call %d, of %s: %w", n, flipCalls[kind].method, err)
				}
				made[kind].Add(1)
			}
		})
	}
	all.Wait()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	after, err := countMethods()
	if err != nil {
		return err
	}
	for kind, call := range flipCalls {
		was, is := before[call.method], after[call.method]
		o := observation{Row: 15, Case: call.method, Form: switched, Seen: fmt.Sprint(made[kind].Load()), Inline: is.Inline - was.Inline, RPC: is.RPC - was.RPC}
		if err := json.NewEncoder(os.Stdout).Encode(o); err != nil {
			return err
		}
	}
	return nil
}

// flipTargets returns the callee over all transports. With a connection for
// each call, RPCs would use up the machine's ports.
func flipTargets() (callees []*target, err error) {
	long := client.WithLongConnection(connpool.IdleConfig{MaxIdlePerAddress: flipWorkers, MaxIdleTimeout: time.Minute})
	for _, transport := range transports {
		transport.options = append(slices.Clip(transport.options), long)
		callee, err := newTarget(transport)
		if err != nil {
			return nil, err
		}
		if err := callee.wait(); err != nil {
			return nil, err
		}
		callees = append(callees, callee)
	}
	return callees, nil
}
