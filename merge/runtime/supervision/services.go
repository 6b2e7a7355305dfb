package supervision

import (
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
)

// Services returns the state of all services in the order given, and what they use. It
// is empty before the services start.
func (p *Process) Services() []reports.Service {
	stats := p.States()
	if s := p.running.Load(); s != nil && len(stats) > 0 {
		used := usageOf(s.services).Measure()
		for i := range stats {
			stats[i].Goroutines, stats[i].HeapBytes = used.Goroutines[stats[i].Name], used.Heap[stats[i].Name]
		}
	}
	return stats
}

// States is [Process.Services] without goroutines and heap, which take a profile each.
func (p *Process) States() []reports.Service {
	stats := []reports.Service{}
	s := p.running.Load()
	if s == nil {
		return stats
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.services {
		of := reports.Service{
			Name: a.Name, Version: a.Version, Revision: a.Revision, Digest: a.Digest, State: a.state, Since: a.since, Reason: a.end.why, Code: a.end.code, Restarts: a.restarts, FromFile: a.fromFile,
			MaxInflight: a.MaxInflight, CPULimit: a.CPULimit,
		}
		a.limits.Report(&of)
		if cores, ok := s.governor.Used(a.Name); ok {
			of.CPUUse = &cores
		}
		stats = append(stats, of)
	}
	return stats
}

// Goroutines returns the goroutines of all services, sorted by service and
// function.
func (p *Process) Goroutines() []reports.GoroutineGroup {
	s := p.running.Load()
	if s == nil {
		return []reports.GoroutineGroup{}
	}
	return usageOf(s.services).Goroutines()
}

func usageOf(services []*activeService) (all usage.Services) {
	for _, s := range services {
		all = append(all, usage.Service{Name: s.Name, Namespace: s.Namespace})
	}
	return all
}
