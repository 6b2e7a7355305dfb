package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// Of the load generator.
const (
	// outside is that one of so many requests goes to the callee directly.
	outside = 25
	// orderBytes is the size of an order of 16 lines, and of the answer.
	orderBytes = 2 * 2700
)

// keep writes, for each pair of separate services, what mergectl plan can predict from
// it what merging them saves, and what it has saved. The profiles are of one more run.
func (r *result) keep(folder string) error {
	for _, pair := range []struct {
		name             string
		separate, merged *series
	}{
		{"nothing", &r.separate, &r.merged},
		{"working", &r.working[0], &r.working[1]},
		{"busy", &r.busy[0], &r.busy[1]},
	} {
		dir := filepath.Join(folder, pair.name)
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
		opt := pair.separate.opt
		opt.duration *= profileLonger
		if _, err := pair.separate.form.measure(opt, []string{filepath.Join(dir, "caller.pprof"), filepath.Join(dir, "callee.pprof")}); err != nil {
			return err
		}
		files := predictable(opt.rate, pair.separate.median(perMillion), pair.merged.median(perMillion))
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
				return err
			}
		}
	}
	return nil
}

// predictable returns files for mergectl plan and its compare, of a rate in requests per
// second and the CPU-seconds of a million, separate and merged.
func predictable(rate int, separate, merged float64) map[string]string {
	direct := float64(rate) / outside
	through := float64(rate) - direct
	cores := float64(rate) / 1e6
	return map[string]string{
		"traffic.csv": fmt.Sprintf("caller,callee,calls_per_second,bytes_per_call\nload,caller,%[1]g,%[3]d\ncaller,callee,%[1]g,%[3]d\nload,callee,%[2]g,%[3]d\n", through, direct, orderBytes),
		"merge_plan.yaml": "traffic: [{file: traffic.csv}]\nprofiles: [{file: caller.pprof, service: caller}, {file: callee.pprof, service: callee}]\n" +
			"never: [\"load->*\"]\n",
		"measured.yaml": fmt.Sprintf("groups: [{host: caller, cores_before: %.4f, cores_after: %.4f, inline_calls_per_second: %g}]\n", separate*cores, merged*cores, through),
	}
}
