package conformance

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/gomerge/rules_go_merge/tests/conformance/suite"
)

// casesOfRow is the least number of cases that each row of the contract has.
const casesOfRow = 3

// TestMergedIsSeparate runs the same caller and callee as two processes and in
// one, and compares what the caller observes.
func TestMergedIsSeparate(t *testing.T) {
	all := pairs(t)
	results := make([]suite.Result, len(all))
	t.Run("pairs", func(t *testing.T) {
		for i, pair := range all {
			t.Run(pair.Name, func(t *testing.T) {
				t.Parallel()
				cases, err := suite.Compare(pair)
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range cases {
					check(t, pair, c)
				}
				checkRows(t, cases)
				results[i] = suite.Result{Pair: pair, Cases: cases}
			})
			for _, few := range pair.Ways()[1:] {
				t.Run(pair.Name+" with few options", func(t *testing.T) {
					t.Parallel()
					cases, err := suite.Compare(few)
					if err != nil {
						t.Fatal(err)
					}
					for _, c := range cases {
						for _, problem := range suite.Problems(few, c) {
							t.Error(problem)
						}
					}
				})
			}
		}
	})
	if !t.Failed() {
		checkDocument(t, results)
	}
}

func check(t *testing.T, pair suite.Pair, c suite.Case) {
	t.Helper()
	for _, problem := range suite.Problems(pair, c) {
		t.Error(problem)
	}
	if want, ok := factOf(pair, c.Name()); ok && c.Separate.Seen != want {
		t.Errorf("%s:\n got %s\nwant %s", c.Name(), c.Separate.Seen, want)
	}
}

// checkRows checks that no row has lost its cases, and facts none of theirs.
func checkRows(t *testing.T, cases []suite.Case) {
	t.Helper()
	count := make(map[int]int)
	names := make(map[string]bool)
	for _, c := range cases {
		count[c.Separate.Row]++
		names[c.Name()] = true
	}
	for row := range suite.Kitex.Rows {
		if count[row] < casesOfRow {
			t.Errorf("row %d has %d cases, want %d at least", row, count[row], casesOfRow)
		}
	}
	for name := range facts {
		if !names[name] {
			t.Errorf("there is a fact about %s, which is not a case", name)
		}
	}
}

// checkDocument checks that the documentation has what came of the cases.
func checkDocument(t *testing.T, results []suite.Result) {
	t.Helper()
	document, err := os.ReadFile(filepath.Join("docs", "semantics.md"))
	if err != nil {
		t.Fatal(err)
	}
	want, err := suite.Kitex.Replace(document, suite.Kitex.Table(results))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(document, want) {
		t.Errorf("docs/semantics.md is out of date: bazel run //tests/conformance:report writes\n%s", suite.Kitex.Table(results))
	}
}
