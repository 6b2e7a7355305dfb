// Package simulation plays rollouts of one method with known rates of failures, and
// counts how many calls the test of package sequential needs.
package simulation

import (
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/sequential"
)

// Rollout is what is played. Load is constant, but the test makes no use of that.
type Rollout struct {
	// Share is the part of the calls that is drawn inline.
	Share float64
	// RPCRate is the part of the RPCs that fail, and Ratio how many times as often inline
	// calls do.
	RPCRate, Ratio float64
	// Poll is how many calls there are from one look to the next, and Calls how many
	// there are at most.
	Poll, Calls int
	// Alpha is the rate of false alarms.
	Alpha float64
}

// Outcome is how the plays of a rollout ended.
type Outcome struct {
	// Stopped has how many calls each play that stopped had needed, sorted.
	Stopped []int
	// Plays is how many there were.
	Plays int
}

// Play plays a rollout several times. The same seed gives the same outcome.
func (r Rollout) Play(plays int, seed uint64) Outcome {
	o := Outcome{Plays: plays}
	drawn := newBinomial(r.Poll, r.Share)
	random := rand.New(rand.NewPCG(seed, 1))
	for range plays {
		var test sequential.Ratio
		for calls := r.Poll; calls <= r.Calls; calls += r.Poll {
			inline := drawn.draw(random)
			s := sequential.Sample{
				InlineCalls: uint64(inline), InlineFailed: uint64(happened(random, inline, r.RPCRate*r.Ratio)),
				RPCCalls: uint64(r.Poll - inline), RPCFailed: uint64(happened(random, r.Poll-inline, r.RPCRate)),
			}
			test.Add(s)
			if s.Failed() > 0 && test.Evidence() >= math.Log(1/r.Alpha) {
				o.Stopped = append(o.Stopped, calls)
				break
			}
		}
	}
	slices.Sort(o.Stopped)
	return o
}

// Quantile returns within how many calls a part of the plays stopped, or false if fewer
// did.
func (o Outcome) Quantile(part float64) (int, bool) {
	i := int(math.Ceil(part*float64(o.Plays))) - 1
	if i < 0 || i >= len(o.Stopped) {
		return 0, false
	}
	return o.Stopped[i], true
}

// happened draws how many of some calls fail, by the calls between two failures.
func happened(random *rand.Rand, calls int, rate float64) (n int) {
	if rate <= 0 {
		return 0
	}
	for i := 0; ; i++ {
		i += int(min(math.Log1p(-random.Float64())/math.Log1p(-min(rate, 1-1e-9)), float64(calls)))
		if i >= calls {
			return n
		}
		n++
	}
}

// binomial draws how many of n calls are inline.
type binomial struct{ below []float64 }

func newBinomial(n int, p float64) binomial {
	var b binomial
	sum := 0.0
	all, _ := math.Lgamma(float64(n) + 1)
	for k := range n + 1 {
		did, _ := math.Lgamma(float64(k) + 1)
		not, _ := math.Lgamma(float64(n-k) + 1)
		sum += math.Exp(all - did - not + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
		b.below = append(b.below, sum)
	}
	return b
}

func (b binomial) draw(random *rand.Rand) int {
	n, _ := slices.BinarySearch(b.below, random.Float64())
	return min(n, len(b.below)-1)
}
