package runtime

import (
	"context"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// limits holds the limits of a service that has one or both. Services without have no
// limits, so that their calls ask for nothing else.
type limits struct {
	inflight *limiter
	cpu      *cpuBudget
}

func newLimits(s Service) *limits {
	l := limits{inflight: newLimiter(s.MaxInflight, 0)}
	if s.CPULimit > 0 {
		l.cpu = newCPUBudget(s.CPULimit)
	}
	if l == (limits{}) {
		return nil
	}
	return &l
}

// renewed returns the limits for a service's next life. Calls of the last one
// that never return keep their places there.
func (l *limits) renewed() *limits {
	if l == nil || l.inflight == nil {
		return l
	}
	return &limits{newLimiter(int(l.inflight.max), l.inflight.refused.Load()), l.cpu}
}

// stats adds to the statistics of the service.
func (l *limits) stats(of *reports.Service) {
	if l == nil {
		return
	}
	if l.inflight != nil {
		of.Inflight = l.inflight.running.Load()
		of.Refused += l.inflight.refused.Load()
	}
	if l.cpu != nil {
		of.Throttled = l.cpu.throttled.Load()
		of.Refused += l.cpu.refused.Load()
	}
}

// enter lets a call of the service begin and returns "", or tells why it may not.
// A call that may begin must leave.
func (l *limits) enter(ctx context.Context, service string) (overload string) {
	if l.cpu != nil && !l.cpu.admit(ctx) {
		return l.cpu.overload(service)
	}
	if l.inflight != nil && !l.inflight.enter() {
		return l.inflight.overload(service)
	}
	return ""
}

func (l *limits) leave() {
	if l.inflight != nil {
		l.inflight.leave()
	}
}

// limitsOf returns the limits of a service, nil if it has none.
func limitsOf(service string) *limits {
	s := current.Load()
	if s == nil || s.byName[service] == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.byName[service].limits
}
