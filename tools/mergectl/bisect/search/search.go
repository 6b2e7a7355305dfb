// Package search finds which of many candidates make something bad, by trying it with
// some of them on and the others off. It halves them, and also finds those that are bad
// only together.
package search

import (
	"errors"
	"math/bits"
	"slices"
)

// Problem is what to search.
type Problem struct {
	// Candidates is how many there are. They are numbered from 0 on.
	Candidates int
	// Known is set if it is known to be bad with all candidates on, and good with none.
	Known bool
	// Test reports whether it is bad with these candidates on, in ascending order, and
	// the others off. Its error ends the search.
	Test func(step Step, on []int) (bad bool, err error)
}

// Step says why a test is made.
type Step struct {
	Kind Kind
	// Left is how many candidates a round is to halve, and Rounds how many rounds are
	// left at most until one is found, with this one. They are 0 in other steps.
	Left, Rounds int
}

// Kind is the kind of a step.
type Kind string

const (
	// AllOn is for whether anything is bad, and AllOff for whether a candidate is to
	// blame.
	AllOn  Kind = "all on"
	AllOff Kind = "all off"
	// Round is a test that halves the candidates.
	Round Kind = "round"
	// Alone is for whether what was found is bad without any other candidate.
	Alone Kind = "alone"
	// Again is for whether it is still bad before a search for those that are bad only
	// together, which one wrong result would make long.
	Again Kind = "again"
	// Without is for whether several that are bad together need one of them.
	Without Kind = "without"
	// Rest is for whether it is good once what was found is off.
	Rest Kind = "rest"
)

// Result is what a search has found.
type Result struct {
	Outcome Outcome
	// Culprits are what is bad, in the order in which it was found.
	Culprits []Culprit
	// Rounds is how many tests halved the candidates, and Checks how many others there
	// were.
	Rounds, Checks int
}

// Outcome is how a search has ended.
type Outcome string

const (
	// Found is for a search with culprits: with the first member of each off, it is good.
	Found Outcome = "found"
	// NeverBad is for what is good with all candidates on, and AlwaysBad for what is bad
	// with none.
	NeverBad  Outcome = "never bad"
	AlwaysBad Outcome = "always bad"
)

// Culprit is one candidate that is bad, or several that are bad together: with each of
// them off, it is good with the others. The first is the one that the search went on
// without.
type Culprit []int

// Contradiction is the error of tests that cannot all be right if what is bad stays bad
// with more candidates on: their results vary, or a candidate hides what another does.
type Contradiction struct {
	// Bad and Good are two sets that were on. Good has all that Bad has.
	Bad, Good []int
}

func (*Contradiction) Error() string {
	return "it is bad with some candidates on, and good with more of them"
}

// errNothing is for a Problem that is not one.
var errNothing = errors.New("there are no candidates")

// Search makes the tests. One candidate that is bad takes as many rounds as the binary
// logarithm of their number, rounded up, and each other one at most as many again.
func Search(p Problem) (*Result, error) {
	if p.Candidates == 0 {
		return nil, errNothing
	}
	s := &searcher{test: p.Test}
	left := make([]int, p.Candidates)
	for i := range left {
		left[i] = i
	}
	if p.Known {
		s.results = []result{{left, true}, {nil, false}}
	}
	for _, sanity := range []struct {
		kind Kind
		on   []int
		bad  bool
		end  Outcome
	}{{AllOn, left, true, NeverBad}, {AllOff, nil, false, AlwaysBad}} {
		bad, err := s.try(Step{Kind: sanity.kind}, sanity.on)
		if err != nil {
			return nil, err
		}
		if bad != sanity.bad {
			s.found.Outcome = sanity.end
			return &s.found, nil
		}
	}
	s.found.Outcome = Found
	for good := 0; ; {
		// It is bad with all of left on, and good with the first ones.
		at, err := s.least(left, good, nil)
		if err != nil {
			return nil, err
		}
		culprit, err := s.complete(left[at], left[:at])
		if err != nil {
			return nil, err
		}
		s.found.Culprits = append(s.found.Culprits, culprit)
		left, good = slices.Delete(slices.Clone(left), at, at+1), at
		bad, err := s.try(Step{Kind: Rest}, left)
		if err != nil {
			return nil, err
		}
		if !bad {
			return &s.found, nil
		}
	}
}

// searcher has what is known so far.
type searcher struct {
	test    func(Step, []int) (bool, error)
	results []result
	found   Result
}

// result is that of one test.
type result struct {
	on  []int
	bad bool
}

// least returns the first candidate of a list, by its place, with which it becomes bad,
// if they are switched on one after the other and with is on. It is good with the first
// good ones on, and bad with all.
func (s *searcher) least(list []int, good int, with []int) (at int, err error) {
	bad := len(list)
	for bad-good > 1 {
		half := good + (bad-good)/2
		isBad, err := s.try(Step{Round, bad - good, bits.Len(uint(bad - good - 1))}, union(list[:half], with))
		if err != nil {
			return 0, err
		}
		if isBad {
			bad = half
		} else {
			good = half
		}
	}
	return bad - 1, nil
}

// complete returns the culprit that a candidate is the first member of. It is bad with
// the candidate and others on, and good with these others. Its tests repeat some that
// were made, so that one wrong result does not name a wrong culprit.
func (s *searcher) complete(first int, others []int) (Culprit, error) {
	c := Culprit{first}
	for {
		bad, err := s.tryFresh(Step{Kind: Alone}, union(c, nil))
		if err != nil {
			return nil, err
		}
		if bad {
			break
		}
		if len(c) == 1 {
			if _, err := s.tryFresh(Step{Kind: Again}, union(c, others)); err != nil {
				return nil, err
			}
		}
		at, err := s.least(others, 0, c)
		if err != nil {
			return nil, err
		}
		c, others = append(c, others[at]), others[:at]
	}
	for i := range c {
		if len(c) == 1 {
			break
		}
		// It is good, as far as is known.
		if _, err := s.tryFresh(Step{Kind: Without}, union(slices.Delete(slices.Clone(c), i, i+1), nil)); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// try makes a test, unless the same one was made.
func (s *searcher) try(step Step, on []int) (bool, error) {
	for _, r := range s.results {
		if slices.Equal(r.on, on) {
			return r.bad, nil
		}
	}
	return s.tryFresh(step, on)
}

// tryFresh makes a test.
func (s *searcher) tryFresh(step Step, on []int) (bool, error) {
	bad, err := s.test(step, slices.Clone(on))
	if err != nil {
		return false, err
	}
	if step.Kind == Round {
		s.found.Rounds++
	} else {
		s.found.Checks++
	}
	for _, r := range s.results {
		if bad && !r.bad && subset(on, r.on) {
			return false, &Contradiction{Bad: on, Good: r.on}
		}
		if !bad && r.bad && subset(r.on, on) {
			return false, &Contradiction{Bad: r.on, Good: on}
		}
	}
	s.results = append(s.results, result{on, bad})
	return bad, nil
}

// union returns what is in either of two sets, in ascending order.
func union(a, b []int) []int {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return all
}

// subset reports whether all of a, in ascending order, is in b, too.
func subset(a, b []int) bool {
	for _, x := range a {
		if _, ok := slices.BinarySearch(b, x); !ok {
			return false
		}
	}
	return true
}
