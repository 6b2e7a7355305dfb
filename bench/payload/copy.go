package payload

import "github.com/gomerge/rules_go_merge/bench/kitex_gen/bench"

// The glue comes from //bench:merged, which has to be built.
//go:generate sh -c "go run excerpt.go <../../bazel-bin/bench/merged.glue/caller/glue.go >conversion.go"

// CopyNote returns a deep copy, made by the conversion of merged calls.
func CopyNote(src *bench.Note) (*bench.Note, error) {
	dst := bench.NewNote()
	return dst, convert_caller_bench_Note_to_callee_bench(dst, src, &slabs{uint8s: new(slab[uint8])})
}

// CopyOrder returns a deep copy, made by the conversion of merged calls.
func CopyOrder(src *bench.Order) (*bench.Order, error) {
	dst := bench.NewOrder()
	s := &slabs{
		bools:               new(slab[bool]),
		callee_bench_Moneys: new(slab[bench.Money]),
		float64s:            new(slab[float64]),
		int32s:              new(slab[int32]),
		int64s:              new(slab[int64]),
		strings:             new(slab[string]),
	}
	return dst, convert_caller_bench_Order_to_callee_bench(dst, src, s)
}
