package rollout

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
)

const switchback = `
steps:
  - {calls: 50%, time: 10s, least: 100, margin: 20, tolerate: 5%}
  - {calls: 100%, time: 10s, switchback: {block: 40s, pairs: 10}}
`

// TestSwitchback has inline calls that take less, more and as much CPU time as RPCs.
func TestSwitchback(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		inline time.Duration
		want   Status
		text   string
	}{
		{60 * time.Microsecond, Done, "the processes use 0.6 to 0.6 times the CPU time"},
		{100 * time.Microsecond, Done, "the processes use 1 to 1 times the CPU time"},
		{120 * time.Microsecond, RolledBack, "the processes use 1.2 to 1.2 times the CPU time for a call of the links; the limit is 1.05 times"},
	} {
		p := play(t, 4, 1, switchback)
		for i, process := range p.fleet.processes {
			process.inlineCPU = tt.inline
			process.calls = 500 * (i + 1)
		}
		r := p.run(200)
		text := ""
		for _, f := range r.Findings {
			if f.Guard == "cpu" {
				text = f.String()
			}
		}
		if r.Status != tt.want || !strings.Contains(text, tt.text) {
			t.Errorf("inline calls of %s: %+v, want %s and %s", tt.inline, r, tt.want, tt.text)
		}
		entries, _, err := journal.ReadFile(p.log, journal.Place{})
		if err != nil {
			t.Fatal(err)
		}
		blocks, inline := 0, 0
		for _, e := range entries {
			if e.Number > 0 {
				blocks++
				if !isOff(e.Rules) {
					inline++
				}
				if e.Number != blocks || blocks%2 == 0 && inline != blocks/2 {
					t.Errorf("block %d is number %d, and %d were inline", blocks, e.Number, inline)
				}
			}
		}
		if blocks != 20 {
			t.Errorf("%d blocks, want 20", blocks)
		}
	}
}

// TestSwitchbackProcesses has real processes whose inline calls take half as much CPU time
// again as their RPCs, and some with no difference. The first is found. The second would be
// found once in 128 times if chance changed the CPU time of blocks by far more than the
// limit, and it changes it by less.
func TestSwitchbackProcesses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, burn string
		want       Status
	}{{"dearer", "900,600", RolledBack}, {"as dear", "600,600", Done}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const each = 1000
			processes, c := fleetOf(t, 2, 0, `false_alarms: 10%
steps:
  - {calls: 50%, time: 0s, least: 100, margin: 20, tolerate: 20%}
  - {calls: 100%, time: 0s, switchback: {block: 40s, pairs: 7}}
`, burnEnv+"="+tt.burn)
			// By this clock, each block has three passes: the one that begins it, and one before
			// and one after the calls that count.
			now := time.Now()
			c.Now = func() time.Time { return now }
			generation, passes := uint64(0), 0
			var r *Report
			for r == nil || r.Status == Holding {
				if passes++; passes > 200 {
					t.Fatalf("after %d passes: %+v", passes, r)
				}
				now = now.Add(20 * time.Second)
				var err error
				if r, err = c.Pass(t.Context()); err != nil {
					t.Fatal(err)
				}
				if r.Rules.Generation != generation {
					generation = r.Rules.Generation
					obeyed(t, c, generation)
					continue
				}
				callAll(t, processes, each)
			}
			i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Guard == "cpu" })
			if i < 0 || r.Status != tt.want {
				t.Fatalf("after %d passes: %+v, want %s", passes, r, tt.want)
			}
			t.Logf("after %d passes: %s", passes, r.Findings[i])
		})
	}
}

// TestSwitchbackWithoutCPU has processes that do not report their CPU time. The step does
// not end.
func TestSwitchbackWithoutCPU(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 1, switchback)
	for _, process := range p.fleet.processes {
		process.inlineCPU = 100 * time.Microsecond
		process.onRead = func(_ *simulatedProcess, read *arms.Process) error { read.CPU = 0; return nil }
	}
	r := p.run(150)
	want := "*: cpu: unknown: 0 of 10 pairs of blocks have calls and processes that report their CPU time, which is not enough for a verdict; --stop ends the rollout"
	if r.Status != Holding || len(r.Why) != 1 || r.Why[0] != want {
		t.Errorf("got %+v, want %s", r, want)
	}
}

// TestSwitchbackBlind has nobody read in a switchback. No block begins then, and the rules
// end by themselves.
func TestSwitchbackBlind(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 1, switchback)
	for p.run(1).Step < 2 {
	}
	for _, process := range p.fleet.processes {
		process.onRead = func(*simulatedProcess, *arms.Process) error { return errors.New("no route") }
	}
	before := p.file()
	if r := p.run(70); r.Status != Holding || r.Step != 2 {
		t.Errorf("got %+v", r)
	}
	if got := p.file(); got != before {
		t.Errorf("the file was\n%s and is\n%s", before, got)
	}
	if p.fleet.processes[0].Rules.Applies {
		t.Error("the rules still apply")
	}
}

// TestSwitchbackOnce has a step that goes on after its last block. What is counted then
// changes nothing: a test that is repeated would find something sooner or later.
func TestSwitchbackOnce(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 1, strings.Replace(switchback, "time: 10s, switchback", "time: 5h, switchback", 1))
	first := ""
	for range 120 {
		for _, f := range p.run(1).Findings {
			if f.Guard != "cpu" {
				continue
			}
			if now := fmt.Sprint(f.Calls, f.Text); first == "" {
				first = now
				for _, process := range p.fleet.processes {
					process.inlineCPU *= 5
				}
			} else if now != first {
				t.Fatalf("it was %s and is %s", first, now)
			}
		}
	}
	if first == "" {
		t.Error("no test was made")
	}
}
