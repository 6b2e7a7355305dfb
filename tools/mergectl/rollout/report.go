package rollout

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
)

// Status is where a rollout is after a pass.
type Status string

const (
	// Holding is in a step that has not ended.
	Holding Status = "holding"
	// Done is after the last step.
	Done Status = "done"
	// RolledBack is after a harm, or because somebody asked for it.
	RolledBack Status = "rolled back"
	// Undecided is after a pass that could decide nothing.
	Undecided Status = "undecided"
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
	// Why is why the rollout was rolled back, what the step waits for, or why nothing could
	// be decided.
	Why []string `json:"why,omitempty"`
	// Undecided is why the last pass that the log has decided nothing, "" if it could.
	Undecided string `json:"undecided,omitempty"`
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

func statusOf(s *state) Status {
	switch s.Ended {
	case journal.Done:
		return Done
	case journal.RolledBack:
		return RolledBack
	}
	return Holding
}

// Failed returns the report of a pass that ended with an error. last is that of the last pass
// that did not, nil if there was none.
func (c *Controller) Failed(err error, last *Report) *Report {
	r := &Report{Time: c.now().UTC(), Status: Undecided, Steps: len(c.Settings.Steps), Why: []string{err.Error()}}
	if last != nil {
		r.Step, r.StepBegan, r.Rules = last.Step, last.StepBegan, last.Rules
	}
	return r
}

// finish adds to a report what the state says at the end of a pass.
func (c *Controller) finish(r *Report, s *state) *Report {
	r.Status, r.Step, r.StepBegan, r.Rules = statusOf(s), s.Step, s.StepBegan, s.Want
	if s.Ended == journal.RolledBack {
		r.Why = []string{s.Why}
	}
	return r
}

// report returns a report, but for what the state says at the end of the pass.
func (c *Controller) report(s *state, read *fleet, findings []Finding) *Report {
	r := &Report{Time: c.now().UTC(), Steps: len(c.Settings.Steps), Findings: findings, Inline: maps.Clone(s.StepInline), Warnings: c.warnings(s)}
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
		for _, v := range s.Versions {
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

// waits returns what the step waits for.
func (c *Controller) waits(s *state, read *fleet, findings []Finding) (why []string) {
	now := c.now()
	if !c.quorate(read, read.read) {
		why = append(why, fmt.Sprintf("%d of %d processes can be read, and the quorum is %s; the rules end at %s unless that changes", read.read, read.total, c.Settings.Processes.Quorum, s.Want.Expires.Format(time.RFC3339)))
	} else if !c.quorate(read, read.obey) {
		why = append(why, fmt.Sprintf("%d of %d processes obey the step, and the quorum is %s", read.obey, read.total, c.Settings.Processes.Quorum))
	}
	if read.obey > 0 && read.included == 0 {
		why = append(why, fmt.Sprintf("none of %d processes is in a share of %s; --stop the rollout, and give the step more", read.obey, c.step.Processes))
	}
	if len(read.exposed) > 0 {
		why = append(why, fmt.Sprintf("%d processes are more inline than the step says", len(read.exposed)))
	}
	if w := c.step.Switchback; w != nil && (!c.blockEnded(s) || len(s.Blocks) < 2*w.Pairs) {
		why = append(why, fmt.Sprintf("block %d of %d of the switchback", len(s.Blocks), 2*w.Pairs))
	}
	if left := time.Duration(c.step.Time) + s.Lapsed - now.Sub(s.StepBegan); left > 0 {
		why = append(why, fmt.Sprintf("the step takes %s more at least", (left+time.Second-1).Truncate(time.Second)))
	}
	for _, l := range c.Settings.Links {
		if n := s.StepInline[l.String()]; n < c.step.Least {
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
