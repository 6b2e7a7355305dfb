package limits

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"time"
)

const (
	// longestThrottle is how long an inline call waits for a service that is
	// above its CPU limit.
	longestThrottle = time.Second
	// longestCredit is how much time below its limit a service can save up, to
	// use more than that later.
	longestCredit = time.Second
	// longestDebt is for how long a service that was above its limit can have to
	// make up for that.
	longestDebt = 10 * time.Second
)

// cpuBudget holds a service to its CPU limit. What the limit allows flows into a
// balance, and what the service uses is taken from it. While the balance is
// negative, inline calls of the service wait.
type cpuBudget struct {
	cores float64 // the limit
	start time.Time

	// solvent is when the balance will be zero, as time since start, and zero
	// while it is not negative. It is all that calls look at.
	solvent atomic.Int64
	// excess is the use in the last window in which it was above the limit, as
	// the bits of a number of cores.
	excess             atomic.Uint64
	throttled, refused atomic.Uint64 // calls that waited, and those that timed out

	balance float64 // seconds of CPU time; the governor's
}

func newCPUBudget(cores float64) *cpuBudget {
	return &cpuBudget{cores: cores, start: time.Now(), balance: cores * longestCredit.Seconds()}
}

// charge takes note that the service used so many cores in a window that has
// ended now. The balance gains for the time since the last one.
func (b *cpuBudget) charge(now time.Time, since, window time.Duration, cores float64) {
	b.balance += b.cores*since.Seconds() - cores*window.Seconds()
	b.balance = min(max(b.balance, -b.cores*longestDebt.Seconds()), b.cores*longestCredit.Seconds())
	if cores > b.cores {
		b.excess.Store(math.Float64bits(cores))
	}
	solvent := time.Duration(0)
	if b.balance < 0 {
		solvent = now.Sub(b.start) + time.Duration(-b.balance/b.cores*float64(time.Second))
	}
	b.solvent.Store(int64(solvent))
}

// admit lets a call begin, or keeps it waiting. It returns false if that takes
// too long or ctx ends before.
func (b *cpuBudget) admit(ctx context.Context) bool {
	return b.solvent.Load() == 0 || b.wait(ctx)
}

func (b *cpuBudget) wait(ctx context.Context) bool {
	begin := time.Since(b.start)
	// A window that ends in the meantime may put the end off.
	for now, waits := begin, false; ; now = time.Since(b.start) {
		owed, left := time.Duration(b.solvent.Load())-now, begin+longestThrottle-now
		if owed <= 0 {
			return true
		}
		if !waits {
			waits = true
			b.throttled.Add(1)
		}
		if left <= 0 {
			b.refused.Add(1)
			return false
		}
		select {
		case <-time.After(min(owed, left)):
		case <-ctx.Done():
			b.refused.Add(1)
			return false
		}
	}
}

// overload is the answer to a call whose wait timed out.
func (b *cpuBudget) overload(service string) string {
	return fmt.Sprintf("request over limit: service %s used %.2f cores, its cpu_limit is %g",
		service, math.Float64frombits(b.excess.Load()), b.cores)
}
