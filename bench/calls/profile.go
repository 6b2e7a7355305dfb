package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/gomerge/rules_go_merge/bench/prof"
	"github.com/gomerge/rules_go_merge/bench/report"
)

// writeProfile writes the CPU profile of the row with a name to the file that
// is the argument.
func writeProfile(name string, args []string, opt options) error {
	if len(args) != 1 {
		return errors.New("--profile ROW wants one FILE")
	}
	chosen, err := choose(name, opt.binaries)
	if err != nil {
		return err
	}
	if len(chosen) != 1 {
		return fmt.Errorf("--profile %s is %d rows, want one", name, len(chosen))
	}
	opt.profile = args[0]
	if !filepath.IsAbs(opt.profile) {
		opt.profile = filepath.Join(os.Getenv("BUILD_WORKING_DIRECTORY"), opt.profile)
	}
	return runProfiled(chosen[0], opt.payloads, opt)
}

// profileBenchtime gives a profile hundreds of samples.
const profileBenchtime = "3s"

func runProfiled(r row, columns []string, opt options) error {
	if opt.benchtime == defaultBenchtime {
		opt.benchtime = profileBenchtime
	}
	_, err := run(r, columns, opt)
	return err
}

// spent is where the time of a row's calls goes.
type spent struct {
	row    row
	column string
	shares []prof.Share
}

// profileMissed profiles each row and column that missed a target.
func (t *table) profileMissed(verdicts []verdict, opt options) ([]spent, error) {
	var all []spent
	for _, r := range t.rows {
		for _, p := range r.columns(t.payloads) {
			if !missed(verdicts, r.name, p) {
				continue
			}
			s, err := profileCalls(r, p, opt)
			if err != nil {
				return nil, err
			}
			all = append(all, s)
		}
	}
	return all, nil
}

func missed(verdicts []verdict, row, column string) bool {
	for _, v := range verdicts {
		if !v.Met && v.row == row && v.column == column {
			return true
		}
	}
	return false
}

func profileCalls(r row, column string, opt options) (spent, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return spent{}, err
	}
	defer os.RemoveAll(dir)
	opt.profile = filepath.Join(dir, "cpu.pprof")
	if err := runProfiled(r, []string{column}, opt); err != nil {
		return spent{}, err
	}
	shares, err := prof.Attribute(packageOf, opt.profile)
	return spent{r, column, shares}, err
}

// packageOf returns the package of the innermost function that is not of the
// standard library, without a merged binary's namespace.
func packageOf(stack []string) string {
	for _, function := range stack {
		function, _, _ := strings.Cut(function, "[") // of type arguments, which have paths, too
		slash := strings.LastIndex(function, "/") + 1
		name, _, _ := strings.Cut(function[slash:], ".")
		path := strings.Split(function[:slash]+name, "/")
		if path[0] == "main" {
			return "the benchmark"
		}
		for i, element := range path {
			if strings.Contains(element, ".") {
				return strings.Join(path[i:], "/")
			}
		}
	}
	return "Go runtime (collector, scheduler)"
}

// most is how many packages a table of profiles names.
const most = 8

// spentTable shows for each profile how many nanoseconds of a call go where.
func (t *table) spentTable(s spent) report.Table {
	ns := t.cells[s.row.name][s.column].ns
	text := report.Table{{fmt.Sprintf("%s, %s", s.row.title, heading(s.column)), "ns/op", "share"}}
	rest := 1.0
	for _, share := range s.shares[:min(most, len(s.shares))] {
		rest -= share.Of
		text = append(text, []string{share.What, number(share.Of * ns), fmt.Sprintf("%.0f %%", 100*share.Of)})
	}
	if rest > 0.005 {
		text = append(text, []string{"elsewhere", number(rest * ns), fmt.Sprintf("%.0f %%", 100*rest)})
	}
	return text
}
