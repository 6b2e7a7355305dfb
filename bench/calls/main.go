// Command calls measures calls of many kinds, prints one table of them and
// compares it with the project's targets. See README.md one folder up.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/bench/measure"
	"github.com/gomerge/rules_go_merge/bench/report"
)

func main() {
	if err := command(); err != nil {
		fmt.Fprintln(os.Stderr, "calls:", err)
		os.Exit(1)
	}
}

const defaultBenchtime = "120ms"

func command() error {
	opt := options{binaries: make(map[string]string)}
	for _, name := range []string{"kitex", "grpc", "merged", "merged-grpc", "shared"} {
		flag.Func(name, "path of the binary `"+name+"`", func(path string) (err error) {
			opt.binaries[name], err = filepath.Abs(path)
			return err
		})
	}
	names := flag.String("rows", "", "comma-separated `names` of the rows to measure, or beginnings with a *; all by default")
	payloads := flag.String("payloads", strings.Join(measure.Payloads, ","), "comma-separated `payloads`")
	flag.StringVar(&opt.benchtime, "benchtime", defaultBenchtime, "`time` or Nx iterations for a row and payload, each run")
	count := flag.Int("count", 5, "`runs` of each row, of which the table has the medians")
	profile := flag.String("profile", "", "write the CPU profile of `row` to the file that is the argument, and measure nothing else")
	explain := flag.Bool("explain", false, "say which way the calls of merged rows took")
	write := flag.Bool("write", false, "update docs/performance.md and its chart")
	flag.Parse()
	opt.payloads = strings.Split(*payloads, ",")

	chosen, err := choose(*names, opt.binaries)
	if err != nil {
		return err
	}
	if *profile != "" {
		return writeProfile(*profile, flag.Args(), opt)
	}
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	if *write && (*names != "" || !slices.Equal(opt.payloads, measure.Payloads)) {
		return errors.New("--write needs all rows and payloads")
	}
	t, err := measureRows(chosen, *count, opt)
	if err != nil {
		return err
	}
	for _, text := range []report.Table{t.text(), t.callersTable(), t.carriedTable(), verdictTable(t.judge())} {
		if len(text) == 1 { // of rows that were not chosen
			continue
		}
		if err := text.WriteText(os.Stdout); err != nil {
			return err
		}
	}
	if *explain {
		if err := t.waysTable().WriteText(os.Stdout); err != nil {
			return err
		}
	}
	if *write {
		return t.write(os.Getenv("BUILD_WORKSPACE_DIRECTORY"), *count, opt)
	}
	return nil
}

// measureRows runs every row count times, one after the other in rounds, so
// that what disturbs the machine disturbs all of them.
func measureRows(chosen []row, count int, opt options) (*table, error) {
	runs := make(map[string][]outcome)
	for i := range count {
		fmt.Fprintf(os.Stderr, "round %d of %d\n", i+1, count)
		for _, r := range chosen {
			o, err := run(r, r.columns(opt.payloads), opt)
			if err != nil {
				return nil, err
			}
			runs[r.name] = append(runs[r.name], o)
		}
	}
	return tabulate(chosen, opt.payloads, runs)
}
