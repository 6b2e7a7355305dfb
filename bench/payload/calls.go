package payload

import (
	"context"
	"fmt"
	"reflect"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench"
	"github.com/gomerge/rules_go_merge/bench/measure"
)

// Calls returns a call for each payload, after it has checked that the callee
// answers each with what it was sent.
func Calls(ctx context.Context, callee bench.BenchService) (measure.Calls, error) {
	calls := measure.Calls{}
	for name, size := range measure.NoteSizes {
		note := Note(size)
		if err := check(note, func() (*bench.Note, error) { return callee.Echo(ctx, note) }); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		calls[name] = func() error {
			_, err := callee.Echo(ctx, note)
			return err
		}
	}
	order := Order(measure.NestedLines)
	if err := check(order, func() (*bench.Order, error) { return callee.Place(ctx, order) }); err != nil {
		return nil, fmt.Errorf("%s: %w", measure.Nested, err)
	}
	calls[measure.Nested] = func() error {
		_, err := callee.Place(ctx, order)
		return err
	}
	return calls, nil
}

func check[T any](want *T, call func() (*T, error)) error {
	got, err := call()
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(got, want) {
		return fmt.Errorf("the answer is %+v, want %+v", got, want)
	}
	return nil
}
