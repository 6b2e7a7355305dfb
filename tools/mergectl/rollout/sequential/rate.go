package sequential

import "math"

// Rate is the evidence on how often something happens, by a mixture of binomial
// distributions whose rates have the distribution Beta(1/2, 1/2).
type Rate struct {
	// Happened is how often it did, and Of how often it could have.
	Happened uint64 `json:"happened,omitempty"`
	Of       uint64 `json:"of,omitempty"`
}

// Add adds what was counted later.
func (r *Rate) Add(happened, of uint64) {
	r.Happened += min(happened, of)
	r.Of += of
}

// Lower and Upper return bounds on the rate that hold at all times at once with a
// probability of 1-alpha. Without calls they are 0 and 1.
func (r Rate) Lower(alpha float64) float64 {
	k, n := float64(r.Happened), float64(r.Of)
	if k == 0 {
		return 0
	}
	return bisect(0, k/n, func(rate float64) bool { return evidence(k, n, rate) >= math.Log(1/alpha) })
}

// Upper is documented with [Rate.Lower].
func (r Rate) Upper(alpha float64) float64 { return upper(float64(r.Happened), float64(r.Of), alpha) }

// CallsUntil returns how many times as many calls with the same rate would bound the rate
// from above by the limit, or +Inf if none would.
func (r Rate) CallsUntil(limit, alpha float64) float64 {
	k, n := float64(r.Happened), float64(r.Of)
	if n == 0 || k/n >= limit {
		return math.Inf(1)
	}
	return until(func(times float64) bool { return upper(times*k, times*n, alpha) <= limit })
}

// CallsUntil returns how many times as many calls with the same rates would bound the
// ratio from above by the margin, or +Inf if none would.
func (r *Ratio) CallsUntil(margin, alpha float64) float64 {
	return until(func(times float64) bool { return r.Scaled(times).Upper(alpha) <= margin })
}

func upper(k, n, alpha float64) float64 {
	if n == 0 || k == n {
		return 1
	}
	return bisect(k/n, 1, func(rate float64) bool { return evidence(k, n, rate) < math.Log(1/alpha) })
}

// evidence returns the logarithm of the e-value against a rate.
func evidence(k, n, rate float64) float64 {
	likelihood := 0.0
	if k > 0 {
		likelihood += k * math.Log(rate)
	}
	if k < n {
		likelihood += (n - k) * math.Log1p(-rate)
	}
	return logBeta(k+0.5, n-k+0.5) - logBeta(0.5, 0.5) - likelihood
}

func logBeta(a, b float64) float64 {
	x, _ := math.Lgamma(a)
	y, _ := math.Lgamma(b)
	z, _ := math.Lgamma(a + b)
	return x + y - z
}

// bisect returns where a condition that holds from a up to some place ends.
func bisect(a, b float64, holds func(float64) bool) float64 { return bisectTimes(a, b, 60, holds) }

func bisectTimes(a, b float64, times int, holds func(float64) bool) float64 {
	for range times {
		if middle := (a + b) / 2; holds(middle) {
			a = middle
		} else {
			b = middle
		}
	}
	return b
}

// until returns the least factor from 1 on for which a condition holds, up to 0.1 %, or
// +Inf if none up to a million does.
func until(holds func(float64) bool) float64 {
	const most = 1 << 20
	if holds(1) {
		return 1
	}
	high := 2.0
	for ; !holds(high); high *= 2 {
		if high >= most {
			return math.Inf(1)
		}
	}
	low := high / 2
	for high > low*1.001 {
		if middle := (low + high) / 2; holds(middle) {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}
