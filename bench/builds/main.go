// Command builds measures how Bazel's work grows with the number of services
// and packages, when services are built separately and when they are merged.
// See README.md one folder up.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/gomerge/rules_go_merge/bench/monorepo"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "builds:", err)
		os.Exit(1)
	}
}

// bazelrcEnv is where bazelw says which bazelrc Bazel needs, if any.
const bazelrcEnv = "GO_MERGE_BAZELRC"

// Sizes that are measured by default: by services, by packages, by services
// with generated code, and by packages again. The last is beyond what is run,
// and the table says so.
const (
	defaultSizes = "2x100,4x100,8x100,16x100,32x100," +
		"2x500,2x1500,2x5000," +
		"8x50+20,16x50+20,32x50+20," +
		"32x500,32x1500,32x5000"
	defaultBuilds = "2x50,4x50,8x50"
	quickSizes    = "2x5,2x50"
	quickBuilds   = "2x5"
)

// options say what to measure.
type options struct {
	analyses, builds []monorepo.Shape
	most             int // packages of all namespaces
	count            int // rounds
	once             int // packages of all namespaces beyond which there is one round
}

// rounds reports how often a size is analyzed.
func (o options) rounds(shape monorepo.Shape) int {
	if shape.Total() > o.once {
		return 1
	}
	return o.count
}

func command(ctx context.Context) error {
	program := flag.String("bazel", "", "`path` of Bazel; by default bazel or bazelisk on the PATH")
	rc := flag.String("bazelrc", os.Getenv(bazelrcEnv), "bazelrc `file` to read first; by default the one of bazelw, if that runs Bazel")
	rules := flag.String("rules", os.Getenv("BUILD_WORKSPACE_DIRECTORY"), "source `tree` of rules_go_merge; by default the one of bazel run")
	heap := flag.String("heap", "8g", "most `memory` of a Bazel server")
	sizes := flag.String("sizes", defaultSizes, "what to analyze, as `SERVICESxPACKAGES`, or with +RPCSERVICES that each has generated code for; comma-separated")
	builds := flag.String("builds", defaultBuilds, "what to build as well, as `SERVICESxPACKAGES`, comma-separated, or nothing")
	quick := flag.Bool("quick", false, "only "+quickSizes+" and one round, for trying out")
	write := flag.Bool("write", false, "update docs/performance.md and its charts")
	opt := options{}
	flag.IntVar(&opt.count, "count", 3, "`rounds` of each size, of which the tables have the medians")
	flag.IntVar(&opt.once, "once", 12000, "measure sizes with more `packages` in all namespaces in one round")
	flag.IntVar(&opt.most, "most", 50000, "leave out sizes with more `packages` in all namespaces")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	if *quick {
		*sizes, *builds, opt.count = quickSizes, quickBuilds, 1
	}
	var err error
	if opt.analyses, err = parseSizes(*sizes); err != nil {
		return fmt.Errorf("--sizes: %w", err)
	}
	if opt.builds, err = parseSizes(*builds); err != nil {
		return fmt.Errorf("--builds: %w", err)
	}
	for _, shape := range opt.builds {
		if shape.Interfaces > 0 {
			return fmt.Errorf("--builds: %s: sizes with generated code can be analyzed only", shape)
		}
	}
	if *rules == "" {
		return errors.New("--rules is empty: name the source tree of rules_go_merge, or start this with bazel run")
	}
	if *write && *quick {
		return errors.New("--write needs the sizes that --quick leaves out")
	}
	if *program, err = find(*program); err != nil {
		return err
	}
	b, err := newBazel(*program, *rc, *rules, *heap)
	if err != nil {
		return err
	}
	r, err := measure(ctx, b, opt)
	if err = errors.Join(err, b.close()); err != nil {
		return err
	}
	for _, table := range r.tables() {
		if err := table.WriteText(os.Stdout); err != nil {
			return err
		}
	}
	if *write {
		return r.write(*rules)
	}
	return nil
}

// find returns the path of Bazel, or of what stands in for it.
func find(program string) (string, error) {
	if program != "" {
		return exec.LookPath(program)
	}
	for _, name := range []string{"bazel", "bazelisk"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("no bazel on the PATH: give its path with --bazel")
}

// parseSizes reads a list such as 2x50,4x500,8x50+20.
func parseSizes(list string) ([]monorepo.Shape, error) {
	var shapes []monorepo.Shape
	for size := range strings.SplitSeq(list, ",") {
		if size == "" {
			continue
		}
		m := sizePattern.FindStringSubmatch(size)
		if m == nil {
			return nil, fmt.Errorf("%q is not a size such as 4x500 or 4x500+20: services, packages of each, and RPC services of each", size)
		}
		var numbers [3]int
		for i := range numbers {
			numbers[i], _ = strconv.Atoi(m[i+1]) // 0 for none
		}
		shape := monorepo.New(numbers[0], numbers[1])
		shape.Interfaces = numbers[2]
		if err := shape.Check(); err != nil {
			return nil, fmt.Errorf("%s: %w", size, err)
		}
		if !slices.Contains(shapes, shape) {
			shapes = append(shapes, shape)
		}
	}
	return shapes, nil
}

var sizePattern = regexp.MustCompile(`^([0-9]{1,6})x([0-9]{1,6})(?:\+([0-9]{1,6}))?$`)

// measure measures all sizes.
func measure(ctx context.Context, b *bazel, opt options) (*result, error) {
	r := &result{rounds: opt.count, once: opt.once, most: opt.most}
	for _, shape := range opt.analyses {
		row := analysisRow{shape: shape}
		if shape.Total() <= opt.most {
			fmt.Fprintf(os.Stderr, "analysis of %s\n", shape)
			var err error
			if row.of, err = analyze(ctx, b, shape, opt.rounds(shape)); err != nil {
				return nil, err
			}
		}
		r.analyses = append(r.analyses, row)
	}
	for _, shape := range opt.builds {
		fmt.Fprintf(os.Stderr, "build of %s\n", shape)
		of, err := execute(ctx, b, shape, opt.count)
		if err != nil {
			return nil, err
		}
		r.executions = append(r.executions, executionRow{shape, of})
	}
	return r, nil
}
