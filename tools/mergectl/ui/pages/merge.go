package pages

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

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
	s.Ways.Short += l.Ways.Short
	s.Ways.Direct += l.Ways.Direct
	s.Ways.Transport += l.Ways.Transport
	s.Ways.Stream += l.Ways.Stream
	f := &s.Fallbacks
	f.Unconverted += l.Fallbacks.Unconverted
	f.Absent += l.Fallbacks.Absent
	f.Elsewhere += l.Fallbacks.Elsewhere
	f.Declined += l.Fallbacks.Declined
	f.Refused += l.Fallbacks.Refused
	s.SlowestHandler = max(s.SlowestHandler, l.SlowestHandler)
	s.Drawn.Inline = sum(s.Drawn.Inline, l.Drawn.Inline)
	s.Drawn.RPC = sum(s.Drawn.RPC, l.Drawn.RPC)
	s.Drawn.None = sum(s.Drawn.None, l.Drawn.None)
}

func sum(a, b reports.Arm) reports.Arm {
	e := &a.Ended
	e.OK += b.Ended.OK
	e.Application += b.Ended.Application
	e.Internal += b.Ended.Internal
	e.Panic += b.Ended.Panic
	e.Timeout += b.Ended.Timeout
	e.Canceled += b.Ended.Canceled
	e.Denied += b.Ended.Denied
	e.Overloaded += b.Ended.Overloaded
	e.Unavailable += b.Ended.Unavailable
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
	for _, p := range processes {
		name := cmp.Or(p.Binary(), "a process")
		switch {
		case p.Gone() && p.Links == nil:
			list = append(list, Note{"bad", fmt.Sprintf("%s does not answer: %v", p.Socket, p.Err)})
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
	const most = 5
	if len(list) > most {
		more := len(list) - most
		list = append(list[:most], Note{"bad", fmt.Sprintf("%d other notes of this kind: see the processes.", more)})
	}
	return list
}
