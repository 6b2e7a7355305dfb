package usage

import (
	"math"
	"runtime"
)

// Usage is what the services have of the process at one time, by name.
type Usage struct {
	Goroutines map[string]int
	Heap       map[string]int64 // bytes
}

// Measure looks at all goroutines, which stops them for a moment, and at the
// sampled allocations.
func (all Services) Measure() Usage {
	goroutines := map[string]int{}
	for _, g := range all.Goroutines() {
		goroutines[g.Service] += g.Count
	}
	return Usage{Goroutines: goroutines, Heap: all.heapOf(memProfile(), runtime.MemProfileRate)}
}

func memProfile() []runtime.MemProfileRecord {
	n, _ := runtime.MemProfile(nil, false)
	for {
		records := make([]runtime.MemProfileRecord, n+50)
		var ok bool
		if n, ok = runtime.MemProfile(records, false); ok {
			return records[:n]
		}
	}
}

// heapOf estimates the live heap of each service. Memory belongs to the service
// whose code is nearest to the allocation.
func (all Services) heapOf(records []runtime.MemProfileRecord, rate int) map[string]int64 {
	sum := map[string]int64{}
	for _, r := range records {
		frames := runtime.CallersFrames(r.Stack())
		for {
			frame, more := frames.Next()
			if service := all.owner(frame.Function); service != "" {
				sum[service] += unsampled(r.InUseBytes(), r.InUseObjects(), rate)
				break
			}
			if !more {
				break
			}
		}
	}
	return sum
}

// unsampled estimates the bytes that sampled objects stand for: one object of
// size s is sampled with the probability 1-exp(-s/rate).
func unsampled(bytes, objects int64, rate int) int64 {
	if bytes == 0 || objects == 0 || rate <= 1 {
		return bytes
	}
	size := float64(bytes) / float64(objects)
	return int64(float64(bytes) / (1 - math.Exp(-size/float64(rate))))
}
