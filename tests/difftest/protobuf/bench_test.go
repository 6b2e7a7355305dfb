package difftest_protobuf

import (
	"math/rand"
	"reflect"
	"testing"

	"difftest/runtime"
)

// BenchmarkArgs compares the conversion of arguments with the codecs alone:
// what an RPC does around them comes on top. DoOdd is one that makes the detour
// through them.
func BenchmarkArgs(b *testing.B) {
	for _, l := range runtime.Links {
		if l.Caller != "old" && l.Caller != "newgo" || l.Callee == "mixed" {
			continue
		}
		for _, name := range []string{"DoScalars", "DoOdd", "DoLists", "DoEverything"} {
			method := l.Methods[name]
			args, _ := callers[l.Caller](name)
			r := &filler{rand.New(rand.NewSource(4)), true}
			size := 0
			for size < 40 {
				r.fill(reflect.ValueOf(args).Elem(), 0)
				buf, err := args.(codec).Marshal(nil)
				if err != nil {
					b.Fatal(err)
				}
				size = len(buf)
			}
			b.Run(l.Caller+" to "+l.Callee+" "+name+"/convert", func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := method.Args(args); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(l.Caller+" to "+l.Callee+" "+name+"/codec", func(b *testing.B) {
				b.ReportAllocs()
				b.ReportMetric(float64(size), "wire-bytes")
				for b.Loop() {
					if _, err := overTheWire(callees[l.Callee](name).(codec), args.(codec)); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
