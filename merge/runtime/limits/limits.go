package limits

import (
	"context"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/merge/runtime/stripes"
)

// Service holds a service to its limits. One without limits has none, so that
// its calls ask for nothing else.
type Service struct {
	name     string
	inflight *limiter
	cpu      *cpuBudget
}

// New returns the limits of a service, nil if it has none: how many inline calls
// it runs at a time, and how many cores it may use on average. 0 means no limit.
func New(name string, maxInflight int, cpuLimit float64) *Service {
	s := Service{name: name, inflight: newLimiter(maxInflight, 0)}
	if cpuLimit > 0 {
		s.cpu = newCPUBudget(cpuLimit)
	}
	if s.inflight == nil && s.cpu == nil {
		return nil
	}
	return &s
}

// Renewed returns the limits for a service's next life. Calls of the last one
// that never return keep their places there.
func (s *Service) Renewed() *Service {
	if s == nil || s.inflight == nil {
		return s
	}
	return &Service{s.name, newLimiter(s.inflight.permits.Max(), s.inflight.refusals()), s.cpu}
}

// Report adds what the limits did to the report of the service.
func (s *Service) Report(of *reports.Service) {
	if s == nil {
		return
	}
	if s.inflight != nil {
		of.Inflight = s.inflight.permits.Taken()
		of.Refused += s.inflight.refusals()
	}
	if s.cpu != nil {
		of.Throttled = s.cpu.throttled.Load()
		of.Refused += s.cpu.refused.Load()
	}
}

// Enter lets a call of the service begin, which has a stripe, and returns "", or
// says why it may not. A call that may begin must [Service.Leave].
func (s *Service) Enter(ctx context.Context, stripe stripes.Stripe) (overload string) {
	if s.cpu != nil && !s.cpu.admit(ctx) {
		return s.cpu.overload(s.name)
	}
	if s.inflight != nil && !s.inflight.enter(stripe) {
		return s.inflight.overload(s.name)
	}
	return ""
}

// Leave ends a call.
func (s *Service) Leave(stripe stripes.Stripe) {
	if s.inflight != nil {
		s.inflight.permits.Return(stripe)
	}
}
