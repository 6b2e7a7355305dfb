package rollout

import (
	"fmt"
	"math"

	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/sequential"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
)

// Verdict is what a guard says about a method.
type Verdict string

const (
	// Fine means that there is no harm beyond the margin.
	Fine Verdict = "fine"
	// Harm is more than the guard lets happen.
	Harm Verdict = "harm"
	// Unknown is not enough to say either.
	Unknown Verdict = "unknown"
)

// Finding is what a guard says about a method.
type Finding struct {
	// Link is that of the settings, and Method the whole name.
	Link    string  `json:"link"`
	Method  string  `json:"method"`
	Guard   string  `json:"guard"`
	Verdict Verdict `json:"verdict"`
	// Text says why.
	Text string `json:"text"`
	// Calls is how many calls of the method have ended in the rollout.
	Calls uint64 `json:"calls"`
	// Missing is about how many calls are needed for a verdict, 0 if that is not known.
	Missing uint64 `json:"missing,omitempty"`
	// Rare methods are not waited for.
	Rare bool `json:"rare,omitempty"`
}

// Rare is what reports say in place of [Unknown] where nobody waits for the verdict.
const Rare = "rare"

// Word is the verdict as reports show it.
func (f Finding) Word() string {
	if f.Rare && f.Verdict == Unknown {
		return Rare
	}
	return string(f.Verdict)
}

// Idle reports whether there is nothing to say: the method has had no calls.
func (f Finding) Idle() bool { return f.Calls == 0 && f.Verdict != Harm }

func (f Finding) String() string {
	return fmt.Sprintf("%s: %s: %s: %s", f.Method, f.Guard, f.Verdict, f.Text)
}

// judge asks all guards.
func (c *Controller) judge(s *state) []Finding {
	guards := c.guards()
	var list []Finding
	rare := s.rare(float64(c.Settings.Rare))
	for _, m := range s.Methods {
		alpha := c.alpha() * s.share(m)
		for _, g := range guards {
			f := g.judge(m, alpha)
			f.Link, f.Method, f.Guard, f.Rare, f.Calls = m.Link, m.Name, g.name, rare[m], m.calls()
			list = append(list, f)
		}
	}
	if f, ok := c.judgeCPU(s); ok {
		list = append(list, f)
	}
	return list
}

// alpha is the rate of false alarms of one guard of one link.
func (c *Controller) alpha() float64 {
	all := float64(c.Settings.FalseAlarms)
	if c.switchbacks() > 0 {
		all *= 1 - cpuPart
	}
	return all / float64(len(c.guards())*len(c.Settings.Links))
}

// guard judges methods.
type guard struct {
	name  string
	judge func(m *method, alpha float64) Finding
}

// guards returns those that are on.
func (c *Controller) guards() (list []guard) {
	g := &c.Settings.Guards
	compare := func(name, what string, s settings.Comparison, of func(*method) *sequential.Ratio) {
		if !s.Off {
			list = append(list, guard{name, func(m *method, alpha float64) Finding { return c.compare(what, s, of(m), alpha) }})
		}
	}
	limit := func(name, what string, l settings.Limit, of func(*method) sequential.Rate) {
		if !l.Off {
			list = append(list, guard{name, func(m *method, alpha float64) Finding { return c.limit(what, float64(l.Limit), of(m), alpha) }})
		}
	}
	compare("errors", "fail", g.Errors, func(m *method) *sequential.Ratio { return &m.Errors })
	compare("slow", "are slow", g.Slow, func(m *method) *sequential.Ratio { return &m.Slow })
	limit("panics", "panicked", g.Panics, func(m *method) sequential.Rate { return m.Panics })
	limit("fallbacks", "fell back to RPC", g.Fallbacks, func(m *method) sequential.Rate { return m.Fallback })
	limit("verify", "differed", g.Verify, func(m *method) sequential.Rate { return m.Verify })
	return list
}

// compare judges inline calls by RPCs.
func (c *Controller) compare(what string, s settings.Comparison, r *sequential.Ratio, alpha float64) Finding {
	margin, tolerate := s.Margin, s.Tolerate
	if step := c.step; step != nil && step.Margin != nil {
		margin = *step.Margin
	}
	if step := c.step; step != nil && step.Tolerate != nil {
		tolerate = *step.Tolerate
	}
	t, beta := r.Total, 1-float64(c.Settings.Confidence)
	inline := sequential.Rate{Happened: t.InlineFailed, Of: t.InlineCalls}
	counts := fmt.Sprintf("%d of %d inline calls %s, and %d of %d RPCs", t.InlineFailed, t.InlineCalls, what, t.RPCFailed, t.RPCCalls)
	upper, rate := r.Upper(beta), inline.Upper(beta)
	switch {
	case r.Evidence() >= math.Log(1/alpha):
		return Finding{Verdict: Harm, Text: fmt.Sprintf("%s; the e-value is %.3g, and %.3g is enough", counts, math.Exp(r.Evidence()), 1/alpha)}
	case upper <= margin:
		return Finding{Verdict: Fine, Text: fmt.Sprintf("%s: at most %.3g times as often", counts, upper)}
	case rate <= float64(tolerate):
		return Finding{Verdict: Fine, Text: fmt.Sprintf("%s: at most %.3g%%, which is tolerated", counts, 100*rate)}
	case c.step != nil && c.step.Calls == 1:
		return Finding{Verdict: Fine, Text: counts + ": there are no RPCs to compare with in this step"}
	}
	times := min(r.CallsUntil(margin, beta), inline.CallsUntil(float64(tolerate), beta))
	f := Finding{Verdict: Unknown, Text: fmt.Sprintf("%s: not yet known to be at most %.3g times as often, or at most %s", counts, margin, tolerate)}
	return f.missing(times, t.Calls())
}

// limit judges what has a limit.
func (c *Controller) limit(what string, limit float64, r sequential.Rate, alpha float64) Finding {
	beta := 1 - float64(c.Settings.Confidence)
	counts := fmt.Sprintf("%d of %d calls %s", r.Happened, r.Of, what)
	switch {
	case r.Lower(alpha) > limit:
		return Finding{Verdict: Harm, Text: fmt.Sprintf("%s, and the limit is %s", counts, settings.Percentage(limit))}
	case r.Happened == 0 || r.Upper(beta) <= limit:
		// Nobody waits for what has not happened: a limit may be as low as 0.
		return Finding{Verdict: Fine, Text: counts}
	}
	f := Finding{Verdict: Unknown, Text: fmt.Sprintf("%s: not yet known to be at most %s", counts, settings.Percentage(limit))}
	return f.missing(r.CallsUntil(limit, beta), r.Of)
}

// missing adds how many calls are missing, if all is to be some times as much.
func (f Finding) missing(times float64, calls uint64) Finding {
	switch {
	case calls == 0:
		f.Text += "; there are no calls"
	case math.IsInf(times, 1):
		f.Text += "; more calls with these rates do not show it"
	default:
		f.Missing = uint64(math.Ceil((times - 1) * float64(calls)))
		f.Text += fmt.Sprintf("; about %d calls are missing", f.Missing)
	}
	return f
}
