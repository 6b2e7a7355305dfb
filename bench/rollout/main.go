// Command rollout has mergectl rollout simulate play rollouts with known differences, and
// prints how often they stop without a difference, and after how many calls with one. See
// README.md one folder up.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/gomerge/rules_go_merge/bench/report"
)

const section = report.Section("rollout")

func main() {
	if err := command(); err != nil {
		fmt.Fprintln(os.Stderr, "rollout:", err)
		os.Exit(1)
	}
}

func command() error {
	mergectl := flag.String("mergectl", "", "path of mergectl's `binary`")
	plays := flag.Int("plays", 1000, "`number` of rollouts of each kind")
	write := flag.Bool("write", false, "write the table to docs/rollout.md")
	flag.Parse()
	path, err := filepath.Abs(*mergectl)
	if err != nil {
		return err
	}
	t, err := table(path, *plays)
	if err != nil {
		return err
	}
	if err := t.WriteText(os.Stdout); err != nil || !*write {
		return err
	}
	workspace := os.Getenv("BUILD_WORKSPACE_DIRECTORY")
	if workspace == "" {
		return errors.New("--write is for bazel run, which says where the source tree is")
	}
	text := fmt.Sprintf("%d plays of each kind, of at most %s calls, with a look every 1,000.\nOne RPC in 1,000 fails. The rate of false alarms is 1 %%.\n\n%s", *plays, thousands(most), t.Markdown())
	return section.Write(filepath.Join(workspace, "docs", "rollout.md"), text)
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
func table(mergectl string, plays int) (report.Table, error) {
	t := report.Table{{"calls inline", "inline calls fail", "stopped", "calls until then, median", "95th percentile"}}
	for _, ratio := range []float64{1, 2, 5, 20} {
		for i, share := range []string{"1%", "5%", "25%", "50%"} {
			cmd := exec.Command(mergectl, "rollout", "simulate", "--calls="+share, "--rpc-failures=0.1%", fmt.Sprintf("--ratio=%g", ratio),
				fmt.Sprintf("--most=%d", most), fmt.Sprintf("--plays=%d", plays), fmt.Sprintf("--seed=%d", i), "--format=json")
			cmd.Stderr = os.Stderr
			data, err := cmd.Output()
			if err != nil {
				return nil, fmt.Errorf("mergectl rollout simulate: %w", err)
			}
			var o outcome
			if err := json.Unmarshal(data, &o); err != nil {
				return nil, err
			}
			t = append(t, row(share, ratio, o))
		}
	}
	return t, nil
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
		line = append(line, thousands(*calls))
	}
	return line
}

// thousands writes a number with commas.
func thousands(n int) string {
	digits := fmt.Sprint(n)
	var text strings.Builder
	for i, digit := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			text.WriteByte(',')
		}
		text.WriteRune(digit)
	}
	return text.String()
}
