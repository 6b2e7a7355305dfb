package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/bench/chart"
	"github.com/gomerge/rules_go_merge/bench/report"
)

const (
	section     = report.Section("builds")
	chartFile   = "performance-builds.svg"
	memoryChart = "performance-builds-memory.svg"
)

// write writes the measurement to the documentation of the source tree.
func (r *result) write(workspace string) error {
	docs := filepath.Join(workspace, "docs")
	for file, figure := range map[string]struct {
		title, axis string
		of          func(*analysis) float64
	}{
		chartFile:   {"Loading and analysis", "s", (*analysis).time},
		memoryChart: {"Memory of the server", "MB", (*analysis).heap},
	} {
		drawing, err := r.chart(figure.title, figure.axis, figure.of)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(docs, file), drawing, 0o644); err != nil {
			return err
		}
	}
	return section.Write(filepath.Join(docs, "performance.md"), r.document(report.Machine(workspace)))
}

// document returns the section's text.
func (r *result) document(machine string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n", machine)
	fmt.Fprintf(&b, "Medians of %d rounds, by turns, and one round of analyses of more than %d packages; half the rounds' range of analysis time is %.0f %% of the median at most.\n\n", r.rounds, r.once, 100*r.spread())
	fmt.Fprintf(&b, "![Analysis time by packages of all services, separate and merged](%s)\n", chartFile)
	fmt.Fprintf(&b, "![Memory of the server by packages of all services, separate and merged](%s)\n\n", memoryChart)
	var tables []string
	for _, table := range r.tables() {
		tables = append(tables, table.Markdown())
	}
	b.WriteString(strings.Join(tables, "\n"))
	return b.String()
}

// spread is half the range of the analysis times of one size and form,
// relative to their median: the largest.
func (r *result) spread() float64 {
	var most float64
	for _, row := range r.measured() {
		for _, a := range row.of {
			span := slices.Max(a.times) - slices.Min(a.times)
			most = max(most, span.Seconds()/2/a.time())
		}
	}
	return most
}

// chart draws a figure by the packages of all services, for each series.
func (r *result) chart(title, axis string, figure func(*analysis) float64) ([]byte, error) {
	var lines []chart.Line
	for _, s := range r.series() {
		for _, f := range forms {
			line := chart.Line{Name: f.name + ", more " + s.name}
			for _, row := range s.rows {
				line.Points = append(line.Points, chart.Point{X: float64(row.shape.Total()), Y: figure(row.of[f])})
			}
			lines = append(lines, line)
		}
	}
	return chart.Lines(title, "packages of all services", axis, lines)
}
