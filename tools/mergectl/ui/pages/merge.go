package pages

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
)

// link is a method of a link, in all processes of a merged binary.
type link struct {
	binary, name string
	// Link has the sums. Its state and deadline are "mixed" where processes differ. Of
	// one process it is that process's own.
	*reports.Link
	rate  watch.Rate
	rated bool
	of    []ofProcess
	// gone is how many of the processes do not answer.
	gone int
}

// ofProcess is a method in one process.
type ofProcess struct {
	process *watch.Process
	*reports.Link
	rate  watch.Rate
	rated bool
}

// mixed is the state of what differs between processes.
const mixed = "mixed"

// merged keeps the links of the last processes, which several requests ask for between two
// readings.
type merged struct {
	mu        sync.Mutex
	processes []watch.Process
	links     []*link
}

// of returns the links of processes. Nobody may change them.
func (m *merged) of(processes []watch.Process) []*link {
	m.mu.Lock()
	defer m.mu.Unlock()
	unchanged := slices.EqualFunc(m.processes, processes, func(a, b watch.Process) bool {
		return a.Socket == b.Socket && a.Links == b.Links && a.Read.Equal(b.Read) && a.Gone() == b.Gone()
	})
	if m.links == nil || !unchanged {
		m.processes, m.links = processes, merge(processes)
	}
	return m.links
}

// merge returns the links of processes, those of one binary joined, sorted by binary and
// name.
func merge(processes []watch.Process) []*link {
	type key struct{ binary, name string }
	byKey := make(map[key]*link)
	var all []*link
	for i := range processes {
		p := &processes[i]
		if p.Links == nil {
			continue
		}
		for j := range p.Links.Links {
			l := &p.Links.Links[j]
			k := key{p.Binary(), l.Name()}
			m := byKey[k]
			if m == nil {
				m = &link{binary: k.binary, name: k.name}
				byKey[k] = m
				all = append(all, m)
			}
			m.add(p, l)
		}
	}
	slices.SortFunc(all, func(a, b *link) int { return cmp.Or(cmp.Compare(a.binary, b.binary), cmp.Compare(a.name, b.name)) })
	return all
}

// add adds what one process reports.
func (m *link) add(p *watch.Process, l *reports.Link) {
	one := ofProcess{process: p, Link: l}
	one.rate, one.rated = p.Rates[m.name]
	m.of = append(m.of, one)
	m.rate.Inline += one.rate.Inline
	m.rate.RPC += one.rate.RPC
	m.rated = m.rated || one.rated
	if p.Gone() {
		m.gone++
	}
	switch len(m.of) {
	case 1:
		m.Link = l
		return
	case 2:
		own := *m.Link
		m.Link = &own
	}
	s := m.Link
	if s.State != l.State {
		s.State = mixed
	}
	if s.Deadline != l.Deadline {
		s.Deadline = mixed
	}
	if s.Rule != l.Rule || s.Source != l.Source || s.Reason != l.Reason || s.DeadlineRule != l.DeadlineRule || s.DeadlineSource != l.DeadlineSource {
		s.Rule, s.Source, s.Reason, s.DeadlineRule, s.DeadlineSource = "", "", "the processes differ", "", ""
	}
	s.Serving = s.Serving && l.Serving
	s.Inline += l.Inline
	s.RPC += l.RPC
	s.Errors += l.Errors
	s.Panics += l.Panics
	s.Copied += l.Copied
	s.Shared += l.Shared
	s.Ways.Add(l.Ways)
	s.Fallbacks.Add(l.Fallbacks)
	s.SlowestHandler = max(s.SlowestHandler, l.SlowestHandler)
	s.Drawn.Inline = sum(s.Drawn.Inline, l.Drawn.Inline)
	s.Drawn.RPC = sum(s.Drawn.RPC, l.Drawn.RPC)
	s.Drawn.None = sum(s.Drawn.None, l.Drawn.None)
}

func sum(a, b reports.Arm) reports.Arm {
	a.Ended.Add(b.Ended)
	switch {
	case b.Latency.Count == 0:
		return a
	case a.Latency.Count == 0:
		a.Latency = b.Latency
		return a
	}
	l := &a.Latency
	l.Count += b.Latency.Count
	l.Sum += b.Latency.Sum
	l.Max = max(l.Max, b.Latency.Max)
	for i := range l.Within {
		l.Within[i] += b.Latency.Within[i]
	}
	l.P50, l.P90, l.P99, l.P999 = quantile(l, 0.5), quantile(l, 0.9), quantile(l, 0.99), quantile(l, 0.999)
	return a
}

// quantile returns the bound within which a part of the calls ended. It is too high by
// less than a factor of two.
func quantile(l *reports.Latency, part float64) int64 {
	for i, n := range l.Within {
		if float64(n) >= part*float64(l.Count) {
			return min(reports.LatencyBound(i), l.Max)
		}
	}
	return l.Max
}

// calls is how many calls of an arm ended.
func calls(a reports.Arm) uint64 { return a.Ended.OK + a.Ended.Failed() }

// notes says which processes do not answer, and other things that matter to all pages.
func notes(processes []watch.Process) []Note {
	var list []Note
	unread := 0
	for _, p := range processes {
		name := cmp.Or(p.Binary(), "A process")
		switch {
		case p.Late > 0 && !p.Gone():
			text := fmt.Sprintf("%s at %s has not answered for %s.", name, p.Socket, p.Late.Truncate(time.Second))
			if p.Links != nil {
				text += " Its numbers are those of " + clock(p.Read) + "."
			}
			list = append(list, Note{"mixed", text})
		case !p.Gone() && p.Links == nil:
			unread++
		case p.Gone() && p.Links == nil:
			list = append(list, Note{"bad", fmt.Sprintf("A process does not answer: %v.", p.Err)})
		case p.Gone():
			list = append(list, Note{"bad", fmt.Sprintf("%s is gone since %s: %v. Its numbers are the last that it reported.", name, clock(p.Since), p.Err)})
		case p.Losses > 0:
			list = append(list, Note{"good", fmt.Sprintf("%s at %s is back since %s.", name, p.Socket, clock(p.Since))})
		}
		if p.Links != nil && len(p.Links.Killed) > 0 {
			list = append(list, Note{"bad", fmt.Sprintf("All calls of %s at %s are RPCs: the kill switch is on.", name, p.Socket)})
		}
		if p.Links != nil && len(p.Links.Unbound) > 0 {
			list = append(list, Note{"bad", fmt.Sprintf("%s: %s.", name, reports.DescribeUnbound(p.Links.Unbound))})
		}
	}
	list = limited(list, "see the processes")
	if unread > 0 {
		list = append(list, Note{"mixed", fmt.Sprintf("%d of %d processes have not been read yet.", unread, len(processes))})
	}
	return list
}

// nothing says why there is nothing to show of processes.
func nothing(processes []watch.Process, otherwise string) string {
	answered := slices.ContainsFunc(processes, func(p watch.Process) bool { return p.Links != nil })
	switch {
	case len(processes) == 0:
		return "No process is watched: start mergectl ui with merged binaries that run, or their admin sockets."
	case !answered:
		return "No process has answered."
	}
	return otherwise
}
