package sequential

import (
	"math"
	"math/rand/v2"
)

// Pair is the cost of two blocks of time that followed each other, one with all calls
// inline and one with none. Which came first was drawn.
type Pair struct{ Inline, RPC float64 }

const (
	// exactPairs is for how many pairs all orders are counted. Of more, flips are drawn.
	exactPairs = 12
	flips      = 20_000
)

// SwitchbackChance returns the probability that chance makes inline calls cost at least as
// much as they did, if in truth they cost change times as much as RPCs. The order in each
// pair was drawn, so if that is the truth, each pair is as likely as the one in which both
// have changed places: no distribution of the costs is assumed, and drift does no harm.
// The test is made once, after a number of pairs that was fixed beforehand.
func SwitchbackChance(pairs []Pair, change float64) float64 {
	off := make([]float64, len(pairs))
	observed := 0.0
	for i, p := range pairs {
		off[i] = math.Log(p.Inline) - math.Log(p.RPC) - math.Log(change)
		observed += off[i]
	}
	at := func(sign func(i int) bool) bool {
		sum := 0.0
		for i, d := range off {
			if sign(i) {
				d = -d
			}
			sum += d
		}
		return sum >= observed-1e-12
	}
	count := 0
	if len(pairs) <= exactPairs {
		for signs := range 1 << len(pairs) {
			if at(func(i int) bool { return signs>>i&1 == 1 }) {
				count++
			}
		}
		return float64(count) / float64(int(1)<<len(pairs))
	}
	random := rand.New(rand.NewPCG(1, uint64(len(pairs))))
	for range flips {
		if at(func(int) bool { return random.Uint64()&1 == 1 }) {
			count++
		}
	}
	return float64(count+1) / (flips + 1) // with the one that was observed
}

// SwitchbackBounds returns bounds on how many times as much inline calls cost as RPCs,
// which hold with a probability of 1-alpha. They are 0 and +Inf for too few pairs.
func SwitchbackBounds(pairs []Pair, alpha float64) (lower, upper float64) {
	const widest = 64.0
	swapped := make([]Pair, len(pairs))
	for i, p := range pairs {
		swapped[i] = Pair{p.RPC, p.Inline}
	}
	// The chance grows with the change that is assumed.
	bound := func(pairs []Pair) float64 {
		if len(pairs) == 0 || SwitchbackChance(pairs, 1/widest) > alpha/2 {
			return 0
		}
		return math.Exp(bisectTimes(-math.Log(widest), math.Log(widest), 16, func(change float64) bool {
			return SwitchbackChance(pairs, math.Exp(change)) <= alpha/2
		}))
	}
	lower, upper = bound(pairs), math.Inf(1)
	if most := bound(swapped); most > 0 {
		upper = 1 / most
	}
	return lower, upper
}

// PairsFor returns how many pairs it takes at least until the chance can be alpha.
func PairsFor(alpha float64) int { return int(math.Ceil(math.Log2(1 / alpha))) }
