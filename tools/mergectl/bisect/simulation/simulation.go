// Package simulation plays searches by draws among links with known rates of failures, and
// counts how they end.
package simulation

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/judge"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/switching"
)

// Search is what is played: a search among links of one method each, with the same load.
type Search struct {
	// Links is how many there are, and Bad how many of them are bad.
	Links, Bad int
	// Together is set if links are bad in pairs only: inline calls of one fail if the other
	// one has inline calls. Bad is then the number of pairs.
	Together bool
	// RPCRate is the part of the RPCs that fail, and Ratio how many times as often inline
	// calls of a bad link do. Failures come in bursts: one look in ten has eleven times the
	// rate of the others.
	RPCRate, Ratio float64
	// Look is how many calls there are from one look to the next, and Most how many a check
	// has at most.
	Look, Most uint64
	// Alpha is that of [judge.Draws].
	Alpha float64
}

// Outcome is how the plays of a search ended.
type Outcome struct {
	Plays int
	// Right plays have named what is bad and nothing else. Of the others, Innocent have
	// named something that is not bad, Missed have not named all, and Undecided have named
	// what is bad, but not whether it is bad alone, or have ended with an error.
	Right, Innocent, Missed, Undecided int
	// Calls has how many calls each play took, and Trials how often it switched. Both are
	// sorted.
	Calls, Trials []int
}

// Play plays a search several times. The same seed gives the same outcome.
func (s Search) Play(ctx context.Context, plays int, seed uint64) (Outcome, error) {
	o := Outcome{Plays: plays}
	for play := range plays {
		p := s.processes(rand.New(rand.NewPCG(seed, uint64(play))))
		links := p.links()
		b := &bisect.Bisection{Switch: p, Links: links, Progress: io.Discard, Draws: &judge.Draws{
			Guard: judge.Guard{Kind: "errors"}, Reader: judge.Reader{Source: p, Every: 1}, Methods: bisect.Methods(links),
			Least: s.Look, Most: s.Most, Alpha: s.Alpha, Progress: func(string) {},
		}}
		report, err := b.Run(ctx)
		unknown := judge.CannotTell("")
		if err != nil && !errors.As(err, &unknown) {
			return o, err
		}
		switch {
		case err != nil:
			o.Undecided++
		default:
			o.add(p.culprits(), report)
		}
		o.Calls, o.Trials = append(o.Calls, int(p.calls)), append(o.Trials, p.trials)
	}
	slices.Sort(o.Calls)
	slices.Sort(o.Trials)
	return o, nil
}

// add counts how a search ended.
func (o *Outcome) add(bad []string, report *bisect.Report) {
	var named []string
	undecided := false
	for _, c := range report.Culprits {
		named = append(named, strings.Join(c.Links, " with "))
		undecided = undecided || c.Undecided != ""
	}
	innocent := slices.ContainsFunc(named, func(name string) bool { return !slices.Contains(bad, name) })
	switch {
	case undecided:
		o.Undecided++
	case innocent:
		o.Innocent++
	case len(named) < len(bad):
		o.Missed++
	default:
		o.Right++
	}
}

// Quantile returns what a part of the plays did not exceed.
func Quantile(sorted []int, part float64) int {
	return sorted[min(len(sorted)-1, int(part*float64(len(sorted))))]
}

// link returns the name of a link.
func link(i int) linkpattern.Pattern {
	return linkpattern.Pattern{Caller: fmt.Sprintf("c%03d", i), Callee: "stock", RPCService: "StockService"}
}

// links returns the links of the processes.
func (p *processes) links() (list []switching.Link) {
	for i := range p.search.Links {
		list = append(list, switching.Link{Pattern: link(i), Methods: []string{"GetStock"}})
	}
	return list
}
