// Command bisect has mergectl bisect simulate play searches by guard among links with
// known rates of failures, and prints how they end and how long they take. See README.md
// one folder up.
package main

import (
	"fmt"

	"github.com/gomerge/rules_go_merge/bench/report"
)

func main() {
	report.Simulation{Section: "bisect", Document: "bisect.md", Plays: 200, Table: table}.Main()
}

const (
	links = 64
	// look is how many calls there are from one look to the next, and most how many a check
	// has at most.
	look = 5000
	most = 10_000_000
	// mostOfNone is most where nothing is bad.
	mostOfNone = 1_000_000
)

// kind is what is played.
type kind struct {
	name  string
	args  []string
	ratio float64
}

// kinds are the rows of the table.
var kinds = []kind{
	{"none", []string{"--bad=0", fmt.Sprintf("--most=%d", mostOfNone)}, 1},
	{"one link", nil, 20},
	{"one link", nil, 5},
	{"two links", []string{"--bad=2"}, 20},
	{"two links", []string{"--bad=2"}, 5},
	{"two links, only together", []string{"--together"}, 20},
}

// outcome is what mergectl prints.
type outcome struct {
	Plays        int `json:"plays"`
	Right        int `json:"right"`
	Innocent     int `json:"innocent"`
	Missed       int `json:"missed"`
	Undecided    int `json:"undecided"`
	MedianCalls  int `json:"median_calls"`
	P95Calls     int `json:"p95_calls"`
	MedianTrials int `json:"median_trials"`
	P95Trials    int `json:"p95_trials"`
}

// table plays each kind of search.
func table(mergectl string, plays int) (report.Table, string, error) {
	t := report.Table{{"what is bad", "its inline calls fail", "right", "an innocent link named", "a bad one missed", "cannot tell", "trials, median", "trials, 95th percentile", "calls, median", "calls, 95th percentile"}}
	for _, k := range kinds {
		args := []string{
			"bisect", "simulate", fmt.Sprintf("--links=%d", links), "--rpc-failures=0.1%", fmt.Sprintf("--ratio=%g", k.ratio),
			fmt.Sprintf("--look=%d", look), fmt.Sprintf("--most=%d", most), fmt.Sprintf("--plays=%d", plays), "--format=json",
		}
		var o outcome
		if err := report.ReadJSON(&o, mergectl, append(args, k.args...)...); err != nil {
			return nil, "", err
		}
		t = append(t, k.row(o))
	}
	before := fmt.Sprintf("%d searches of each kind among %d links with the same load, and a look every\n%s calls. A check has at most %s calls, and %s where nothing\nis bad. One RPC in 1,000 fails, in bursts: one look in ten has eleven times the\nrate of the others.",
		plays, links, report.Thousands(look), report.Thousands(most), report.Thousands(mostOfNone))
	return t, before, nil
}

// row returns a line of the table.
func (k kind) row(o outcome) []string {
	often := fmt.Sprintf("%g times as often", k.ratio)
	if k.ratio == 1 {
		often = "as often as RPCs"
	}
	line := []string{k.name, often}
	for _, n := range []int{o.Right, o.Innocent, o.Missed, o.Undecided} {
		line = append(line, fmt.Sprintf("%.3g %%", 100*float64(n)/float64(o.Plays)))
	}
	for _, n := range []int{o.MedianTrials, o.P95Trials, o.MedianCalls, o.P95Calls} {
		line = append(line, report.Thousands(n))
	}
	return line
}
