// Package payload has the messages that the benchmarks send.
package payload

import (
	"fmt"

	"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench"
)

// noteOverhead is what a note takes on the wire in addition to its body.
const noteOverhead = 32

// Note returns a note that takes size bytes on the wire, 32 or more.
func Note(size int) *bench.Note {
	body := make([]byte, size-noteOverhead)
	for i := range body {
		body[i] = byte(i)
	}
	return &bench.Note{Id: 42, Topic: "orders", Body: body}
}

// Order returns an order with lists, maps and optional fields, of which some
// are set.
func Order(lines int) *bench.Order {
	o := &bench.Order{
		Id:       "order-2024-000017",
		Customer: 7001,
		Status:   bench.Status_PAID,
		Discounts: map[string]*bench.Money{
			"spring":  {Currency: "EUR", Units: 12},
			"loyalty": {Currency: "EUR", Units: 3, Nanos: ptr[int32](500_000_000)},
		},
		ShipTo:  address("Ada Example"),
		History: map[string][]int64{},
		Gift:    ptr(true),
	}
	for i := range lines {
		o.Lines = append(o.Lines, line(i))
	}
	for i := range 8 {
		o.History[fmt.Sprintf("warehouse-%d", i)] = []int64{1, 2, 3, 5, 8, 13, int64(i)}
	}
	return o
}

func address(name string) *bench.Address {
	return &bench.Address{
		Name:    name,
		Lines:   []string{"12 Long Street", "Floor 3"},
		Country: "NL",
		Phone:   ptr("+31 20 000 0000"),
	}
}

func line(i int) *bench.Line {
	l := &bench.Line{
		Sku:      fmt.Sprintf("sku-%06d", i),
		Quantity: int32(1 + i%5),
		Price:    &bench.Money{Currency: "EUR", Units: int64(10 + i), Nanos: ptr[int32](990_000_000)},
		Tags:     []string{"household", "fragile", "returnable"},
	}
	if i%4 == 0 {
		l.Comment = ptr("leave it at the door")
	}
	if i%2 == 0 {
		l.Attributes = map[string]string{"colour": "green", "material": "recycled paper", "size": "medium", "origin": "local workshop"}
	}
	return l
}

func ptr[T any](v T) *T { return &v }
