package compare

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

// Main is the main function of a command that compares. It has a flag for each
// binary, with its name.
func Main(e *Example) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, e); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, e *Example) error {
	given := make(map[string]*string)
	for _, service := range e.Services {
		given[service.Name] = flag.String(service.Name, "", "`binary` of the "+service.Name+" service")
	}
	given[Merged] = flag.String(Merged, "", "`binary` of all services")
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
	bins := make(Binaries)
	for name, path := range given {
		if *path == "" {
			return fmt.Errorf("-%s is not given", name)
		}
		abs, err := filepath.Abs(*path)
		if err != nil {
			return err
		}
		bins[name] = abs
	}

	rep, err := Run(ctx, e, bins, *requests, *concurrency, os.Stderr)
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
	return rep.Failure()
}

// Run sends the same requests to both deployments, and says on log how far it
// is. The answers and the bytes are taken in one pass, through proxies that
// count, and the times in another without them.
func Run(ctx context.Context, e *Example, bins Binaries, requests, concurrency int, log *os.File) (*Report, error) {
	p := newProgress(log)
	defer p.clear()
	rep := &Report{Example: e, Requests: requests, Concurrency: concurrency}
	for _, side := range []struct {
		merged bool
		result *Result
	}{{false, &rep.Separate}, {true, &rep.Merged}} {
		name := "separate"
		if side.merged {
			name = "merged"
		}
		if err := measureAnswers(ctx, e, bins, side.merged, side.result, p.phase(name+": answers")); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if err := measureLoad(ctx, e, bins, side.merged, side.result, requests, concurrency, p.phase(name+": load")); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	rep.Differences = differences(rep.Separate.Answers, rep.Merged.Answers)
	return rep, nil
}

// measureAnswers plays the script and counts the bytes between services.
func measureAnswers(ctx context.Context, e *Example, bins Binaries, merged bool, r *Result, step func(done, total int)) error {
	d, err := Deploy(ctx, e, bins, merged, true)
	if err != nil {
		return err
	}
	defer d.Stop()
	before := d.bytes()
	if r.Answers, err = d.Play(ctx, e.Script, step); err != nil {
		return d.Explain(err)
	}
	r.Bytes = d.bytes() - before
	r.Processes = len(d.processes)
	r.Versions, err = versions(r.Answers, e.Framework)
	return err
}

// measureLoad measures times, and in a merged binary what became of the calls.
func measureLoad(ctx context.Context, e *Example, bins Binaries, merged bool, r *Result, requests, concurrency int, step func(done, total int)) error {
	d, err := Deploy(ctx, e, bins, merged, false)
	if err != nil {
		return err
	}
	defer d.Stop()
	if _, err := load(ctx, d.URL, e.Mix, max(requests/10, 1), concurrency, func(int, int) {}); err != nil {
		return d.Explain(err)
	}
	linksBefore, err := d.links()
	if err != nil {
		return d.Explain(err)
	}
	cpuBefore, err := d.cpuTime()
	if err != nil {
		return d.Explain(err)
	}
	if r.Load, err = load(ctx, d.URL, e.Mix, requests, concurrency, step); err != nil {
		return d.Explain(err)
	}
	cpuAfter, err := d.cpuTime()
	if err != nil {
		return d.Explain(err)
	}
	r.CPU = cpuAfter - cpuBefore
	links, err := d.links()
	if err != nil {
		return d.Explain(err)
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
