package search

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// faults are sets of candidates: it is bad with all of one on.
type faults [][]int

func (f faults) bad(on []int) bool {
	return slices.ContainsFunc(f, func(set []int) bool { return subset(set, on) })
}

func search(t *testing.T, n int, f faults) *Result {
	t.Helper()
	tests := 0
	found, err := Search(Problem{Candidates: n, Test: func(step Step, on []int) (bool, error) {
		tests++
		if !slices.IsSorted(on) || len(slices.Compact(slices.Clone(on))) != len(on) {
			t.Errorf("%v is not a set", on)
		}
		return f.bad(on), nil
	}})
	if err != nil {
		t.Fatalf("%v: %v", f, err)
	}
	if tests != found.Rounds+found.Checks {
		t.Errorf("%v: %d tests, counted as %d rounds and %d checks", f, tests, found.Rounds, found.Checks)
	}
	return found
}

// TestOne goes through all single faults of up to 70 candidates.
func TestOne(t *testing.T) {
	for n := 1; n <= 70; n++ {
		rounds := 0 // of the binary logarithm
		for 1<<rounds < n {
			rounds++
		}
		for i := range n {
			found := search(t, n, faults{{i}})
			if len(found.Culprits) != 1 || !slices.Equal(found.Culprits[0], Culprit{i}) {
				t.Fatalf("%d of %d: found %+v", i, n, found)
			}
			if found.Rounds > rounds || found.Checks > 4 {
				t.Errorf("%d of %d: %d rounds and %d checks, want at most %d and 4", i, n, found.Rounds, found.Checks, rounds)
			}
		}
	}
}

// TestTwo goes through all pairs of 64 candidates that are bad each.
func TestTwo(t *testing.T) {
	const n = 64
	for i := range n {
		for j := i + 1; j < n; j++ {
			found := search(t, n, faults{{i}, {j}})
			if len(found.Culprits) != 2 || !slices.Equal(found.Culprits[0], Culprit{i}) || !slices.Equal(found.Culprits[1], Culprit{j}) {
				t.Fatalf("%d, %d: found %+v", i, j, found)
			}
			// All on, all off, and each alone are not part of the search.
			if searching := found.Rounds + found.Checks - 4; found.Rounds > 12 || searching > 14 {
				t.Errorf("%d, %d: %d rounds and %d checks", i, j, found.Rounds, found.Checks)
			}
		}
	}
}

// TestTogether goes through all pairs of 64 candidates that are bad together only.
func TestTogether(t *testing.T) {
	const n = 64
	for i := range n {
		for j := i + 1; j < n; j++ {
			found := search(t, n, faults{{i, j}})
			if len(found.Culprits) != 1 || !slices.Equal(found.Culprits[0], Culprit{j, i}) {
				t.Fatalf("%d with %d: found %+v", i, j, found)
			}
			if found.Rounds > 12 || found.Checks > 8 {
				t.Errorf("%d with %d: %d rounds and %d checks", i, j, found.Rounds, found.Checks)
			}
		}
	}
}

// TestAny searches for several faults of several members. Each culprit is a fault, and
// with the first members off it is good.
func TestAny(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		n := 1 + r.IntN(100)
		var f faults
		for range 1 + r.IntN(4) {
			set := r.Perm(n)[:min(n, 1+r.IntN(4))]
			slices.Sort(set)
			f = append(f, set)
		}
		found := search(t, n, f)
		on := make([]int, n)
		for i := range on {
			on[i] = i
		}
		for _, c := range found.Culprits {
			if !f.bad(union(c, nil)) {
				t.Errorf("%v of %d: %v is not bad", f, n, c)
			}
			for i := range c {
				if f.bad(union(slices.Delete(slices.Clone(c), i, i+1), nil)) {
					t.Errorf("%v of %d: %v is bad without %d", f, n, c, c[i])
				}
			}
			on = slices.DeleteFunc(on, func(i int) bool { return i == c[0] })
		}
		if f.bad(on) {
			t.Errorf("%v of %d: it is still bad with %v found", f, n, found.Culprits)
		}
	}
}

func TestOutcomes(t *testing.T) {
	for _, tt := range []struct {
		faults faults
		want   Result
	}{
		{nil, Result{Outcome: NeverBad, Checks: 1}},
		{faults{{}}, Result{Outcome: AlwaysBad, Checks: 2}},
	} {
		if got := search(t, 8, tt.faults); got.Outcome != tt.want.Outcome || got.Rounds != tt.want.Rounds || got.Checks != tt.want.Checks {
			t.Errorf("%v: got %+v, want %+v", tt.faults, got, tt.want)
		}
	}
	if _, err := Search(Problem{}); err == nil {
		t.Error("a search without candidates")
	}
	failed := errors.New("exit code 127")
	if _, err := Search(Problem{Candidates: 8, Test: func(Step, []int) (bool, error) { return true, failed }}); err != failed {
		t.Errorf("a test that failed: %v", err)
	}
}

// TestKnown makes no test of which the result is known.
func TestKnown(t *testing.T) {
	var steps []string
	found, err := Search(Problem{Candidates: 4, Known: true, Test: func(step Step, on []int) (bool, error) {
		steps = append(steps, fmt.Sprint(step, on))
		return slices.Contains(on, 2), nil
	}})
	want := []string{"{round 4 2} [0 1]", "{round 2 1} [0 1 2]", "{alone 0 0} [2]", "{rest 0 0} [0 1 3]"}
	if err != nil || !slices.Equal(steps, want) || found.Rounds != 2 || found.Checks != 2 {
		t.Errorf("got %q, %+v, %v, want %q", steps, found, err, want)
	}
}

// TestOneWrongResult has each test of a search give the wrong result once. No search
// may then blame a candidate that is not bad.
func TestOneWrongResult(t *testing.T) {
	const n = 64
	for bad := range n {
		for wrong := 2; ; wrong++ {
			tests := 0
			found, err := Search(Problem{Candidates: n, Test: func(_ Step, on []int) (bool, error) {
				tests++
				return slices.Contains(on, bad) != (tests-1 == wrong), nil
			}})
			if tests > 40 {
				t.Errorf("%d, test %d is wrong: %d tests", bad, wrong, tests)
			}
			if tests <= wrong {
				break // all tests have been right
			}
			var c *Contradiction
			if errors.As(err, &c) {
				if !subset(c.Bad, c.Good) {
					t.Fatalf("%d: %+v", bad, c)
				}
				continue
			}
			if err != nil || found.Culprits[0][0] != bad || len(found.Culprits[0]) != 1 {
				t.Errorf("%d, test %d is wrong: found %+v, %v", bad, wrong, found, err)
			}
		}
	}
}
