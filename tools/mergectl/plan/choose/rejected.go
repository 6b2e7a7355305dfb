package choose

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/solve"
)

// Rejected is a link whose calls stay RPCs.
type Rejected struct {
	Link string `json:"link"`
	// Calls is how many calls per second there are.
	Calls float64 `json:"callsPerSecond"`
	// Cores is what they would save if all were inline, without what is paid.
	Cores float64 `json:"coresOfCalls"`
	Rule  string  `json:"rule"`
	Why   string  `json:"why"`
}

// Rules by which links are rejected, in the order in which they are tried, in
// addition to those of [solve.Reason].
const (
	// NotInline is for calls that the repository keeps from being inline.
	NotInline = "not-inline"
	// UnknownOwner is for services without an owner where owners must agree.
	UnknownOwner = "owner-unknown"
	// LowAffinity is for callees that get too few of their calls from the caller.
	LowAffinity = "affinity"
	// Loss is for pairs that cost more than their calls save.
	Loss = "cost"
	// BetterElsewhere is for links that the best groups leave out.
	BetterElsewhere = "better-elsewhere"
)

// Rules are the names of all rules.
var Rules = []string{
	NotInline, string(solve.NeverTogether), string(solve.OtherZone), UnknownOwner, string(solve.OtherOwner),
	string(solve.OverServices), string(solve.OverMemory), string(solve.OverQuota), string(solve.OverRestarts),
	LowAffinity, Loss, BetterElsewhere,
}

// reject says of each link that is in no group by which rule.
func (p *Plan) reject() {
	m := p.model
	groupOf := make(map[int]int)
	for i, g := range p.solution.Groups {
		for _, v := range g.Services {
			groupOf[v] = i + 1
		}
	}
	for i := range m.problem.Links {
		l := &m.problem.Links[i]
		if g := groupOf[l.Caller]; g != 0 && g == groupOf[l.Callee] && m.barriers[i] == nil {
			continue
		}
		rule, why := m.rule(i, groupOf, p)
		t := &m.links[i]
		p.Rejected = append(p.Rejected, Rejected{Link: t.Caller + "->" + t.Callee, Calls: t.PerSecond, Cores: l.Save, Rule: rule, Why: why})
	}
	slices.SortFunc(p.Rejected, func(a, b Rejected) int {
		return cmp.Or(cmp.Compare(b.Cores, a.Cores), cmp.Compare(a.Link, b.Link))
	})
}

// rule returns the first rule that rejects a link, and what about it is so.
func (m *model) rule(i int, groupOf map[int]int, p *Plan) (rule, why string) {
	l := &m.problem.Links[i]
	callee := m.fleet[m.names[l.Callee]]
	if b := m.barriers[i]; b != nil {
		return NotInline, fmt.Sprintf("%s [%s]", b.Why, b.Rule)
	}
	if rule, why := m.apart(l); rule != "" {
		return rule, why
	}
	share := 0.0
	if callee.Calls.Value > 0 {
		share = m.links[i].PerSecond / callee.Calls.Value
	}
	if low := !m.in.Any && m.callers[l.Callee] != int32(l.Caller) || share <= m.problem.Limits.Affinity; low {
		return LowAffinity, fmt.Sprintf("%s of the callee's calls come from the caller, and more than %s are needed", percent(share), percent(m.problem.Limits.Affinity))
	}
	if alone := m.alone(l, share); alone <= 0 {
		return Loss, fmt.Sprintf("the two alone would cost %.3g cores more than their calls save", -alone)
	}
	return BetterElsewhere, m.elsewhere(l, groupOf, p)
}

// apart returns the rule by which the services of a link cannot be in one group with
// the caller as its host, and what about it is so.
func (m *model) apart(l *solve.Link) (rule, why string) {
	caller, callee := m.fleet[m.names[l.Caller]], m.fleet[m.names[l.Callee]]
	together := m.problem.Together(l.Caller, l.Callee)
	if together == solve.OtherOwner && (caller.Owner.Value == "" || callee.Owner.Value == "") {
		who := caller.Name
		if caller.Owner.Value != "" {
			who = callee.Name
		}
		return UnknownOwner, who + " has no owner who could agree"
	}
	switch together {
	case solve.NeverTogether:
		return string(together), "the settings keep the two apart"
	case solve.OtherZone:
		return string(together), fmt.Sprintf("%s is in zone %s, and %s in %s", caller.Name, caller.Zone.Value, callee.Name, callee.Zone.Value)
	case solve.OtherOwner:
		return string(together), fmt.Sprintf("%s is of %s, %s of %s, and no agreement has both", caller.Name, caller.Owner.Value, callee.Name, callee.Owner.Value)
	case solve.OverServices:
		return string(together), "groups are of one service"
	case solve.OverMemory:
		return string(together), fmt.Sprintf("a replica of both needs %s, and at most %s is allowed", bytesText(caller.Memory.Value+callee.Memory.Value), bytesText(m.problem.Limits.Memory))
	}
	switch hosted := m.problem.Hosted(l.Callee, l.Caller); hosted {
	case solve.OverQuota:
		callee, caller := m.problem.Services[l.Callee].Cores, m.problem.Services[l.Caller].Cores
		return string(hosted), fmt.Sprintf("the callee has %.4g cores, %.3g times the caller's %.4g, and at most %.4g times is allowed", callee, callee/caller, caller, m.problem.Limits.Quota)
	case solve.OverRestarts:
		return string(hosted), fmt.Sprintf("%.4g releases of the callee a week restart %.4g replicas each, and at most %.4g restarts are allowed", callee.Releases.Value, caller.Replicas.Value, m.problem.Limits.Restarts)
	}
	return "", ""
}

// alone returns what a group of the two services of a link saves.
func (m *model) alone(l *solve.Link, share float64) float64 {
	value := l.Save
	if m.problem.Services[l.Callee].Moved {
		share = 1
	}
	if back := m.problem.Between(l.Callee, l.Caller); back != nil && !back.Barred {
		value += back.Save * share
	}
	return value - m.problem.Costs(l.Callee, l.Caller, share).Cores()
}

// elsewhere says what is better than the link.
func (m *model) elsewhere(l *solve.Link, groupOf map[int]int, p *Plan) string {
	callerGroup, calleeGroup := groupOf[l.Caller], groupOf[l.Callee]
	switch {
	case callerGroup != 0 && len(p.solution.Groups[callerGroup-1].Services) >= m.problem.Limits.Services:
		return fmt.Sprintf("the group of %s is full, and its services save more", p.Groups[callerGroup-1].Host)
	case callerGroup != 0 && calleeGroup != 0:
		return fmt.Sprintf("the groups of %s and %s save more apart than they would within the limits of one", p.Groups[callerGroup-1].Host, p.Groups[calleeGroup-1].Host)
	case callerGroup != 0:
		return fmt.Sprintf("in the group of %s, within its limits, it would cost more than it saves", p.Groups[callerGroup-1].Host)
	case calleeGroup != 0:
		return fmt.Sprintf("the callee saves more in the group of %s", p.Groups[calleeGroup-1].Host)
	}
	return "other groups save more"
}

func percent(part float64) string { return fmt.Sprintf("%.3g %%", 100*part) }

// bytesText writes a number of bytes in the largest unit in which it is 1 or more.
func bytesText(bytes float64) string {
	sign := ""
	if bytes < 0 {
		sign, bytes = "-", -bytes
	}
	for _, unit := range []string{"B", "KiB", "MiB", "GiB"} {
		if bytes < 1024 {
			return fmt.Sprintf("%s%.3g %s", sign, bytes, unit)
		}
		bytes /= 1024
	}
	return fmt.Sprintf("%s%.4g TiB", sign, bytes)
}
