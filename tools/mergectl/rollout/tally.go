package rollout

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
)

// fleet is what a pass has read.
type fleet struct {
	// total is how many processes there are, read how many of them were read, obey how
	// many do what the rules say, and included how many of these are in their share.
	total, read, obey, included int

	counts   []journal.Counts
	versions []journal.Version
	// doubts are processes that are not counted, failures those that were not read, and
	// exposed those that are more inline than the rules say.
	doubts, failures, exposed []string
	newest                    uint64 // generation
	// cpu is the time in seconds that was used by those that obeyed, and calls how many
	// calls of the links ended in them.
	cpu   float64
	calls uint64
}

// quorate reports whether a number of processes is enough.
func (c *Controller) quorate(f *fleet, n int) bool {
	return f.total > 0 && float64(n) >= float64(c.Settings.Processes.Quorum)*float64(f.total)
}

// tally reads the processes and adds up what they counted under rules.
func (c *Controller) tally(reading arms.Reading, round arms.Round, want *journal.Rules) (*fleet, error) {
	rules, err := c.expectation(want)
	if err != nil {
		return nil, err
	}
	f := &fleet{read: len(round.Processes), total: len(round.Processes) + len(reading.Failures)}
	for _, failure := range reading.Failures {
		f.failures = append(f.failures, failure.String())
	}
	doubted, obeys := make(map[string]bool), make(map[string]bool)
	for _, d := range round.Doubts {
		f.doubts = append(f.doubts, d.String())
		doubted[d.Name] = true
	}
	sums := make(map[string]*journal.Counts)
	for _, p := range round.Processes {
		f.newest = max(f.newest, p.Rules.Generation)
		for _, m := range p.Methods {
			if link, name, ok := c.linkOf(m.Link); ok && sums[name] == nil {
				sums[name] = &journal.Counts{Link: link, Method: name}
			}
		}
		for _, s := range p.Services {
			v := journal.Version{Service: s.Name, Version: s.Version, Revision: s.Revision, Digest: s.Digest}
			if c.calls(s.Name) && !slices.Contains(f.versions, v) {
				f.versions = append(f.versions, v)
			}
		}
		exposed := c.exposed(p, rules)
		if exposed != "" {
			f.exposed = append(f.exposed, p.Name+": "+exposed)
		}
		why := rules.disobeys(p)
		switch {
		case why != "":
			f.doubts = append(f.doubts, p.Name+": "+why)
		case exposed == "" && !doubted[p.Name]:
			obeys[p.Name] = true
			if p.Rules.Applies {
				f.included++
			}
		}
	}
	for _, d := range round.Differences {
		if rules.disobeys(d.Before) != "" || rules.disobeys(d.After) != "" || !d.After.Rules.Applies || !d.Before.Rules.Applies {
			continue
		}
		if why := c.add(&d, rules, sums); why != "" {
			f.doubts = append(f.doubts, d.After.Name+": "+why)
			delete(obeys, d.After.Name)
			continue
		}
		if obeys[d.After.Name] && d.CPU > 0 {
			f.cpu += d.CPU.Seconds()
			for _, m := range d.Methods {
				if _, _, ok := c.linkOf(m.Link); ok {
					f.calls += m.Counts.Calls()
				}
			}
		}
	}
	f.obey = len(obeys)
	for _, name := range sortedKeys(sums) {
		f.counts = append(f.counts, *sums[name])
	}
	return f, nil
}

// expectation is what processes have to do under rules.
type expectation struct {
	generation uint64
	header     policy.Header
	share      float64
}

func (c *Controller) expectation(r *journal.Rules) (*expectation, error) {
	header, _, err := policy.ParseHeader([]string{"processes " + r.Processes}, func(int) string { return c.Settings.Path(c.Settings.Log) })
	e := &expectation{generation: r.Generation, header: header}
	for _, rule := range r.Rules {
		_, value, _ := strings.Cut(rule, " ")
		switch percentage, err := settings.ParsePercentage(value); {
		case strings.HasPrefix(rule, "kill "):
		case value == "on":
			e.share = 1
		case value != "off" && err == nil:
			e.share = float64(percentage)
		}
	}
	return e, err
}

// disobeys returns why a process does not obey the rules, or cannot be believed, or "".
func (e *expectation) disobeys(p *arms.Process) string {
	r := &p.Rules
	included := p.ID == "" || e.header.Includes(p.ID)
	switch {
	case !r.File:
		return "it has no rules file; start it with GO_MERGE_LINKS_FILE"
	case r.Killed && e.share > 0:
		return "its kill switch is on"
	case !r.Usable:
		return "it cannot use the rules file as it is; mergectl links says why"
	case r.Generation > e.generation:
		return fmt.Sprintf("it obeys generation %d, which this rollout has not written; its last is %d", r.Generation, e.generation)
	case r.Generation < e.generation:
		return fmt.Sprintf("it obeys generation %d, and not yet %d", r.Generation, e.generation)
	case r.Applies && !included:
		return fmt.Sprintf("it applies the rules although process %s is not in their share, %s", p.ID, e.header.Processes())
	case !r.Applies && p.ID != "" && included:
		return "it does not apply the rules although it is in their share: they have ended by its clock"
	}
	return ""
}

// exposed returns why a process is more inline than the rules let it be, or "".
func (c *Controller) exposed(p *arms.Process, e *expectation) string {
	share, advice := e.share, "unset what was set through its admin socket"
	if !p.Rules.Applies {
		share, advice = 0, "start it with GO_MERGE_LINKS='* off', which holds where the rules file does not apply"
	}
	if p.Rules.Killed || p.Rules.Applies && p.Rules.Generation < e.generation {
		return "" // or not yet
	}
	for _, m := range p.Methods {
		if _, name, ok := c.linkOf(m.Link); ok && m.Ratio > share+tiny {
			return fmt.Sprintf("%s of %s are inline, and the rollout is at %s; %s", settings.Percentage(m.Ratio), name, settings.Percentage(share), advice)
		}
	}
	return ""
}

// tiny is less than the smallest difference of two shares.
const tiny = 1e-7

// add adds what a process counted. It returns why the counts cannot be true.
func (c *Controller) add(d *arms.Difference, e *expectation, sums map[string]*journal.Counts) string {
	added := make(map[string]journal.Counts)
	for _, m := range d.Methods {
		link, name, ok := c.linkOf(m.Link)
		before := d.Before.Method(m.Link)
		if !ok || before == nil || math.Abs(m.Ratio-e.share) > tiny || math.Abs(before.Ratio-e.share) > tiny {
			continue // it cannot be inline, or other rules keep it back
		}
		k := &m.Counts
		if why := contradicts(k, e.share); why != "" {
			return name + ": " + why
		}
		fell := k.Fallbacks.Sum() - k.Fallbacks.Unconverted
		bound, _ := arms.Bound(durationOf(c.Settings.Guards.Slow.Above))
		n := journal.Counts{Link: link, Method: name, Inline: k.Inline.Calls(), RPC: k.RPC.Calls()}
		n.Errors.InlineFailed, n.Errors.InlineCalls = c.failed(&k.Inline), n.Inline
		n.Errors.RPCFailed, n.Errors.RPCCalls = c.failed(&k.RPC), n.RPC
		if !c.Settings.Guards.Slow.Off {
			n.Slow.InlineFailed, n.Slow.InlineCalls = k.Inline.Slower(bound), k.Inline.Timed
			n.Slow.RPCFailed, n.Slow.RPCCalls = k.RPC.Slower(bound), k.RPC.Timed
		}
		n.Panics.Add(k.Panics, k.AttemptsInline)
		n.Fallbacks.Add(fell, k.AttemptsInline+fell)
		n.Verify.Add(k.Verified.Different, k.Verified.Same+k.Verified.Different)
		added[name] = n
	}
	for name, n := range added {
		sums[name].Add(n)
	}
	return ""
}

// contradicts returns why so many inline calls cannot have been drawn with a share, or "".
// Chance is that far off once in 500 million times; calls that began under other rules are
// few.
func contradicts(k *arms.Counts, share float64) string {
	const deviations, others = 6, 20
	n := float64(k.Calls())
	if off := math.Abs(float64(k.Inline.Calls()) - n*share); off > deviations*math.Sqrt(n*share*(1-share))+others {
		return fmt.Sprintf("%d of %d calls that ended were drawn inline, which %s does not give; where it is fewer, inline calls may not end", k.Inline.Calls(), k.Calls(), settings.Percentage(share))
	}
	return ""
}

// failed is how many calls of an arm count as errors.
func (c *Controller) failed(a *arms.Arm) (n uint64) {
	for _, ending := range c.Settings.Guards.Errors.Endings {
		n += ended(&a.Ended, ending)
	}
	return n
}

// ended is how many calls ended in a way. Panics are internal errors: where callers know of
// them depends on the way of a call, and both arms have to count the same.
func ended(e *reports.Endings, ending string) uint64 {
	return map[string]uint64{
		"application": e.Application, "internal": e.Internal + e.Panic, "timeout": e.Timeout, "canceled": e.Canceled,
		"denied": e.Denied, "overloaded": e.Overloaded, "unavailable": e.Unavailable,
	}[ending]
}

// linkOf returns the link of the settings that a method is of, and the method's name.
func (c *Controller) linkOf(m linkpattern.Pattern) (link, name string, ok bool) {
	for _, l := range c.Settings.Links {
		if l.Covers(m.Caller, m.Callee, m.RPCService, m.Method) {
			return l.String(), reports.Link{Caller: m.Caller, Callee: m.Callee, RPCService: m.RPCService, Method: m.Method}.Name(), true
		}
	}
	return "", "", false
}

// calls reports whether a service is a callee of the rollout.
func (c *Controller) calls(service string) bool {
	return slices.ContainsFunc(c.Settings.Links, func(l settings.Link) bool { return l.Callee == service })
}
