package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/bench/monorepo"
)

// form is one of the two ways to build the services.
type form struct {
	name   string
	target string
}

var (
	separate = form{"separate", "//:separate"}
	merged   = form{"merged", "//:merged"}
	forms    = []form{separate, merged}
)

// analysis is what it took Bazel to load and analyze one form.
type analysis struct {
	times []time.Duration // by round
	heaps []int64         // bytes that the server uses afterwards, by round
	// compiles are the actions that compile packages of the monorepo: plain
	// ones of the services' own binaries, and those in namespaces.
	compiles int
	// actions are all that were declared, those for tools included, whether
	// they would run or not.
	actions int
}

// analyze measures both forms of a monorepo by turns, each time with a server
// that knows nothing yet.
func analyze(ctx context.Context, b *bazel, shape monorepo.Shape, rounds int) (map[form]*analysis, error) {
	if err := b.write(shape); err != nil {
		return nil, err
	}
	// Fetches what both need.
	if _, err := b.run(ctx, "build", "--nobuild", merged.target); err != nil {
		return nil, err
	}
	found := map[form]*analysis{separate: {}, merged: {}}
	for i := range rounds {
		for j := range forms {
			f := forms[(i+j)%len(forms)]
			if err := found[f].round(ctx, b, f); err != nil {
				return nil, err
			}
		}
	}
	for _, f := range forms {
		if err := found[f].count(ctx, b, f); err != nil {
			return nil, err
		}
		if got, want := found[f].compiles, compiles(shape, f); got != want {
			return nil, fmt.Errorf("%s, %s: %d packages have %d compile actions", shape, f.name, want, got)
		}
	}
	return found, nil
}

// compiles returns how often Bazel has to compile packages of the monorepo:
// each once, or once in each namespace.
func compiles(shape monorepo.Shape, f form) int {
	if f == separate {
		return shape.Separate()
	}
	return shape.Total()
}

// round adds one measurement.
func (a *analysis) round(ctx context.Context, b *bazel, f form) error {
	if err := b.restart(ctx); err != nil {
		return err
	}
	events := filepath.Join(b.dir, "events.json")
	if _, err := b.run(ctx, "build", "--nobuild", "--build_event_json_file="+events, f.target); err != nil {
		return err
	}
	m, err := readMetrics(events)
	if err != nil {
		return err
	}
	out, err := b.run(ctx, "info", "used-heap-size-after-gc")
	if err != nil {
		return err
	}
	heap, err := parseHeap(out)
	if err != nil {
		return err
	}
	a.times = append(a.times, time.Duration(m.Timing.Analysis)*time.Millisecond)
	a.heaps = append(a.heaps, heap)
	return nil
}

// parseHeap reads a size such as 123MB, as bytes.
func parseHeap(text string) (int64, error) {
	megabytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(text), "MB"), 10, 64)
	if err != nil {
		return 0, fmt.Errorf("bazel info: the size of the heap is %q", text)
	}
	return megabytes << 20, nil
}

// outputs of compile actions of the monorepo's packages, as regular
// expressions. Those in namespaces are next to the services' packages of the
// standard library.
var outputs = map[form]string{
	separate: `bin/(platform|s[0-9]+)/.*`,
	merged:   `.*[.]ns/s[0-9]+~example[.]com.*`,
}

// count counts the actions.
func (a *analysis) count(ctx context.Context, b *bazel, f form) error {
	all, err := b.summary(ctx, "deps("+f.target+")")
	if err != nil {
		return err
	}
	compiles, err := b.summary(ctx, fmt.Sprintf(`mnemonic("GoCompilePkg", outputs(".*/%s", deps(%s)))`, outputs[f], f.target))
	for _, n := range all {
		a.actions += n
	}
	a.compiles = compiles["GoCompilePkg"]
	return err
}

// summary counts the actions of a query by mnemonic.
func (b *bazel) summary(ctx context.Context, query string) (map[string]int, error) {
	out, err := b.run(ctx, "aquery", "--output=summary", "--noinclude_commandline", "--noinclude_artifacts", query)
	if err != nil {
		return nil, err
	}
	return parseSummary(out)
}
