// Command demo compares the shop's three services as separate processes
// with the same services merged into one binary: it sends both the same
// requests and reports what differs.
//
// It runs on Linux only, for it reads processes' CPU time from /proc.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	var bins binaries
	flag.StringVar(&bins.api, "api", "", "`binary` of the api service")
	flag.StringVar(&bins.item, "item", "", "`binary` of the item service")
	flag.StringVar(&bins.stock, "stock", "", "`binary` of the stock service")
	flag.StringVar(&bins.merged, "merged", "", "`binary` of all three")
	out := flag.String("out", "demo.html", "`file` to write the report to, as HTML")
	requests := flag.Int("requests", 20000, "`number` of requests to measure with")
	concurrency := flag.Int("concurrency", 8, "`number` of requests at a time")
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flag.Arg(0))
	}
	if *requests < 1 || *concurrency < 1 {
		return errors.New("-requests and -concurrency must be positive")
	}
	for name, path := range map[string]*string{
		"api": &bins.api, "item": &bins.item, "stock": &bins.stock, "merged": &bins.merged,
	} {
		if *path == "" {
			return fmt.Errorf("-%s is not given", name)
		}
		abs, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		*path = abs
	}

	p := newProgress(os.Stderr)
	rep, err := compare(ctx, bins, *requests, *concurrency, p)
	p.clear()
	if err != nil {
		return err
	}
	if err := rep.writeText(os.Stdout); err != nil {
		return err
	}
	path, err := outputPath(*out)
	if err != nil {
		return err
	}
	if err := rep.writeHTMLFile(path); err != nil {
		return err
	}
	fmt.Println("\nwritten to", path)
	return rep.failure()
}

// compare runs the same requests against both deployments. The answers and the
// bytes are taken in one pass, through proxies that count, and the times in
// another without them.
func compare(ctx context.Context, bins binaries, requests, concurrency int, p *progress) (*report, error) {
	rep := &report{Requests: requests, Concurrency: concurrency}
	for _, side := range []struct {
		merged bool
		result *result
	}{{false, &rep.Separate}, {true, &rep.Merged}} {
		name := "separate"
		if side.merged {
			name = "merged"
		}
		if err := measureAnswers(ctx, bins, side.merged, side.result, p.phase(name+": answers")); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := measureLoad(ctx, bins, side.merged, side.result, requests, concurrency, p.phase(name+": load")); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	rep.Differences = differences(rep.Separate.Answers, rep.Merged.Answers)
	return rep, nil
}

// measureAnswers plays the script and counts the bytes between services.
func measureAnswers(ctx context.Context, bins binaries, merged bool, r *result, step func(done, total int)) error {
	d, err := deploy(ctx, bins, merged, true)
	if err != nil {
		return err
	}
	defer d.stop()
	before := d.bytes()
	if r.Answers, err = play(ctx, d.url, script, step); err != nil {
		return d.explain(err)
	}
	r.Bytes = d.bytes() - before
	r.Processes = len(d.processes)
	r.Versions, err = kitexVersions(r.Answers)
	return err
}

// measureLoad measures times, and in a merged binary what became of the calls.
func measureLoad(ctx context.Context, bins binaries, merged bool, r *result, requests, concurrency int, step func(done, total int)) error {
	d, err := deploy(ctx, bins, merged, false)
	if err != nil {
		return err
	}
	defer d.stop()
	if _, err := load(ctx, d.url, max(requests/10, 1), concurrency, func(int, int) {}); err != nil {
		return d.explain(err)
	}
	linksBefore, err := d.links(ctx)
	if err != nil {
		return d.explain(err)
	}
	cpuBefore, err := d.cpuTime()
	if err != nil {
		return d.explain(err)
	}
	if r.Load, err = load(ctx, d.url, requests, concurrency, step); err != nil {
		return d.explain(err)
	}
	cpuAfter, err := d.cpuTime()
	if err != nil {
		return d.explain(err)
	}
	r.CPU = cpuAfter - cpuBefore
	links, err := d.links(ctx)
	if err != nil {
		return d.explain(err)
	}
	r.Links = linksSince(linksBefore, links)
	return nil
}

// outputPath makes path absolute. Under bazel run it is relative to where the
// user is.
func outputPath(path string) (string, error) {
	if dir := os.Getenv("BUILD_WORKING_DIRECTORY"); dir != "" && !filepath.IsAbs(path) {
		return filepath.Join(dir, path), nil
	}
	return filepath.Abs(path)
}
