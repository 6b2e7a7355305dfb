package measure

import "time"

// WorkEnv is how many steps the callee works for each order, as Work takes them.
const WorkEnv = "CALLEE_WORK"

// Work keeps a core busy for some steps. It never returns zero.
func Work(steps int) uint64 {
	x := uint64(1)
	for range steps { // Marsaglia's generator of random numbers
		x ^= x << 13
		x ^= x >> 7
		x ^= x << 17
	}
	return x
}

// Steps returns how many steps of work take a time on this machine.
func Steps(d time.Duration) int {
	const steps, tries = 1_000_000, 20
	best := time.Duration(0)
	for range tries {
		start := time.Now()
		if Work(steps) == 0 {
			return 0
		}
		if took := time.Since(start); best == 0 || took < best {
			best = took
		}
	}
	return int(float64(steps) * float64(d) / float64(best))
}
