// Code generated from mergegen's glue. DO NOT EDIT.

package payload

import (
	"errors"
	"fmt"
	"maps"
	"unsafe"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench"
)

func convert_caller_bench_Note_to_callee_bench(dst *bench.Note, src *bench.Note, s *slabs) error {
	if src == nil {
		return errors.New("required field id is not set")
	}
	dst.Id = src.Id
	dst.Topic = src.Topic
	dst.Body = s.uint8s.clone(src.Body)
	return nil
}

func convert_caller_bench_Order_to_callee_bench(dst *bench.Order, src *bench.Order, s *slabs) error {
	if src == nil {
		return errors.New("required field id is not set")
	}
	dst.Customer = src.Customer
	dst.Status = bench.Status(int32(src.Status))
	if src.IsSetGift() {
		dst.Gift = s.bools.pointer(*src.Gift)
	}
	if src.IsSetWeight() {
		dst.Weight = s.float64s.pointer(*src.Weight)
	}
	dst.Id = src.Id
	list1 := make([]*bench.Line, len(src.Lines))
	values4 := make([]bench.Line, len(src.Lines))
	for i2, elem3 := range src.Lines {
		v5 := &values4[i2]
		v5.InitDefault()
		if err := convert_caller_bench_Line_to_callee_bench(v5, elem3, s); err != nil {
			return fmt.Errorf("*bench.Order read field 4 'lines' error: %w", err)
		}
		list1[i2] = v5
	}
	dst.Lines = list1
	m6 := make(map[string]*bench.Money, len(src.Discounts))
	values9 := make([]bench.Money, 0, len(src.Discounts))
	for key7, elem8 := range src.Discounts {
		values9 = append(values9, bench.Money{})
		v10 := &values9[len(values9)-1]
		v10.InitDefault()
		if err := convert_caller_bench_Money_to_callee_bench(v10, elem8, s); err != nil {
			return fmt.Errorf("*bench.Order read field 5 'discounts' error: %w", err)
		}
		m6[key7] = v10
	}
	dst.Discounts = m6
	v11 := new(bench.Address)
	v11.InitDefault()
	if err := convert_caller_bench_Address_to_callee_bench(v11, src.ShipTo, s); err != nil {
		return fmt.Errorf("*bench.Order read field 6 'ship_to' error: %w", err)
	}
	dst.ShipTo = v11
	if src.IsSetBillTo() {
		v12 := new(bench.Address)
		v12.InitDefault()
		if err := convert_caller_bench_Address_to_callee_bench(v12, src.BillTo, s); err != nil {
			return fmt.Errorf("*bench.Order read field 7 'bill_to' error: %w", err)
		}
		dst.BillTo = v12
	}
	if src.IsSetHistory() {
		m13 := make(map[string][]int64, len(src.History))
		for key14, elem15 := range src.History {
			m13[key14] = s.int64s.clone(elem15)
		}
		dst.History = m13
	}
	return nil
}

func convert_caller_bench_Line_to_callee_bench(dst *bench.Line, src *bench.Line, s *slabs) error {
	if src == nil {
		return errors.New("required field sku is not set")
	}
	dst.Quantity = src.Quantity
	dst.Sku = src.Sku
	v1 := s.callee_bench_Moneys.one()
	v1.InitDefault()
	if err := convert_caller_bench_Money_to_callee_bench(v1, src.Price, s); err != nil {
		return fmt.Errorf("*bench.Line read field 3 'price' error: %w", err)
	}
	dst.Price = v1
	if src.IsSetComment() {
		dst.Comment = s.strings.pointer(*src.Comment)
	}
	if src.IsSetTags() {
		dst.Tags = s.strings.clone(src.Tags)
	}
	if src.IsSetAttributes() {
		dst.Attributes = cloneMap(src.Attributes)
	}
	return nil
}

func convert_caller_bench_Money_to_callee_bench(dst *bench.Money, src *bench.Money, s *slabs) error {
	if src == nil {
		return errors.New("required field currency is not set")
	}
	dst.Units = src.Units
	if src.IsSetNanos() {
		dst.Nanos = s.int32s.pointer(*src.Nanos)
	}
	dst.Currency = src.Currency
	return nil
}

func convert_caller_bench_Address_to_callee_bench(dst *bench.Address, src *bench.Address, s *slabs) error {
	if src == nil {
		return errors.New("required field name is not set")
	}
	dst.Name = src.Name
	dst.Lines = s.strings.clone(src.Lines)
	dst.Country = src.Country
	if src.IsSetPhone() {
		dst.Phone = s.strings.pointer(*src.Phone)
	}
	return nil
}

// slabs is what one call's conversion allocates small values from. Those that it
// does not use are nil.
type slabs struct {
	bools               *slab[bool]
	callee_bench_Moneys *slab[bench.Money]
	caller_bench_Moneys *slab[bench.Money]
	float64s            *slab[float64]
	int32s              *slab[int32]
	int64s              *slab[int64]
	strings             *slab[string]
	uint8s              *slab[uint8]
}

// slab hands out pieces of arrays, each of which is four times as long as the
// one before, up to 512 bytes.
type slab[T any] struct {
	array []T
	used  int
}

// most is the size of the largest array.
func (s *slab[T]) most() int { return max(1, 512/max(1, int(unsafe.Sizeof(*new(T))))) }

func (s *slab[T]) grow(n int) {
	s.array, s.used = make([]T, max(n, min(4*len(s.array), s.most()))), 0
}

// one returns a pointer to a zero value.
func (s *slab[T]) one() *T {
	if s.used == len(s.array) {
		s.grow(1)
	}
	s.used++
	return &s.array[s.used-1]
}

// pointer returns a pointer to a copy of v.
func (s *slab[T]) pointer(v T) *T {
	p := s.one()
	*p = v
	return p
}

// clone copies a list of immutable elements. Like a decoder, it returns an
// empty list for nil.
func (s *slab[T]) clone(list []T) []T {
	n := len(list)
	var copied []T
	switch {
	case n == 0:
		return []T{}
	case n > s.most()/2:
		copied = make([]T, n)
	default:
		if n > len(s.array)-s.used {
			s.grow(n)
		}
		copied = s.array[s.used : s.used+n : s.used+n]
		s.used += n
	}
	copy(copied, list)
	return copied
}

// cloneMap copies a map of immutable keys and elements. Like a decoder, it
// returns an empty map for nil.
func cloneMap[M ~map[K]E, K comparable, E any](m M) M {
	if m == nil {
		return M{}
	}
	return maps.Clone(m)
}
