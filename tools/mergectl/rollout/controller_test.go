package rollout

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
)

func readFile(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func writeFile(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// said returns what the content of a log says.
func said(t *testing.T, log []byte) *state {
	t.Helper()
	name := filepath.Join(t.TempDir(), "log")
	writeFile(t, name, log)
	entries, _, err := journal.ReadFile(name, journal.Place{})
	if err != nil {
		t.Fatal(err)
	}
	s := newState()
	s.replay(entries)
	return s
}

// inlineOf returns the part of the fleet's calls that rules let be inline.
func inlineOf(t *testing.T, r *journal.Rules) float64 {
	t.Helper()
	share := 0.0
	for _, rule := range r.Rules {
		if link, value, _ := strings.Cut(rule, " "); link != "kill" {
			share = shareOf(value)
		}
	}
	processes, err := settings.ParsePercentage(r.Processes)
	if err != nil {
		t.Fatal(err)
	}
	return share * float64(processes)
}

// TestKilled ends the controller at each write: after each line of the log, in the middle
// of the next one, and before or after the rules file was written. Whatever is left, the
// rules file is never more inline than the log says, and the next pass goes on.
func TestKilled(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rate  float64
		steps string
	}{{0.001, steps}, {0.05, steps}, {0.001, switchback}} {
		rate, steps := tt.rate, tt.steps
		p := play(t, 4, 7, steps)
		for _, process := range p.fleet.processes {
			process.inlineRate, process.calls = rate, 30_000
		}
		p.run(40)
		log := readFile(t, p.log)
		lines := bytes.SplitAfter(log, []byte("\n"))
		for n := range len(lines) - 1 {
			// Of many polls in a row, some are enough.
			isPoll := func(line []byte) bool { return bytes.Contains(line, []byte(`"event":"poll"`)) }
			if n > 1 && n%7 != 0 && isPoll(lines[n-2]) && isPoll(lines[n-1]) && isPoll(lines[n]) {
				continue
			}
			whole := bytes.Join(lines[:n], nil)
			s := said(t, whole)
			// What the rules file can be: as it was before the last entries, or as it has to be.
			states := append(slices.Clone(s.Previous), s.Want)
			for i, rules := range states {
				for _, half := range []int{0, len(lines[n]) / 2} {
					q := play(t, 4, 8, steps)
					writeFile(t, q.log, append(slices.Clone(whole), lines[n][:half]...))
					if rules != nil && rules.Generation > 0 {
						f, err := q.written(rules)
						if err != nil {
							t.Fatal(err)
						}
						writeFile(t, q.rules, f)
					}
					q.controller.Settings.Digest = p.controller.Settings.Digest
					q.fleet.now = p.fleet.now
					r, err := q.pass()
					if err != nil {
						t.Fatalf("killed after line %d of\n%s, state %d: %v", n, whole, i, err)
					}
					after := said(t, readFile(t, q.log))
					most := 0.0 // of the step; a block of a switchback may have less
					if s.Step > 0 {
						step := p.controller.Settings.Steps[s.Step-1]
						most = float64(step.Processes * step.Calls)
					}
					if rules != nil && inlineOf(t, rules) > most {
						t.Fatalf("after line %d, the file says %v and the step is %g", n, rules, most)
					}
					f, err := q.controller.fileNow()
					if err != nil {
						t.Fatal(err)
					}
					if got, err := q.controller.rulesOf(f); err != nil || !same(got, after.Want) || !same(r.Rules, after.Want) {
						t.Fatalf("killed after line %d, state %d: the file says %v, and the log %v; %v", n, i, got, after.Want, err)
					}
					if s.Ended != "" && r.Status != statusOf(s) {
						t.Fatalf("killed after the end, it is %s", r.Status)
					}
				}
			}
		}
	}
}

// written returns the rules file with some rules.
func (p *played) written(r *journal.Rules) ([]byte, error) {
	dir, err := os.MkdirTemp(filepath.Dir(p.rules), "")
	if err != nil {
		return nil, err
	}
	c := *p.controller
	s := *c.Settings
	s.RulesFile = filepath.Join(dir, "rules")
	c.Settings = &s
	st := &state{Want: r, Previous: []*journal.Rules{{Processes: "100%", Rules: []string{}}}}
	if err := c.settle(st); err != nil {
		return nil, err
	}
	return os.ReadFile(s.RulesFile)
}

// TestLostReadings goes on without the readings, or with those of another poll: the calls
// since are not counted, and none twice.
func TestLostReadings(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 9, strings.ReplaceAll(steps, "20s", "1h"))
	count := func() uint64 {
		r, err := p.pass()
		if err != nil {
			t.Fatal(err)
		}
		return r.Inline["item->stock"]
	}
	for range 4 {
		count()
	}
	before := count()
	old := readFile(t, p.log+".readings")
	after := count()
	if after <= before {
		t.Fatalf("%d calls, and before %d", after, before)
	}
	writeFile(t, p.log+".readings", old)
	if got := count(); got != after {
		t.Errorf("with old readings, %d calls, want %d", got, after)
	}
	if got := count(); got <= after {
		t.Errorf("afterwards, %d calls, want more than %d", got, after)
	}
	after = count()
	for _, text := range []string{
		"", "{", `{"format": 1, "state": {}, "watch": {}}`, `{"format": 1, "watch": {"last": {"a": {"process": null}}}}`,
		`{"format": 1, "state": {"want": {}, "step_inline": {}, "methods": [null]}, "watch": {}}`,
		`{"format": 1, "state": {"want": {}, "step_inline": {}, "methods": [{"errors": {"logs": [1]}}]}, "watch": {}}`,
		strings.Replace(string(old), `"format":1`, `"format":0`, 1),
	} {
		writeFile(t, p.log+".readings", []byte(text))
		if got := count(); got != after {
			t.Errorf("with readings %s, %d calls, want %d", text, got, after)
		}
		after = count()
	}
}

// TestReadsOn does not read again what the last readings say, unless they are of another
// log.
func TestReadsOn(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 9, strings.ReplaceAll(steps, "20s", "1h"))
	p.run(40)
	log := readFile(t, p.log)
	broken := slices.Clone(log)
	broken[1] = 'X' // far from the end
	writeFile(t, p.log, broken)
	p.fleet.now = p.fleet.now.Add(10 * time.Second)
	if r, err := p.controller.Pass(t.Context()); err != nil || r.Inline["item->stock"] == 0 {
		t.Errorf("with a beginning that it need not read: %+v, %v", r, err)
	}
	// An older copy, in which the readings' place is not.
	half := len(log) / 2
	writeFile(t, p.log, log[:half+bytes.IndexByte(log[half:], '\n')+1])
	p.checkReadings()
	writeFile(t, p.log, broken)
	if err := os.Remove(p.log + ".readings"); err != nil {
		t.Fatal(err)
	}
	if _, err := p.controller.Pass(t.Context()); err == nil || !strings.Contains(err.Error(), "log: line 1: it is not an entry") {
		t.Errorf("without readings: %v", err)
	}
}

// TestOtherLinks does not save what other links count.
func TestOtherLinks(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 9, steps)
	other := methodGet
	other.Callee = "mail"
	for _, process := range p.fleet.processes {
		process.onRead = func(_ *simulatedProcess, read *arms.Process) error {
			read.Methods = append([]arms.Method{{Link: other, Ratio: 1}}, read.Methods...)
			return nil
		}
	}
	r := p.run(3)
	if r.Read != 4 || r.Inline["item->stock"] == 0 {
		t.Errorf("got %+v", r)
	}
	if saved := string(readFile(t, p.log+".readings")); strings.Contains(saved, `"mail"`) || !strings.Contains(saved, `"stock"`) {
		t.Errorf("it saved %s", saved)
	}
}

// When an error ends --watch.
const (
	never  = "never"
	atOnce = "at once"
	twice  = "if the next pass finds it, too"
)

// TestRefused has what a rollout does not begin with, or go on with, and when it ends
// --watch.
func TestRefused(t *testing.T) {
	t.Parallel()
	file := func(text string) func(*testing.T, *played) {
		return func(t *testing.T, p *played) { writeFile(t, p.rules, []byte(text)) }
	}
	for _, tt := range []struct {
		name  string
		begun bool
		do    func(*testing.T, *played)
		want  string
		ends  string
	}{
		{"a rule of others", false, file("a->b 50%\n"), "DIR/rules:1: a->b 50% is not a rule of this rollout (DIR/rollout.yaml)", twice},
		{"a wider rule", false, file("* on\n"), "DIR/rules:1: * on is not a rule of this rollout", twice},
		{"half a file", false, file("generation 4\nitem->st"), `DIR/rules:2: "item->st" is not a rule`, never},
		{"on before", false, func(_ *testing.T, p *played) {
			for _, process := range p.fleet.processes {
				process.base = 1
			}
		}, "the links are inline before the rollout:\n  shop-0: 100% of item->stock/StockService/Get\n  shop-1: ", atOnce},
		{"another binary", false, func(_ *testing.T, p *played) {
			for _, process := range p.fleet.processes {
				process.onRead = func(_ *simulatedProcess, read *arms.Process) error { read.Methods = nil; return nil }
			}
		}, "DIR/rollout.yaml: no process has the link item->stock", atOnce},
		{"few pairs", false, func(_ *testing.T, p *played) {
			p.controller.Settings.Steps[3].Switchback = &settings.Switchback{Pairs: 9}
		}, "DIR/rollout.yaml: steps.3.switchback: 9 pairs of blocks cannot show a harm at a rate of false alarms of 0.001", atOnce},
		{"nobody there", false, func(_ *testing.T, p *played) { p.fleet.processes = nil }, "0 of 0 processes can be read, and the quorum is 70%", never},
		{"a log of something else", false, func(t *testing.T, p *played) { writeFile(t, p.log, []byte("hello\n")) }, "DIR/log: line 1: it is not an entry", atOnce},
		{"a log without its beginning", false, func(t *testing.T, p *played) {
			writeFile(t, p.log, []byte(`{"time":"2030-01-01T00:00:00Z","event":"poll"}`+"\n"))
		}, "DIR/log has no beginning", atOnce},
		{"a log without the rules before", false, func(t *testing.T, p *played) {
			writeFile(t, p.log, []byte(`{"time":"2030-01-01T00:00:00Z","event":"begin"}`+"\n"))
			p.controller.Settings.Digest = ""
		}, "DIR/log does not say what the rules file said at the beginning", atOnce},
		{"a generation that no process can report", false, file("generation 18446744073709551615\n"), "generation 18446744073709551615, the newest of DIR/rules and of the processes, is too large: processes cannot report more than 9007199253692416", atOnce},
		{"too few at the first step", false, func(t *testing.T, p *played) {
			begunOnly(t, p)
			for _, process := range p.fleet.processes {
				process.onRead = func(*simulatedProcess, *arms.Process) error { return errors.New("no route") }
			}
		}, "0 of 4 processes can be read, and the quorum is 70%", never},
		{"on at the first step", false, func(t *testing.T, p *played) {
			begunOnly(t, p)
			for _, process := range p.fleet.processes {
				process.base = 1
			}
		}, "the links are inline before the rollout:", atOnce},
		{"other settings", true, func(_ *testing.T, p *played) { p.controller.Settings.Digest = "x" }, "DIR/rollout.yaml is not as it was when the rollout of DIR/log began, at 2030-01-01T00:00:10Z", atOnce},
		{"more inline", true, file("generation 2\nitem->stock 50%\n"), `DIR/rules was changed by somebody else: it says "generation 2; processes 100%; item->stock 50%", and the last entry of DIR/log says "generation 1; processes 50%; expires 2030-01-01T00:10:20Z; item->stock 1%"; restore it`, twice},
		{"another end", true, func(t *testing.T, p *played) {
			writeFile(t, p.rules, bytes.Replace(readFile(t, p.rules), []byte("expires 2030"), []byte("expires 2031"), 1))
		}, "DIR/rules was changed by somebody else", twice},
		{"no file", true, func(t *testing.T, p *played) {
			if err := os.Remove(p.rules); err != nil {
				t.Fatal(err)
			}
		}, "DIR/rules was changed by somebody else", twice},
		{"half a file in the rollout", true, func(t *testing.T, p *played) { writeFile(t, p.rules, readFile(t, p.rules)[:20]) }, "DIR/rules", never},
		{"no folder for the log", false, func(_ *testing.T, p *played) { p.controller.Settings.Log = "none/log" }, "DIR/none/log: no such file", twice},
		{"no folder for the rules", false, func(_ *testing.T, p *played) { p.controller.Settings.RulesFile = "none/rules" }, "DIR/none: no such file", twice},
		{"somebody else's rollout", true, func(t *testing.T, p *played) {
			j, err := journal.Open(p.log)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { j.Close() })
		}, "DIR/log: another mergectl rollout has it open", never},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := play(t, 4, 10, steps)
			for range map[bool]int{true: 2}[tt.begun] {
				if _, err := p.pass(); err != nil {
					t.Fatal(err)
				}
			}
			tt.do(t, p)
			before, _ := os.ReadFile(p.rules)
			r, err := p.pass()
			if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), filepath.Dir(p.log), "DIR"), tt.want) {
				t.Errorf("got %+v, %v, want %s", r, err, tt.want)
			}
			ends := map[[2]bool]string{{false, false}: never, {true, true}: atOnce, {false, true}: twice}[[2]bool{Ends(err, nil), Ends(err, err)}]
			if ends != tt.ends || Ends(err, errors.New("another")) != (ends == atOnce) {
				t.Errorf("it ends --watch %s, want %s", ends, tt.ends)
			}
			if after, _ := os.ReadFile(p.rules); !bytes.Equal(before, after) {
				t.Errorf("the rules file was\n%s\nand is\n%s", before, after)
			}
		})
	}
}

// TestEnds has errors of the system.
func TestEnds(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{ofLog(fmt.Errorf("log: %w", syscall.ENOSPC)), never},
		{ofLog(fmt.Errorf("log: %w", syscall.EACCES)), twice},
		{&fs.PathError{Op: "open", Path: "rules", Err: syscall.EACCES}, twice},
		{&fs.PathError{Op: "write", Path: "rules", Err: syscall.ENOSPC}, never},
		{errors.Join(&fs.PathError{Op: "write", Path: "rules", Err: syscall.EIO}, fmt.Errorf("log: %w", syscall.EIO)), never},
	} {
		got := map[[2]bool]string{{false, false}: never, {true, true}: atOnce, {false, true}: twice}[[2]bool{Ends(tt.err, nil), Ends(tt.err, tt.err)}]
		if got != tt.want {
			t.Errorf("%v ends --watch %s, want %s", tt.err, got, tt.want)
		}
	}
}

// TestUndecided has the log say why passes decide nothing, each reason once.
func TestUndecided(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 10, steps)
	p.run(2)
	rules := readFile(t, p.rules)
	writeFile(t, p.rules, rules[:20])
	for range 3 {
		if _, err := p.pass(); err == nil {
			t.Fatal("half a file was read")
		}
	}
	r, err := p.controller.Look()
	if err != nil || !strings.Contains(r.Undecided, p.rules) {
		t.Errorf("the log says %+v, %v", r, err)
	}
	writeFile(t, p.rules, rules)
	p.run(1)
	if r, err = p.controller.Look(); err != nil || r.Undecided != "" {
		t.Errorf("afterwards, the log says %+v, %v", r, err)
	}
	if n := bytes.Count(readFile(t, p.log), []byte(`"event":"undecided"`)); n != 1 {
		t.Errorf("the log has %d reasons, want 1", n)
	}
	failed := p.controller.Failed(errors.New("no\nroute"), r)
	var text strings.Builder
	if err := failed.Write(&text); err != nil {
		t.Fatal(err)
	}
	if want := "Nothing could be decided at 00:01:00: no\nroute\nThe rules end at 00:11:00 unless a later pass can decide.\n"; text.String() != want {
		t.Errorf("got %s, want %s", &text, want)
	}
	if want := "2030-01-01T00:01:00Z undecided: no route"; failed.Line() != want || failed.ExitCode() != 2 {
		t.Errorf("got %s with exit code %d, want %s with 2", failed.Line(), failed.ExitCode(), want)
	}
}

// begunOnly leaves of the log what a controller has written that was killed before the
// first step.
func begunOnly(t *testing.T, p *played) {
	t.Helper()
	if _, err := p.pass(); err != nil {
		t.Fatal(err)
	}
	log := readFile(t, p.log)
	writeFile(t, p.log, log[:bytes.IndexByte(log, '\n')+1])
	if err := os.Remove(p.rules); err != nil {
		t.Fatal(err)
	}
}

// TestKilledBeforeWrite ends the controller in each pass before it writes the rules file,
// when all that it decided is in the log. The next pass writes it.
func TestKilledBeforeWrite(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, settings string
		inlineRate     float64
		want           Status
	}{
		{"good", steps, 0.001, Done},
		{"harm", steps, 0.05, RolledBack},
		{"switchback", switchback, 0.001, Done},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := play(t, 4, 7, tt.settings)
			for _, process := range p.fleet.processes {
				process.inlineRate = tt.inlineRate
			}
			writeFile(t, p.rules, []byte("# The shop's.\n"))
			r := &Report{}
			for n := range 200 {
				old := readFile(t, p.rules)
				var err error
				if r, err = p.pass(); err != nil {
					t.Fatalf("pass %d: %v", n, err)
				}
				if n%2 == 0 {
					writeFile(t, p.rules, old)
				} else if r.Status != Holding {
					break
				}
			}
			f, err := p.controller.fileNow()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := p.controller.rulesOf(f); err != nil || r.Status != tt.want || !same(got, r.Rules) {
				t.Errorf("got %+v, want %s; the file says %v, %v", r, tt.want, got, err)
			}
		})
	}
}

// TestKeeps leaves alone what others wrote to the rules file and may.
func TestKeeps(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 11, steps)
	writeFile(t, p.rules, []byte("# The shop's.\nitem->stock off\nitem->stock strict\nitem->stock/StockService/Reserve off # never\n"))
	if r, err := p.pass(); err != nil || r.Step != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	// An emergency stop in the middle, and its end.
	writeFile(t, p.rules, append(readFile(t, p.rules), "kill on\n"...))
	r, err := p.pass()
	if err != nil || r.Status != Holding || r.Obey != 0 {
		t.Errorf("with a kill switch: %+v, %v", r, err)
	}
	want := "generation 1\nexpires 2030-01-01T00:10:20Z\nprocesses 50%\n# The shop's.\nitem->stock 1%\nitem->stock strict\nitem->stock/StockService/Reserve off # never\nkill on\n"
	if got := p.file(); got != want {
		t.Errorf("the file is\n%s, want\n%s", got, want)
	}
}

func TestStop(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 12, steps)
	if _, err := p.controller.Stop(t.Context()); err == nil || !strings.HasSuffix(err.Error(), "log: the rollout has not begun") {
		t.Errorf("before the beginning: %v", err)
	}
	if _, err := p.pass(); err != nil {
		t.Fatal(err)
	}
	writeFile(t, p.rules, []byte("generation 7\nitem->st"))
	if _, err := p.controller.Stop(t.Context()); err == nil || !strings.HasPrefix(err.Error(), "the links are not switched off, for the rules file cannot be read; mend or remove it, and run --stop again:\n"+p.rules+":2: ") {
		t.Errorf("with half a file: %v", err)
	}
	// Also if the rules file is not as it was.
	writeFile(t, p.rules, []byte("generation 7\nitem->stock on\n"))
	r, err := p.controller.Stop(t.Context())
	if err != nil || r.Status != RolledBack || r.Why[0] != "somebody asked for it" {
		t.Errorf("got %+v, %v", r, err)
	}
	if got, want := p.file(), "generation 8\nprocesses 100%\nitem->stock off\n"; got != want {
		t.Errorf("the file is\n%s, want\n%s", got, want)
	}
	if r, err := p.pass(); err != nil || r.Status != RolledBack || r.Obey != 4 {
		t.Errorf("the next pass: %+v, %v", r, err)
	}
	if err := os.Remove(p.rules); err != nil {
		t.Fatal(err)
	}
	if _, err := p.pass(); err == nil || !strings.HasSuffix(err.Error(), "if that is right, move the log away, since the rollout has ended; --stop switches the links off") {
		t.Errorf("without the file: %v", err)
	}
}

// TestStopWaits stops a rollout while another process makes a pass.
func TestStopWaits(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 12, steps)
	p.run(1)
	j, err := journal.Open(p.log)
	if err != nil {
		t.Fatal(err)
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.controller.Stop(interrupted); !errors.Is(err, journal.ErrBusy) {
		t.Errorf("interrupted: %v", err)
	}
	time.AfterFunc(4*stopPoll, func() { j.Close() })
	if r, err := p.controller.Stop(t.Context()); err != nil || r.Status != RolledBack {
		t.Errorf("got %+v, %v", r, err)
	}
}

// TestLook says where a rollout is, while somebody else has the log open, and changes
// nothing.
func TestLook(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 18, steps)
	if _, err := p.controller.Look(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("without a log: %v", err)
	}
	p.run(3)
	j, err := journal.Open(p.log)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	log, rules := readFile(t, p.log), p.file()
	r, err := p.controller.Look()
	if err != nil || r.Status != Holding || r.Step < 1 || len(r.Findings) == 0 || r.Rules.Generation != uint64(r.Step) {
		t.Errorf("got %+v, %v", r, err)
	}
	if !bytes.Equal(log, readFile(t, p.log)) || rules != p.file() {
		t.Error("something has changed")
	}
}

// TestLogFull has a log that cannot be written at the harm. The links are off anyway.
func TestLogFull(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 13, steps)
	if _, err := p.pass(); err != nil {
		t.Fatal(err)
	}
	j, err := journal.Open(p.log)
	if err != nil {
		t.Fatal(err)
	}
	s := said(t, readFile(t, p.log))
	if err := j.Close(); err != nil { // so that it cannot be written
		t.Fatal(err)
	}
	f, err := p.controller.fileNow()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.controller.rollBack(j, s, f, 9, "harm", nil); err == nil || !strings.Contains(err.Error(), "file already closed") {
		t.Errorf("got %v", err)
	}
	if got, want := p.file(), "generation 9\nprocesses 100%\nitem->stock off\n"; got != want {
		t.Errorf("the file is\n%s, want\n%s", got, want)
	}
}

// TestShare adds up what methods have of a link's rate of false alarms.
func TestShare(t *testing.T) {
	s := &state{StepInline: make(map[string]uint64)}
	add := func(step int, names ...string) {
		s.Step = step
		for _, name := range names {
			s.add(journal.Counts{Link: "item->stock", Method: name})
		}
	}
	s.add(journal.Counts{Link: "api->item", Method: "other"})
	add(0, "a", "b", "c")
	for n := range 1000 {
		add(1, "late"+string(rune(n+1000)))
	}
	sum := 0.0
	for _, m := range s.Methods {
		if m.Link == "item->stock" {
			sum += s.share(m)
		}
	}
	if s.share(s.method("a")) != 0.3 || s.share(s.method("other")) != 0.9 || sum > 1 || sum < 0.99 {
		t.Errorf("the first of three has %g, and all have %g", s.share(s.method("a")), sum)
	}
}

// TestRare has links with few and with many methods. What is not waited for has at most a
// hundredth of the calls of a link together.
func TestRare(t *testing.T) {
	s := &state{StepInline: make(map[string]uint64)}
	add := func(link, name string, calls uint64) {
		s.add(journal.Counts{Link: link, Method: name, RPC: calls})
	}
	add("item->stock", "often", 10_000)
	add("item->stock", "seldom", 60)
	add("item->stock", "more seldom", 40)
	add("item->stock", "never", 0)
	for n := range 200 {
		add("api->item", fmt.Sprint("one of many ", n), 100)
	}
	add("api->mail", "not yet", 0)
	many := 0
	for m, is := range s.rare(0.01) {
		switch {
		case m.Link == "api->item" && is:
			many++
		case m.Link != "api->item" && is != (m.Name != "often"):
			t.Errorf("%s is rare: %v", m.Name, is)
		}
	}
	if many != 2 {
		t.Errorf("%d of 200 methods with as many calls are rare, want 2", many)
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		rpc, version, want string
	}{
		{"1", "1", ""},
		{"2", "1", "RPCs reach stock at 2, and inline it is 1: a difference may be one of versions"},
		{"", "1", "RPCs reach stock where it runs alone, at a version that is not known, so a difference may be one of versions; inline it is 1: set rpc_versions"},
		{"1", "1.1", "stock runs in 2 versions in the merged binaries: 1.1, 1"},
	} {
		p := play(t, 4, 14, steps)
		p.controller.Settings.RPCVersions = map[string]string{"stock": tt.rpc}
		p.fleet.processes[0].Services = []arms.Service{{Name: "stock", Version: tt.version}}
		r, err := p.pass()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(r.Warnings, "\n"); got != tt.want {
			t.Errorf("RPCs at %s, inline at %s: got %s, want %s", tt.rpc, tt.version, got, tt.want)
		}
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	p := play(t, 10, 15, strings.ReplaceAll(steps, "20s", "1h"))
	for range 3 {
		if _, err := p.pass(); err != nil {
			t.Fatal(err)
		}
	}
	p.fleet.processes[0].deaf = true
	p.fleet.processes[0].Rules.Generation = 0
	r, err := p.pass()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := r.Write(&text); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{
		"Step 1 of 4, for 30s: generation 1; processes 50%; expires 2030-01-01T00:10:40Z; item->stock 1%\n10 processes, 10 read, 9 obey generation 1\n\nMETHOD ",
		"\nitem->stock/StockService/Get  errors ",
		"\n\nWaits for:\n  the step takes 59m30s more at least\n",
		"\n\nNot counted:\n  shop-0: it obeys generation 0, and not yet 1\n",
	} {
		if !strings.Contains(text.String(), part) {
			t.Errorf("there is no %q in\n%s", part, &text)
		}
	}
	if want := "; not counted: shop-0: it obeys generation 0, and not yet 1"; !strings.HasSuffix(r.Line(), want) {
		t.Errorf("got %s, want it to end with %s", r.Line(), want)
	}
	if want := "2030-01-01T00:00:40Z holding: step 1 of 4, generation 1, 9 of 10 processes obey; the step takes 59m30s more at least"; !strings.HasPrefix(r.Line(), want) {
		t.Errorf("got %s, want it to begin with %s", r.Line(), want)
	}
	var config strings.Builder
	if err := p.controller.ConfigMap(&config, "prod/shop-rules", "rules"); err != nil {
		t.Fatal(err)
	}
	want := "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n    name: shop-rules\n    namespace: prod\ndata:\n    rules: |\n        generation 1\n        expires 2030-01-01T00:10:40Z\n        processes 50%\n        item->stock 1%\n"
	if config.String() != want {
		t.Errorf("got\n%s, want\n%s", &config, want)
	}
}

// TestMissing compares what a finding says is missing with what is then needed.
func TestMissing(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 16, steps)
	var last Finding
	for range 30 {
		r, err := p.pass()
		if err != nil {
			t.Fatal(err)
		}
		if i := slices.IndexFunc(r.Findings, func(f Finding) bool { return f.Verdict == Unknown }); i >= 0 {
			last = r.Findings[i]
			if last.Text == "" || last.Missing == 0 && !strings.Contains(last.Text, "no calls") && !strings.Contains(last.Text, "do not show it") {
				t.Errorf("got %s", last)
			}
		}
	}
	if last.Guard != "errors" {
		t.Errorf("nothing was missing: %+v", last)
	}
}

// TestNobodyIncluded says why a step cannot end whose share of processes has none.
func TestNobodyIncluded(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 19, strings.Replace(steps, "processes: 50%", "processes: 0.0001%", 1))
	r := p.run(10)
	if want := "none of 4 processes is in a share of 0.0001%"; r.Status != Holding || !slices.ContainsFunc(r.Why, func(why string) bool { return strings.HasPrefix(why, want) }) {
		t.Errorf("got %+v, want %s", r, want)
	}
}

// TestClock does not end a step before its time.
func TestClock(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 17, strings.ReplaceAll(steps, "20s", "5m"))
	for range 29 {
		r, err := p.pass()
		if err != nil || r.Step != 1 {
			t.Fatalf("after %s: %+v, %v", p.fleet.now, r, err)
		}
	}
	p.fleet.now = p.fleet.now.Add(5 * time.Minute)
	if r, err := p.controller.Pass(context.Background()); err != nil || r.Step != 2 {
		t.Errorf("after its time: %+v, %v", r, err)
	}
}

// TestLapsed has no pass for so long that the rules end. The time after that is not part
// of the step.
func TestLapsed(t *testing.T) {
	t.Parallel()
	p := play(t, 4, 17, strings.ReplaceAll(steps, "20s", "1h"))
	p.run(2)
	p.fleet.now = p.fleet.now.Add(12 * time.Hour)
	for _, blind := range []bool{true, false} {
		for _, process := range p.fleet.processes {
			process.onRead = func(*simulatedProcess, *arms.Process) error {
				return map[bool]error{true: errors.New("no route")}[blind]
			}
		}
		p.run(3)
	}
	// The rules held until 10m10s after the first pass, and in the last 30s.
	r := p.run(1)
	if want := "the step takes 49m20s more at least"; r.Step != 1 || !slices.Contains(r.Why, want) {
		t.Errorf("got %+v, want %s", r, want)
	}
	p.fleet.now = p.fleet.now.Add(9 * time.Minute)
	for range 5 {
		p.run(1)
		p.fleet.now = p.fleet.now.Add(9 * time.Minute)
	}
	if r := p.run(1); r.Step != 2 {
		t.Errorf("after its time: %+v", r)
	}
}
