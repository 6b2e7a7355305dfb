package choose

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/solve"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
)

// Version is the version of the plan's JSON.
const Version = 1

// Plan is what to merge.
type Plan struct {
	Version int `json:"version"`
	// Mode is exact or any.
	Mode string `json:"mode"`
	// Cores is what the groups save, and Bound what no choice can exceed.
	Cores float64 `json:"coresSaved"`
	Bound float64 `json:"coresBound"`
	// Gap is how far Cores may be below the optimum, as a part of Bound.
	Gap      float64           `json:"gap"`
	Services int               `json:"services"`
	Links    int               `json:"links"`
	Groups   []Group           `json:"groups"`
	Rejected []Rejected        `json:"rejected"`
	Ignored  []traffic.Ignored `json:"ignored"`
	Warnings []string          `json:"warnings"`

	model    *model
	solution *solve.Solution
}

// Group is services to merge into one binary.
type Group struct {
	// Host is the service whose replicas the merged binary takes the place of.
	Host    string   `json:"host"`
	Members []Member `json:"services"`
	// Cores is what the group saves.
	Cores float64 `json:"coresSaved"`
	// CallCores is what its calls save, before what is paid.
	CallCores float64 `json:"coresOfCalls"`
	// Quota is the cores that its services have, 0 if not all are known.
	Quota float64 `json:"coresOfQuota,omitempty"`
	// Inline is how many calls per second become inline.
	Inline float64 `json:"inlineCallsPerSecond"`
	// Latency is by how much such a call is shorter on average, in microseconds.
	Latency float64 `json:"latencySavedMicroseconds"`
	// Memory is how many more bytes all replicas need, negative if fewer.
	Memory float64 `json:"memoryPaidBytes"`
	// ReplicaMemory is what a replica needs, in bytes.
	ReplicaMemory float64 `json:"replicaMemoryBytes"`
	// Connections and Restarts, per week, are how many more there are.
	Connections float64 `json:"connectionsPaid"`
	Restarts    float64 `json:"restartsPerWeekPaid"`
	// Unknown are numbers that are not known and therefore count as nothing.
	Unknown []string `json:"unknown,omitempty"`
}

// Member is a service of a group.
type Member struct {
	Service string `json:"service"`
	// Caller is the service that it joins, empty for the host.
	Caller string `json:"caller,omitempty"`
	// Share is the part of its work that is done in the group.
	Share float64 `json:"share"`
	// Released is how many of its own replicas go away.
	Released float64 `json:"replicasReleased"`
	Cores    float64 `json:"coresSaved"`
	Links    []Link  `json:"links"`
}

// Link is a link whose calls become inline.
type Link struct {
	Link   string  `json:"link"`
	Inline float64 `json:"inlineCallsPerSecond"`
	Cores  float64 `json:"coresSaved"`
	// Uncounted is set if the choice did not count on it.
	Uncounted bool `json:"uncounted,omitempty"`
}

// Caller and Callee return the two services of the link.
func (l Link) Caller() string { return l.side(0) }

// Callee returns the service that is called.
func (l Link) Callee() string { return l.side(1) }

func (l Link) side(i int) string { return strings.SplitN(l.Link, "->", 2)[i] }

// Make makes a plan. The same inputs in another order make the same one.
func Make(in *Inputs) (*Plan, error) {
	if len(in.Traffic.Links) == 0 {
		return nil, errors.New("no traffic: none of the inputs has a link from one service to another")
	}
	m, err := newModel(in)
	if err != nil {
		return nil, err
	}
	p := &Plan{
		Version: Version, Mode: "exact", Services: len(m.names), Links: len(m.links), model: m,
		Groups: []Group{}, Rejected: []Rejected{}, Ignored: []traffic.Ignored{}, Warnings: []string{},
	}
	if in.Any {
		p.Mode = "any"
		p.solution, err = solve.Any(m.problem)
	} else {
		if a := m.problem.Limits.Affinity; a < DefaultAffinity {
			return nil, fmt.Errorf("limits.affinity is %g: below %g a callee may have several callers to choose from, which takes --any", a, DefaultAffinity)
		}
		p.solution, err = solve.Exact(m.problem)
	}
	if err != nil {
		return nil, cmp.Or(m.alwaysApart(), err)
	}
	if !in.Any {
		if m.callers, err = solve.Callers(m.problem); err != nil {
			return nil, err
		}
	}
	p.Cores, p.Bound, p.Gap = p.solution.Value, p.solution.Bound, p.solution.Gap()
	for _, g := range p.solution.Groups {
		p.Groups = append(p.Groups, m.group(g))
	}
	p.reject()
	p.Ignored = append(p.Ignored, in.Traffic.Ignored...)
	p.Ignored = append(p.Ignored, in.Ignored...)
	slices.SortStableFunc(p.Ignored, func(a, b traffic.Ignored) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.What, b.What), cmp.Compare(a.Why, b.Why))
	})
	m.plausible(p.Groups)
	p.Warnings = append(p.Warnings, m.warnings...)
	return p, nil
}

// alwaysApart returns an error for what is always together and cannot be, if the two
// alone are enough to see it.
func (m *model) alwaysApart() error {
	for _, pair := range m.in.Settings.Always {
		for i := range m.problem.Links {
			l := &m.problem.Links[i]
			if !l.Always || m.names[l.Caller] != pair.Caller || m.names[l.Callee] != pair.Callee {
				continue
			}
			if rule, why := m.apart(l); rule != "" {
				return fmt.Errorf("%s:%d: always: %s cannot be together: %s [%s]", m.in.SettingsName, pair.Line, pair, why, rule)
			}
		}
	}
	return nil
}

// WriteLP writes the choice as an integer program for solvers such as CBC and GLPK,
// over all groups that may be.
func (p *Plan) WriteLP(out io.Writer) error {
	columns, err := solve.Columns(p.model.problem, p.model.callers)
	if err != nil {
		return err
	}
	return solve.WriteLP(out, p.model.problem, columns)
}

// group computes what is shown of a group.
func (m *model) group(g solve.Group) Group {
	one := Group{Host: m.names[g.Host()], Cores: g.Value}
	latency, quota := 0.0, 0.0
	known := true
	for _, member := range m.problem.Members(g, m.callers) {
		s := m.fleet[m.names[member.Service]]
		to := Member{Service: s.Name, Share: member.Share, Released: member.Costs.Released, Cores: member.Value(), Links: []Link{}}
		if member.Caller >= 0 {
			to.Caller = m.names[member.Caller]
		}
		for _, inline := range member.Links {
			l := m.trafficOf(inline.Link)
			calls := l.PerSecond * inline.Share
			to.Links = append(to.Links, Link{Link: l.Caller + "->" + l.Callee, Inline: calls, Cores: inline.Saved(), Uncounted: inline.Uncounted})
			one.Inline += calls
			latency += calls * m.cost.SavedLatency(m.bytes(l).Value)
			if !inline.Uncounted {
				one.CallCores += inline.Saved()
			}
		}
		slices.SortFunc(to.Links, func(a, b Link) int { return cmp.Compare(a.Link, b.Link) })
		one.Memory += member.Costs.Memory
		one.Connections += member.Costs.Connections
		one.Restarts += member.Costs.Restarts
		one.ReplicaMemory += s.Memory.Value
		quota += s.Cores.Value * s.Replicas.Value
		known = known && s.Cores.Known() && s.Replicas.Known()
		one.Unknown = append(one.Unknown, unknown(s, member.Caller >= 0)...)
		one.Members = append(one.Members, to)
	}
	if known {
		one.Quota = quota
	}
	if one.Inline > 0 {
		one.Latency = latency / one.Inline * 1e6
	}
	return one
}

// unknown names what is not known of a service and would count.
func unknown(s *fleet.Service, callee bool) []string {
	var list []string
	numbers := []struct {
		name  string
		n     fleet.Number
		ofAll bool
	}{
		{"replicas", s.Replicas, true}, {"memory", s.Memory, false}, {"connections", s.Connections, false}, {"releases per week", s.Releases, false},
	}
	for _, n := range numbers {
		if !n.n.Known() && (callee || n.ofAll) {
			list = append(list, s.Name+": "+n.name)
		}
	}
	return list
}

func (m *model) trafficOf(l *solve.Link) *traffic.Link {
	i, _ := slices.BinarySearchFunc(m.links, l, func(t traffic.Link, l *solve.Link) int {
		return cmp.Or(cmp.Compare(t.Caller, m.names[l.Caller]), cmp.Compare(t.Callee, m.names[l.Callee]))
	})
	return &m.links[i]
}

// Savings are plausible between these parts of what merged services have. Fleets
// spend 7 % of their cycles on RPC, and have saved 13 % of what was merged.
const (
	plausibleFrom = 0.03
	plausibleTo   = 0.25
)

func (m *model) plausible(groups []Group) {
	for _, g := range groups {
		if g.Quota == 0 {
			continue
		}
		if part := g.Cores / g.Quota; part < plausibleFrom || part > plausibleTo {
			m.warn("group of %s: it saves %.0f %% of the %.4g cores of its services, and fleets save between %.0f and %.0f %%: check the traffic's period and sampling, and the quotas",
				g.Host, math.Round(100*part), g.Quota, 100*plausibleFrom, 100*plausibleTo)
		}
	}
}
