package simulation

import (
	"math"
	"math/rand/v2"
	"testing"
)

// TestFalseAlarms plays rollouts without a difference, looked at 300 times each. At most
// alpha of them stop, up to what 1,000 plays can show.
func TestFalseAlarms(t *testing.T) {
	const plays, alpha = 1000, 0.01
	// Three standard deviations above the mean.
	most := int(plays*alpha + 3*math.Sqrt(plays*alpha*(1-alpha)))
	for i, share := range []float64{0.01, 0.25, 0.5} {
		o := Rollout{Share: share, RPCRate: 0.001, Ratio: 1, Poll: 1000, Calls: 300_000, Alpha: alpha}.Play(plays, uint64(i))
		if len(o.Stopped) > most {
			t.Errorf("at %g, %d of %d stopped, want %d at most", share, len(o.Stopped), plays, most)
		}
	}
}

// TestDetection plays rollouts in which inline calls fail more often than RPCs.
func TestDetection(t *testing.T) {
	for i, tt := range []struct {
		share, ratio float64
		p95          int
	}{
		{0.01, 20, 60_000},
		{0.05, 20, 20_000},
		{0.25, 5, 60_000},
		{0.5, 2, 250_000},
	} {
		o := Rollout{Share: tt.share, RPCRate: 0.001, Ratio: tt.ratio, Poll: 1000, Calls: 10 * tt.p95, Alpha: 0.01}.Play(400, uint64(i))
		if calls, ok := o.Quantile(0.95); !ok || calls > tt.p95 {
			t.Errorf("%g times the failures at %g took %d calls in 95 %% of the plays, %t; want %d", tt.ratio, tt.share, calls, ok, tt.p95)
		}
	}
}

// TestDraws compares the means of what is drawn with what they have to be.
func TestDraws(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	const draws, calls = 20_000, 1000
	for _, p := range []float64{0.001, 0.01, 0.5} {
		drawn, fails := 0, 0
		b := newBinomial(calls, p)
		for range draws {
			drawn += b.draw(random)
			fails += happened(random, calls, p)
		}
		want, deviation := draws*calls*p, math.Sqrt(draws*calls*p*(1-p))
		for _, got := range []int{drawn, fails} {
			if math.Abs(float64(got)-want) > 4*deviation {
				t.Errorf("%d of %d with the probability %g, want %.0f", got, draws*calls, p, want)
			}
		}
	}
	if happened(random, 100, 0) != 0 || happened(random, 100, 1) != 100 {
		t.Error("what never happens did, or what always happens did not")
	}
}
