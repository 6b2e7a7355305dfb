package main

import (
	"context"
	"time"

	"github.com/cloudwego/kitex/client"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench/benchservice"
	"github.com/gomerge/rules_go_merge/bench/measure"
	"github.com/gomerge/rules_go_merge/bench/payload"
	"github.com/gomerge/rules_go_merge/bench/setup"
)

// rows are the rows for merged binaries. Whether memory is shared is the merged
// binary's choice, and whether deadlines are cooperative that of the rules which
// the process starts with.
var rows = map[string]measure.Open{
	"merged-lean":                    open(lean),
	"merged-lean-shared":             open(lean),
	"merged-full":                    open(full),
	"merged-full-shared":             open(full),
	"merged-full-cooperative":        open(full),
	"merged-full-shared-cooperative": open(full),
	"merged-full-nodeadline":         open(fullWithoutDeadline),
	"merged-full-shared-nodeadline":  open(fullWithoutDeadline),
}

// kind reports what goes with the calls of a row.
type kind int

const (
	lean kind = iota
	fullWithoutDeadline
	full
)

func (k kind) context() (context.Context, context.CancelFunc) {
	if k == fullWithoutDeadline {
		return setup.WithoutDeadline(), func() {}
	}
	return setup.Context(k == full)
}

// nowhere is an address that refuses connections, so that a call which is not
// inline fails.
const nowhere = "127.0.0.1:1"

const readyTimeout = 10 * time.Second

func open(k kind) measure.Open {
	return func() (row measure.Row, err error) {
		c, err := benchservice.NewClient(setup.CalleeName, append(setup.Client(k != lean), client.WithHostPorts(nowhere))...)
		if err != nil {
			return row, err
		}
		callee := setup.Generated{Client: c}
		ctx, cancel := k.context()
		row.Close = cancel
		for start := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			if row.Carried, err = setup.Carried(ctx, callee); err == nil {
				break
			}
			if time.Since(start) > readyTimeout {
				return row, err
			}
			row.Waited++
		}
		row.Calls, err = payload.Calls(ctx, callee)
		return row, err
	}
}
