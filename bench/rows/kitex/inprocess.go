package main

import (
	"context"
	"fmt"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/server"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench"
	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench/benchservice"
	"github.com/gomerge/rules_go_merge/bench/measure"
	"github.com/gomerge/rules_go_merge/bench/payload"
	"github.com/gomerge/rules_go_merge/bench/setup"
)

// openInline measures client.NewServiceInlineClient.
func openInline(full bool) (measure.Row, error) {
	srv := benchservice.NewServer(new(setup.Handler), setup.Server(setup.CalleeName, full)...)
	initial, ok := srv.(client.ServerInitialInfo)
	if !ok {
		return measure.Row{}, fmt.Errorf("%T is not a client.ServerInitialInfo", srv)
	}
	c, err := client.NewServiceInlineClient(benchservice.NewServiceInfo(), initial, append(setup.Client(full), client.WithDestService(setup.CalleeName))...)
	if err != nil {
		return measure.Row{}, err
	}
	return openCallee(full, arguments{c})
}

// openLocal measures server.NewLocalCaller.
func openLocal(full bool) (measure.Row, error) {
	caller, err := server.NewLocalCaller(setup.CallerName, benchservice.NewServer(new(setup.Handler), setup.Server(setup.CalleeName, full)...))
	if err != nil {
		return measure.Row{}, err
	}
	return openCallee(full, arguments{caller})
}

func openCallee(full bool, callee bench.BenchService) (row measure.Row, err error) {
	ctx, cancel := setup.Context(full)
	row.Close = cancel
	if row.Carried, err = setup.Carried(ctx, callee); err != nil {
		return row, err
	}
	row.Calls, err = payload.Calls(ctx, callee)
	return row, err
}

// arguments makes a BenchService of what takes arguments and results as
// generated structs. It does what the methods of a generated client do.
type arguments struct {
	caller interface {
		Call(ctx context.Context, method string, request, response any) error
	}
}

func (a arguments) Echo(ctx context.Context, note *bench.Note) (*bench.Note, error) {
	var args bench.BenchServiceEchoArgs
	args.Note = note
	var result bench.BenchServiceEchoResult
	if err := a.caller.Call(ctx, "Echo", &args, &result); err != nil {
		return nil, err
	}
	return result.GetSuccess(), nil
}

func (a arguments) Place(ctx context.Context, order *bench.Order) (*bench.Order, error) {
	var args bench.BenchServicePlaceArgs
	args.Order = order
	var result bench.BenchServicePlaceResult
	if err := a.caller.Call(ctx, "Place", &args, &result); err != nil {
		return nil, err
	}
	return result.GetSuccess(), nil
}
