// Package bisect finds the link, and its method, that makes running processes worse when
// its calls are inline.
package bisect

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/judge"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/search"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/switching"
)

// Bisection is a search among the links of some processes.
type Bisection struct {
	Switch judge.Switch
	Links  []switching.Link
	// Judge decides about trials, or Draws compares the calls of each method.
	Judge   judge.Judge
	Draws   *judge.Draws
	Sockets []string
	// Progress gets a line for each trial.
	Progress io.Writer

	report Report
	// start is what the processes had counted before the search, and off what they used
	// with all links off. alone is what they used with only a culprit on.
	start, off, alone []snapshot
}

// Run searches. What it switches off stays off.
func (b *Bisection) Run(ctx context.Context) (*Report, error) {
	b.report = Report{Format: 1, Links: len(b.Links), Culprits: []Culprit{}}
	var err error
	if b.start, err = b.snapshots(); err != nil {
		return nil, err
	}
	fmt.Fprintf(b.Progress, "%s may be switched off in %s.\n", count(len(b.Links), "link"), count(len(b.Sockets), "process"))
	if b.Draws != nil {
		err = b.runByDraws(ctx)
	} else {
		err = b.runByTrials(ctx)
	}
	if err != nil {
		return nil, err
	}
	return &b.report, nil
}

// runByTrials searches by switching links off and on.
func (b *Bisection) runByTrials(ctx context.Context) error {
	alone := make(map[string][]snapshot) // by the culprit
	found, err := b.search(ctx, problem{
		of: "link", names: b.patterns(), judge: b.Judge,
		after: func(step search.Step, on []linkpattern.Pattern) error { return b.measure(step, on, alone) },
	})
	if err != nil {
		return err
	}
	b.report.Outcome = found.Outcome
	for _, c := range found.Culprits {
		b.alone = alone[key(b.named(c))]
		culprit, err := b.culprit(ctx, c)
		if err != nil {
			return err
		}
		b.report.Culprits = append(b.report.Culprits, *culprit)
	}
	return b.checkMethods(ctx)
}

// problem is what to search among.
type problem struct {
	of    string // what the candidates are
	names []linkpattern.Pattern
	judge judge.Judge
	// off is off in all trials.
	off   []linkpattern.Pattern
	known bool
	// after is called when a trial is over, before the links are switched again.
	after func(step search.Step, on []linkpattern.Pattern) error
}

// search tries candidates.
func (b *Bisection) search(ctx context.Context, p problem) (*search.Result, error) {
	found, err := search.Search(search.Problem{Candidates: len(p.names), Known: p.known, Test: func(step search.Step, on []int) (bool, error) {
		var names, off []linkpattern.Pattern
		for i, name := range p.names {
			if slices.Contains(on, i) {
				names = append(names, name)
			} else {
				off = append(off, name)
			}
		}
		fmt.Fprintln(b.Progress, describe(step, p.of, names, len(p.names)))
		bad, err := b.try(ctx, p.judge, step, judge.Trial{Step: step, Off: slices.Concat(p.off, off), All: b.patterns()}, texts(names))
		if err != nil {
			return false, err
		}
		return bad, p.after(step, names)
	}})
	var c *search.Contradiction
	if errors.As(err, &c) {
		return nil, contradiction(c, p.names)
	}
	if err != nil {
		return nil, err
	}
	b.report.Rounds += found.Rounds
	b.report.Checks += found.Checks
	return found, nil
}

// contradiction says which trials do not go together, and what to do about it.
func contradiction(c *search.Contradiction, names []linkpattern.Pattern) error {
	const wayOut = "the results vary; have each trial run several times by --repeat, or give a guard larger blocks by --calls"
	bad, good := few(pick(names, c.Bad)), few(pick(names, c.Good))
	if slices.Equal(c.Bad, c.Good) {
		return judge.CannotTell(fmt.Sprintf("it was both bad and good with %s on: %s", bad, wayOut))
	}
	return judge.CannotTell(fmt.Sprintf("it was bad with %s on, and good with these and more on, %s: %s. Or one of them hides what another does", bad, good, wayOut))
}

// culprit searches among the methods of the first link of a culprit, with its other
// links on.
func (b *Bisection) culprit(ctx context.Context, members search.Culprit) (*Culprit, error) {
	var links []switching.Link
	for _, i := range members {
		links = append(links, b.Links[i])
	}
	first := links[0]
	c := &Culprit{Links: texts(b.named(members)), Evidence: []Evidence{}}
	if len(first.Methods) == 1 {
		c.Methods = [][]string{{first.Method(first.Methods[0]).String()}}
	} else {
		p := problem{of: "method", known: true, judge: b.Judge, after: func(search.Step, []linkpattern.Pattern) error { return nil }}
		for i, link := range b.Links {
			if !slices.Contains(members, i) {
				p.off = append(p.off, link.Pattern)
			}
		}
		for _, name := range first.Methods {
			p.names = append(p.names, first.Method(name))
		}
		fmt.Fprintf(b.Progress, "%s is bad; searching among its %d methods.\n", strings.Join(c.Links, " with "), len(p.names))
		found, err := b.search(ctx, p)
		if err != nil {
			return nil, err
		}
		for _, methods := range found.Culprits {
			c.Methods = append(c.Methods, texts(pick(p.names, methods)))
		}
	}
	for _, together := range c.Methods {
		c.KeepOff = append(c.KeepOff, together[0])
	}
	return c, b.evidence(c, links)
}

// checkMethods tries whether it is good with nothing but the methods off that were found,
// where these are not all methods of their links. If it is not, whole links are kept off:
// that is known to be good.
func (b *Bisection) checkMethods(ctx context.Context) error {
	var off []linkpattern.Pattern
	whole := true
	for i, c := range b.report.Culprits {
		first := b.link(c.Links[0])
		whole = whole && len(c.KeepOff) == len(first.Methods)
		for _, method := range first.Methods {
			if name := first.Method(method); slices.Contains(b.report.Culprits[i].KeepOff, name.String()) {
				off = append(off, name)
			}
		}
	}
	if whole {
		return nil
	}
	fmt.Fprintf(b.Progress, "Check: all as they were found, but for %s\n", few(off))
	step := search.Step{Kind: search.Rest}
	bad, err := b.try(ctx, b.Judge, step, judge.Trial{Step: step, Off: off, All: b.patterns()}, []string{"all but " + few(off)})
	if err != nil {
		return err
	}
	b.report.Checks++
	if !bad {
		return nil
	}
	for i := range b.report.Culprits {
		c := &b.report.Culprits[i]
		c.KeepOff = nil
		first := b.link(c.Links[0])
		for _, method := range first.Methods {
			c.KeepOff = append(c.KeepOff, first.Method(method).String())
		}
	}
	return nil
}

// link returns the link of a name.
func (b *Bisection) link(name string) switching.Link {
	i := slices.IndexFunc(b.Links, func(l switching.Link) bool { return l.Pattern.String() == name })
	return b.Links[i]
}

// try makes a trial, and says how it ended.
func (b *Bisection) try(ctx context.Context, j judge.Judge, step search.Step, t judge.Trial, on []string) (bad bool, err error) {
	bad, why, err := j.Judge(ctx, b.Switch, t)
	if err != nil {
		return false, err
	}
	b.record(step.Kind, on, bad, why)
	return bad, nil
}

// record says how a trial ended, and adds it to the report.
func (b *Bisection) record(step search.Kind, on []string, bad bool, why string) {
	verdict := "good"
	if bad {
		verdict = "bad"
	}
	fmt.Fprintf(b.Progress, "    %s: %s\n", verdict, why)
	b.report.Trials = append(b.report.Trials, Trial{Step: step, On: on, Bad: bad, Why: why})
}

// named returns the links of a culprit.
func (b *Bisection) named(c search.Culprit) []linkpattern.Pattern { return pick(b.patterns(), c) }

func (b *Bisection) patterns() []linkpattern.Pattern {
	var all []linkpattern.Pattern
	for _, l := range b.Links {
		all = append(all, l.Pattern)
	}
	return all
}

func pick(names []linkpattern.Pattern, numbers []int) []linkpattern.Pattern {
	var picked []linkpattern.Pattern
	for _, i := range numbers {
		picked = append(picked, names[i])
	}
	return picked
}

func texts(names []linkpattern.Pattern) []string {
	list := []string{}
	for _, name := range names {
		list = append(list, name.String())
	}
	return list
}

// key returns the same text for the same names in any order.
func key(names []linkpattern.Pattern) string {
	list := texts(names)
	slices.Sort(list)
	return strings.Join(list, " ")
}

// describe says what is tried, and what is left to do.
func describe(step search.Step, of string, on []linkpattern.Pattern, all int) string {
	switch step.Kind {
	case search.AllOn:
		return "Check: all as they were found"
	case search.AllOff:
		return "Check: all off"
	case search.Round:
		return fmt.Sprintf("Bisecting: %s left to test, %s at most: %d on and %d off", count(step.Left, of), count(step.Rounds, "round"), len(on), all-len(on))
	case search.Alone:
		return fmt.Sprintf("Check: only %s on", few(on))
	case search.Again:
		return fmt.Sprintf("Check: once more with %d on and %d off, before a search for what it is bad with", len(on), all-len(on))
	case search.Without:
		return fmt.Sprintf("Check: only %s on, without the other", few(on))
	}
	return fmt.Sprintf("Check: what was found off, and %s on", count(len(on), of))
}

// few names some of them.
func few(names []linkpattern.Pattern) string {
	const most = 4
	list := texts(names)
	if len(list) == 0 {
		return "nothing"
	}
	if len(list) > most {
		return strings.Join(list[:most], ", ") + fmt.Sprintf(" and %d more", len(list)-most)
	}
	return strings.Join(list, ", ")
}

// count writes a number of things.
func count(n int, thing string) string {
	switch {
	case n == 1:
		return "1 " + thing
	case strings.HasSuffix(thing, "s"):
		return fmt.Sprintf("%d %ses", n, thing)
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
