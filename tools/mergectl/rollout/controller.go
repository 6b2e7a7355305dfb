package rollout

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rulesfile"
)

// Controller makes passes of one rollout.
type Controller struct {
	Settings *settings.Settings
	// Source is where the processes are read, [SourceOf] the settings if it is nil.
	Source arms.Source
	// Now is the time, that of the machine if it is nil.
	Now func() time.Time
	// Coin draws the order of two blocks, at random if it is nil.
	Coin func() bool

	step *settings.Step // the one that the rollout is in
}

// SourceOf returns where the settings read processes.
func SourceOf(s *settings.Settings) arms.Source {
	var all arms.All
	paths := func(names []string) (list []string) {
		for _, name := range names {
			list = append(list, s.Path(name))
		}
		return list
	}
	p := &s.Processes
	if len(p.Sockets) > 0 {
		all = append(all, arms.Sockets(paths(p.Sockets)))
	}
	if len(p.Addresses) > 0 {
		all = append(all, arms.Addresses(p.Addresses))
	}
	if p.Prometheus != nil {
		all = append(all, &arms.Prometheus{URL: p.Prometheus.URL, Selector: p.Prometheus.Selector, Without: p.Prometheus.Without})
	}
	if len(p.Files) > 0 {
		all = append(all, arms.Files(paths(p.Files)))
	}
	return all
}

func (c *Controller) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

// Pass makes one pass. Passes may be made as often as one likes, and by one process after
// the other; two at a time are refused. An error says why nothing could be decided; the
// rules are then those of the log, or end at their expiry. [Ends] says whether a later pass
// may get further.
func (c *Controller) Pass(ctx context.Context) (*Report, error) {
	return c.with(func(j *journal.Journal, s *state) (*Report, error) {
		if s.Ended == "" && !s.Begun {
			return c.begin(ctx, j, s)
		}
		if err := c.settle(s); err != nil {
			return nil, err
		}
		return c.pass(ctx, j, s)
	})
}

// Stop rolls back because somebody asked for it. It takes the rules file as it is, if it
// can be read: what others mean by it must not be lost. If another process makes a pass, it
// waits for its end, for a minute at most.
func (c *Controller) Stop(ctx context.Context) (*Report, error) {
	ctx, cancel := context.WithTimeout(ctx, stopWait)
	defer cancel()
	for {
		r, err := c.stop()
		if !errors.Is(err, journal.ErrBusy) {
			return r, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(stopPoll):
		}
	}
}

// stopWait is how long Stop waits for another process, and stopPoll how often it looks.
const (
	stopWait = time.Minute
	stopPoll = 50 * time.Millisecond
)

func (c *Controller) stop() (*Report, error) {
	return c.with(func(j *journal.Journal, s *state) (*Report, error) {
		if !s.Begun {
			return nil, fmt.Errorf("%s: the rollout has not begun", c.Settings.Path(c.Settings.Log))
		}
		f, err := c.fileNow()
		if err != nil {
			return nil, fmt.Errorf("the links are not switched off, for the rules file cannot be read; mend or remove it, and run --stop again:\n%w", err)
		}
		generation := max(f.Header().Generation, s.Want.Generation) + 1
		return c.report(s, nil, nil), c.rollBack(j, s, f, generation, "somebody asked for it", nil)
	})
}

// Look says where the rollout is by its log, and neither reads processes nor decides. It
// may be called while another process makes passes.
func (c *Controller) Look() (*Report, error) {
	name := c.Settings.Path(c.Settings.Log)
	s, lines, err := c.replayed(func(from journal.Place) ([]journal.Entry, error) {
		entries, _, err := journal.ReadFile(name, from)
		return entries, err
	})
	if err != nil {
		return nil, err
	}
	if err := c.check(s, lines); err != nil {
		return nil, err
	}
	if s.Want == nil {
		return nil, fmt.Errorf("%s: the rollout has not begun", name)
	}
	c.setStep(s)
	r := c.finish(c.report(s, nil, c.judge(s)), s)
	r.Undecided = s.Undecided
	return r, nil
}

// with opens the log for one pass.
func (c *Controller) with(pass func(*journal.Journal, *state) (*Report, error)) (*Report, error) {
	name := c.Settings.Path(c.Settings.Log)
	j, err := journal.Open(name)
	if err != nil {
		return nil, ofLog(err)
	}
	defer j.Close()
	s, lines, err := c.replayed(j.Read)
	if err != nil {
		return nil, ofLog(err)
	}
	if err := c.check(s, lines); err != nil {
		return nil, final(err)
	}
	c.setStep(s)
	before := s.Want
	r, err := pass(j, s)
	if err != nil {
		return nil, c.undecided(j, s, err)
	}
	if before == nil || before.Generation != s.Want.Generation {
		r.Obey = 0 // they were read before
	}
	return c.finish(r, s), nil
}

// check returns why a log of some lines is not that of the settings.
func (c *Controller) check(s *state, lines int) error {
	name := c.Settings.Path(c.Settings.Log)
	if s.Begun && s.Settings != c.Settings.Digest {
		return fmt.Errorf("%s is not as it was when the rollout of %s began, at %s; restore it, or end that rollout: --stop with the old one, then move the log away",
			c.Settings.File(), name, s.Began.Format(time.RFC3339))
	}
	if lines > 0 && !s.Begun {
		return fmt.Errorf("%s has no beginning; name another file", name)
	}
	if s.Begun && s.Want == nil {
		return fmt.Errorf("%s does not say what the rules file said at the beginning; restore it from a copy, or name another file", name)
	}
	if s.Step > len(c.Settings.Steps) {
		return fmt.Errorf("%s: there is no step %d in %s", name, s.Step, c.Settings.File())
	}
	return nil
}

func (c *Controller) setStep(s *state) {
	c.step = nil
	if s.Step > 0 {
		c.step = &c.Settings.Steps[s.Step-1]
	}
}

// record writes an entry, and adds it to the state.
func (c *Controller) record(j *journal.Journal, s *state, e journal.Entry) error {
	e.Time = c.now().UTC()
	if err := j.Append(e); err != nil {
		return err
	}
	s.apply(e)
	c.setStep(s)
	return nil
}

// begin makes the first pass: it looks at the processes and, if they are as they have to
// be, makes the first step.
func (c *Controller) begin(ctx context.Context, j *journal.Journal, s *state) (*Report, error) {
	if err := c.checkSwitchbacks(); err != nil {
		return nil, final(err)
	}
	f, err := c.fileNow()
	if err != nil {
		return nil, err
	}
	before, err := c.rulesOf(f)
	if err != nil {
		return nil, err
	}
	reading := c.read(ctx, c.source())
	read, err := c.tally(reading, s.watch.Next(reading.Processes, c.now()), before)
	if err != nil {
		return nil, err
	}
	if err := c.ready(reading, read); err != nil {
		return nil, err
	}
	for _, l := range c.Settings.Links {
		if !slices.ContainsFunc(read.counts, func(n journal.Counts) bool { return n.Link == l.String() }) {
			return nil, final(fmt.Errorf("%s: no process has the link %s; mergectl links shows those of a process", c.Settings.File(), l))
		}
	}
	generation, err := c.generationAfter(before, read)
	if err != nil {
		return nil, err
	}
	if err := c.record(j, s, journal.Entry{Event: journal.Begin, Settings: c.Settings.Digest, Before: before}); err != nil {
		return nil, err
	}
	if err := c.poll(j, s, read, time.Time{}); err != nil {
		return nil, err
	}
	return c.report(s, read, nil), c.enter(j, s, f, 1, generation, nil)
}

// mostGeneration leaves room below 2^53, above which metrics do not have every number.
const mostGeneration = 1<<53 - 1<<20

// generationAfter returns the generation of the first step.
func (c *Controller) generationAfter(rules *journal.Rules, read *fleet) (uint64, error) {
	newest := max(rules.Generation, read.newest)
	if newest >= mostGeneration {
		return 0, final(fmt.Errorf("generation %d, the newest of %s and of the processes, is too large: processes cannot report more than %d; write a smaller one to the file, and wait until the processes obey it",
			newest, c.Settings.Path(c.Settings.RulesFile), uint64(mostGeneration)))
	}
	return newest + 1, nil
}

// ready returns why the first step cannot be made with the processes as they are.
func (c *Controller) ready(reading arms.Reading, read *fleet) error {
	if !c.quorate(read, read.read) {
		return fmt.Errorf("%d of %d processes can be read, and the quorum is %s:\n%s", read.read, read.total, c.Settings.Processes.Quorum, list(read.failures))
	}
	if exposed := c.inlineNow(reading.Processes); len(exposed) > 0 {
		return final(fmt.Errorf("the links are inline before the rollout:\n%s\nstart the processes with GO_MERGE_LINKS='* off', which holds where the rules file does not apply, and give the links no rules", list(exposed)))
	}
	return nil
}

// inlineNow names processes in which links of the rollout are inline.
func (c *Controller) inlineNow(processes []*arms.Process) (list []string) {
	for _, p := range processes {
		for _, m := range p.Methods {
			if _, name, ok := c.linkOf(m.Link); ok && m.Ratio > 0 && !p.Rules.Killed {
				list = append(list, fmt.Sprintf("%s: %s of %s", p.Name, settings.Percentage(m.Ratio), name))
				break
			}
		}
	}
	return list
}

// pass makes a pass after the first one.
func (c *Controller) pass(ctx context.Context, j *journal.Journal, s *state) (*Report, error) {
	reading := c.read(ctx, c.source())
	read, err := c.tally(reading, s.watch.Next(reading.Processes, c.now()), s.Want)
	if err != nil {
		return nil, err
	}
	if s.Ended != "" {
		return c.report(s, read, c.judge(s)), nil
	}
	f, err := c.fileNow()
	if err != nil {
		return nil, err
	}
	if s.Step == 0 { // killed before the first one
		if err := c.ready(reading, read); err != nil {
			return nil, err
		}
		generation, err := c.generationAfter(s.Want, read)
		if err != nil {
			return nil, err
		}
		if err := c.poll(j, s, read, time.Time{}); err != nil {
			return nil, err
		}
		return c.report(s, read, nil), c.enter(j, s, f, 1, generation, nil)
	}
	// Whoever sees too little must not prolong what it does not see.
	expires := c.expiry()
	if !c.quorate(read, read.read) {
		expires = time.Time{}
	}
	if err := c.poll(j, s, read, expires); err != nil {
		return nil, err
	}
	findings := c.judge(s)
	r := c.report(s, read, findings)
	if harms := slices.DeleteFunc(slices.Clone(findings), func(f Finding) bool { return f.Verdict != Harm }); len(harms) > 0 {
		why := harms[0].String()
		if more := len(harms) - 1; more > 0 {
			why += fmt.Sprintf("; and %d more", more)
		}
		return r, c.rollBack(j, s, f, s.Want.Generation+1, why, findings)
	}
	r.Why = c.waits(s, read, findings)
	// The next block moves the expiry on, too.
	if c.quorate(read, read.read) && c.blockEnded(s) && len(s.Blocks) < 2*c.step.Switchback.Pairs {
		return r, c.enterBlock(j, s, f)
	}
	if len(r.Why) > 0 {
		return r, c.write(f, s.Want)
	}
	if s.Step < len(c.Settings.Steps) {
		return r, c.enter(j, s, f, s.Step+1, s.Want.Generation+1, findings)
	}
	final := c.stepRules(s.Step, s.Want.Generation+1, time.Time{})
	if err := c.record(j, s, journal.Entry{Event: journal.Done, Rules: final, Findings: texts(findings)}); err != nil {
		return nil, err
	}
	return r, c.write(f, final)
}

// enter begins a step: first in the log, then in the rules file.
func (c *Controller) enter(j *journal.Journal, s *state, f *rulesfile.File, step int, generation uint64, findings []Finding) error {
	rules, number := c.stepRules(step, generation, c.expiry()), 0
	if c.Settings.Steps[step-1].Switchback != nil {
		rules, number = c.blockRules(step, c.coin(), generation), 1
	}
	if err := c.record(j, s, journal.Entry{Event: journal.Stage, Step: step, Number: number, Rules: rules, Findings: texts(findings)}); err != nil {
		return err
	}
	return c.write(f, rules)
}

// rollBack switches the links off, also if the log cannot be written.
func (c *Controller) rollBack(j *journal.Journal, s *state, f *rulesfile.File, generation uint64, why string, findings []Finding) error {
	rules := c.offRules(generation)
	logged := c.record(j, s, journal.Entry{Event: journal.RolledBack, Rules: rules, Why: why, Findings: texts(findings)})
	return errors.Join(logged, c.write(f, rules))
}

// source returns where the processes are read.
func (c *Controller) source() arms.Source {
	if c.Source != nil {
		return c.Source
	}
	return SourceOf(c.Settings)
}

// read reads the processes, and leaves out methods of other links: what is saved between
// two passes would be too large in large fleets.
func (c *Controller) read(ctx context.Context, source arms.Source) arms.Reading {
	reading := source.Read(ctx)
	for _, p := range reading.Processes {
		p.Methods = slices.DeleteFunc(p.Methods, func(m arms.Method) bool {
			_, _, ok := c.linkOf(m.Link)
			return !ok
		})
	}
	return reading
}

// list returns the first of some lines, and how many more there are.
func list(lines []string) string {
	const most = 5
	if len(lines) > most {
		lines = append(slices.Clone(lines[:most]), fmt.Sprintf("and %d more", len(lines)-most))
	}
	return "  " + strings.Join(lines, "\n  ")
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

func durationOf(d settings.Duration) time.Duration { return time.Duration(d) }
