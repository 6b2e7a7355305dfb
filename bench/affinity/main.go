// Command affinity measures a caller and a callee that gets nearly all of its
// traffic from this caller, as separate processes and merged, under the same
// load. See README.md one folder up.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gomerge/rules_go_merge/bench/report"
)

func main() {
	if err := command(); err != nil {
		fmt.Fprintln(os.Stderr, "affinity:", err)
		os.Exit(1)
	}
}

func command() error {
	caller := flag.String("caller", "", "path of the caller's `binary`")
	callee := flag.String("callee", "", "path of the callee's `binary`")
	merged := flag.String("merged", "", "path of the merged `binary`")
	opt := options{}
	flag.StringVar(&opt.generator, "load", "", "path of the load generator's `binary`")
	flag.IntVar(&opt.rate, "rate", 1000, "requests per second")
	flag.DurationVar(&opt.warmup, "warmup", 2*time.Second, "load before each measurement")
	flag.DurationVar(&opt.duration, "duration", 10*time.Second, "length of a measurement")
	count := flag.Int("count", 5, "`runs` of each form, of which the tables have the medians")
	write := flag.Bool("write", false, "update docs/performance.md and its chart")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	for _, path := range []*string{caller, callee, merged, &opt.generator} {
		abs, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = abs
	}
	r, err := compare(
		form{"separate", []string{*caller, *callee}},
		form{"merged", []string{*merged}},
		*count, opt)
	if err != nil {
		return err
	}
	for _, text := range []report.Table{r.table(), r.partsTable()} {
		if err := text.WriteText(os.Stdout); err != nil {
			return err
		}
	}
	if *write {
		return r.write(os.Getenv("BUILD_WORKSPACE_DIRECTORY"))
	}
	return nil
}

// compare measures two forms by turns, each going first as often as the other,
// and once more with profiles.
func compare(separate, merged form, count int, opt options) (*result, error) {
	r := &result{opt: opt}
	for i := range count {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", i+1, count)
		order := []form{separate, merged}
		if i%2 == 1 {
			slices.Reverse(order)
		}
		for _, f := range order {
			s, err := f.measure(opt, nil)
			if err != nil {
				return nil, err
			}
			if f.name == merged.name {
				r.merged.samples = append(r.merged.samples, s)
			} else {
				r.separate.samples = append(r.separate.samples, s)
			}
		}
	}
	fmt.Fprintln(os.Stderr, "profiles")
	var err error
	if r.separate.shares, err = separate.profile(opt); err != nil {
		return nil, err
	}
	r.merged.shares, err = merged.profile(opt)
	return r, err
}

// profileLonger is how many times longer than a measurement a profile takes.
const profileLonger = 3

// profile returns the share of each part of the CPU time.
func (f form) profile(opt options) (map[string]float64, error) {
	dir, err := os.MkdirTemp("", "profiles")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var profiles []string
	for i := range f.programs {
		profiles = append(profiles, filepath.Join(dir, fmt.Sprint(i)))
	}
	opt.duration *= profileLonger
	if _, err := f.measure(opt, profiles); err != nil {
		return nil, err
	}
	return attribute(profiles...)
}
