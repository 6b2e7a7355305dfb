package judge

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/search"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/sequential"
)

// Guard decides by what the processes count. Each trial is compared with all links off, in
// blocks of calls that take turns, so that what changes with time changes both.
type Guard struct {
	// Kind is what is counted, one of Guards.
	Kind string
	// Slow is the time above which a call is slow, for the guard "slow".
	Slow time.Duration
	// Source reads the processes.
	Source arms.Source
	// Block is how many calls a block has at least, and Most how many calls a trial may
	// take.
	Block, Most uint64
	// Alpha is the probability of a wrong decision of a trial.
	Alpha float64
	// Every is how often the processes are read, and Idle for how long there may be no call.
	Every, Idle time.Duration
	// Progress is told how many calls are missing.
	Progress func(text string)

	limit float64 // on the rate of failures, above which a trial is not good
}

// Guards are the kinds of guards.
var Guards = []string{"errors", "slow", "panics", "fallbacks"}

// part is how much of the difference that all links together make a link has to make for
// the search to look for it.
const part = 0.25

// Judge counts calls until their number suffices.
func (g *Guard) Judge(ctx context.Context, s Switch, t Trial) (bad bool, why string, err error) {
	if t.Step.Kind == search.AllOff {
		return false, "what the others are compared with", s.Set(ctx, t.Off)
	}
	var ratio sequential.Ratio
	var on, off sequential.Rate
	for ratio.Total.Calls() < g.Most {
		o, err := g.block(ctx, s, t.All)
		if err != nil {
			return false, "", err
		}
		n, err := g.block(ctx, s, t.Off)
		if err != nil {
			return false, "", err
		}
		on.Add(n.failed, n.calls)
		off.Add(o.failed, o.calls)
		ratio.Add(sequential.Sample{InlineFailed: n.failed, InlineCalls: n.calls, RPCFailed: o.failed, RPCCalls: o.calls})
		if ratio.Evidence() >= math.Log(1/g.Alpha) {
			if t.Step.Kind == search.AllOn {
				g.limit = rate(off) + part*(rate(on)-rate(off))
			}
			return true, g.describe(on, off), nil
		}
		if g.limit > 0 && on.Upper(g.Alpha) <= g.limit {
			return false, g.describe(on, off), nil
		}
		g.Progress(g.describe(on, off) + ": " + g.missing(on))
	}
	if t.Step.Kind == search.AllOn {
		return false, g.describe(on, off) + fmt.Sprintf(", within %d calls", g.Most), nil
	}
	return false, "", CannotTell(fmt.Sprintf("%d calls do not decide: %s; %s. Give it more by --most-calls", g.Most, g.describe(on, off), g.missing(on)))
}

func rate(r sequential.Rate) float64 { return float64(r.Happened) / float64(max(1, r.Of)) }

func (g *Guard) describe(on, off sequential.Rate) string {
	return fmt.Sprintf("%s %d of %d, and %d of %d with all off", g.Kind, on.Happened, on.Of, off.Happened, off.Of)
}

// missing says how many calls there have to be for a trial to be good, if they go on as
// they were.
func (g *Guard) missing(on sequential.Rate) string {
	if g.limit == 0 {
		return "not yet different"
	}
	times := on.CallsUntil(g.limit, g.Alpha)
	if math.IsInf(times, 1) {
		return "not decided"
	}
	return fmt.Sprintf("about %.0f calls are missing for it to be good", math.Ceil((times-1)*float64(on.Of)))
}

// counted is what processes count of a guard.
type counted struct{ failed, calls uint64 }

// block switches links off, and counts calls until there are enough.
func (g *Guard) block(ctx context.Context, s Switch, off []linkpattern.Pattern) (counted, error) {
	if err := s.Set(ctx, off); err != nil {
		return counted{}, err
	}
	var watch arms.Watch
	var sum counted
	if err := g.add(ctx, &watch, &sum); err != nil {
		return sum, err
	}
	ticker := time.NewTicker(g.Every)
	defer ticker.Stop()
	last := time.Now()
	for sum.calls < g.Block {
		select {
		case <-ctx.Done():
			return sum, ctx.Err()
		case <-ticker.C:
		}
		before := sum.calls
		if err := g.add(ctx, &watch, &sum); err != nil {
			return sum, err
		}
		switch {
		case sum.calls > before:
			last = time.Now()
		case time.Since(last) > g.Idle:
			return sum, fmt.Errorf("the processes have made no calls for %v; the guard %s needs some", g.Idle, g.Kind)
		}
	}
	return sum, s.Obeyed()
}

// add reads the processes, and adds what they counted since the last time.
func (g *Guard) add(ctx context.Context, watch *arms.Watch, sum *counted) error {
	reading := g.Source.Read(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	round := watch.Next(reading.Processes, time.Now())
	var wrong []string
	for _, f := range reading.Failures {
		wrong = append(wrong, f.String())
	}
	for _, d := range round.Doubts {
		wrong = append(wrong, d.String())
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return errors.New(strings.Join(wrong, "\n"))
	}
	for _, d := range round.Differences {
		for _, m := range d.Methods {
			c := g.count(&m.Counts)
			sum.failed += c.failed
			sum.calls += c.calls
		}
	}
	return nil
}

// count returns what the guard counts of a method. Errors that the callee's code answered
// are not failures, and neither are calls that the caller canceled.
func (g *Guard) count(c *arms.Counts) (n counted) {
	switch g.Kind {
	case "slow":
		bound, _ := arms.Bound(g.Slow)
		for _, a := range []*arms.Arm{&c.Inline, &c.RPC} {
			n.failed += a.Slower(bound)
			n.calls += a.Timed
		}
	case "panics":
		n = counted{c.Panics, c.AttemptsInline + c.AttemptsRPC}
	case "fallbacks":
		n = counted{c.Fallbacks.Sum(), c.AttemptsInline + c.AttemptsRPC}
	default:
		for _, a := range []*arms.Arm{&c.Inline, &c.RPC} {
			n.failed += a.Ended.Failed() - a.Ended.Application - a.Ended.Canceled
			n.calls += a.Calls()
		}
	}
	return n
}
