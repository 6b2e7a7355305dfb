package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/bench/chart"
	"github.com/gomerge/rules_go_merge/bench/report"
)

const (
	section   = report.Section("calls")
	chartFile = "performance-calls.svg"
)

// write writes the measurement to the documentation of the source tree.
func (t *table) write(workspace string, count int, opt options) error {
	if workspace == "" {
		return errors.New("--write is for bazel run, which says where the source tree is")
	}
	verdicts := t.judge()
	profiles, err := t.profileMissed(verdicts, opt)
	if err != nil {
		return err
	}
	drawing, err := t.chart()
	if err != nil {
		return err
	}
	docs := filepath.Join(workspace, "docs")
	if err := os.WriteFile(filepath.Join(docs, chartFile), drawing, 0o644); err != nil {
		return err
	}
	return section.Write(filepath.Join(docs, "performance.md"), t.document(workspace, count, opt, verdicts, profiles))
}

// document returns the section's text.
func (t *table) document(workspace string, count int, opt options, verdicts []verdict, profiles []spent) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n", report.Machine(workspace, t.versions...))
	fmt.Fprintf(&b, "Medians of %d runs of %s each, by turns; %s.\n\n", count, opt.benchtime, t.spread())
	fmt.Fprintf(&b, "![ns/op of all kinds of calls](%s)\n\n", chartFile)
	b.WriteString(t.text().Markdown())
	b.WriteString("\n### Several callers\n\n")
	b.WriteString(t.callersTable().Markdown())
	b.WriteString("\n### Targets\n\n")
	b.WriteString(verdictTable(verdicts).Markdown())
	b.WriteString("\n### What reaches the callee\n\n")
	b.WriteString(t.carriedTable().Markdown())
	if len(profiles) > 0 {
		b.WriteString("\n### Where the time of missed targets goes\n\n")
		b.WriteString("By the package of the innermost function outside of the standard library, from CPU profiles.\n")
	}
	for _, s := range profiles {
		b.WriteString("\n" + t.spentTable(s).Markdown())
	}
	return b.String()
}

// spread reports how far the runs of a cell lie apart.
func (t *table) spread() string {
	var spreads []float64
	for _, cells := range t.cells {
		for _, c := range cells {
			spreads = append(spreads, c.spread)
		}
	}
	return fmt.Sprintf("half the runs' range is %.0f %% of the median in the median cell, %.0f %% at most", 100*median(spreads), 100*slices.Max(spreads))
}

// features are what setup.Carried can say.
var features = []string{"middleware", "tracer", "persistent", "transient", "deadline"}

// carriedTable lists for the full rows what the callee sees other than the payload.
func (t *table) carriedTable() report.Table {
	text := report.Table{append([]string{"row"}, features...)}
	for _, r := range t.rows {
		words := strings.Fields(t.carried[r.name])
		if !r.full {
			continue
		}
		line := []string{r.title}
		for _, f := range features {
			yes := "no"
			if slices.Contains(words, f) {
				yes = "yes"
			}
			line = append(line, yes)
		}
		text = append(text, line)
	}
	return text
}

// chart draws the time of calls.
func (t *table) chart() ([]byte, error) {
	var titles []string
	series := make([]chart.Series, len(t.payloads))
	for _, r := range t.rows {
		titles = append(titles, r.title)
		for i, p := range t.payloads {
			series[i].Name = p
			series[i].Values = append(series[i].Values, t.cells[r.name][p].ns)
		}
	}
	return chart.Dots("Time of a call", "ns/op, logarithmic", titles, series)
}
