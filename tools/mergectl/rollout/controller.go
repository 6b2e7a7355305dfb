package rollout

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/internal/regular"
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

// Status is where a rollout is after a pass.
type Status string

const (
	// Holding is in a step that has not ended.
	Holding Status = "holding"
	// Done is after the last step.
	Done Status = "done"
	// RolledBack is after a harm, or because somebody asked for it.
	RolledBack Status = "rolled back"
)

// Report is what a pass found and did.
type Report struct {
	Time   time.Time `json:"time"`
	Status Status    `json:"status"`
	// Step is counted from 1, and 0 before the first one.
	Step  int `json:"step"`
	Steps int `json:"steps"`
	// Rules is what the rules file says.
	Rules *journal.Rules `json:"rules"`
	// StepBegan is when the step began.
	StepBegan time.Time `json:"step_began,omitzero"`
	// Why is why the rollout was rolled back, or what the step waits for.
	Why []string `json:"why,omitempty"`
	// Total is how many processes there are, Read how many of them were read, and Obey
	// how many obey the rules.
	Total int `json:"total"`
	Read  int `json:"read"`
	Obey  int `json:"obey"`
	// Inline is how many calls of each link were drawn inline in this step.
	Inline   map[string]uint64 `json:"inline,omitempty"`
	Findings []Finding         `json:"findings,omitempty"`
	// Doubts are processes that do not count, and why; Warnings are about the rollout.
	Doubts   []string `json:"doubts,omitempty"`
	Warnings []string `json:"warnings,omitempty"`
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
// rules are then those of the log, or end at their expiry.
func (c *Controller) Pass(ctx context.Context) (*Report, error) {
	return c.with(func(j *journal.Journal, s *state) (*Report, error) {
		if s.ended == "" && !s.begun {
			return c.begin(ctx, j, s)
		}
		if err := c.settle(s); err != nil {
			return nil, err
		}
		return c.pass(ctx, j, s)
	})
}

// Stop rolls back because somebody asked for it. It takes the rules file as it is.
func (c *Controller) Stop() (*Report, error) {
	return c.with(func(j *journal.Journal, s *state) (*Report, error) {
		if !s.begun {
			return nil, fmt.Errorf("%s: the rollout has not begun", c.Settings.Path(c.Settings.Log))
		}
		f, err := c.fileNow()
		if err != nil {
			return nil, err
		}
		generation := max(f.Header().Generation, s.want.Generation) + 1
		return c.report(s, nil, nil), c.rollBack(j, s, f, generation, "somebody asked for it", nil)
	})
}

// with opens the log for one pass.
func (c *Controller) with(pass func(*journal.Journal, *state) (*Report, error)) (*Report, error) {
	name := c.Settings.Path(c.Settings.Log)
	j, err := journal.Open(name)
	if err != nil {
		return nil, err
	}
	defer j.Close()
	s := replay(j.Entries())
	if s.begun && s.settings != c.Settings.Digest {
		return nil, fmt.Errorf("%s is not as it was when the rollout of %s began, at %s; restore it, or end that rollout: --stop with the old one, then move the log away",
			c.Settings.File(), name, s.began.Format(time.RFC3339))
	}
	if len(j.Entries()) > 0 && !s.begun {
		return nil, fmt.Errorf("%s has no beginning; name another file", name)
	}
	if s.step > len(c.Settings.Steps) {
		return nil, fmt.Errorf("%s: there is no step %d in %s", name, s.step, c.Settings.File())
	}
	c.setStep(s)
	before := s.want
	r, err := pass(j, s)
	if err != nil {
		return nil, err
	}
	if before == nil || before.Generation != s.want.Generation {
		r.Obey = 0 // they were read before
	}
	r.Status, r.Step, r.StepBegan, r.Rules = statusOf(s), s.step, s.stepBegan, s.want
	if s.ended == journal.RolledBack {
		r.Why = []string{s.why}
	}
	return r, nil
}

func (c *Controller) setStep(s *state) {
	c.step = nil
	if s.step > 0 {
		c.step = &c.Settings.Steps[s.step-1]
	}
}

func statusOf(s *state) Status {
	switch s.ended {
	case journal.Done:
		return Done
	case journal.RolledBack:
		return RolledBack
	}
	return Holding
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
	f, err := c.fileNow()
	if err != nil {
		return nil, err
	}
	before, err := c.rulesOf(f)
	if err != nil {
		return nil, err
	}
	source, watch := c.source(), &arms.Watch{MaxRate: c.Settings.Processes.MostCallsPerSecond}
	reading := source.Read(ctx)
	read, err := c.tally(reading, watch.Next(reading.Processes, c.now()), before)
	if err != nil {
		return nil, err
	}
	if !c.quorate(read, read.read) {
		return nil, fmt.Errorf("%d of %d processes can be read, and the quorum is %s:\n%s", read.read, read.total, c.Settings.Processes.Quorum, list(read.failures))
	}
	if exposed := c.inlineNow(reading.Processes); len(exposed) > 0 {
		return nil, fmt.Errorf("the links are inline before the rollout:\n%s\nstart the processes with GO_MERGE_LINKS='* off', which holds where the rules file does not apply, and give the links no rules", list(exposed))
	}
	for _, l := range c.Settings.Links {
		if !slices.ContainsFunc(read.counts, func(n journal.Counts) bool { return n.Link == l.String() }) {
			return nil, fmt.Errorf("%s: no process has the link %s; mergectl links shows those of a process", c.Settings.File(), l)
		}
	}
	if err := c.record(j, s, journal.Entry{Event: journal.Begin, Settings: c.Settings.Digest, Before: before}); err != nil {
		return nil, err
	}
	if err := c.poll(j, s, read, watch, time.Time{}); err != nil {
		return nil, err
	}
	generation := max(before.Generation, read.newest) + 1
	return c.report(s, read, nil), c.enter(j, s, f, 1, generation, nil)
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
	watch := c.readings(s)
	reading := c.source().Read(ctx)
	read, err := c.tally(reading, watch.Next(reading.Processes, c.now()), s.want)
	if err != nil {
		return nil, err
	}
	if s.ended != "" {
		return c.report(s, read, c.judge(s)), nil
	}
	f, err := c.fileNow()
	if err != nil {
		return nil, err
	}
	if s.step == 0 { // killed before the first one
		if err := c.poll(j, s, read, watch, time.Time{}); err != nil {
			return nil, err
		}
		return c.report(s, read, nil), c.enter(j, s, f, 1, max(s.want.Generation, read.newest)+1, nil)
	}
	// Whoever sees too little must not prolong what it does not see.
	expires := c.expiry()
	if !c.quorate(read, read.read) {
		expires = time.Time{}
	}
	if err := c.poll(j, s, read, watch, expires); err != nil {
		return nil, err
	}
	findings := c.judge(s)
	r := c.report(s, read, findings)
	for _, finding := range findings {
		if finding.Verdict == Harm {
			return r, c.rollBack(j, s, f, s.want.Generation+1, finding.String(), findings)
		}
	}
	r.Why = c.waits(s, read, findings)
	if c.blockEnded(s) && len(s.blocks) < 2*c.step.Switchback.Pairs {
		return r, c.enterBlock(j, s, f)
	}
	if len(r.Why) > 0 {
		return r, c.write(f, s.want)
	}
	if s.step < len(c.Settings.Steps) {
		return r, c.enter(j, s, f, s.step+1, s.want.Generation+1, findings)
	}
	final := c.stepRules(s.step, s.want.Generation+1, time.Time{})
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

// waits returns what the step waits for.
func (c *Controller) waits(s *state, read *fleet, findings []Finding) (why []string) {
	now := c.now()
	if !c.quorate(read, read.read) {
		why = append(why, fmt.Sprintf("%d of %d processes can be read, and the quorum is %s; the rules end at %s unless that changes", read.read, read.total, c.Settings.Processes.Quorum, s.want.Expires.Format(time.RFC3339)))
	} else if !c.quorate(read, read.obey) {
		why = append(why, fmt.Sprintf("%d of %d processes obey the step, and the quorum is %s", read.obey, read.total, c.Settings.Processes.Quorum))
	}
	if len(read.exposed) > 0 {
		why = append(why, fmt.Sprintf("%d processes are more inline than the step says", len(read.exposed)))
	}
	if w := c.step.Switchback; w != nil && (!c.blockEnded(s) || len(s.blocks) < 2*w.Pairs) {
		why = append(why, fmt.Sprintf("block %d of %d of the switchback", len(s.blocks), 2*w.Pairs))
	}
	if left := time.Duration(c.step.Time) - now.Sub(s.stepBegan); left > 0 {
		why = append(why, fmt.Sprintf("the step takes %s more at least", (left+time.Second-1).Truncate(time.Second)))
	}
	for _, l := range c.Settings.Links {
		if n := s.stepInline[l.String()]; n < c.step.Least {
			why = append(why, fmt.Sprintf("%s: %d calls were drawn inline in this step, and %d are the least", l, n, c.step.Least))
		}
	}
	for _, f := range findings {
		if f.Verdict == Unknown && !f.Rare {
			why = append(why, f.String())
		}
	}
	return why
}

// source returns where the processes are read.
func (c *Controller) source() arms.Source {
	if c.Source != nil {
		return c.Source
	}
	return SourceOf(c.Settings)
}

// readings is what the last pass read, as it is saved beside the log. It only says from
// where counters go on: without it, what was counted since the last pass is lost.
type readings struct {
	Began time.Time   `json:"began"`
	Polls int         `json:"polls"`
	Watch *arms.Watch `json:"watch"`
}

func (c *Controller) readingsName() string { return c.Settings.Path(c.Settings.Log) + ".readings" }

// readings returns the last readings, none if they are not those of the last poll of the
// log: then a controller was killed between the two, or somebody changed the file.
func (c *Controller) readings(s *state) *arms.Watch {
	fresh := &arms.Watch{MaxRate: c.Settings.Processes.MostCallsPerSecond}
	data, err := regular.ReadFile(c.readingsName())
	if err != nil {
		return fresh
	}
	saved := readings{Watch: &arms.Watch{}}
	if err := json.Unmarshal(data, &saved); err != nil || saved.Polls != s.polls || !saved.Began.Equal(s.began) || saved.Watch == nil {
		return fresh
	}
	maps.DeleteFunc(saved.Watch.Last, func(_ string, l arms.Last) bool { return l.Process == nil })
	saved.Watch.MaxRate = fresh.MaxRate
	return saved.Watch
}

// poll writes what was counted to the log, and then where the counters stand: in the other
// order, a controller that is killed between the two would count the same calls again.
func (c *Controller) poll(j *journal.Journal, s *state, read *fleet, watch *arms.Watch, expires time.Time) error {
	e := journal.Entry{Event: journal.Poll, Expires: expires, Read: read.read, Obey: read.obey}
	if c.step != nil && c.step.Switchback != nil {
		e.CPU, e.Calls = read.cpu, read.calls
	}
	for _, n := range read.counts {
		if s.method(n.Method) == nil || n.Inline+n.RPC > 0 || n != (journal.Counts{Link: n.Link, Method: n.Method}) {
			e.Counts = append(e.Counts, n)
		}
	}
	for _, v := range read.versions {
		if !slices.Contains(s.versions, v) {
			e.Versions = append(e.Versions, v)
		}
	}
	if err := c.record(j, s, e); err != nil {
		return err
	}
	data, err := json.Marshal(readings{s.began, s.polls, watch})
	if err != nil {
		return err
	}
	return replace(c.readingsName(), data)
}

// replace replaces a file at once.
func replace(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		if gone := os.Remove(f.Name()); !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}

// report returns a report, but for what the state says at the end of the pass.
func (c *Controller) report(s *state, read *fleet, findings []Finding) *Report {
	r := &Report{Time: c.now().UTC(), Steps: len(c.Settings.Steps), Findings: findings, Inline: maps.Clone(s.stepInline), Warnings: c.warnings(s)}
	if read != nil {
		r.Total, r.Read, r.Obey = read.total, read.read, read.obey
		r.Doubts = slices.Concat(read.failures, read.exposed, read.doubts)
	}
	return r
}

// warnings says where the RPCs may reach other code than the inline calls.
func (c *Controller) warnings(s *state) (list []string) {
	seen := make(map[string]bool)
	for _, l := range c.Settings.Links {
		if seen[l.Callee] {
			continue
		}
		seen[l.Callee] = true
		var inline []journal.Version
		for _, v := range s.versions {
			if v.Service == l.Callee {
				inline = append(inline, v)
			}
		}
		rpc := c.Settings.RPCVersions[l.Callee]
		if len(inline) > 1 {
			list = append(list, fmt.Sprintf("%s runs in %d versions in the merged binaries: %s", l.Callee, len(inline), versionNames(inline)))
		}
		switch {
		case len(inline) == 0:
		case rpc == "":
			list = append(list, fmt.Sprintf("RPCs reach %s where it runs alone, at a version that is not known, so a difference may be one of versions; inline it is %s: set rpc_versions", l.Callee, versionNames(inline)))
		case !slices.ContainsFunc(inline, func(v journal.Version) bool { return rpc == v.Version || rpc == v.Revision || rpc == v.Digest }):
			list = append(list, fmt.Sprintf("RPCs reach %s at %s, and inline it is %s: a difference may be one of versions", l.Callee, rpc, versionNames(inline)))
		}
	}
	return list
}

func versionNames(versions []journal.Version) string {
	var names []string
	for _, v := range versions {
		name := v.Version
		for _, other := range []string{v.Revision, v.Digest} {
			if name == "" {
				name = other
			}
		}
		if name == "" {
			name = "of no known version"
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

func texts(findings []Finding) (list []string) {
	for _, f := range findings {
		list = append(list, f.String())
	}
	return list
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
