package judge

import (
	"context"
	"fmt"
	"math"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/bisect/search"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/sequential"
)

// Blocks decides by the calls of all links. Each trial is compared with all links off, in
// blocks of calls that take turns, so that what changes slowly changes both.
type Blocks struct {
	Guard
	Reader
	// Block is how many calls a block has at least, and Most how many calls a trial may
	// take.
	Block, Most uint64
	// Alpha is the probability of a wrong decision of each of a trial's two tests, if calls
	// fail independently of each other.
	Alpha float64
	// Progress is told how many calls are missing.
	Progress func(text string)

	limit float64 // on the rate of failures, above which a trial is not good
}

// part is how much of the difference that all links together make a link has to make for
// the search to look for it.
const part = 0.25

// Judge counts calls until their number suffices.
func (b *Blocks) Judge(ctx context.Context, s Switch, t Trial) (bad bool, why string, err error) {
	if t.Step.Kind == search.AllOff {
		return false, "what the others are compared with", s.Set(ctx, t.Off)
	}
	var ratio sequential.Ratio
	var on, off sequential.Rate
	for ratio.Total.Calls() < b.Most {
		o, err := b.block(ctx, s, t.All)
		if err != nil {
			return false, "", err
		}
		n, err := b.block(ctx, s, t.Off)
		if err != nil {
			return false, "", err
		}
		on.Add(n.failed, n.calls)
		off.Add(o.failed, o.calls)
		ratio.Add(sequential.Sample{InlineFailed: n.failed, InlineCalls: n.calls, RPCFailed: o.failed, RPCCalls: o.calls})
		if ratio.Evidence() >= math.Log(1/b.Alpha) {
			if t.Step.Kind == search.AllOn {
				b.limit = rate(off) + part*(rate(on)-rate(off))
			}
			return true, b.describe(on, off), nil
		}
		if b.limit > 0 && on.Upper(b.Alpha) <= b.limit {
			return false, b.describe(on, off), nil
		}
		b.Progress(b.describe(on, off) + ": " + b.missing(on))
	}
	if t.Step.Kind == search.AllOn {
		return false, b.describe(on, off) + fmt.Sprintf(", within %d calls", b.Most), nil
	}
	return false, "", CannotTell(fmt.Sprintf("%d calls do not decide: %s; %s. Give it more by --most-calls", b.Most, b.describe(on, off), b.missing(on)))
}

func rate(r sequential.Rate) float64 { return float64(r.Happened) / float64(max(1, r.Of)) }

func (b *Blocks) describe(on, off sequential.Rate) string {
	return fmt.Sprintf("%s %d of %d, and %d of %d with all off", b.Kind, on.Happened, on.Of, off.Happened, off.Of)
}

// missing says how many calls there have to be for a trial to be good, if they go on as
// they were.
func (b *Blocks) missing(on sequential.Rate) string {
	if b.limit == 0 {
		return "not yet different"
	}
	times := on.CallsUntil(b.limit, b.Alpha)
	if math.IsInf(times, 1) {
		return "not decided"
	}
	return fmt.Sprintf("about %.0f calls are missing for it to be good", math.Ceil((times-1)*float64(on.Of)))
}

// block switches links off, and counts calls until there are enough.
func (b *Blocks) block(ctx context.Context, s Switch, off []linkpattern.Pattern) (sum counted, err error) {
	if err := s.Set(ctx, off); err != nil {
		return sum, err
	}
	err = b.count(ctx, func(differences []arms.Difference) bool {
		for _, d := range differences {
			for _, m := range d.Methods {
				for _, a := range []*arms.Arm{&m.Counts.Inline, &m.Counts.RPC} {
					n := b.arm(a)
					sum.failed += n.failed
					sum.calls += n.calls
				}
			}
		}
		return sum.calls >= b.Block
	})
	if err != nil {
		return sum, err
	}
	return sum, s.Obeyed()
}
