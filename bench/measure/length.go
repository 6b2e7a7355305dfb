package measure

import (
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"sync"
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

// measure has callers make calls until the last run of them is long enough, and returns
// what that run took. As in package testing a run is at most a hundred times
// as long as the one before, and a fifth longer than it seems to have to be.
func (l length) measure(callers int, call func() error) (testing.BenchmarkResult, error) {
	if l.calls > 0 {
		return calls(l.calls, callers, call)
	}
	for n := 1; ; {
		r, err := calls(n, callers, call)
		if err != nil || r.T >= l.time {
			return r, err
		}
		guess := int(float64(n) * 1.2 * float64(l.time) / float64(max(r.T, 1)))
		n = min(max(guess, n+1), 100*n)
	}
}

// calls has callers make n calls in all, each up to the first that fails.
func calls(n, callers int, call func() error) (testing.BenchmarkResult, error) {
	runtime.GC()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	if err := atOnce(n, callers, call); err != nil {
		return testing.BenchmarkResult{}, err
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

// atOnce divides n calls among callers. A single one is the current goroutine.
func atOnce(n, callers int, call func() error) error {
	repeat := func(n int) error {
		for range n {
			if err := call(); err != nil {
				return err
			}
		}
		return nil
	}
	var others sync.WaitGroup
	failed := make([]error, callers)
	for i := 1; i < callers; i++ {
		others.Go(func() { failed[i] = repeat((n + i) / callers) })
	}
	failed[0] = repeat(n / callers)
	others.Wait()
	return errors.Join(failed...)
}
