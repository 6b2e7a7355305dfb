package calls

import (
	"math/bits"
	"sync/atomic"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// The buckets of a histogram are log-linear: four of equal width for every
// power of two of nanoseconds, from 128 ns to 137 s, one below and one above.
// A bucket's width is at most a quarter of its lower bound.
const (
	subBucketBits  = 2
	lowestPower    = 7
	highestPower   = 37
	latencyBuckets = (highestPower-lowestPower)<<subBucketBits + 2
)

// histogram counts durations in about 1 KB, whatever their number. It is safe
// for concurrent use.
type histogram struct {
	buckets [latencyBuckets]atomic.Uint64
	sum     atomic.Uint64 // ns
	max     atomic.Int64  // ns
}

// bucketOf returns the index of the bucket that ns nanoseconds fall into.
func bucketOf(ns int64) int {
	if ns < 1<<lowestPower {
		return 0
	}
	power := bits.Len64(uint64(ns)) - 1
	if power >= highestPower {
		return latencyBuckets - 1
	}
	sub := int(ns>>(power-subBucketBits)) & (1<<subBucketBits - 1)
	return 1 + (power-lowestPower)<<subBucketBits + sub
}

// bucketEnd returns the longest duration, in ns, that bucket i counts.
func bucketEnd(i int) int64 {
	if i == 0 {
		return 1<<lowestPower - 1
	}
	power := lowestPower + (i-1)>>subBucketBits
	sub := int64(i-1) & (1<<subBucketBits - 1)
	return (1<<subBucketBits+sub+1)<<(power-subBucketBits) - 1
}

// record counts one duration.
func (h *histogram) record(d time.Duration) {
	ns := int64(d)
	raise(&h.max, ns)
	h.sum.Add(uint64(ns))
	h.buckets[bucketOf(ns)].Add(1)
}

// raise makes n the maximum, if it is greater.
func raise(max *atomic.Int64, n int64) {
	for old := max.Load(); n > old && !max.CompareAndSwap(old, n); old = max.Load() {
	}
}

// timings is what histograms have counted together.
type timings struct {
	counts  [latencyBuckets]uint64
	total   uint64
	sum     uint64 // ns
	longest int64  // ns
}

// add adds what a histogram has counted.
func (t *timings) add(h *histogram) {
	for i := range h.buckets {
		n := h.buckets[i].Load()
		t.counts[i] += n
		t.total += n
	}
	t.sum += h.sum.Load()
	t.longest = max(t.longest, h.max.Load())
}

func (t *timings) stats() reports.Latency {
	s := reports.Latency{Count: t.total, Sum: t.sum, Max: t.longest}
	bound, within := 0, uint64(0)
	for i, n := range t.counts[:latencyBuckets-1] {
		within += n
		if bound < len(s.Within) && bucketEnd(i) == reports.LatencyBound(bound) {
			s.Within[bound] = within
			bound++
		}
	}
	// quantile returns the duration that permille of 1000 calls do not exceed.
	quantile := func(permille uint64) int64 {
		rank, seen := (t.total*permille+999)/1000, uint64(0)
		for i, n := range t.counts[:latencyBuckets-1] {
			if seen += n; seen >= rank {
				return min(bucketEnd(i), s.Max)
			}
		}
		return s.Max
	}
	if t.total > 0 {
		s.P50, s.P90, s.P99, s.P999 = quantile(500), quantile(900), quantile(990), quantile(999)
	}
	return s
}
