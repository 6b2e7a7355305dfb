package main

import (
	"fmt"
	"reflect"

	"github.com/gomerge/rules_go_merge/bench/measure"
	"github.com/gomerge/rules_go_merge/bench/payload"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench"
)

// kept keeps the compiler from dropping results that nobody uses.
var kept any

// openCopy measures one copy of each payload.
func openCopy() (measure.Row, error) {
	return once(payload.CopyNote, payload.CopyOrder)
}

// openCodec measures encoding each payload once, into memory that is used
// again and again as Kitex's buffers are, and decoding it.
func openCodec() (measure.Row, error) {
	var buf []byte
	return once(
		func(note *bench.Note) (*bench.Note, error) {
			decoded := bench.NewNote()
			return decoded, overTheWire(&buf, note, decoded)
		},
		func(order *bench.Order) (*bench.Order, error) {
			decoded := bench.NewOrder()
			return decoded, overTheWire(&buf, order, decoded)
		})
}

// codec is what Kitex generates for each struct.
type codec interface {
	BLength() int
	FastWrite([]byte) int
	FastRead([]byte) (int, error)
}

func overTheWire(buf *[]byte, src, dst codec) error {
	size := src.BLength()
	if cap(*buf) < size {
		*buf = make([]byte, size)
	}
	_, err := dst.FastRead((*buf)[:src.FastWrite((*buf)[:size])])
	return err
}

// once returns a row that does something once with each payload, which must
// leave it as it was.
func once(echo func(*bench.Note) (*bench.Note, error), place func(*bench.Order) (*bench.Order, error)) (measure.Row, error) {
	row := measure.Row{Calls: measure.Calls{}, Close: func() {}}
	for name, size := range measure.NoteSizes {
		if err := add(row.Calls, name, payload.Note(size), echo); err != nil {
			return row, err
		}
	}
	return row, add(row.Calls, measure.Nested, payload.Order(measure.NestedLines), place)
}

func add[T any](calls measure.Calls, name string, message *T, do func(*T) (*T, error)) error {
	got, err := do(message)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if !reflect.DeepEqual(got, message) {
		return fmt.Errorf("%s: got %+v, want %+v", name, got, message)
	}
	calls[name] = func() error {
		result, err := do(message)
		kept = result
		return err
	}
	return nil
}
