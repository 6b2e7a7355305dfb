// Package choose makes a plan: which services to merge, what that saves and why
// the other links are left as they are.
package choose

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/cost"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/settings"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/solve"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
)

// Inputs are what a plan is made of.
type Inputs struct {
	Settings *settings.Settings
	// SettingsName is the name of the settings' file, for sources.
	SettingsName string
	// Traffic has the names of services as the settings have them.
	Traffic *traffic.Graph
	// Fleet is what other inputs say of services. Settings replace it.
	Fleet fleet.Fleet
	// Ignored is what other inputs than the traffic have that is not used.
	Ignored []traffic.Ignored
	// Inline says which links the repository keeps from being inline. It is nil
	// without a repository.
	Inline func(caller, callee string) (Barrier, bool)
	// Scales are how many times the default a service spends for its side of an
	// RPC, by profiles.
	Scales map[string]fleet.Number
	// Any is set to let callees join any caller, for a choice that is not exact.
	Any bool
}

// Barrier is why calls cannot be inline, by a rule of mergectl check.
type Barrier struct {
	Rule, Why string
}

// Default limits.
const (
	DefaultServices = 8
	DefaultAffinity = 0.5
)

// model is what the plan is computed from.
type model struct {
	in      *Inputs
	cost    *cost.Model
	fleet   fleet.Fleet
	names   []string
	index   map[string]int
	links   []traffic.Link
	problem *solve.Problem
	// barriers are those of links by index, nil for links without one.
	barriers []*Barrier
	callers  []int32
	warnings []string
}

func newModel(in *Inputs) (*model, error) {
	m := &model{in: in, cost: cost.New(in.Settings.Costs, in.SettingsName), links: in.Traffic.Links}
	m.readFleet()
	m.problem = &solve.Problem{
		Limits: m.limits(),
		Prices: solve.Prices{Byte: m.cost.Byte(), Connection: m.cost.Connection(), Restart: m.cost.Restart.Value},
	}
	m.addServices()
	m.addLinks()
	if err := m.addPairs(); err != nil {
		return nil, err
	}
	return m, nil
}

// readFleet joins what the settings and the other inputs say of services.
func (m *model) readFleet() {
	m.fleet = make(fleet.Fleet)
	got := make(map[string]float64)
	for _, l := range m.links {
		m.fleet.Get(l.Caller)
		m.fleet.Get(l.Callee)
		got[l.Callee] += l.PerSecond
	}
	from := make(map[string]string)
	for _, r := range m.in.Traffic.Received {
		if r.PerSecond > got[r.Callee] {
			got[r.Callee], from[r.Callee] = r.PerSecond, r.Source+": of all callers, also those without a name"
		}
	}
	for _, name := range m.fleet.Names() {
		s := m.fleet[name]
		m.set(s, m.in.Settings.Services[name])
		if other := m.in.Fleet[name]; other != nil {
			s.Owner.Set(other.Owner.Value, other.Owner.Source)
			s.Zone.Set(other.Zone.Value, other.Zone.Source)
			for _, n := range []struct{ to, from *fleet.Number }{
				{&s.Replicas, &other.Replicas}, {&s.MinReplicas, &other.MinReplicas}, {&s.Cores, &other.Cores}, {&s.Memory, &other.Memory},
				{&s.Connections, &other.Connections}, {&s.Releases, &other.Releases},
			} {
				if n.from.Known() {
					n.to.Set(n.from.Value, n.from.Unit, n.from.Source)
				}
			}
		}
		switch {
		case s.Calls.Known() && s.Calls.Value < got[name]:
			m.warn("%s: calls_per_second is %.4g, and its callers make %.4g; the latter counts", name, s.Calls.Value, got[name])
			s.Calls = fleet.Number{Value: got[name], Unit: fleet.CallsPerSecond, Source: cmp.Or(from[name], "sum of its links")}
		default:
			s.Calls.Set(got[name], fleet.CallsPerSecond, cmp.Or(from[name], "sum of its links"))
		}
		if s.Replicas.Known() {
			s.MinReplicas.Set(1, fleet.Replicas, "default")
		}
	}
	m.names = m.fleet.Names()
	m.index = make(map[string]int)
	for i, name := range m.names {
		m.index[name] = i
	}
	for name := range m.in.Settings.Services {
		if m.fleet[name] == nil {
			m.warn("%s: service %s has no traffic", m.in.SettingsName, name)
		}
	}
	for name := range m.in.Fleet {
		if m.fleet[name] == nil {
			m.warn("workload %s has no traffic under this name; give its service the alias if it has another", name)
		}
	}
	slices.Sort(m.warnings)
}

func (m *model) set(s *fleet.Service, from settings.Service) {
	source := fmt.Sprintf("%s: services.%s", m.in.SettingsName, s.Name)
	s.Owner.Set(from.Owner, source)
	s.Zone.Set(from.Zone, source)
	for _, n := range []struct {
		to   *fleet.Number
		from *float64
		unit string
	}{
		{&s.Replicas, from.Replicas, fleet.Replicas}, {&s.MinReplicas, from.MinReplicas, fleet.Replicas},
		{&s.Connections, from.Connections, fleet.Connections}, {&s.Releases, from.ReleasesPerWeek, fleet.PerWeek},
		{&s.Calls, from.CallsPerSecond, fleet.CallsPerSecond},
	} {
		if n.from != nil {
			n.to.Set(*n.from, n.unit, source)
		}
	}
	if from.Cores > 0 {
		s.Cores.Set(float64(from.Cores), fleet.Cores, source)
	}
	if from.Memory > 0 {
		s.Memory.Set(float64(from.Memory), fleet.Bytes, source)
	}
	s.Dropped = cmp.Or(from.Standalone, m.in.Settings.Standalone, settings.Keep) == settings.Drop
}

func (m *model) warn(format string, args ...any) {
	m.warnings = append(m.warnings, fmt.Sprintf(format, args...))
}

func (m *model) limits() solve.Limits {
	set := m.in.Settings.Limits
	limits := solve.Limits{Services: DefaultServices, Memory: orNone((*float64)(set.Memory)), Quota: orNone(set.QuotaRatio), Restarts: orNone(set.RestartsPerWeek)}
	if set.Services != nil {
		limits.Services = *set.Services
	}
	if !m.in.Any {
		limits.Affinity = DefaultAffinity
	}
	if set.Affinity != nil {
		limits.Affinity = *set.Affinity
	}
	return limits
}

// orNone returns a limit, which is 0 if there is none.
func orNone(limit *float64) float64 {
	if limit == nil {
		return 0
	}
	return *limit
}

func (m *model) addServices() {
	zones := make(map[string]int)
	for i, name := range m.names {
		s := m.fleet[name]
		one := solve.Service{
			Name: name, Calls: s.Calls.Value, Replicas: s.Replicas.Value, MinReplicas: s.MinReplicas.Value,
			Memory: s.Memory.Value, Cores: s.Cores.Value * s.Replicas.Value, Connections: s.Connections.Value, Releases: s.Releases.Value,
			Moved: s.Dropped,
		}
		if s.Zone.Value != "" {
			if zones[s.Zone.Value] == 0 {
				zones[s.Zone.Value] = len(zones) + 1
			}
			one.Zone = zones[s.Zone.Value]
		}
		if agree := m.in.Settings.Owners.MustAgree; agree != nil && *agree {
			one.Owners = m.agreements(i, s.Owner.Value)
		}
		m.problem.Services = append(m.problem.Services, one)
	}
}

// agreements returns the numbers of the agreements that an owner is part of, and of
// the owner alone. A service whose owner is not known agrees with none.
func (m *model) agreements(service int, owner string) []int {
	lists := m.in.Settings.Owners.Agreements
	if owner == "" {
		return []int{len(lists) + len(m.names) + service}
	}
	numbers := []int{}
	for i, list := range lists {
		if slices.Contains(list, owner) {
			numbers = append(numbers, i)
		}
	}
	// The first service of the owner stands for the owner.
	first := slices.IndexFunc(m.names, func(name string) bool { return m.fleet[name].Owner.Value == owner })
	return append(numbers, len(lists)+first)
}

// saved returns how many cores a link saves if all its calls are inline.
func (m *model) saved(l *traffic.Link) float64 {
	return l.PerSecond * m.cost.SavedCPU(m.bytes(l).Value, m.scale(l))
}

// scale returns how many times the default an RPC of a link costs.
func (m *model) scale(l *traffic.Link) float64 {
	sum := 0.0
	for _, name := range []string{l.Caller, l.Callee} {
		if n, ok := m.in.Scales[name]; ok {
			sum += n.Value
		} else {
			sum++
		}
	}
	return sum / 2
}

func (m *model) bytes(l *traffic.Link) fleet.Number {
	if l.Bytes > 0 {
		return fleet.Number{Value: l.Bytes, Unit: "bytes per call", Source: l.Source}
	}
	n := m.cost.Bytes
	n.Unit = "bytes per call"
	return n
}

func (m *model) addLinks() {
	m.barriers = make([]*Barrier, len(m.links))
	for i := range m.links {
		l := &m.links[i]
		link := solve.Link{Caller: m.index[l.Caller], Callee: m.index[l.Callee], Calls: l.PerSecond, Save: m.saved(l)}
		if m.in.Inline != nil {
			if barrier, barred := m.in.Inline(l.Caller, l.Callee); barred {
				m.barriers[i], link.Barred = &barrier, true
			}
		}
		m.problem.Links = append(m.problem.Links, link)
	}
}

// keepApart keeps two services apart, of which * is any. It returns false if they have
// no traffic. Pairs with * are as many as services, or more.
func (m *model) keepApart(pair settings.Pair) bool {
	caller, isCaller := m.index[pair.Caller]
	callee, isCallee := m.index[pair.Callee]
	switch {
	case pair.Caller == "*" && pair.Callee == "*":
		for i := range m.problem.Services {
			m.problem.Services[i].Apart = true
		}
	case pair.Caller == "*" && isCallee:
		m.problem.Services[callee].Apart = true
	case pair.Callee == "*" && isCaller:
		m.problem.Services[caller].Apart = true
	case isCaller && isCallee && caller != callee:
		m.problem.Never = append(m.problem.Never, [2]int{caller, callee})
	default:
		return false
	}
	return true
}

// addPairs adds what is always or never together.
func (m *model) addPairs() error {
	at := func(pair settings.Pair) string { return fmt.Sprintf("%s:%d: ", m.in.SettingsName, pair.Line) }
	for _, pair := range m.in.Settings.Never {
		if !m.keepApart(pair) {
			m.warn("%snever: %s names services without traffic", at(pair), pair)
		}
	}
	for _, pair := range m.in.Settings.Always {
		i := slices.IndexFunc(m.links, func(l traffic.Link) bool { return l.Caller == pair.Caller && l.Callee == pair.Callee })
		if i < 0 {
			return fmt.Errorf("%salways: %s calls %s nowhere in the traffic", at(pair), pair.Caller, pair.Callee)
		}
		if b := m.barriers[i]; b != nil {
			return fmt.Errorf("%salways: calls of %s cannot be inline: %s [%s]", at(pair), pair, b.Why, b.Rule)
		}
		m.problem.Links[i].Always = true
	}
	return nil
}
