// Package stripes keeps what every call counts apart by processor, so that no
// cache line is written by all cores. A call gets its stripe once, by
// [Pool.Get], and counts by that in whatever it passes through; whoever wants to
// know adds the stripes up:
//
//	type cell struct{ calls, errors atomic.Uint64 }
//
//	var cells stripes.Of[cell]
//	s := pool.Get()
//	cells.At(s).calls.Add(1)
//	...
//	for c := range cells.All() {
//		sum += c.calls.Load()
//	}
//
// Cells have atomics, since two goroutines have the same stripe where one
// processor runs them by turns. A sum is exact once nobody counts any more.
//
// An [Of] takes 512 bytes, and for each stripe that was used its cell and 128
// bytes more. There are about as many of these as processors have run its calls,
// and 64 at most.
package stripes
