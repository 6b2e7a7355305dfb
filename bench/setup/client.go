package setup

import (
	"context"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench"
	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench/benchservice"
)

// Generated is a generated client as a BenchService.
type Generated struct{ Client benchservice.Client }

func (g Generated) Echo(ctx context.Context, note *bench.Note) (*bench.Note, error) {
	return g.Client.Echo(ctx, note)
}

func (g Generated) Place(ctx context.Context, order *bench.Order) (*bench.Order, error) {
	return g.Client.Place(ctx, order)
}
