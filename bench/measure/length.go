package measure

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
)

// length is how long a measurement is: a number of calls, or a time if that is
// zero. testing.Benchmark has it from a flag of the process, which a service of
// a merged binary does not see.
type length struct {
	calls int
	time  time.Duration
}

// parseLength reads a number of calls, such as 1000x, or a time such as 300ms.
// The default is a second.
func parseLength(text string) (length, error) {
	if text == "" {
		return length{time: time.Second}, nil
	}
	if number, ok := strings.CutSuffix(text, "x"); ok {
		calls, err := strconv.Atoi(number)
		if err != nil || calls <= 0 {
			return length{}, fmt.Errorf("%q is not a number of calls such as 1000x", text)
		}
		return length{calls: calls}, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return length{}, fmt.Errorf("%q is neither a time such as 300ms nor a number of calls such as 1000x", text)
	}
	return length{time: d}, nil
}

// measure makes calls until the last run of them is long enough, and returns
// what that run took. As in package testing a run is at most a hundred times
// as long as the one before, and a fifth longer than it seems to have to be.
func (l length) measure(call func() error) (testing.BenchmarkResult, error) {
	if l.calls > 0 {
		return calls(l.calls, call)
	}
	for n := 1; ; {
		r, err := calls(n, call)
		if err != nil || r.T >= l.time {
			return r, err
		}
		guess := int(float64(n) * 1.2 * float64(l.time) / float64(max(r.T, 1)))
		n = min(max(guess, n+1), 100*n)
	}
}

// calls makes n calls, up to the first that fails.
func calls(n int, call func() error) (testing.BenchmarkResult, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for range n {
		if err := call(); err != nil {
			return testing.BenchmarkResult{}, err
		}
	}
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	return testing.BenchmarkResult{
		N:         n,
		T:         took,
		MemAllocs: after.Mallocs - before.Mallocs,
		MemBytes:  after.TotalAlloc - before.TotalAlloc,
	}, nil
}
