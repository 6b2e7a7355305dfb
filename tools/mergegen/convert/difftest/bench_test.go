package difftest

import (
	"math/rand"
	"reflect"
	"testing"

	"difftest/runtime"
)

// BenchmarkArgs compares the conversion of arguments with the codec alone:
// what an RPC does around it comes on top.
func BenchmarkArgs(b *testing.B) {
	l := runtime.Links[0]
	for _, name := range []string{"ping", "Fire", "Points", "Do"} {
		method, args := l.Methods[name], fresh(callers[l.Caller][name][0])
		r := &filler{rand.New(rand.NewSource(4)), true}
		for {
			r.fill(reflect.ValueOf(args).Elem(), 0)
			if overTheWire(method.NewArgs().(codec), args) == nil && args.BLength() > 20 {
				break
			}
		}
		b.Run(name+"/convert", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := method.ConvertArgs(method.NewArgs(), args); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(name+"/codec", func(b *testing.B) {
			b.ReportAllocs()
			b.ReportMetric(float64(args.BLength()), "wire-bytes")
			for b.Loop() {
				if err := overTheWire(method.NewArgs().(codec), args); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
