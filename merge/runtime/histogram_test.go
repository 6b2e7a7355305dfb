package runtime

import (
	"math"
	"testing"
	"time"
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
		want      LatencyStats
	}{
		{"none", nil, LatencyStats{}},
		{"one", repeat(1, 1000), LatencyStats{1, 1000, 1000, 1000, 1000, 1000}},
		{"a bucket's end is above its calls", append(repeat(99, 1000), 5000), LatencyStats{100, 1023, 1023, 1023, 5000, 5000}},
		{"the slowest of a thousand", append(repeat(999, 200), 3000), LatencyStats{1000, 223, 223, 223, 223, 3000}},
		{"1 us to 1000 us", rising, LatencyStats{1000, 524287, 917503, 1000000, 1000000, 1000000}},
		{"longer than any bucket", repeat(3, 200*time.Second), LatencyStats{3, 200e9, 200e9, 200e9, 200e9, 200e9}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var h histogram
			for _, d := range tt.durations {
				h.record(d)
			}
			if got := h.stats(); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}
