package grpccall

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	"github.com/gomerge/rules_go_merge/bench/grpc_gen/bench"
	"github.com/gomerge/rules_go_merge/bench/measure"
)

// noteOverhead is what a note takes on the wire in addition to its body, within 2
// bytes.
const noteOverhead = 13

// newNote returns a note of about size bytes on the wire.
func newNote(size int) *bench.Note {
	body := make([]byte, size-noteOverhead)
	for i := range body {
		body[i] = byte(i)
	}
	return &bench.Note{Id: 42, Topic: "orders", Body: body}
}

// newOrder returns the order that package payload has for Kitex.
func newOrder() *bench.Order {
	o := &bench.Order{
		Id:       "order-2024-000017",
		Customer: 7001,
		Status:   bench.Status_PAID,
		Discounts: map[string]*bench.Money{
			"spring":  {Currency: "EUR", Units: 12},
			"loyalty": {Currency: "EUR", Units: 3, Nanos: proto.Int32(500_000_000)},
		},
		ShipTo: &bench.Address{
			Name:    "Ada Example",
			Lines:   []string{"12 Long Street", "Floor 3"},
			Country: "NL",
			Phone:   proto.String("+31 20 000 0000"),
		},
		History: map[string]*bench.Amounts{},
		Gift:    proto.Bool(true),
	}
	for i := range measure.NestedLines {
		o.Lines = append(o.Lines, newLine(i))
	}
	for i := range 8 {
		o.History[fmt.Sprintf("warehouse-%d", i)] = &bench.Amounts{Values: []int64{1, 2, 3, 5, 8, 13, int64(i)}}
	}
	return o
}

func newLine(i int) *bench.Line {
	l := &bench.Line{
		Sku:      fmt.Sprintf("sku-%06d", i),
		Quantity: int32(1 + i%5),
		Price:    &bench.Money{Currency: "EUR", Units: int64(10 + i), Nanos: proto.Int32(990_000_000)},
		Tags:     []string{"household", "fragile", "returnable"},
	}
	if i%4 == 0 {
		l.Comment = proto.String("leave it at the door")
	}
	if i%2 == 0 {
		l.Attributes = map[string]string{"colour": "green", "material": "recycled paper", "size": "medium", "origin": "local workshop"}
	}
	return l
}
