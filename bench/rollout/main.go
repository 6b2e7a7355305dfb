// Command rollout has mergectl rollout simulate play rollouts with known differences, and
// prints how often they stop without a difference, and after how many calls with one. See
// README.md one folder up.
package main

import (
	"fmt"
	"strings"

	"github.com/gomerge/rules_go_merge/bench/report"
)

func main() {
	report.Simulation{Section: "rollout", Document: "rollout.md", Plays: 1000, Table: table}.Main()
}

// most is how many calls there are in a play.
const most = 3_000_000

// outcome is what mergectl prints.
type outcome struct {
	Plays   int  `json:"plays"`
	Stopped int  `json:"stopped"`
	Median  *int `json:"median"`
	P95     *int `json:"p95"`
}

// table plays each kind of rollout.
func table(mergectl string, plays int) (report.Table, string, error) {
	t := report.Table{{"calls inline", "inline calls fail", "stopped", "calls until then, median", "95th percentile"}}
	for _, ratio := range []float64{1, 2, 5, 20} {
		for i, share := range []string{"1%", "5%", "25%", "50%"} {
			var o outcome
			if err := report.ReadJSON(&o, mergectl, "rollout", "simulate", "--calls="+share, "--rpc-failures=0.1%", fmt.Sprintf("--ratio=%g", ratio),
				fmt.Sprintf("--most=%d", most), fmt.Sprintf("--plays=%d", plays), fmt.Sprintf("--seed=%d", i), "--format=json"); err != nil {
				return nil, "", err
			}
			t = append(t, row(share, ratio, o))
		}
	}
	return t, fmt.Sprintf("%d plays of each kind, of at most %s calls, with a look every 1,000.\nOne RPC in 1,000 fails. The rate of false alarms is 1 %%.", plays, report.Thousands(most)), nil
}

// row returns a line of the table.
func row(share string, ratio float64, o outcome) []string {
	often := fmt.Sprintf("%g times as often", ratio)
	if ratio == 1 {
		often = "as often"
	}
	line := []string{strings.Replace(share, "%", " %", 1), often, fmt.Sprintf("%.3g %%", 100*float64(o.Stopped)/float64(o.Plays))}
	for _, calls := range []*int{o.Median, o.P95} {
		if calls == nil {
			line = append(line, "-")
			continue
		}
		line = append(line, report.Thousands(*calls))
	}
	return line
}
