package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
)

// leakRuns is how often the test runs until growth counts as a leak.
const leakRuns = 3

// leaks returns an error that names the goroutines which leak.
//
// Services keep goroutines for later: pools, caches, background work that the
// first call starts. These are there after the first run of the test and serve
// the next, while what leaks becomes more in every run. So the test runs again
// as long as services grow, and what grew in each of three runs leaks: by the
// least that it grew.
func (r *runner) leaks(before, after *observation) error {
	grown := growth(before.goroutines, after.goroutines)
	suspicious := r.exceeds(grown)
	for run := 2; run <= leakRuns && r.exceeds(grown); run++ {
		r.begin(fmt.Sprintf("running %s for the %s time, which tells leaks from pools", r.config.Test, ordinal(run)))
		say("the number of goroutines grew: %s. The test runs again to tell leaks from pools.", grown)
		if code := r.runTest(false, io.Discard, io.Discard); code != 0 {
			say("this run failed with exit code %d, which does not count: the process has served the test before.", code)
		}
		next, err := r.observe(after)
		if err != nil {
			return err
		}
		grown = atMost(grown, growth(after.goroutines, next.goroutines))
		after = next
	}
	if !r.exceeds(grown) {
		if suspicious {
			say("the number of goroutines did not grow in each run: nothing leaks")
		}
		return nil
	}
	return fmt.Errorf("goroutines leak. In each of %d runs of the test there were more of them: %s", leakRuns, grown)
}

// exceeds reports whether a service grew by more than it may.
func (r *runner) exceeds(grown goroutines) bool {
	sum := map[string]int{}
	for of, n := range grown {
		sum[of.service] += n
	}
	for _, n := range sum {
		if n > r.config.AllowGoroutines {
			return true
		}
	}
	return false
}

// atMost returns what became more both times.
func atMost(a, b goroutines) goroutines {
	both := goroutines{}
	for of, n := range a {
		if m := min(n, b[of]); m > 0 {
			both[of] = m
		}
	}
	return both
}

// String lists them, those of which there are most first.
func (g goroutines) String() string {
	of := slices.SortedFunc(maps.Keys(g), func(a, b origin) int {
		return cmp.Or(cmp.Compare(g[b], g[a]), cmp.Compare(a.service, b.service), cmp.Compare(a.function, b.function))
	})
	var parts []string
	for _, o := range of {
		parts = append(parts, fmt.Sprintf("%d of service %s in %s", g[o], o.service, o.function))
	}
	return strings.Join(parts, ", ")
}

func ordinal(n int) string { return [...]string{"zeroth", "first", "second", "third"}[n] }
