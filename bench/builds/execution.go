package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/bench/monorepo"
)

// execution is what it took to build one form, and what came of it.
type execution struct {
	critical time.Duration        // of the build
	executed map[string]int       // actions by mnemonic
	links    []time.Duration      // all links of the form one after the other, by round
	compiled map[string]*compiled // by group, of the merged form
	size     int64                // bytes of all binaries
	startups []time.Duration      // of the slowest binary, by round
}

// tools are what builds of both forms need in addition to the services' own packages.
var tools = []string{
	"//empty",
	"@rules_go//:stdlib",
	"@rules_go_merge//merge/runtime",
	"@rules_go_merge//merge/runtime/process",
	"@rules_go_merge//merge/runtime/signals",
	"@rules_go_merge//merge/std",
}

// execute builds both forms of a monorepo and measures links and starts by
// turns.
func execute(ctx context.Context, b *bazel, shape monorepo.Shape, rounds int) (map[form]*execution, error) {
	if err := b.write(shape); err != nil {
		return nil, err
	}
	// What smaller monorepos left behind would be found again.
	if _, err := b.run(ctx, "clean"); err != nil {
		return nil, err
	}
	// All outputs, since those that only a cache has would be made again.
	if _, err := b.run(ctx, append([]string{"build", "--remote_download_outputs=all"}, tools...)...); err != nil {
		return nil, err
	}
	found := map[form]*execution{separate: {}, merged: {}}
	binaries := make(map[form][]string)
	for _, f := range forms {
		e := found[f]
		t, m, err := b.build(ctx, f)
		if err != nil {
			return nil, err
		}
		if err := checkCompiles(t, f, shape); err != nil {
			return nil, err
		}
		e.critical, e.executed = t.critical, m.executed()
		root, err := b.run(ctx, "info", "execution_root")
		if err != nil {
			return nil, err
		}
		root = strings.TrimSpace(root)
		if e.compiled, err = t.compiledByGroup(root); err != nil {
			return nil, err
		}
		if binaries[f], err = b.binaries(ctx, f, root); err != nil {
			return nil, err
		}
		for _, path := range binaries[f] {
			info, err := os.Stat(path)
			if err != nil {
				return nil, err
			}
			e.size += info.Size()
		}
	}
	for i := range rounds {
		if err := b.nextRound(i + 1); err != nil {
			return nil, err
		}
		for j := range forms {
			f := forms[(i+j)%len(forms)]
			if err := found[f].round(ctx, b, f, shape, binaries[f]); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// build builds a form with nothing from a cache.
func (b *bazel) build(ctx context.Context, f form, flags ...string) (*trace, *metrics, error) {
	profile, events := filepath.Join(b.dir, "profile.gz"), filepath.Join(b.dir, "events.json")
	args := append([]string{"build", "--disk_cache=", "--remote_cache=",
		"--profile=" + profile, "--experimental_profile_include_primary_output", "--noslim_profile",
		"--build_event_json_file=" + events, "--experimental_record_metrics_for_all_mnemonics",
		f.target}, flags...)
	if _, err := b.run(ctx, args...); err != nil {
		return nil, nil, err
	}
	t, err := readTrace(profile)
	if err != nil {
		return nil, nil, err
	}
	m, err := readMetrics(events)
	return t, m, err
}

// checkCompiles fails unless each package was compiled once: for the merged
// binary in each namespace, and otherwise packages of the platform for all.
func checkCompiles(t *trace, f form, shape monorepo.Shape) error {
	want := compiles(shape, f)
	own := regexp.MustCompile("/" + outputs[f])
	seen := make(map[string]bool)
	for _, a := range t.actions {
		if a.mnemonic != "GoCompilePkg" || !own.MatchString(a.output) {
			continue
		}
		if seen[a.output] {
			return fmt.Errorf("%s, %s: %s was compiled twice", shape, f.name, a.output)
		}
		seen[a.output] = true
	}
	if len(seen) != want {
		return fmt.Errorf("%s, %s: %d packages were compiled, not %d", shape, f.name, len(seen), want)
	}
	return nil
}

// binaries returns the paths of the form's binaries below the execution root.
func (b *bazel) binaries(ctx context.Context, f form, root string) ([]string, error) {
	out, err := b.run(ctx, "cquery", "--disk_cache=", "--remote_cache=", "--output=files", f.target)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, path := range strings.Fields(out) {
		paths = append(paths, filepath.Join(root, path))
	}
	return paths, nil
}

// nextRound has all binaries linked again, to the same bytes.
func (b *bazel) nextRound(round int) error {
	path := filepath.Join(b.workspace(), "round.bzl")
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text = regexp.MustCompile(`round=\d+`).ReplaceAll(text, fmt.Appendf(nil, "round=%d", round))
	return os.WriteFile(path, text, 0o644)
}

// round links the form again, one binary after the other, and starts it.
func (e *execution) round(ctx context.Context, b *bazel, f form, shape monorepo.Shape, binaries []string) error {
	t, _, err := b.build(ctx, f, "--jobs=1")
	if err != nil {
		return err
	}
	took, n := t.sum("GoLink")
	if n != len(binaries) {
		return fmt.Errorf("%s, %s: %d links instead of %d", shape, f.name, n, len(binaries))
	}
	e.links = append(e.links, took)
	ready := shape.Services / len(binaries)
	var slowest time.Duration
	for _, path := range binaries {
		took, err := start(ctx, path, ready)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", shape, f.name, err)
		}
		slowest = max(slowest, took)
	}
	e.startups = append(e.startups, slowest)
	return nil
}
