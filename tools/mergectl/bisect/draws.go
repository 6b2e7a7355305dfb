package bisect

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/judge"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/search"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/switching"
)

// runByDraws searches by the draws of each method. All are compared at the same time, so
// that only what a method is bad together with has to be searched by switching.
func (b *Bisection) runByDraws(ctx context.Context) error {
	harms, err := b.harms(ctx)
	if err != nil {
		return err
	}
	b.report.Outcome = search.Found
	if len(harms) == 0 {
		b.report.Outcome = search.NeverBad
		return nil
	}
	fmt.Fprintln(b.Progress, "All off, to see what the services use then")
	if err := b.Draws.Pass(ctx, b.Switch, b.patterns()); err != nil {
		return err
	}
	if b.off, err = b.snapshots(); err != nil {
		return err
	}
	for i := range harms {
		if err := b.company(ctx, &harms[i]); err != nil {
			return err
		}
	}
	return nil
}

// harms returns the methods whose inline calls are worse. Once one is found, the search
// goes on with it off.
func (b *Bisection) harms(ctx context.Context) (harms []judge.Harm, err error) {
	var off []linkpattern.Pattern
	for step := search.AllOn; len(off) < len(b.Draws.Methods); step = search.Rest {
		if step == search.AllOn {
			fmt.Fprintln(b.Progress, "Check: all as they were found, but for half of the calls at least that are RPCs")
		} else {
			fmt.Fprintf(b.Progress, "Check: the same with %s off\n", few(off))
		}
		found, why, err := b.Draws.Find(ctx, b.Switch, off)
		if err != nil {
			return nil, err
		}
		for _, h := range found {
			off = append(off, h.Method)
			why = fmt.Sprintf("of %s, %s", h.Method, h.Why)
		}
		on := slices.DeleteFunc(texts(b.Draws.Methods), func(name string) bool {
			return slices.ContainsFunc(off[:len(harms)], func(p linkpattern.Pattern) bool { return p.String() == name })
		})
		b.record(step, on, len(found) > 0, why)
		b.report.Checks++
		if len(found) == 0 {
			break
		}
		harms = append(harms, found...)
	}
	return harms, nil
}

// company finds what a method is bad together with, if it is not bad alone, and adds the
// culprits to the report.
func (b *Bisection) company(ctx context.Context, h *judge.Harm) error {
	link := b.Links[slices.IndexFunc(b.Links, func(l switching.Link) bool { return slices.Contains(methodsOf(l), h.Method) })]
	// Everything but the method: other links, and other methods of its own link.
	others := slices.DeleteFunc(slices.Concat(b.patterns(), methodsOf(link)), func(p linkpattern.Pattern) bool {
		return p == link.Pattern || p == h.Method
	})
	fmt.Fprintf(b.Progress, "Check: only %s on\n", h.Method)
	alone := search.Step{Kind: search.Alone}
	decides := b.Draws.For(h)
	bad, err := b.try(ctx, decides, alone, judge.Trial{Step: alone, Off: others, All: b.patterns()}, []string{h.Method.String()})
	var unknown judge.CannotTell
	if err != nil && !errors.As(err, &unknown) {
		return err
	}
	b.report.Checks++
	if err != nil {
		fmt.Fprintf(b.Progress, "    cannot tell: %v\n", err)
	}
	if bad || err != nil {
		if b.alone, err = b.snapshots(); err != nil {
			return err
		}
		return b.blame(h, []switching.Link{link}, nil, string(unknown))
	}
	fmt.Fprintf(b.Progress, "%s is bad, but not alone; searching for what it is bad with.\n", h.Method)
	with := make(map[string][]snapshot) // by what it is bad with
	found, err := b.search(ctx, problem{
		of: "other", names: others, known: true, judge: decides,
		after: func(step search.Step, on []linkpattern.Pattern) (err error) {
			if step.Kind == search.Alone {
				with[key(on)], err = b.snapshots()
			}
			return err
		},
	})
	if err != nil {
		return err
	}
	for _, c := range found.Culprits {
		partners := pick(others, c)
		b.alone = with[key(partners)]
		links, methods := []switching.Link{link}, []linkpattern.Pattern(nil)
		for _, p := range partners {
			if p.Method != "" {
				methods = append(methods, p)
			} else {
				links = append(links, b.link(p.String()))
			}
		}
		if err := b.blame(h, links, methods, ""); err != nil {
			return err
		}
	}
	return nil
}

// blame adds a method to the report, with the links and the methods of its own link that
// it is bad with. Methods that are bad in the same company are one culprit.
func (b *Bisection) blame(h *judge.Harm, links []switching.Link, methods []linkpattern.Pattern, undecided string) error {
	var names []string
	for _, l := range links {
		names = append(names, l.Pattern.String())
	}
	together := append([]string{h.Method.String()}, texts(methods)...)
	for i := range b.report.Culprits {
		if c := &b.report.Culprits[i]; slices.Equal(c.Links, names) && c.Undecided == undecided {
			c.Methods = append(c.Methods, together)
			c.KeepOff = append(c.KeepOff, h.Method.String())
			return nil
		}
	}
	c := Culprit{Links: names, Methods: [][]string{together}, KeepOff: []string{h.Method.String()}, Evidence: []Evidence{}, Undecided: undecided}
	err := b.evidence(&c, links)
	b.report.Culprits = append(b.report.Culprits, c)
	return err
}

// methodsOf returns the full names of a link's methods.
func methodsOf(l switching.Link) (names []linkpattern.Pattern) {
	for _, name := range l.Methods {
		names = append(names, l.Method(name))
	}
	return names
}

// Methods returns the full names of all methods of some links.
func Methods(links []switching.Link) (names []linkpattern.Pattern) {
	for _, l := range links {
		names = append(names, methodsOf(l)...)
	}
	return names
}
