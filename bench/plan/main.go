// Command plan measures mergectl plan on generated fleets, and compares its choices
// with those of unrelated solvers where they are installed: CBC and GLPK. See
// README.md one folder up.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gomerge/rules_go_merge/bench/report"
)

const section = report.Section("plan")

func main() {
	if err := command(); err != nil {
		fmt.Fprintln(os.Stderr, "plan:", err)
		os.Exit(1)
	}
}

func command() error {
	mergectl := flag.String("mergectl", "", "path of mergectl's `binary`")
	small := flag.Int("instances", 20, "`number` of small fleets to compare with solvers, of each kind")
	services := flag.String("services", "5000,50000", "`numbers` of services of the fleets to measure, or none")
	write := flag.Bool("write", false, "write the tables to docs/plan.md")
	flag.Parse()
	path, err := filepath.Abs(*mergectl)
	if err != nil {
		return err
	}
	b := &bench{mergectl: path}
	if b.dir, err = os.MkdirTemp("", "plan"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	sizes, err := b.sizes(*services)
	if err != nil {
		return err
	}
	compared, err := b.compare(*small)
	if err != nil {
		return err
	}
	for _, t := range []report.Table{sizes, compared} {
		if err := t.WriteText(os.Stdout); err != nil {
			return err
		}
		fmt.Println()
	}
	if !*write {
		return nil
	}
	workspace := os.Getenv("BUILD_WORKSPACE_DIRECTORY")
	if workspace == "" {
		return errors.New("--write is for bazel run, which says where the source tree is")
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s.\n\n%s\n%s", report.Machine(workspace), sizes.Markdown(), compared.Markdown())
	return section.Write(filepath.Join(workspace, "docs", "plan.md"), text.String())
}

type bench struct{ mergectl, dir string }

// outcome is what a plan says, and what it took to make it.
type outcome struct {
	Cores  float64    `json:"coresSaved"`
	Bound  float64    `json:"coresBound"`
	Gap    float64    `json:"gap"`
	Groups []struct{} `json:"groups"`
	took   time.Duration
	cpu    time.Duration
	memory int64 // bytes, at its peak
}

// plan runs mergectl plan on a fleet, from files in to a table or JSON out.
func (b *bench) plan(f *fleet, limit int, args ...string) (*outcome, error) {
	for name, data := range map[string][]byte{"traffic.csv": f.csv(), "deployments.yaml": f.deployments(), "merge_plan.yaml": settings(limit)} {
		if err := os.WriteFile(filepath.Join(b.dir, name), data, 0o666); err != nil {
			return nil, err
		}
	}
	cmd := exec.Command(b.mergectl, append([]string{"plan", "--settings=merge_plan.yaml", "--format=json"}, args...)...)
	cmd.Dir = b.dir
	cmd.Env = append(os.Environ(), "BUILD_WORKING_DIRECTORY=")
	var message strings.Builder
	cmd.Stderr = &message
	start := time.Now()
	data, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("mergectl plan: %w\n%s", err, &message)
	}
	o := &outcome{took: time.Since(start), cpu: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.memory = usage.Maxrss * 1024 // in KiB on Linux
	}
	return o, json.Unmarshal(data, o)
}

// linksPer is how many links there are for each service: 18,000 for 5,000.
const linksPer = 3.6

// mostForAny is up to how many services the search over all callers is measured: it
// takes minutes for more.
const mostForAny = 10_000

// sizes measures large fleets, given by their numbers of services.
func (b *bench) sizes(list string) (report.Table, error) {
	t := report.Table{{"services", "links", "mode", "groups of at most", "groups", "cores saved", "gap proven", "seconds", "CPU-seconds", "peak memory, MB"}}
	for text := range strings.SplitSeq(list, ",") {
		if text == "" {
			continue
		}
		services, err := strconv.Atoi(text)
		if err != nil || services < 10 {
			return nil, fmt.Errorf("-services: %q is not a number of 10 or more", text)
		}
		links := int(linksPer * float64(services))
		f := generate(1, services, links)
		for _, mode := range []struct {
			name  string
			limit int
			args  []string
		}{{"exact", 4, nil}, {"exact", 8, nil}, {"any", 4, []string{"--any"}}, {"any", 8, []string{"--any"}}} {
			if mode.name == "any" && services > mostForAny {
				continue
			}
			o, err := b.plan(f, mode.limit, mode.args...)
			if err != nil {
				return nil, err
			}
			t = append(t, []string{
				fmt.Sprint(services), fmt.Sprint(links), mode.name, fmt.Sprint(mode.limit), fmt.Sprint(len(o.Groups)),
				fmt.Sprintf("%.0f", o.Cores), percent(o.Gap), fmt.Sprintf("%.2f", o.took.Seconds()), fmt.Sprintf("%.2f", o.cpu.Seconds()), fmt.Sprintf("%.0f", float64(o.memory)/1e6),
			})
		}
	}
	return t, nil
}

func percent(part float64) string { return fmt.Sprintf("%.2g %%", 100*part) }

// orZero returns a part in percent, and 0 for one that sums of floating-point numbers make.
func orZero(part float64) string {
	if part < 1e-6 {
		return "0"
	}
	return percent(part)
}

// compare compares choices with the optima that solvers find.
func (b *bench) compare(instances int) (report.Table, error) {
	t := report.Table{{"mode", "services", "links", "groups of at most", "solver", "fleets", "largest gap to its optimum", "largest gap proven"}}
	lp := filepath.Join(b.dir, "plan.lp")
	for _, kind := range []struct {
		mode                   string
		services, links, limit int
		args                   []string
	}{
		{"exact", 60, 200, 5, nil}, {"exact", 500, 1800, 4, nil},
		{"any", 40, 80, 3, []string{"--any"}}, {"any", 60, 120, 4, []string{"--any"}},
	} {
		worst, proven := make(map[string]float64), 0.0
		for seed := range instances {
			f := generate(uint64(100+seed), kind.services, kind.links)
			o, err := b.plan(f, kind.limit, append([]string{"--lp=" + lp}, kind.args...)...)
			if err != nil {
				return nil, err
			}
			proven = max(proven, o.Gap)
			for _, s := range solvers {
				if !s.installed() {
					continue
				}
				optimum, err := s.solve(lp)
				if err != nil {
					return nil, err
				}
				if o.Cores > optimum*(1+1e-6)+1e-6 || o.Bound < optimum*(1-1e-6)-1e-6 {
					return nil, fmt.Errorf("seed %d, %s: %s finds %g, and the plan saves %g of at most %g", seed, kind.mode, s.name, optimum, o.Cores, o.Bound)
				}
				if optimum > 0 {
					worst[s.name] = max(worst[s.name], 1-o.Cores/optimum)
				}
			}
		}
		for _, s := range solvers {
			gap := "not installed"
			if s.installed() {
				gap = orZero(worst[s.name])
			}
			t = append(t, []string{kind.mode, fmt.Sprint(kind.services), fmt.Sprint(kind.links), fmt.Sprint(kind.limit), s.name, fmt.Sprint(instances), gap, orZero(proven)})
		}
	}
	return t, nil
}
