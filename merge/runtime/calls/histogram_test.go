package calls

import (
	"math"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

func TestBuckets(t *testing.T) {
	tests := []struct {
		ns   int64
		want int
		end  int64
	}{
		{0, 0, 127},
		{127, 0, 127},
		{128, 1, 159},
		{159, 1, 159},
		{160, 2, 191},
		{255, 4, 255},
		{256, 5, 319},
		{1 << 20, 53, 1<<20 + 1<<18 - 1},
		{1<<37 - 1, 120, 1<<37 - 1},
	}
	for _, tt := range tests {
		if got := bucketOf(tt.ns); got != tt.want || bucketEnd(got) != tt.end {
			t.Errorf("%d ns in bucket %d up to %d, want bucket %d up to %d", tt.ns, got, bucketEnd(got), tt.want, tt.end)
		}
	}
	for _, ns := range []int64{1 << 37, math.MaxInt64} {
		if got := bucketOf(ns); got != latencyBuckets-1 {
			t.Errorf("%d ns in bucket %d, want the last, %d", ns, got, latencyBuckets-1)
		}
	}
}

// TestBucketsMeet checks that a bucket begins where the one below ends.
func TestBucketsMeet(t *testing.T) {
	for i := range latencyBuckets - 1 {
		if end := bucketEnd(i); bucketOf(end) != i || bucketOf(end+1) != i+1 {
			t.Errorf("bucket %d ends at %d ns, which is in bucket %d and the next in %d", i, end, bucketOf(end), bucketOf(end+1))
		}
	}
}

func TestLatencyStats(t *testing.T) {
	repeat := func(n int, d time.Duration) (all []time.Duration) {
		for range n {
			all = append(all, d)
		}
		return all
	}
	var rising []time.Duration
	for i := range 1000 {
		rising = append(rising, time.Duration(i+1)*time.Microsecond)
	}
	tests := []struct {
		name      string
		durations []time.Duration
		want      reports.Latency
	}{
		{"none", nil, reports.Latency{}},
		{"one", repeat(1, 1000), reports.Latency{Count: 1, P50: 1000, P90: 1000, P99: 1000, P999: 1000, Max: 1000}},
		{"a bucket's end is above its calls", append(repeat(99, 1000), 5000), reports.Latency{Count: 100, P50: 1023, P90: 1023, P99: 1023, P999: 5000, Max: 5000}},
		{"the slowest of a thousand", append(repeat(999, 200), 3000), reports.Latency{Count: 1000, P50: 223, P90: 223, P99: 223, P999: 223, Max: 3000}},
		{"1 us to 1000 us", rising, reports.Latency{Count: 1000, P50: 524287, P90: 917503, P99: 1000000, P999: 1000000, Max: 1000000}},
		{"longer than any bucket", repeat(3, 200*time.Second), reports.Latency{Count: 3, P50: 200e9, P90: 200e9, P99: 200e9, P999: 200e9, Max: 200e9}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var h histogram
			for _, d := range tt.durations {
				h.record(d)
			}
			var all timings
			all.add(&h)
			for _, d := range tt.durations {
				tt.want.Sum += uint64(d)
				for i := range tt.want.Within {
					if int64(d) <= reports.LatencyBound(i) {
						tt.want.Within[i]++
					}
				}
			}
			if got := all.stats(); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
