package judge

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/search"
)

// Draws compares the calls of each method that were drawn inline with those that were not,
// in the same processes and at the same time, so that the load does not matter. Methods
// have to have calls of both draws.
type Draws struct {
	Guard
	Reader
	// Methods are those that are searched.
	Methods []linkpattern.Pattern
	// Least is how many calls of them a check that finds nothing has at least, and Most how
	// many a check has at most.
	Least, Most uint64
	// Alpha is the probability that a search blames any method whose inline calls are as good
	// as its RPCs, and that of a wrong decision of a later check.
	Alpha float64
	// Progress is told what was counted.
	Progress func(text string)

	// evidence is that of the whole search, and calls how many calls there were.
	evidence map[linkpattern.Pattern]*evidence
	calls    uint64
}

// Harm is a method whose inline calls are worse than its RPCs.
type Harm struct {
	Method linkpattern.Pattern
	// Why has what was counted.
	Why   string
	found found
}

// patience is how many times as many calls a search goes on as it needed so far, before
// it believes that there is no other such method.
const patience = 2

// Find counts calls, with some methods off, until inline calls of others are known to be
// worse, and returns these. If there are none, why says what was counted. A search calls
// it again with what it returned added to off, until it returns nothing.
func (d *Draws) Find(ctx context.Context, s Switch, off []linkpattern.Pattern) (harms []Harm, why string, err error) {
	most := d.Most
	if d.calls > 0 {
		most = min(d.Most, max(d.Least, patience*d.calls))
	}
	if d.evidence == nil {
		d.evidence = make(map[linkpattern.Pattern]*evidence)
		for _, m := range d.Methods {
			d.evidence[m] = newEvidence()
		}
	}
	if err := s.Set(ctx, off); err != nil {
		return nil, "", err
	}
	searched := slices.DeleteFunc(slices.Clone(d.Methods), func(m linkpattern.Pattern) bool { return slices.Contains(off, m) })
	var calls uint64
	report := d.Least
	err = d.count(ctx, func(counted []arms.Difference) bool {
		calls += d.add(counted, d.evidence)
		for _, m := range searched {
			if e := d.evidence[m]; e.harmed(&d.Guard, d.Alpha/float64(len(d.Methods))) {
				harms = append(harms, Harm{m, e.describe(&d.Guard), e.found(&d.Guard)})
			}
		}
		if why = fmt.Sprintf("%d calls", calls); calls >= report {
			d.Progress(why + ": " + d.suspicious(searched))
			report = 2 * calls
		}
		return len(harms) > 0 || calls >= most
	})
	d.calls += calls
	if err != nil {
		return nil, "", err
	}
	if len(harms) == 0 {
		why = fmt.Sprintf("within %s, no method is known to be worse inline: %s", why, d.suspicious(searched))
	}
	return harms, why, s.Obeyed()
}

// add adds what processes counted to the evidence on some methods, and returns how many
// calls of all methods there were.
func (d *Draws) add(counted []arms.Difference, to map[linkpattern.Pattern]*evidence) (calls uint64) {
	for _, difference := range counted {
		for i := range difference.Methods {
			m := &difference.Methods[i]
			if d.evidence[m.Link] == nil {
				continue
			}
			calls += m.Counts.Calls()
			if e := to[m.Link]; e != nil {
				e.add(&d.Guard, difference.After.Name, &m.Counts)
			}
		}
	}
	return calls
}

// suspicious describes the method with the most evidence.
func (d *Draws) suspicious(methods []linkpattern.Pattern) string {
	var most linkpattern.Pattern
	log := math.Inf(-1)
	for _, m := range methods {
		if e := d.evidence[m]; e.rate.Of > 0 && e.log(&d.Guard) > log {
			most, log = m, e.log(&d.Guard)
		}
	}
	if math.IsInf(log, -1) {
		return "none had inline calls"
	}
	return fmt.Sprintf("of %s, %s", most, d.evidence[most].describe(&d.Guard))
}

// Pass counts calls, with some methods off, and decides nothing.
func (d *Draws) Pass(ctx context.Context, s Switch, off []linkpattern.Pattern) error {
	if err := s.Set(ctx, off); err != nil {
		return err
	}
	var calls uint64
	err := d.count(ctx, func(counted []arms.Difference) bool {
		calls += callsOf(counted)
		return calls >= d.Least
	})
	return cmp.Or(err, s.Obeyed())
}

// For returns a judge of what a method needs to be as bad as it was found to be: a trial
// is bad if its inline calls are worse than its RPCs, and good if they are by at most a
// quarter as much as they were.
func (d *Draws) For(h *Harm) Judge { return &ofMethod{d, h} }

type ofMethod struct {
	*Draws
	harm *Harm
}

// Judge counts calls until it can decide.
func (d *ofMethod) Judge(ctx context.Context, s Switch, t Trial) (bad bool, why string, err error) {
	if t.Step.Kind == search.AllOff {
		return false, "what the others are compared with", s.Set(ctx, t.Off)
	}
	if err := s.Set(ctx, t.Off); err != nil {
		return false, "", err
	}
	e := newEvidence()
	of := map[linkpattern.Pattern]*evidence{d.harm.Method: e}
	var calls uint64
	good := false
	err = d.count(ctx, func(counted []arms.Difference) bool {
		calls += d.add(counted, of)
		bad, good = e.harmed(&d.Guard, d.Alpha), e.fine(&d.Guard, d.harm.found, d.Alpha)
		return bad || good || calls >= d.Most
	})
	if err != nil {
		return false, "", err
	}
	why = fmt.Sprintf("of %s, %s", d.harm.Method, e.describe(&d.Guard))
	if !bad && !good {
		return false, "", CannotTell(fmt.Sprintf("%d calls do not decide: %s. Give it more by --most-calls", calls, why))
	}
	return bad, why, s.Obeyed()
}
