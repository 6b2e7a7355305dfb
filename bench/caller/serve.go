package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cloudwego/kitex/client"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench"
	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench/benchservice"
	"github.com/gomerge/rules_go_merge/bench/kitex_gen/front/frontservice"
	"github.com/gomerge/rules_go_merge/bench/measure"
	"github.com/gomerge/rules_go_merge/bench/setup"
)

const calleeTimeout = 5 * time.Second

// serve serves FrontService until SIGTERM.
func serve() error {
	callee, err := benchservice.NewClient(setup.CalleeName, append(setup.Client(true),
		client.WithHostPorts(setup.CalleeAddr()), client.WithRPCTimeout(calleeTimeout))...)
	if err != nil {
		return err
	}
	options, err := setup.Listen(setup.CallerName, setup.CallerAddr(), true)
	if err != nil {
		return err
	}
	stop, err := measure.Profile(measure.CallerProfileEnv)
	if err != nil {
		return err
	}
	return errors.Join(frontservice.NewServer(&front{callee}, options...).Run(), stop())
}

// front answers a customer with what the callee says.
type front struct{ callee benchservice.Client }

func (f *front) Place(ctx context.Context, order *bench.Order) (*bench.Order, error) {
	answer, err := f.callee.Place(ctx, order)
	if err != nil {
		return nil, err
	}
	if got, want := len(answer.Lines), len(order.Lines); got != want {
		return nil, fmt.Errorf("the callee answers with %d lines, want %d", got, want)
	}
	return answer, nil
}
