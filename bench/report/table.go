// Package report writes what the benchmarks measured: to a terminal and to
// docs/performance.md.
package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// Table is a table's text by rows and columns, headings first.
type Table [][]string

// WriteText writes the table for a terminal.
func (t Table) WriteText(w io.Writer) error {
	tw := tabwriter.NewWriter(w, 0, 0, 3, ' ', 0)
	for _, row := range t {
		fmt.Fprintln(tw, strings.Join(row, "\t"))
	}
	fmt.Fprintln(tw)
	return tw.Flush()
}

// Markdown returns the table as Markdown. Columns but the first are aligned to
// the right.
func (t Table) Markdown() string {
	var b strings.Builder
	for i, row := range t {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			fmt.Fprintf(&b, "| ---%s |\n", strings.Repeat(" | ---:", len(row)-1))
		}
	}
	return b.String()
}
