package main

import (
	"context"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench"
	"github.com/gomerge/rules_go_merge/bench/measure"
	"github.com/gomerge/rules_go_merge/bench/payload"
	"github.com/gomerge/rules_go_merge/bench/setup"
)

// callees make a direct call through the service's interface, which the
// compiler cannot see through.
var (
	shared bench.BenchService = new(setup.Handler)
	copied bench.BenchService = copying{shared}
)

// copying copies requests and results as a merged call does.
type copying struct{ bench.BenchService }

func (c copying) Echo(ctx context.Context, note *bench.Note) (*bench.Note, error) {
	copied, err := payload.CopyNote(note)
	if err != nil {
		return nil, err
	}
	answer, err := c.BenchService.Echo(ctx, copied)
	if err != nil {
		return nil, err
	}
	return payload.CopyNote(answer)
}

func (c copying) Place(ctx context.Context, order *bench.Order) (*bench.Order, error) {
	copied, err := payload.CopyOrder(order)
	if err != nil {
		return nil, err
	}
	answer, err := c.BenchService.Place(ctx, copied)
	if err != nil {
		return nil, err
	}
	return payload.CopyOrder(answer)
}

func openDirect(callee bench.BenchService) measure.Open {
	return func() (row measure.Row, err error) {
		row.Close = func() {}
		row.Calls, err = payload.Calls(context.Background(), callee)
		return row, err
	}
}

// openStub measures what the generated client does by itself: making the
// structs of arguments and result, around a direct call.
func openStub() (measure.Row, error) {
	return openDirect(arguments{stub{shared}})()
}

// stub answers a generated client with a direct call.
type stub struct{ callee bench.BenchService }

func (s stub) Call(ctx context.Context, method string, request, response any) (err error) {
	switch args := request.(type) {
	case *bench.BenchServiceEchoArgs:
		result := response.(*bench.BenchServiceEchoResult)
		result.Success, err = s.callee.Echo(ctx, args.Note)
	case *bench.BenchServicePlaceArgs:
		result := response.(*bench.BenchServicePlaceResult)
		result.Success, err = s.callee.Place(ctx, args.Order)
	}
	return err
}
