package main

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"
	"golang.org/x/perf/benchmath"

	"github.com/gomerge/rules_go_merge/bench/measure"
	"github.com/gomerge/rules_go_merge/bench/report"
)

// cell is a row's result for one payload: medians over the runs.
type cell struct {
	ns, bytes, allocs float64
	// spread is half the range of the ns/op, relative to the median.
	spread float64
}

// table holds the cells by row and column.
type table struct {
	rows     []row
	payloads []string
	cells    map[string]map[string]cell
	carried  map[string]string // by row
	ways     map[string]string // by row
	versions []string          // of what was measured
}

// units are those that Go's benchmarks print.
var units = struct{ ns, bytes, allocs string }{"sec/op", "B/op", "allocs/op"}

// tabulate takes the medians of the runs of each row.
func tabulate(rows []row, payloads []string, runs map[string][]outcome) (*table, error) {
	t := &table{rows: rows, payloads: payloads, cells: map[string]map[string]cell{}, carried: map[string]string{}, ways: map[string]string{}}
	for _, r := range rows {
		values := make(map[string]map[string][]float64)
		for _, o := range runs[r.name] {
			t.carried[r.name] = o.config("carried")
			t.ways[r.name] = ways(o.links)
			if v := o.config("version"); !slices.Contains(t.versions, v) {
				t.versions = append(t.versions, v)
			}
			for _, result := range o.results {
				column, err := columnOf(result)
				if err != nil {
					return nil, err
				}
				if values[column] == nil {
					values[column] = make(map[string][]float64)
				}
				for _, v := range result.Values {
					values[column][v.Unit] = append(values[column][v.Unit], v.Value)
				}
			}
		}
		t.cells[r.name] = make(map[string]cell)
		for _, column := range r.columns(payloads) {
			v := values[column]
			if len(v[units.ns]) == 0 {
				return nil, fmt.Errorf("row %s has no result for %s", r.name, column)
			}
			seconds := benchmath.NewSample(v[units.ns], &benchmath.DefaultThresholds).Values
			t.cells[r.name][column] = cell{
				ns:     median(v[units.ns]) * 1e9,
				bytes:  median(v[units.bytes]),
				allocs: median(v[units.allocs]),
				spread: (seconds[len(seconds)-1] - seconds[0]) / 2 / median(v[units.ns]),
			}
		}
	}
	return t, nil
}

func median(values []float64) float64 {
	sample := benchmath.NewSample(values, &benchmath.DefaultThresholds)
	return benchmath.AssumeNothing.Summary(sample, 0.95).Center
}

// columnOf returns the column that a result's name has.
func columnOf(r *benchfmt.Result) (string, error) {
	_, parts := r.Name.Parts()
	for _, part := range parts {
		if p, ok := strings.CutPrefix(string(part), "/payload="); ok {
			return p, nil
		}
	}
	return "", fmt.Errorf("%s: no payload in the name", r.Name)
}

// String has the three figures of a cell: ns/op, B/op and allocs/op.
func (c cell) String() string {
	return fmt.Sprintf("%s / %.0f / %.0f", number(c.ns), c.bytes, c.allocs)
}

// number writes nanoseconds with three digits or more.
func number(ns float64) string {
	switch {
	case ns < 10:
		return fmt.Sprintf("%.2f", ns)
	case ns < 100:
		return fmt.Sprintf("%.1f", ns)
	}
	return fmt.Sprintf("%.0f", ns)
}

// text returns the table's text.
func (t *table) text() report.Table {
	lines := report.Table{{"ns/op / B/op / allocs/op"}}
	for _, p := range t.payloads {
		lines[0] = append(lines[0], heading(p))
	}
	for _, r := range t.rows {
		line := []string{r.title}
		for _, p := range t.payloads {
			line = append(line, t.cells[r.name][p].String())
		}
		lines = append(lines, line)
	}
	return lines
}

// callersTable compares several callers with one, where they were measured.
func (t *table) callersTable() report.Table {
	head := []string{"ns/op, " + scaled, "1 caller"}
	for _, n := range callers {
		head = append(head, fmt.Sprintf("%d callers", n))
	}
	for _, n := range callers {
		head = append(head, fmt.Sprintf("calls per second, %d against 1", n))
	}
	lines := report.Table{head}
	if !slices.Contains(t.payloads, scaled) {
		return lines
	}
	for _, r := range t.rows {
		one, ok := t.cells[r.name][scaled]
		if !r.scales || !ok {
			continue
		}
		line := []string{r.title, number(one.ns)}
		for _, n := range callers {
			line = append(line, number(t.cells[r.name][measure.Column(scaled, n)].ns))
		}
		for _, n := range callers {
			line = append(line, fmt.Sprintf("%.2fx", one.ns/t.cells[r.name][measure.Column(scaled, n)].ns))
		}
		lines = append(lines, line)
	}
	return lines
}

// heading is what a table says of a column.
func heading(column string) string {
	payload, number, several := strings.Cut(column, "@")
	if !several {
		return payload
	}
	return payload + ", " + number + " callers"
}
