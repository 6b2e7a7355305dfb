package difftest

import (
	"fmt"
	"maps"
	"math/rand"
	"reflect"
	"slices"
	"strings"
	"testing"

	newrich "difftest/gen/new/kitex_gen/rich"
	oldrich "difftest/gen/old/kitex_gen/rich"
	"difftest/runtime"
)

// BenchmarkArgs compares the conversion of arguments with the codec alone:
// what an RPC does around it comes on top.
func BenchmarkArgs(b *testing.B) {
	l := links(false)[0]
	for _, name := range []string{"ping", "Fire", "Points", "Do"} {
		args := fresh(callers[l.Caller][name][0])
		r := &filler{Rand: rand.New(rand.NewSource(4)), tame: true}
		for {
			r.fill(reflect.ValueOf(args).Elem(), 0)
			if overTheWire(callees[l.Callee][name](), args) == nil && args.BLength() > 20 {
				break
			}
		}
		benchmark(b, l, name, args)
	}
}

// BenchmarkOrder is BenchmarkArgs with orders of some sizes on the wire, and
// with the copy that one would write by hand. Maps are what takes longest to
// copy: an order has one for every eighth line, or for every line.
func BenchmarkOrder(b *testing.B) {
	l := links(false)[0]
	for _, size := range []struct{ lines, linesPerMap int }{{1, 8}, {7, 8}, {110, 8}, {80, 1}} {
		args := &oldrich.RichServicePlaceArgs{Order: order(size.lines, size.linesPerMap)}
		b.Run(fmt.Sprintf("%d bytes, %d lines a map", args.BLength(), size.linesPerMap), func(b *testing.B) {
			benchmark(b, l, "Place", args)
			b.Run("shared", func(b *testing.B) {
				b.ReportAllocs()
				method := links(true)[0].Methods["Place"]
				for b.Loop() {
					if _, err := method.Args(args); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run("by hand", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					copyByHand(args)
				}
			})
		})
	}
}

func benchmark(b *testing.B, l runtime.Link, name string, args codec) {
	method, served := l.Methods[name], callees[l.Callee][name]
	b.Run(name+"/convert", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := method.Args(args); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run(name+"/codec", func(b *testing.B) {
		b.ReportAllocs()
		b.ReportMetric(float64(args.BLength()), "wire-bytes")
		for b.Loop() {
			if err := overTheWire(served(), args); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// order returns an order with lines of which every second has its optional
// fields.
func order(lines, linesPerMap int) *oldrich.Order {
	o := &oldrich.Order{
		Id:        "order-20240229-000042",
		Addresses: map[string]*oldrich.Address{},
		Totals:    map[string]int64{},
		Signature: []byte(strings.Repeat("s", 4*lines)),
	}
	for i := range lines {
		line := &oldrich.Line{
			Sku: fmt.Sprintf("sku-%08d", i), Quantity: int32(i), Price: int64(100 * i), Color: oldrich.Color_BLUE,
			Tags: []string{"fragile", "gift", fmt.Sprint("batch-", i)},
		}
		if comment, discount := "please leave it at the door", int64(i); i%2 == 0 {
			line.Comment, line.Discount = &comment, &discount
		}
		if i%linesPerMap == 0 {
			line.Attributes = map[string]string{"size": "XL", "material": "cotton", "origin": "PT"}
		}
		if i%8 == 0 {
			key := fmt.Sprint("address-", i)
			o.Totals[key] = int64(i)
			o.Addresses[key] = &oldrich.Address{Street: "12 Long Street", City: "Springfield"}
		}
		o.Lines = append(o.Lines, line)
		o.History = append(o.History, int64(i))
	}
	return o
}

// copyByHand does what the conversion has to do.
func copyByHand(src *oldrich.RichServicePlaceArgs) *newrich.RichServicePlaceArgs {
	dst := &newrich.Order{
		Id:        src.Order.Id,
		Lines:     make([]*newrich.Line, len(src.Order.Lines)),
		Addresses: make(map[string]*newrich.Address, len(src.Order.Addresses)),
		Totals:    maps.Clone(src.Order.Totals),
		History:   slices.Clone(src.Order.History),
		Signature: slices.Clone(src.Order.Signature),
	}
	for i, line := range src.Order.Lines {
		l := &newrich.Line{
			Sku: line.Sku, Quantity: line.Quantity, Price: line.Price, Color: newrich.Color(line.Color),
			Tags:       slices.Clone(line.Tags),
			Attributes: maps.Clone(line.Attributes),
		}
		if line.Comment != nil {
			comment := *line.Comment
			l.Comment = &comment
		}
		if line.Discount != nil {
			discount := *line.Discount
			l.Discount = &discount
		}
		dst.Lines[i] = l
	}
	for key, address := range src.Order.Addresses {
		a := &newrich.Address{Street: address.Street, City: address.City}
		if address.Note != nil {
			note := *address.Note
			a.Note = &note
		}
		dst.Addresses[key] = a
	}
	if src.Order.Billing != nil {
		dst.Billing = &newrich.Address{Street: src.Order.Billing.Street, City: src.Order.Billing.City, Note: src.Order.Billing.Note}
	}
	return &newrich.RichServicePlaceArgs{Order: dst}
}
