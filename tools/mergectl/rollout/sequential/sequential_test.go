package sequential

import (
	"fmt"
	"math"
	"testing"
)

// TestMean computes the mean of the e-value over all that can happen in a few samples,
// where both arms fail equally often. It has to be 1 at most, also where the number of
// inline calls is drawn and the share changes.
func TestMean(t *testing.T) {
	// The share is what was drawn, so the arms of failures are drawn without replacement.
	hypergeometric := func(k, failed, inline, calls uint64) float64 {
		return math.Exp(choose(inline, k) + choose(calls-inline, failed-k) - choose(calls, failed))
	}
	for _, calls := range []uint64{4, 20, 1000} {
		var mean float64
		var walk func(step uint64, r Ratio, chance float64)
		walk = func(step uint64, r Ratio, chance float64) {
			if step == 3 {
				mean += chance * math.Exp(r.Evidence())
				return
			}
			inline, failed := calls/4*(step+1), min(4, calls)
			for k := range failed + 1 {
				if p := hypergeometric(k, failed, inline, calls); p > 1e-15 {
					next := r
					next.Add(Sample{k, inline, failed - k, calls - inline})
					walk(step+1, next, chance*p)
				}
			}
		}
		walk(0, Ratio{}, 1)
		if mean > 1+1e-9 || mean < 0.2 {
			t.Errorf("the mean of %d calls a step is %g", calls, mean)
		}
	}
}

// choose returns the logarithm of the number of choices of k out of n.
func choose(n, k uint64) float64 {
	if k > n {
		return math.Inf(-1)
	}
	return -logBeta(float64(k)+1, float64(n-k)+1) - math.Log(float64(n)+1)
}

func TestRatio(t *testing.T) {
	tests := []struct {
		sample     Sample
		harm       bool    // at alpha = 1 %
		lowest, at float64 // of the bound at alpha = 5 %
	}{
		{Sample{}, false, math.Inf(1), math.Inf(1)},
		{Sample{0, 1000, 0, 1000}, false, math.Inf(1), math.Inf(1)},
		{Sample{10, 1000, 0, 0}, false, math.Inf(1), math.Inf(1)}, // nothing to compare with
		{Sample{20, 1000, 0, 1000}, true, 100, math.Inf(1)},
		{Sample{0, 1000, 20, 1000}, false, 0.01, 1},
		{Sample{100, 100_000, 100, 100_000}, false, 1.2, 2},
		{Sample{1000, 100_000, 1000, 100_000}, false, 1.05, 1.25},
		{Sample{200, 100_000, 100, 100_000}, true, 2, 4},
		{Sample{20, 1000, 100, 99_000}, true, 20, 50},
	}
	for _, tt := range tests {
		var r Ratio
		r.Add(tt.sample)
		if harm := r.Evidence() >= math.Log(100); harm != tt.harm {
			t.Errorf("%+v: evidence %g", tt.sample, r.Evidence())
		}
		if got := r.Upper(0.05); got < tt.lowest || got > tt.at {
			t.Errorf("%+v: bound %g, want %g to %g", tt.sample, got, tt.lowest, tt.at)
		}
	}
}

// TestRate has bounds for which the exact evidence is on either side.
func TestRate(t *testing.T) {
	for _, r := range []Rate{{0, 10}, {1, 10}, {5, 10}, {10, 10}, {0, 100_000}, {50, 100_000}} {
		k, n := float64(r.Happened), float64(r.Of)
		low, high := r.Lower(0.01), r.Upper(0.01)
		if !(low <= k/n && k/n <= high) {
			t.Errorf("%+v: bounds %g and %g", r, low, high)
		}
		if k > 0 && math.Abs(evidence(k, n, low)-math.Log(100)) > 1e-6 || k < n && math.Abs(evidence(k, n, high)-math.Log(100)) > 1e-6 {
			t.Errorf("%+v: evidence at the bounds %g and %g is not that of 1 %%", r, low, high)
		}
	}
	if r := (Rate{}); r.Lower(0.01) != 0 || r.Upper(0.01) != 1 {
		t.Errorf("without calls, the bounds are %g and %g", r.Lower(0.01), r.Upper(0.01))
	}
	var r Rate
	r.Add(7, 5)
	if r != (Rate{5, 5}) {
		t.Errorf("more happened than could: %+v", r)
	}
}

func TestCallsUntil(t *testing.T) {
	r := Rate{0, 1000}
	times := r.CallsUntil(0.001, 0.05)
	at := func(times float64) float64 { return upper(0, 1000*times, 0.05) }
	if !(at(times) <= 0.001 && at(times*0.99) > 0.001) {
		t.Errorf("%g times as many calls have the bound %g", times, at(times))
	}
	if got := (Rate{1, 100}).CallsUntil(0.001, 0.05); !math.IsInf(got, 1) {
		t.Errorf("a rate above the limit: %g", got)
	}
	if got := (Rate{0, 1_000_000}).CallsUntil(0.001, 0.05); got != 1 {
		t.Errorf("a rate that is bounded: %g", got)
	}
	var ratio Ratio
	ratio.Add(Sample{10, 10_000, 10, 10_000})
	times = ratio.CallsUntil(1.5, 0.05)
	if times < 2 || times > 100 || ratio.Scaled(times).Upper(0.05) > 1.5 {
		t.Errorf("the ratio: %g", times)
	}
	if got := new(Ratio).CallsUntil(1.5, 0.05); !math.IsInf(got, 1) {
		t.Errorf("no failures: %g", got)
	}
}

func ExampleRatio() {
	var r Ratio
	r.Add(Sample{InlineFailed: 20, InlineCalls: 1_000, RPCFailed: 99, RPCCalls: 99_000})
	fmt.Printf("the e-value is above 1,000: %t\n", r.Evidence() > math.Log(1000))
	// Output: the e-value is above 1,000: true
}
