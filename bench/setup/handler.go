package setup

import (
	"context"
	"errors"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench"
	"github.com/gomerge/rules_go_merge/bench/measure"
)

// probe is the topic of a note that is answered with what came with it.
const probe = "probe"

// Handler is the callee: it answers with what it was sent.
type Handler struct {
	// Steps is how long it works for each order, as measure.Work takes it.
	Steps int
}

func (*Handler) Echo(ctx context.Context, note *bench.Note) (*bench.Note, error) {
	if note.Topic == probe {
		return &bench.Note{Topic: carried(ctx)}, nil
	}
	return note, nil
}

func (h *Handler) Place(_ context.Context, order *bench.Order) (*bench.Order, error) {
	if h.Steps > 0 && measure.Work(h.Steps) == 0 {
		return nil, errors.New("no work was done")
	}
	return order, nil
}

// Carried asks a callee what it sees of a call other than the payload. The first
// call only makes it seen.
func Carried(ctx context.Context, callee bench.BenchService) (string, error) {
	var answer *bench.Note
	for range 2 {
		var err error
		if answer, err = callee.Echo(ctx, &bench.Note{Topic: probe}); err != nil {
			return "", err
		}
	}
	return answer.Topic, nil
}
