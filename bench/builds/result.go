package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/gomerge/rules_go_merge/bench/monorepo"
	"github.com/gomerge/rules_go_merge/bench/report"
)

// result is all that was measured.
type result struct {
	rounds     int // but one for sizes of more packages than once
	once, most int
	analyses   []analysisRow
	executions []executionRow
}

// analysisRow is the analysis of one size. It is empty where that was left out.
type analysisRow struct {
	shape monorepo.Shape
	of    map[form]*analysis
}

// executionRow is the build of one size.
type executionRow struct {
	shape monorepo.Shape
	of    map[form]*execution
}

func median[T cmp.Ordered](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// time returns the median of the rounds in seconds.
func (a *analysis) time() float64 { return median(a.times).Seconds() }

// heap returns the median of the rounds in megabytes.
func (a *analysis) heap() float64 { return float64(median(a.heaps)) / (1 << 20) }

func (e *execution) link() float64    { return median(e.links).Seconds() }
func (e *execution) startup() float64 { return float64(median(e.startups)) / float64(time.Millisecond) }
func (e *execution) megabytes() float64 {
	return float64(e.size) / 1e6
}

// ratio compares a figure of the merged form with the same figure of the other.
func ratio[T any](of map[form]T, figure func(T) float64) float64 {
	return figure(of[merged]) / figure(of[separate])
}

// pair returns the cells of both forms and their ratio.
func pair[T any](of map[form]T, figure func(T) float64, decimals int) []string {
	return []string{
		strconv.FormatFloat(figure(of[separate]), 'f', decimals, 64),
		strconv.FormatFloat(figure(of[merged]), 'f', decimals, 64),
		fmt.Sprintf("%.2fx", ratio(of, figure)),
	}
}

// packages reports how many packages each service has.
func packages(shape monorepo.Shape) string {
	if generated := shape.Linked() - shape.Packages; generated > 0 {
		return fmt.Sprintf("%d and %d generated", shape.Packages, generated)
	}
	return strconv.Itoa(shape.Packages)
}

// tables returns all tables in their order.
func (r *result) tables() []report.Table {
	all := []report.Table{r.analysisTable()}
	if len(r.executions) > 0 {
		all = append(all, r.executionTable(), r.actionsTable(), r.compiledTable())
	}
	return append(all, report.Verdicts("at", r.judge()))
}

func (r *result) analysisTable() report.Table {
	t := report.Table{{"services", "packages each", "analysis, s: separate", "merged", "ratio", "memory, MB: separate", "merged", "ratio", "packages compiled: separate", "merged", "actions declared: separate", "merged"}}
	for _, row := range r.analyses {
		cells := []string{strconv.Itoa(row.shape.Services), packages(row.shape)}
		if row.of == nil {
			cells = append(cells, fmt.Sprintf("not run: more than %d packages", r.most), "", "", "", "", "", "", "", "", "")
		} else {
			cells = append(cells, pair(row.of, (*analysis).time, 1)...)
			cells = append(cells, pair(row.of, (*analysis).heap, 0)...)
			cells = append(cells, strconv.Itoa(row.of[separate].compiles), strconv.Itoa(row.of[merged].compiles))
			cells = append(cells, strconv.Itoa(row.of[separate].actions), strconv.Itoa(row.of[merged].actions))
		}
		t = append(t, cells)
	}
	return t
}

func (r *result) executionTable() report.Table {
	t := report.Table{{"services", "packages each", "critical path, s: separate", "merged", "ratio", "links, s: separate", "merged", "ratio", "binaries, MB: separate", "merged", "ratio", "start-up, ms: slowest", "merged", "ratio"}}
	for _, row := range r.executions {
		cells := []string{strconv.Itoa(row.shape.Services), packages(row.shape)}
		cells = append(cells, pair(row.of, func(e *execution) float64 { return e.critical.Seconds() }, 1)...)
		cells = append(cells, pair(row.of, (*execution).link, 1)...)
		cells = append(cells, pair(row.of, (*execution).megabytes, 1)...)
		cells = append(cells, pair(row.of, (*execution).startup, 1)...)
		t = append(t, cells)
	}
	return t
}

// largest returns the build of the most packages.
func (r *result) largest() executionRow {
	return slices.MaxFunc(r.executions, func(a, b executionRow) int { return cmp.Compare(a.shape.Total(), b.shape.Total()) })
}

// actionsTable has the executed actions of the largest build.
func (r *result) actionsTable() report.Table {
	largest := r.largest()
	t := report.Table{{"actions executed, " + largest.shape.String(), "separate", "merged"}}
	all := maps.Clone(largest.of[separate].executed)
	maps.Copy(all, largest.of[merged].executed)
	for _, mnemonic := range slices.Sorted(maps.Keys(all)) {
		t = append(t, []string{mnemonic, strconv.Itoa(largest.of[separate].executed[mnemonic]), strconv.Itoa(largest.of[merged].executed[mnemonic])})
	}
	return t
}
