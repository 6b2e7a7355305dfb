package sequential

import (
	"encoding/json"
	"fmt"
	"math"
)

// Sample is what two arms counted in some time. Failures are among the calls.
type Sample struct {
	InlineFailed uint64 `json:"inline_failed,omitempty"`
	InlineCalls  uint64 `json:"inline,omitempty"`
	RPCFailed    uint64 `json:"rpc_failed,omitempty"`
	RPCCalls     uint64 `json:"rpc,omitempty"`
}

// Add adds another sample.
func (s *Sample) Add(o Sample) {
	s.InlineFailed += o.InlineFailed
	s.InlineCalls += o.InlineCalls
	s.RPCFailed += o.RPCFailed
	s.RPCCalls += o.RPCCalls
}

// Calls is the number of calls of both arms.
func (s *Sample) Calls() uint64 { return s.InlineCalls + s.RPCCalls }

// Failed is the number of failures of both arms.
func (s *Sample) Failed() uint64 { return s.InlineFailed + s.RPCFailed }

// Ratio is the evidence on how many times as often inline calls fail as RPCs do. If a
// share p of the calls is inline and they fail theta times as often, a failure is of an
// inline call with the probability theta*p / (1-p+theta*p), whatever else the load does
// to both. The zero Ratio has seen nothing.
type Ratio struct {
	// Total is the sum of all samples.
	Total Sample
	// logs has the logarithm of the likelihood of the failures' arms for each of ratios.
	logs [points]float64
}

// Add adds a sample. The share of inline calls is that of the sample, and may be another
// one in each. Failures count only where both arms had calls.
func (r *Ratio) Add(s Sample) {
	r.Total.Add(s)
	if s.InlineCalls == 0 || s.RPCCalls == 0 || s.Failed() == 0 {
		return
	}
	p := float64(s.InlineCalls) / float64(s.Calls())
	for i, theta := range ratios {
		q := theta * p / (1 - p + theta*p)
		r.logs[i] += float64(s.InlineFailed)*math.Log(q) + float64(s.RPCFailed)*math.Log1p(-q)
	}
}

// savedRatio is a Ratio as JSON.
type savedRatio struct {
	Total Sample    `json:"total"`
	Logs  []float64 `json:"logs"`
}

// MarshalJSON saves the evidence, to go on from.
func (r Ratio) MarshalJSON() ([]byte, error) { return json.Marshal(savedRatio{r.Total, r.logs[:]}) }

// UnmarshalJSON reads what MarshalJSON saved. It fails for other ratios than those that are
// tried here.
func (r *Ratio) UnmarshalJSON(data []byte) error {
	var saved savedRatio
	if err := json.Unmarshal(data, &saved); err != nil {
		return err
	}
	if len(saved.Logs) != points {
		return fmt.Errorf("it has %d ratios, and %d are tried", len(saved.Logs), points)
	}
	r.Total, r.logs = saved.Total, [points]float64(saved.Logs)
	return nil
}

// Evidence returns the logarithm of the e-value that inline calls fail more often than
// RPCs. It exceeds log(1/alpha) at any time with a probability of alpha at most if they
// do not.
func (r *Ratio) Evidence() float64 {
	return r.mixture(one+1) - r.logs[one] - math.Log(weightAbove)
}

// Upper returns a bound on the ratio that holds at all times at once with a probability of
// 1-alpha, or +Inf if there is none yet.
func (r *Ratio) Upper(alpha float64) float64 {
	mixed := r.mixture(0)
	for i := points - 1; i >= 0; i-- {
		if mixed-r.logs[i] < math.Log(1/alpha) {
			if i == points-1 {
				return math.Inf(1)
			}
			return ratios[i+1] // the bound is between the two
		}
	}
	return ratios[0]
}

// Scaled returns the evidence that n times as many calls with the same rates would give.
func (r *Ratio) Scaled(n float64) *Ratio {
	scaled := *r
	for i := range scaled.logs {
		scaled.logs[i] *= n
	}
	return &scaled
}

// mixture returns the logarithm of the mean of the likelihoods by their weights, from a
// ratio on.
func (r *Ratio) mixture(from int) float64 {
	most := math.Inf(-1)
	for i := from; i < points; i++ {
		most = max(most, r.logs[i])
	}
	sum := 0.0
	for i := from; i < points; i++ {
		sum += weights[i] * math.Exp(r.logs[i]-most)
	}
	return most + math.Log(sum)
}

const (
	// fine and coarse are how many ratios there are between one and its double, near 1
	// and far from it.
	fine, coarse = 16, 4
	// near is how many doublings from 1 are near; below and above are how many more
	// there are.
	near, below, above = 2, 6, 8

	one    = below*coarse + near*fine // the number of the ratio 1
	points = one + near*fine + above*coarse + 1
)

// ratios are those that are tried, and weights how much each is expected beforehand: as
// if the share of inline calls among the failures had the distribution Beta(1/2, 1/2)
// where half of the calls are inline. weightAbove is that of all above 1.
var (
	ratios      [points]float64
	weights     [points]float64
	weightAbove float64
)

func init() {
	var doublings [points]float64
	for i := range points {
		switch from := i - one; {
		case from < -near*fine:
			doublings[i] = -near + float64(from+near*fine)/coarse
		case from > near*fine:
			doublings[i] = near + float64(from-near*fine)/coarse
		default:
			doublings[i] = float64(from) / fine
		}
		ratios[i] = math.Exp2(doublings[i])
	}
	sum := 0.0
	for i := range points {
		width := (doublings[min(i+1, points-1)] - doublings[max(i-1, 0)]) / 2
		weights[i] = width / (math.Sqrt(ratios[i]) + 1/math.Sqrt(ratios[i]))
		sum += weights[i]
	}
	for i := range points {
		weights[i] /= sum
		if i > one {
			weightAbove += weights[i]
		}
	}
}
