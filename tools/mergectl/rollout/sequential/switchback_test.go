package sequential

import (
	"math"
	"math/rand/v2"
	"testing"
)

// blocks draws the costs of pairs of blocks whose noise is 4 %, while costs drift by 10 %.
func blocks(random *rand.Rand, n int, change float64) (pairs []Pair) {
	for i := range n {
		cost := func(block int) float64 {
			return (1 + 0.1*float64(2*i+block)/float64(2*n)) * (1 + 0.04*random.NormFloat64())
		}
		first, second := cost(0), cost(1)
		if random.Uint64()&1 == 0 {
			pairs = append(pairs, Pair{first * change, second})
		} else {
			pairs = append(pairs, Pair{second * change, first})
		}
	}
	return pairs
}

// TestSwitchback plays switchbacks: without a difference, at most alpha of them say that
// inline calls cost more, and bounds are wrong as seldom as they have to be.
func TestSwitchback(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	for _, tt := range []struct {
		pairs           int
		change          float64
		harm, saving    float64 // at least, of the plays
		mostHarm, plays int
	}{
		{10, 1, 0, 0, 30, 1000},
		{10, 1.1, 0.9, 0, 1000, 200},
		{10, 0.87, 0, 0.9, 0, 200},
		{20, 0.95, 0, 0.8, 1, 50},
	} {
		harm, saving, wrong := 0, 0, 0
		for range tt.plays {
			pairs := blocks(random, tt.pairs, tt.change)
			if SwitchbackChance(pairs, 1) <= 0.02 {
				harm++
			}
			low, high := SwitchbackBounds(pairs, 0.05)
			if low > tt.change || high < tt.change {
				wrong++
			}
			if high < 1 {
				saving++
			}
		}
		n := float64(tt.plays)
		if float64(harm) < tt.harm*n || harm > tt.mostHarm || float64(saving) < tt.saving*n || float64(wrong) > 0.05*n+3*math.Sqrt(0.05*n) {
			t.Errorf("%d pairs, %g times the cost: %d of %d say more, %d say less, %d bounds are wrong", tt.pairs, tt.change, harm, tt.plays, saving, wrong)
		}
	}
}

func TestSwitchbackFew(t *testing.T) {
	if got := SwitchbackChance(nil, 1); got != 1 {
		t.Errorf("without pairs, the chance is %g", got)
	}
	if got := SwitchbackChance([]Pair{{2, 1}, {2, 1}, {2, 1}}, 1); got != 1.0/8 {
		t.Errorf("for three pairs, the chance is %g", got)
	}
	if low, high := SwitchbackBounds([]Pair{{2, 1}, {2, 1}}, 0.05); low != 0 || !math.IsInf(high, 1) {
		t.Errorf("for two pairs, the bounds are %g and %g", low, high)
	}
	for alpha, want := range map[float64]int{0.5: 1, 0.01: 7, 0.001: 10} {
		if got := PairsFor(alpha); got != want {
			t.Errorf("for %g, %d pairs, want %d", alpha, got, want)
		}
	}
}
