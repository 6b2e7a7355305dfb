package main

import (
	"flag"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/bench/monorepo"
)

var update = flag.Bool("update", false, "write the golden file")

// analyzed returns an analysis of one round; seconds and megabytes by form.
func analyzed(shape monorepo.Shape, times [2]float64, heaps [2]int64) analysisRow {
	row := analysisRow{shape: shape, of: map[form]*analysis{}}
	for i, f := range forms {
		row.of[f] = &analysis{
			times:    []time.Duration{time.Duration(times[i] * float64(time.Second))},
			heaps:    []int64{heaps[i] << 20},
			compiles: compiles(shape, f),
			actions:  shape.Total() * (i + 2),
		}
	}
	return row
}

// TestDocument compares the section of the documentation with a golden file.
// The second series needs more memory for the last packages than before, the
// first does not.
func TestDocument(t *testing.T) {
	const golden = "testdata/document.md"
	withLinks := monorepo.New(2, 50)
	withLinks.Interfaces = 20
	r := &result{
		rounds: 3, once: 1000, most: 10000,
		analyses: []analysisRow{
			analyzed(monorepo.New(2, 100), [2]float64{5, 5.5}, [2]int64{60, 62}),
			analyzed(monorepo.New(4, 100), [2]float64{6, 7}, [2]int64{64, 68}),
			analyzed(monorepo.New(8, 100), [2]float64{8, 10}, [2]int64{72, 80}),
			analyzed(monorepo.New(2, 500), [2]float64{10, 12}, [2]int64{70, 80}),
			analyzed(monorepo.New(2, 1500), [2]float64{20, 23}, [2]int64{90, 160}),
			analyzed(withLinks, [2]float64{6, 7}, [2]int64{64, 66}),
			{shape: monorepo.New(32, 5000)},
		},
		executions: []executionRow{{monorepo.New(2, 50), map[form]*execution{
			separate: {
				critical: 2 * time.Second, size: 10e6, executed: map[string]int{"GoCompilePkg": 90, "GoLink": 2},
				links: []time.Duration{time.Second, 3 * time.Second, 2 * time.Second}, startups: []time.Duration{10 * time.Millisecond},
			},
			merged: {
				critical: 3 * time.Second, size: 9e6, executed: map[string]int{"GoCompilePkg": 192, "GoLink": 1, "GoMergeOverlay": 100},
				compiled: map[string]*compiled{
					ownPackages:   {80, 20 * time.Second, 8e6},
					platformFirst: {10, 2 * time.Second, 1e6}, platformAgain: {10, 2 * time.Second, 1e6},
					stdFirst: {46, 9 * time.Second, 12e6}, stdAgain: {46, 9 * time.Second, 12e6},
				},
				links: []time.Duration{time.Second, 3 * time.Second, 2500 * time.Millisecond}, startups: []time.Duration{12 * time.Millisecond},
			},
		}}},
	}
	got := r.document("2 cores")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("run go test -update if this is right:\n%s", got)
	}
}

// TestChart draws the sizes of one series, and none that is in no series.
func TestChart(t *testing.T) {
	r := &result{analyses: []analysisRow{
		analyzed(monorepo.New(2, 100), [2]float64{5, 5.5}, [2]int64{60, 62}),
		analyzed(monorepo.New(4, 100), [2]float64{6, 7}, [2]int64{64, 68}),
		analyzed(monorepo.New(8, 100), [2]float64{8, 10}, [2]int64{72, 80}),
		analyzed(monorepo.New(2, 500), [2]float64{10, 12}, [2]int64{70, 80}),
	}}
	drawing, err := r.chart("Loading and analysis", "s", (*analysis).time)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"separate, more services of 100 packages", "merged, more services of 100 packages"} {
		if n := strings.Count(string(drawing), ">"+name+"<"); n != 1 {
			t.Errorf("the chart names %q %d times", name, n)
		}
	}
	if strings.Contains(string(drawing), "of 2 services") {
		t.Error("the chart has a line of two sizes")
	}
}

func TestWithoutBuilds(t *testing.T) {
	r := &result{rounds: 1, analyses: []analysisRow{analyzed(monorepo.New(2, 5), [2]float64{1, 1}, [2]int64{50, 51})}}
	for _, table := range r.tables() {
		if len(table) == 1 {
			t.Errorf("a table has no rows: %v", table)
		}
	}
}
