package main

import (
	"fmt"

	"golang.org/x/perf/benchmath"

	"github.com/gomerge/rules_go_merge/bench/report"
)

// result compares two forms.
type result struct {
	opt              options
	separate, merged outcome
}

// outcome is what was measured of a form.
type outcome struct {
	samples []sample
	shares  map[string]float64 // of the CPU time, by part
}

// median returns the median of a figure over the runs.
func (o outcome) median(figure func(sample) float64) float64 {
	var values []float64
	for _, s := range o.samples {
		values = append(values, figure(s))
	}
	return benchmath.AssumeNothing.Summary(benchmath.NewSample(values, &benchmath.DefaultThresholds), 0.95).Center
}

func perMillion(s sample) float64 { return s.perMillion }

// figures are the rows of the main table.
var figures = []struct {
	what   string
	format string
	of     func(sample) float64
}{
	{"CPU-seconds per million requests", "%.0f", perMillion},
	{"latency p50, µs", "%.0f", func(s sample) float64 { return s.caller.P50 }},
	{"latency p99, µs", "%.0f", func(s sample) float64 { return s.caller.P99 }},
	{"latency p99.9, µs", "%.0f", func(s sample) float64 { return s.caller.P999 }},
	{"latency p50 of requests from outside, µs", "%.0f", func(s sample) float64 { return s.outside.P50 }},
	{"latency p99 of requests from outside, µs", "%.0f", func(s sample) float64 { return s.outside.P99 }},
	{"memory, resident, MB", "%.1f", func(s sample) float64 { return float64(s.rss) / 1e6 }},
	{"calls from caller to callee that were inline", "%.0f", func(s sample) float64 { return float64(s.inline) }},
}

// table compares the two forms.
func (r *result) table() report.Table {
	t := report.Table{{"measured", "separate", "merged", "saved"}}
	for _, f := range figures {
		separate, merged := r.separate.median(f.of), r.merged.median(f.of)
		saved := ""
		if separate > 0 {
			saved = fmt.Sprintf("%.0f %%", 100*(1-merged/separate))
		}
		t = append(t, []string{f.what, fmt.Sprintf(f.format, separate), fmt.Sprintf(f.format, merged), saved})
	}
	return t
}

// partOf returns the CPU-seconds per million requests that a part takes.
func (o outcome) part(part string) float64 { return o.shares[part] * o.median(perMillion) }

// partsTable reports where the CPU time goes.
func (r *result) partsTable() report.Table {
	t := report.Table{{"CPU-seconds per million requests", "separate", "merged", "saved"}}
	add := func(what string, separate, merged float64) {
		t = append(t, []string{what, fmt.Sprintf("%.0f", separate), fmt.Sprintf("%.0f", merged), fmt.Sprintf("%.0f", separate-merged)})
	}
	for _, p := range parts {
		add(p, r.separate.part(p), r.merged.part(p))
	}
	add("all", r.separate.median(perMillion), r.merged.median(perMillion))
	return t
}
