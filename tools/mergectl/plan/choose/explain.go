package choose

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/solve"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/traffic"
)

// Explain writes every number of a link with its source, and what became of it. The
// link is written as item->stock or item:stock.
func (p *Plan) Explain(out io.Writer, link string) error {
	caller, callee, ok := strings.Cut(link, "->")
	if !ok {
		caller, callee, ok = strings.Cut(link, ":")
	}
	if !ok {
		return fmt.Errorf("%q is not a link; write caller->callee, such as item->stock", link)
	}
	m := p.model
	i := slices.IndexFunc(m.links, func(l traffic.Link) bool { return l.Caller == caller && l.Callee == callee })
	if i < 0 {
		return fmt.Errorf("the traffic has no link %s->%s%s", caller, callee, m.neighbours(caller, callee))
	}
	tw := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	e := &explainer{m: m, out: tw}
	e.link(i)
	e.verdict(p, i)
	return tw.Flush()
}

// neighbours names links that may be meant.
func (m *model) neighbours(caller, callee string) string {
	var list []string
	for _, l := range m.links {
		if l.Caller == caller || l.Callee == callee {
			list = append(list, l.Caller+"->"+l.Callee)
		}
	}
	if len(list) == 0 {
		return ", and none of either service"
	}
	const some = 6
	text := strings.Join(list[:min(some, len(list))], ", ")
	if more := len(list) - some; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return "; there are " + text
}

type explainer struct {
	m   *model
	out io.Writer
}

func (e *explainer) row(name string, format string, args ...any) {
	fmt.Fprintf(e.out, "  %s\t%s\n", name, fmt.Sprintf(format, args...))
}

func (e *explainer) number(name string, n fleet.Number) {
	if !n.Known() {
		e.row(name, "not known: counts as 0")
		return
	}
	value := fmt.Sprintf("%.6g %s", n.Value, n.Unit)
	if n.Unit == fleet.Bytes {
		value = bytesText(n.Value)
	}
	e.row(name, "%s\t%s", value, n.Source)
}

// link writes the numbers of a link and of its services.
func (e *explainer) link(i int) {
	m, l := e.m, &e.m.links[i]
	fmt.Fprintf(e.out, "%s->%s\n", l.Caller, l.Callee)
	e.number("calls", fleet.Number{Value: l.PerSecond, Unit: fleet.CallsPerSecond, Source: l.Source})
	for _, method := range l.Methods {
		name := method.Name
		if name == "" {
			name = "(not known)"
		}
		e.row("  of "+name, "%.6g calls/s", method.PerSecond)
	}
	bytes := m.bytes(l)
	e.number("request and response", bytes)
	e.number("RPC, CPU per call", m.cost.RPC.CPU)
	e.number("RPC, CPU per KB", m.cost.RPC.CPUPerKB)
	for _, name := range []string{l.Caller, l.Callee} {
		if n, ok := m.in.Scales[name]; ok {
			e.number("  times, for "+name, n)
		}
	}
	e.number("inline, CPU per call", m.cost.Inline.CPU)
	e.number("inline, CPU per KB", m.cost.Inline.CPUPerKB)
	scale := m.scale(l)
	rpc, inline := m.cost.RPC.CPUOf(bytes.Value), m.cost.Inline.CPUOf(bytes.Value)
	e.row("saved by its calls", "%.4g cores\t%.6g calls/s x (%.4g x %.4g - %.4g) µs", m.saved(l), l.PerSecond, rpc, scale, inline)
	e.row("shorter by", "%.4g µs per call\tlatency: RPC %.4g + %.3g per KB, inline %.4g + %.3g per KB", m.cost.SavedLatency(bytes.Value)*1e6,
		m.cost.RPC.Latency.Value, m.cost.RPC.LatencyPerKB.Value, m.cost.Inline.Latency.Value, m.cost.Inline.LatencyPerKB.Value)
	for _, name := range []string{l.Caller, l.Callee} {
		e.service(m.fleet[name])
	}
	callee := m.fleet[l.Callee]
	fmt.Fprintf(e.out, "the two alone\n")
	share := min(1, l.PerSecond/callee.Calls.Value)
	e.row("affinity", "%s\t%.6g of %.6g calls/s that the callee gets", percent(share), l.PerSecond, callee.Calls.Value)
	link := &m.problem.Links[i]
	if m.problem.Services[link.Callee].Moved {
		share = 1
	}
	e.costs(m.problem.Costs(link.Callee, link.Caller, share), callee, m.fleet[l.Caller])
	e.row("saved in all", "%.4g cores\twith calls back, without what else they are merged with", m.alone(link, min(1, l.PerSecond/callee.Calls.Value)))
}

func (e *explainer) service(s *fleet.Service) {
	fmt.Fprintf(e.out, "%s\n", s.Name)
	for _, t := range []struct {
		name string
		t    fleet.Text
	}{{"owner", s.Owner}, {"zone", s.Zone}} {
		if t.t.Value != "" {
			e.row(t.name, "%s\t%s", t.t.Value, t.t.Source)
		}
	}
	e.number("calls from all", s.Calls)
	e.number("replicas", s.Replicas)
	e.number("at least", s.MinReplicas)
	e.number("cores per replica", s.Cores)
	e.number("memory per replica", s.Memory)
	e.number("connections per replica", s.Connections)
	e.number("releases", s.Releases)
	if s.Dropped {
		e.row("standalone", "drop: its deployment goes away when it joins a group")
	}
}

// costs writes what a callee costs with a host.
func (e *explainer) costs(c solve.Costs, callee, host *fleet.Service) {
	m := e.m
	if rest := callee.Replicas.Value - c.Released; rest > 0 {
		e.row("replicas of the callee that go", "%.4g\tof %.4g, of which others need %.4g, and at least %.4g", c.Released, callee.Replicas.Value, rest, callee.MinReplicas.Value)
	} else {
		e.row("replicas of the callee that go", "%.4g\tall", c.Released)
	}
	if !host.Replicas.Known() {
		e.row("paid or gained", "nothing\tthe replicas of %s, the host, are not known", host.Name)
		return
	}
	e.row("memory paid", "%s = %.4g cores\t(%.4g replicas of %s - %.4g) x %s, at %s", bytesText(c.Memory), c.MemoryCores, host.Replicas.Value, host.Name, c.Released, bytesText(callee.Memory.Value), m.cost.GiBPerCore)
	e.row("connections paid", "%.4g = %.4g cores\tat %s each", c.Connections, c.ConnectionCores, m.cost.ConnectionBytes)
	e.row("restarts paid", "%.4g per week = %.4g cores\t%.4g releases x %.4g replicas, at %s each", c.Restarts, c.RestartCores, callee.Releases.Value, host.Replicas.Value, m.cost.Restart)
}

// verdict writes what became of a link.
func (e *explainer) verdict(p *Plan, i int) {
	l := &e.m.links[i]
	text := l.Caller + "->" + l.Callee
	for _, r := range p.Rejected {
		if r.Link == text {
			fmt.Fprintf(e.out, "rejected\n")
			e.row("rule", "%s", r.Rule)
			e.row("why", "%s", r.Why)
			return
		}
	}
	for gi, g := range p.Groups {
		for _, member := range g.Members {
			for _, link := range member.Links {
				if link.Link != text {
					continue
				}
				fmt.Fprintf(e.out, "inline in group %d, of %s\n", gi+1, g.Host)
				e.row("calls", "%.6g calls/s\t%s of the caller's work is done in the group", link.Inline, percent(link.Inline/l.PerSecond))
				if link.Uncounted {
					e.row("saved", "%.4g cores\tnot counted in the choice: neither service is on the way from the host to the other", link.Cores)
					return
				}
				e.row("saved by its calls", "%.4g cores", link.Cores)
				host := e.m.fleet[g.Host]
				if s := e.m.fleet[member.Service]; s != host && l.Callee == s.Name {
					e.costs(e.m.problem.Costs(e.m.index[s.Name], e.m.index[g.Host], member.Share), s, host)
					e.row("saved by "+s.Name, "%.4g cores\twith all its links in the group", member.Cores)
				}
				return
			}
		}
	}
}
