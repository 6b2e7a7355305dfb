package main

import (
	"fmt"
	"slices"

	"github.com/gomerge/rules_go_merge/bench/monorepo"
	"github.com/gomerge/rules_go_merge/bench/report"
)

// The targets, as ratios of merged to separate.
const (
	mostAnalysis = 1.2
	mostLink     = 1.3
	mostStartup  = 1.1
	// mostGrowth is how much more memory a further package may take at the
	// large end of a series than before it, for that to count as linear.
	mostGrowth = 1.2
)

// judge compares all that was measured with the targets.
func (r *result) judge() []report.Verdict {
	var verdicts []report.Verdict
	add := func(what, at string, measured, most float64) {
		verdicts = append(verdicts, report.Verdict{Target: what, At: at, Measured: fmt.Sprintf("%.2fx", measured), Met: measured <= most})
	}
	for _, row := range r.measured() {
		add("analysis: at most 1.2x of separate", row.shape.String(), ratio(row.of, (*analysis).time), mostAnalysis)
	}
	for _, row := range r.measured() {
		compiles, all := row.of[merged].compiles, row.shape.Total()
		verdicts = append(verdicts, report.Verdict{
			Target: "compile actions: one per package and namespace", At: row.shape.String(),
			Measured: fmt.Sprintf("%d of %d", compiles, all), Met: compiles == all,
		})
	}
	for _, s := range r.series() {
		add("memory: linear, a further package at most 1.2x of those before", s.name, s.growth(), mostGrowth)
	}
	for _, row := range r.executions {
		add("link: at most 1.3x the sum of the services' links", row.shape.String(), ratio(row.of, (*execution).link), mostLink)
	}
	for _, row := range r.executions {
		add("start-up: at most the slowest service's and 10 %", row.shape.String(), ratio(row.of, (*execution).startup), mostStartup)
	}
	return verdicts
}

// measured returns the analyses that were not left out.
func (r *result) measured() []analysisRow {
	return slices.DeleteFunc(slices.Clone(r.analyses), func(row analysisRow) bool { return row.of == nil })
}

// series is the analyses in which one dimension grows.
type series struct {
	name string
	rows []analysisRow // by packages of all namespaces
}

// series returns the series with at least three sizes.
func (r *result) series() []series {
	var found []series
	for _, dimension := range []struct {
		name  string
		fixed func(monorepo.Shape) monorepo.Shape
	}{
		{"services of %s", func(s monorepo.Shape) monorepo.Shape {
			return monorepo.Shape{Packages: s.Packages, Interfaces: s.Interfaces}
		}},
		{"packages of %s", func(s monorepo.Shape) monorepo.Shape {
			return monorepo.Shape{Services: s.Services, Interfaces: s.Interfaces}
		}},
	} {
		var order []monorepo.Shape
		rows := make(map[monorepo.Shape][]analysisRow)
		for _, row := range r.measured() {
			fixed := dimension.fixed(row.shape)
			if rows[fixed] == nil {
				order = append(order, fixed)
			}
			rows[fixed] = append(rows[fixed], row)
		}
		for _, fixed := range order {
			rows := rows[fixed]
			if len(rows) < 3 {
				continue
			}
			slices.SortFunc(rows, func(a, b analysisRow) int { return a.shape.Total() - b.shape.Total() })
			of := fmt.Sprintf("%d services", fixed.Services)
			if fixed.Packages > 0 {
				of = packages(fixed) + " packages"
			}
			found = append(found, series{fmt.Sprintf(dimension.name, of), rows})
		}
	}
	return found
}

// growth returns how much more memory a further package of the merged binary
// takes between the last two sizes than between the first and these.
func (s series) growth() float64 {
	n := len(s.rows)
	perPackage := func(from, to analysisRow) float64 {
		return (to.of[merged].heap() - from.of[merged].heap()) / float64(to.shape.Total()-from.shape.Total())
	}
	return perPackage(s.rows[n-2], s.rows[n-1]) / perPackage(s.rows[0], s.rows[n-2])
}
