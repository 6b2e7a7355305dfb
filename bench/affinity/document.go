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
	section   = report.Section("affinity")
	chartFile = "performance-affinity.svg"
)

// write writes the measurement to the documentation of the source tree.
func (r *result) write(workspace string) error {
	if workspace == "" {
		return errors.New("--write is for bazel run, which says where the source tree is")
	}
	drawing, err := r.chart()
	if err != nil {
		return err
	}
	docs := filepath.Join(workspace, "docs")
	if err := os.WriteFile(filepath.Join(docs, chartFile), drawing, 0o644); err != nil {
		return err
	}
	return section.Write(filepath.Join(docs, "performance.md"), r.document(workspace))
}

// document returns the section's text.
func (r *result) document(workspace string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s.\n", report.Machine(workspace, r.separate.samples[0].version))
	fmt.Fprintf(&b, "Medians of %d runs of each form, by turns; %d requests per second for %s each.\n\n", len(r.separate.samples), r.opt.rate, r.opt.duration)
	fmt.Fprintf(&b, "![CPU time, separate and merged, by what it goes into](%s)\n\n", chartFile)
	for i, table := range []report.Table{r.table(), r.pairsTable(), r.partsTable(), r.leftTable(), r.verdicts()} {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(table.Markdown())
	}
	return b.String()
}

// chart draws the CPU time by parts.
func (r *result) chart() ([]byte, error) {
	var names []string
	forms := []*series{&r.separate, &r.merged, &r.cooperative, &r.shared}
	for _, f := range forms {
		names = append(names, f.name)
	}
	var stacks []chart.Series
	for _, p := range parts {
		stack := chart.Series{Name: p}
		for _, f := range forms {
			stack.Values = append(stack.Values, f.part(p))
		}
		if slices.Max(stack.Values) > 0 {
			stacks = append(stacks, stack)
		}
	}
	return chart.Stacks("CPU time", "CPU-seconds per million requests", names, stacks)
}
