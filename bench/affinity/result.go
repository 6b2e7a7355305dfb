package main

import (
	"fmt"

	"github.com/gomerge/rules_go_merge/bench/report"
)

// figures are the rows of the main table.
var figures = []struct {
	what   string
	format string
	of     func(sample) float64
}{
	{"CPU-seconds per million requests", "%.0f", perMillion},
	{"latency p50, µs", "%.0f", p50},
	{"latency p99, µs", "%.0f", func(s sample) float64 { return s.caller.P99 }},
	{"latency p99.9, µs", "%.0f", func(s sample) float64 { return s.caller.P999 }},
	{"latency p50 of requests from outside, µs", "%.0f", func(s sample) float64 { return s.outside.P50 }},
	{"latency p99 of requests from outside, µs", "%.0f", func(s sample) float64 { return s.outside.P99 }},
	{"memory, resident, MB", "%.1f", func(s sample) float64 { return float64(s.rss) / 1e6 }},
	{"calls from caller to callee that were inline", "%.0f", func(s sample) float64 { return float64(s.inline) }},
}

func p50(s sample) float64 { return s.caller.P50 }

// table compares the services, separate and merged.
func (r *result) table() report.Table {
	t := report.Table{{"measured", "separate", "merged", "saved"}}
	for _, f := range figures {
		separate, merged := r.separate.median(f.of), r.merged.median(f.of)
		saved := ""
		if separate > 0 {
			saved = percent(1 - merged/separate)
		}
		t = append(t, []string{f.what, fmt.Sprintf(f.format, separate), fmt.Sprintf(f.format, merged), saved})
	}
	return t
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// saved returns the share of the CPU time that merging saves.
func saved(separate, merged *series) float64 {
	return 1 - merged.median(perMillion)/separate.median(perMillion)
}

// pairsTable compares pairs of services, some of which do more or get more requests.
func (r *result) pairsTable() report.Table {
	t := report.Table{{"pair", "CPU-s per million requests: separate", "merged", "saved", "p50, µs: separate", "merged"}}
	for _, pair := range []struct {
		what             string
		separate, merged *series
	}{
		{"services that do nothing", &r.separate, &r.merged},
		{"the same, cooperative deadline", &r.separate, &r.cooperative},
		{"the same, memory shared", &r.separate, &r.shared},
		{fmt.Sprintf("a callee that works for %s", r.work), &r.working[0], &r.working[1]},
		{fmt.Sprintf("services that do nothing, half of the CPU busy: %d requests per second", r.busy[0].opt.rate), &r.busy[0], &r.busy[1]},
	} {
		t = append(t, []string{
			pair.what,
			fmt.Sprintf("%.0f", pair.separate.median(perMillion)), fmt.Sprintf("%.0f", pair.merged.median(perMillion)), percent(saved(pair.separate, pair.merged)),
			fmt.Sprintf("%.0f", pair.separate.median(p50)), fmt.Sprintf("%.0f", pair.merged.median(p50)),
		})
	}
	return t
}

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

// leftTable reports what of the merged pair's CPU time the requests take that come
// over the network, and what the calls between the two take, which is all that a
// faster merged call could save.
func (r *result) leftTable() report.Table {
	t := report.Table{{"CPU-seconds per million requests, merged", "requests over the network", "calls between the two"}}
	for _, p := range append(parts, "") {
		all, left := r.merged.part(p), r.merged.left(p)
		if p == "" {
			p, all = "all", r.merged.median(perMillion)
		}
		t = append(t, []string{p, fmt.Sprintf("%.0f", left), fmt.Sprintf("%.0f", all-left)})
	}
	return append(t, []string{"saved if calls between the two took no time", percent(1 - r.merged.left("")/r.separate.median(perMillion)), ""})
}

// verdicts compares what merging saves with the targets.
func (r *result) verdicts() report.Table {
	var all []report.Verdict
	for _, target := range []struct {
		form  string
		least float64
		of    *series
	}{
		{"strict deadline", 0.48, &r.merged},
		{"cooperative deadline", 0.51, &r.cooperative},
		{"memory shared", 0.56, &r.shared},
	} {
		got := saved(&r.separate, target.of)
		all = append(all, report.Verdict{
			Target: fmt.Sprintf("CPU time saved: at least %s", percent(target.least)), At: target.form,
			Measured: percent(got), Met: got >= target.least,
		})
	}
	return report.Verdicts("form", all)
}
