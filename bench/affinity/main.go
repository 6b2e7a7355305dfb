// Command affinity measures a caller and a callee that gets nearly all of its
// traffic from this caller, as separate processes and merged, under the same
// load. See README.md one folder up.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/gomerge/rules_go_merge/bench/measure"
	"github.com/gomerge/rules_go_merge/bench/report"
)

func main() {
	if err := command(); err != nil {
		fmt.Fprintln(os.Stderr, "affinity:", err)
		os.Exit(1)
	}
}

// cooperative is a rule for the deadlines of merged calls.
const cooperative = "caller->callee cooperative"

func command() error {
	caller := flag.String("caller", "", "path of the caller's `binary`")
	callee := flag.String("callee", "", "path of the callee's `binary`")
	merged := flag.String("merged", "", "path of the merged `binary`")
	shared := flag.String("shared", "", "path of the merged `binary` whose services share memory")
	opt := options{}
	flag.StringVar(&opt.generator, "load", "", "path of the load generator's `binary`")
	flag.IntVar(&opt.rate, "rate", 1000, "requests per second")
	flag.DurationVar(&opt.warmup, "warmup", time.Second, "load before each measurement")
	flag.DurationVar(&opt.duration, "duration", 8*time.Second, "length of a measurement")
	work := flag.Duration("work", 200*time.Microsecond, "CPU `time` for a request of the callee that works")
	count := flag.Int("count", 5, "`runs` of each form, of which the tables have the medians")
	keep := flag.String("keep", "", "`folder` to write profiles of the separate services to, with what mergectl plan compare reads")
	write := flag.Bool("write", false, "update docs/performance.md and its chart")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	for _, path := range []*string{caller, callee, merged, shared, &opt.generator} {
		abs, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = abs
	}
	r := newResult(opt, measure.Steps(*work), forms{
		separate:    form{"separate", []string{*caller, *callee}, ""},
		merged:      form{"merged", []string{*merged}, ""},
		cooperative: form{"merged, cooperative deadline", []string{*merged}, cooperative},
		shared:      form{"merged, memory shared", []string{*shared}, ""},
	})
	r.work = *work
	if err := r.measure(*count); err != nil {
		return err
	}
	for _, text := range []report.Table{r.table(), r.pairsTable(), r.partsTable(), r.leftTable(), r.verdicts()} {
		if err := text.WriteText(os.Stdout); err != nil {
			return err
		}
	}
	if *keep != "" {
		folder := *keep
		if !filepath.IsAbs(folder) { // bazel run starts programs elsewhere
			folder = filepath.Join(os.Getenv("BUILD_WORKING_DIRECTORY"), folder)
		}
		if err := r.keep(folder); err != nil {
			return err
		}
	}
	if *write {
		return r.write(os.Getenv("BUILD_WORKSPACE_DIRECTORY"))
	}
	return nil
}
