package supervision

import (
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
)

// Services returns the state of all services in the order given. It is empty
// before the services start.
func (p *Process) Services() []reports.Service {
	stats := []reports.Service{}
	s := p.running.Load()
	if s == nil {
		return stats
	}
	used := usageOf(s.services).Measure()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.services {
		of := reports.Service{
			Name: a.Name, Version: a.Version, Revision: a.Revision, Digest: a.Digest, State: a.state, Since: a.since, Reason: a.end.why, Code: a.end.code, Restarts: a.restarts, FromFile: a.fromFile,
			MaxInflight: a.MaxInflight, CPULimit: a.CPULimit, Goroutines: used.Goroutines[a.Name], HeapBytes: used.Heap[a.Name],
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
