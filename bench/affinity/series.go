package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"golang.org/x/perf/benchmath"
)

// series is what was measured of a form under a load.
type series struct {
	form
	opt     options
	samples []sample
	shares  shares // of the CPU time
}

// median returns the median of a figure over the runs.
func (s *series) median(figure func(sample) float64) float64 {
	var values []float64
	for _, sample := range s.samples {
		values = append(values, figure(sample))
	}
	return benchmath.AssumeNothing.Summary(benchmath.NewSample(values, &benchmath.DefaultThresholds), 0.95).Center
}

func perMillion(s sample) float64 { return s.perMillion }

// part returns the CPU-seconds per million requests that a part takes.
func (s *series) part(part string) float64 { return s.shares.all[part] * s.median(perMillion) }

// left returns the CPU-seconds per million requests of a part, or of all for "",
// that would be left if calls from caller to callee took none.
func (s *series) left(part string) float64 { return s.shares.without(part) * s.median(perMillion) }

// forms are the ways of deploying the caller and the callee.
type forms struct{ separate, merged, cooperative, shared form }

// result is all that is measured.
type result struct {
	opt                                   options
	work                                  time.Duration // of the callee that works, for a request
	separate, merged, cooperative, shared series        // of services that do nothing
	working, busy                         [2]series     // separate and merged: of a callee that works, and at half the machine's load
}

func newResult(opt options, steps int, f forms) *result {
	working := opt
	working.steps = steps
	return &result{
		opt:         opt,
		separate:    series{form: f.separate, opt: opt},
		merged:      series{form: f.merged, opt: opt},
		cooperative: series{form: f.cooperative, opt: opt},
		shared:      series{form: f.shared, opt: opt},
		working:     [2]series{{form: f.separate, opt: working}, {form: f.merged, opt: working}},
		busy:        [2]series{{form: f.separate, opt: opt}, {form: f.merged, opt: opt}},
	}
}

// measure measures all by turns, each going first as often as the last, and what
// is compared by parts once more with profiles.
func (r *result) measure(count int) error {
	all := []*series{&r.separate, &r.merged, &r.cooperative, &r.shared, &r.working[0], &r.working[1], &r.busy[0], &r.busy[1]}
	for i := range count {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", i+1, count)
		for _, s := range all {
			sample, err := s.form.measure(s.opt, nil)
			if err != nil {
				return err
			}
			s.samples = append(s.samples, sample)
			if i == 0 && s == &r.separate {
				rate := sample.halfBusy(r.opt.rate)
				r.busy[0].opt.rate, r.busy[1].opt.rate = rate, rate
			}
		}
		slices.Reverse(all)
	}
	fmt.Fprintln(os.Stderr, "profiles")
	for _, s := range []*series{&r.separate, &r.merged, &r.cooperative, &r.shared} {
		if err := s.profile(); err != nil {
			return err
		}
	}
	return nil
}

// halfBusy returns the rate at which half of the machine would be busy, as it was
// for s with another rate. It is at most twenty times that.
func (s sample) halfBusy(rate int) int {
	half := float64(runtime.NumCPU()) / 2
	if s.busy*20 <= half {
		return 20 * rate
	}
	return max(1, int(float64(rate)*half/s.busy))
}

// profileLonger is how many times longer than a measurement a profile takes.
const profileLonger = 2

// profile sets the shares of the CPU time.
func (s *series) profile() error {
	dir, err := os.MkdirTemp("", "profiles")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	var profiles []string
	for i := range s.programs {
		profiles = append(profiles, filepath.Join(dir, fmt.Sprint(i)))
	}
	opt := s.opt
	opt.duration *= profileLonger
	if _, err := s.form.measure(opt, profiles); err != nil {
		return err
	}
	s.shares, err = attribute(profiles...)
	return err
}
