package rollout

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rulesfile"
)

var methodGet = linkpattern.Pattern{Caller: "item", Callee: "stock", RPCService: "StockService", Method: "Get"}

// simulated is a fleet whose processes obey a rules file, as [arms.Source] reads them.
type simulated struct {
	rules     string
	now       time.Time
	random    *rand.Rand
	processes []*simulatedProcess
}

// simulatedProcess makes calls whenever it is read.
type simulatedProcess struct {
	arms.Process
	counts arms.Counts
	share  float64
	// calls is how many it makes; inlineRate and rpcRate are the parts of them that fail.
	calls               int
	inlineRate, rpcRate float64
	fellRate, diffRate  float64
	// onRead changes what is read, and may fail.
	onRead func(p *simulatedProcess, read *arms.Process) error
	// obeys is false for a process that has not read the rules file for a while.
	deaf bool
	// base is the share where the rules do not apply.
	base float64
	// clock is how far its clock is ahead.
	clock time.Duration
	// inlineCPU is the CPU time of an inline call; an RPC has 100 µs.
	inlineCPU time.Duration
}

// newFleet returns processes with ten thousand calls each from one reading to the next.
func newFleet(rules string, n int, seed uint64) *simulated {
	f := &simulated{rules: rules, now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), random: rand.New(rand.NewPCG(seed, 1))}
	for i := range n {
		f.processes = append(f.processes, &simulatedProcess{
			Process: arms.Process{
				Name: fmt.Sprintf("shop-%d", i), Binary: "shop", ID: fmt.Sprintf("shop-%d", i), Started: f.now.Add(time.Duration(i) * time.Second),
				Services: []arms.Service{{Name: "item", Version: "2"}, {Name: "stock", Version: "1"}},
			},
			calls: 10_000, rpcRate: 0.001, inlineRate: 0.001, inlineCPU: 60 * time.Microsecond,
		})
	}
	return f
}

// Read has each process read the rules file, make calls and report.
func (f *simulated) Read(context.Context) (r arms.Reading) {
	for _, p := range f.processes {
		p.obey(f)
		p.call(f.random)
		read := p.Process
		read.Methods = []arms.Method{{Link: methodGet, Ratio: p.share, Serving: true, Counts: p.counts}}
		if p.onRead != nil {
			if err := p.onRead(p, &read); err != nil {
				r.Failures = append(r.Failures, arms.Failure{Name: p.Name, Err: err})
				continue
			}
		}
		r.Processes = append(r.Processes, &read)
	}
	return r
}

// obey reads the rules file as a process does.
func (p *simulatedProcess) obey(f *simulated) {
	if p.deaf {
		return
	}
	file, err := rulesfile.Read(f.rules)
	if err != nil {
		p.Rules.Usable = false
		return
	}
	h := file.Header()
	p.Rules = arms.Rules{File: true, Generation: h.Generation, Usable: true, Expires: h.Expires}
	p.Rules.Applies = h.Includes(p.ID) && (h.Expires.IsZero() || f.now.Add(p.clock).Before(h.Expires))
	p.share = p.base
	for _, rule := range file.Rules() {
		if rule.Link == "kill" {
			p.Rules.Killed = p.Rules.Killed || rule.Value == "on"
		} else if p.Rules.Applies && rule.Link == "item->stock" && rule.Value != "strict" {
			p.share = shareOf(rule.Value)
		}
	}
}

func shareOf(value string) float64 {
	switch value {
	case "on":
		return 1
	case "off":
		return 0
	}
	p, err := settings.ParsePercentage(value)
	if err != nil {
		panic(err)
	}
	return float64(p)
}

// call makes the calls.
func (p *simulatedProcess) call(random *rand.Rand) {
	share := p.share
	if p.Rules.Killed {
		share = 0
	}
	for range p.calls {
		arm, rate := &p.counts.RPC, p.rpcRate
		p.CPU += 100 * time.Microsecond
		if random.Float64() < share {
			p.CPU += p.inlineCPU - 100*time.Microsecond
			arm, rate = &p.counts.Inline, p.inlineRate
			if random.Float64() < p.fellRate {
				p.counts.Fallbacks.Absent++
				p.counts.AttemptsRPC++
			} else {
				p.counts.AttemptsInline++
			}
			if random.Float64() < p.diffRate {
				p.counts.Verified.Different++
			} else {
				p.counts.Verified.Same++
			}
		} else {
			p.counts.AttemptsRPC++
		}
		if random.Float64() < rate {
			arm.Ended.Internal++
		} else {
			arm.Ended.OK++
		}
	}
}

// played is a rollout of a simulated fleet.
type played struct {
	t          *testing.T
	fleet      *simulated
	controller *Controller
	log, rules string
}

const steps = `
steps:
  - {processes: 50%, calls: 1%, time: 20s, least: 100, margin: 20, tolerate: 5%}
  - {calls: 10%, time: 20s, margin: 5, tolerate: 1%}
  - {calls: 50%, time: 20s}
  - {calls: 100%, time: 20s}
`

// play returns a rollout with settings added to those that it needs.
func play(t *testing.T, n int, seed uint64, more string) *played {
	t.Helper()
	dir := t.TempDir()
	text := "links: [item->stock]\nrules_file: rules\nlog: log\nprocesses: {files: [none], quorum: 70%}\nrpc_versions: {stock: \"1\"}\n" + more
	s, err := settings.Parse(filepath.Join(dir, "rollout.yaml"), []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	p := &played{t: t, fleet: newFleet(s.Path("rules"), n, seed), log: s.Path("log"), rules: s.Path("rules")}
	p.controller = &Controller{Settings: s, Source: p.fleet, Now: func() time.Time { return p.fleet.now }}
	return p
}

// pass makes one pass, ten seconds after the last.
func (p *played) pass() (*Report, error) {
	p.fleet.now = p.fleet.now.Add(10 * time.Second)
	r, err := p.controller.Pass(context.Background())
	if err == nil {
		p.checkReadings()
	}
	return r, err
}

// checkReadings compares what the log says from the last readings on with what all of it
// says.
func (p *played) checkReadings() {
	p.t.Helper()
	s, _, err := p.controller.replayed(func(from journal.Place) ([]journal.Entry, error) {
		entries, _, err := journal.ReadFile(p.log, from)
		return entries, err
	})
	if err != nil {
		p.t.Fatal(err)
	}
	now, err1 := json.Marshal(s)
	all, err2 := json.Marshal(said(p.t, readFile(p.t, p.log)))
	if err := errors.Join(err1, err2); err != nil || !bytes.Equal(now, all) {
		p.t.Fatalf("from the readings on, the log says\n%s\nand in all\n%s\n%v", now, all, err)
	}
}

// run makes passes until the rollout ends, or has not after a number of them.
func (p *played) run(passes int) *Report {
	p.t.Helper()
	var last *Report
	for range passes {
		r, err := p.pass()
		if err != nil {
			p.t.Fatal(err)
		}
		last = r
		if r.Status != Holding {
			break
		}
	}
	return last
}

// file returns what the rules file says.
func (p *played) file() string {
	p.t.Helper()
	data, err := os.ReadFile(p.rules)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(data)
}

func TestGoodRollout(t *testing.T) {
	t.Parallel()
	p := play(t, 10, 1, steps)
	var shares []string
	for range 60 {
		r, err := p.pass()
		if err != nil {
			t.Fatal(err)
		}
		if now := r.Rules.Processes + " " + strings.Join(r.Rules.Rules, ", "); !slices.Contains(shares, now) {
			shares = append(shares, now)
		}
		if r.Status != Holding {
			break
		}
		if got, want := r.ExitCode(), 3; got != want {
			t.Errorf("exit code %d, want %d", got, want)
		}
	}
	r, err := p.pass() // once more changes nothing
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"50% item->stock 1%", "100% item->stock 10%", "100% item->stock 50%", "100% item->stock on"}
	if !slices.Equal(shares, want) || r.Status != Done || r.ExitCode() != 0 || len(r.Warnings) > 0 {
		t.Errorf("got %q and %+v, want %q", shares, r, want)
	}
	if got, want := p.file(), "generation 5\nprocesses 100%\nitem->stock on\n"; got != want {
		t.Errorf("the file is\n%s, want\n%s", got, want)
	}
	if r.Obey != 10 {
		t.Errorf("%d of 10 processes obey", r.Obey)
	}
}

// TestHarm has something wrong with inline calls only. Each guard finds it, and all
// processes are off at the pass after.
func TestHarm(t *testing.T) {
	for _, tt := range []struct {
		name, settings string
		harm           func(p *simulatedProcess)
		why            string
	}{
		{"errors", "", func(p *simulatedProcess) { p.inlineRate = 0.05 }, "item->stock/StockService/Get: errors: harm: "},
		{"fallbacks", "", func(p *simulatedProcess) { p.fellRate = 0.1 }, "item->stock/StockService/Get: fallbacks: harm: "},
		{"verify", "", func(p *simulatedProcess) { p.diffRate = 0.001 }, "item->stock/StockService/Get: verify: harm: "},
		{"panics", "", func(p *simulatedProcess) {
			p.onRead = func(_ *simulatedProcess, read *arms.Process) error {
				read.Methods[0].Counts.Panics = read.Methods[0].Counts.AttemptsInline / 50
				return nil
			}
		}, "item->stock/StockService/Get: panics: harm: "},
		{"slow", "guards: {slow: {above: 10ms}}", func(p *simulatedProcess) {
			p.onRead = func(_ *simulatedProcess, read *arms.Process) error {
				bound, _ := arms.Bound(10 * time.Millisecond)
				c := &read.Methods[0].Counts
				for _, a := range []*arms.Arm{&c.Inline, &c.RPC} {
					a.Timed = a.Calls() / 16
					a.Within[bound] = a.Timed
				}
				c.Inline.Within[bound] -= c.Inline.Timed / 4
				c.RPC.Within[bound] -= c.RPC.Timed / 1000
				return nil
			}
		}, "item->stock/StockService/Get: slow: harm: "},
		{"two", "", func(p *simulatedProcess) { p.inlineRate, p.fellRate = 0.5, 0.5 }, "item->stock/StockService/Get: errors: harm: "},
		{"kill", "on_harm: kill", func(p *simulatedProcess) { p.inlineRate = 0.05 }, "item->stock/StockService/Get: errors: harm: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := play(t, 10, 2, steps+tt.settings)
			for _, process := range p.fleet.processes {
				tt.harm(process)
			}
			r := p.run(30)
			if r.Status != RolledBack || len(r.Why) != 1 || !strings.HasPrefix(r.Why[0], tt.why) || r.ExitCode() != 1 {
				t.Fatalf("got %+v, want %s", r, tt.why)
			}
			entries, _, err := journal.ReadFile(p.log, journal.Place{})
			first, more := strings.CutSuffix(r.Why[0], "; and 1 more")
			if last := entries[len(entries)-1]; err != nil || last.Event != journal.RolledBack || last.Why != r.Why[0] || !slices.Contains(last.Findings, first) || more != (tt.name == "two") {
				t.Errorf("the log ends with %+v, %v", last, err)
			}
			want := fmt.Sprintf("generation %d\nprocesses 100%%\nitem->stock off\n", r.Rules.Generation)
			if tt.name == "kill" {
				want += "kill on\n"
			}
			if got := p.file(); got != want {
				t.Errorf("the file is\n%s, want\n%s", got, want)
			}
			if r, err := p.pass(); err != nil || r.Status != RolledBack || r.Obey != 10 {
				t.Errorf("the next pass: %+v, %v", r, err)
			}
		})
	}
}

// TestFaults has processes that are not as they should be. The rollout counts none of
// them, names each, and holds if they are too many.
func TestFaults(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault func(p *simulatedProcess)
		doubt string
	}{
		{"dead", func(p *simulatedProcess) {
			p.onRead = func(*simulatedProcess, *arms.Process) error { return errors.New("connection refused") }
		}, "connection refused"},
		{"lagging", func(p *simulatedProcess) { p.deaf = true }, "it obeys generation 0, and not yet "},
		{"a generation that nobody wrote", func(p *simulatedProcess) {
			p.onRead = func(_ *simulatedProcess, read *arms.Process) error { read.Rules.Generation = 99; return nil }
		}, "it obeys generation 99, which this rollout has not written"},
		{"no rules file", func(p *simulatedProcess) {
			p.onRead = func(_ *simulatedProcess, read *arms.Process) error { read.Rules.File = false; return nil }
		}, "it has no rules file"},
		{"a file that it cannot use", func(p *simulatedProcess) {
			p.onRead = func(_ *simulatedProcess, read *arms.Process) error { read.Rules.Usable = false; return nil }
		}, "it cannot use the rules file"},
		{"a kill switch", func(p *simulatedProcess) {
			p.onRead = func(_ *simulatedProcess, read *arms.Process) error { read.Rules.Killed = true; return nil }
		}, "its kill switch is on"},
		{"a clock that is ahead", func(p *simulatedProcess) { p.clock = time.Hour }, "they have ended by its clock"},
		{"a share that is not drawn", func(p *simulatedProcess) {
			p.onRead = func(_ *simulatedProcess, read *arms.Process) error {
				c := &read.Methods[0].Counts
				if p.Rules.Applies {
					c.Inline, c.RPC = c.RPC, c.Inline
				}
				return nil
			}
		}, " calls that ended were drawn inline, which "},
		{"a counter that jumps", func(p *simulatedProcess) {
			n := uint64(0)
			p.onRead = func(_ *simulatedProcess, read *arms.Process) error {
				n++
				read.Methods[0].Counts.Inline.Ended.Internal += n * 100_000_000
				return nil
			}
		}, "more than any process makes"},
		{"a counter that falls", func(p *simulatedProcess) {
			n := uint64(1 << 30)
			p.onRead = func(_ *simulatedProcess, read *arms.Process) error {
				n -= 1_000_000
				read.Methods[0].Counts.Inline.Ended.Internal = n
				return nil
			}
		}, "although the process has not restarted"},
		{"more inline than the rules say", func(p *simulatedProcess) {
			p.onRead = func(_ *simulatedProcess, read *arms.Process) error {
				if p.Rules.Generation > 0 {
					read.Methods[0].Ratio = 1
				}
				return nil
			}
		}, "100% of item->stock/StockService/Get are inline, and the rollout is at "},
	} {
		for _, many := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, many=%t", tt.name, many), func(t *testing.T) {
				t.Parallel()
				p := play(t, 10, 3, steps)
				if r, err := p.pass(); err != nil || r.Step != 1 {
					t.Fatalf("the first pass: %+v, %v", r, err)
				}
				faulty := p.fleet.processes[:2]
				if many {
					faulty = p.fleet.processes[:6]
				}
				for _, process := range faulty {
					process.inlineRate = 1 // which must not count
					tt.fault(process)
				}
				// Those that work take longer to say enough.
				named := false
				var r *Report
				for range map[bool]int{false: 60, true: 15}[many] {
					var err error
					if r, err = p.pass(); err != nil {
						t.Fatal(err)
					}
					named = named || slices.ContainsFunc(r.Doubts, func(d string) bool {
						return strings.Contains(d, tt.doubt) && slices.ContainsFunc(faulty, func(p *simulatedProcess) bool { return strings.HasPrefix(d, p.Name+": ") })
					})
					if r.Status != Holding {
						break
					}
				}
				if !named {
					t.Errorf("nobody is named with %q: %q", tt.doubt, r.Doubts)
				}
				// A process that is more inline than it may be has others wait in each case.
				want := map[bool]Status{false: Done, true: Holding}[many || strings.HasPrefix(tt.name, "more")]
				if r.Status != want || many && r.Step > 2 && tt.name != "a share that is not drawn" {
					t.Errorf("got %+v, want %s", r, want)
				}
			})
		}
	}
}

// TestRestarts has processes that restart, vanish and come back, in a good and a bad
// rollout.
func TestRestarts(t *testing.T) {
	t.Parallel()
	for _, rate := range []float64{0.001, 0.05} {
		p := play(t, 10, 4, steps)
		reads := 0
		for i, process := range p.fleet.processes {
			process.inlineRate = rate
			process.onRead = func(process *simulatedProcess, read *arms.Process) error {
				reads++
				if (reads+i)%7 == 0 {
					process.counts, process.Started = arms.Counts{}, p.fleet.now
				}
				if (reads+i)%11 == 0 {
					return errors.New("gone for a moment")
				}
				return nil
			}
		}
		r := p.run(100)
		want := map[float64]Status{0.001: Done, 0.05: RolledBack}[rate]
		if r.Status != want {
			t.Errorf("inline calls that fail at %g: got %+v, want %s", rate, r, want)
		}
	}
}

// TestBlind has nobody read: the rules then end by themselves.
func TestBlind(t *testing.T) {
	t.Parallel()
	p := play(t, 10, 5, steps)
	if _, err := p.pass(); err != nil {
		t.Fatal(err)
	}
	for _, process := range p.fleet.processes[3:] {
		process.onRead = func(*simulatedProcess, *arms.Process) error { return errors.New("no route") }
	}
	first := p.file()
	for range 4 {
		p.fleet.now = p.fleet.now.Add(3 * time.Minute)
		r, err := p.pass()
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != Holding || !strings.Contains(r.Why[0], "3 of 10 processes can be read, and the quorum is 70%; the rules end at ") {
			t.Fatalf("got %+v", r)
		}
	}
	if got := p.file(); got != first {
		t.Errorf("the file was\n%s and is\n%s", first, got)
	}
	if p.fleet.processes[0].Rules.Applies {
		t.Error("the rules still apply")
	}
	for _, process := range p.fleet.processes {
		process.onRead = nil
	}
	if r := p.run(60); r.Status != Done {
		t.Errorf("after they are back: %+v", r)
	}
}

// TestEnded counts every ending that is not a good one.
func TestEnded(t *testing.T) {
	e := reports.Endings{OK: 1, Application: 2, Internal: 3, Timeout: 4, Canceled: 5, Denied: 6, Overloaded: 7, Unavailable: 8, Panic: 9}
	sum := uint64(0)
	for _, ending := range settings.Endings {
		sum += ended(&e, ending)
	}
	if sum != e.Failed() {
		t.Errorf("the endings add up to %d, want %d", sum, e.Failed())
	}
}
