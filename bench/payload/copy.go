package payload

import (
	"slices"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench"
)

// CopyNote returns a deep copy, made as generated conversions make it.
func CopyNote(src *bench.Note) *bench.Note {
	dst := new(bench.Note)
	*dst = *src
	dst.Body = cloneBytes(src.Body)
	return dst
}

// CopyOrder returns a deep copy, made as generated conversions make it: values
// of one list or map share one allocation.
func CopyOrder(src *bench.Order) *bench.Order {
	dst := new(bench.Order)
	*dst = *src
	dst.Lines = make([]*bench.Line, len(src.Lines))
	lines := make([]bench.Line, len(src.Lines))
	for i, l := range src.Lines {
		copyLine(&lines[i], l)
		dst.Lines[i] = &lines[i]
	}
	dst.Discounts = make(map[string]*bench.Money, len(src.Discounts))
	values := make([]bench.Money, 0, len(src.Discounts))
	for k, v := range src.Discounts {
		values = append(values, bench.Money{})
		money := &values[len(values)-1]
		copyMoney(money, v)
		dst.Discounts[k] = money
	}
	dst.ShipTo = copyAddress(src.ShipTo)
	if src.BillTo != nil {
		dst.BillTo = copyAddress(src.BillTo)
	}
	if src.History != nil {
		dst.History = make(map[string][]int64, len(src.History))
		for k, v := range src.History {
			dst.History[k] = slices.Clone(v)
		}
	}
	dst.Gift = clone(src.Gift)
	dst.Weight = clone(src.Weight)
	return dst
}

func copyLine(dst, src *bench.Line) {
	*dst = *src
	dst.Price = new(bench.Money)
	copyMoney(dst.Price, src.Price)
	dst.Comment = clone(src.Comment)
	if src.Tags != nil {
		dst.Tags = slices.Clone(src.Tags)
	}
	if src.Attributes != nil {
		dst.Attributes = make(map[string]string, len(src.Attributes))
		for k, v := range src.Attributes {
			dst.Attributes[k] = v
		}
	}
}

func copyMoney(dst, src *bench.Money) {
	*dst = *src
	dst.Nanos = clone(src.Nanos)
}

func copyAddress(src *bench.Address) *bench.Address {
	dst := new(bench.Address)
	*dst = *src
	dst.Lines = slices.Clone(src.Lines)
	dst.Phone = clone(src.Phone)
	return dst
}

func clone[T any](src *T) *T {
	if src == nil {
		return nil
	}
	dst := new(T)
	*dst = *src
	return dst
}

func cloneBytes(src []byte) []byte {
	dst := make([]byte, len(src))
	copy(dst, src)
	return dst
}
