package runtime

import (
	"sync"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
)

const (
	// cpuWindow is how long a measurement takes. A shorter one holds services
	// nearer to their limits; beginning and ending one takes about a
	// millisecond of CPU time.
	cpuWindow = 200 * time.Millisecond
	// cpuAverage is how many windows the use that is shown is an average of.
	cpuAverage = 5
)

// governor measures what services use of the CPU, in one window after the
// other, and charges it to their budgets. There is none where no service has a
// limit.
type governor struct {
	services []*activeService
	budgets  map[string]*cpuBudget // by service
	// measure returns the cores that each service used in a window, or false if
	// it cannot tell. It takes about as long as the window in any case.
	measure func(window time.Duration) (cores map[string]float64, ok bool)

	unmeasured sync.Once // for the log

	charged time.Duration // when the last window ended, since started

	mu  sync.Mutex
	use map[string]float64 // cores by service, on average; nil before the first window
}

// newGovernor returns the governor of the services' budgets, nil if they have
// none.
func newGovernor(services []*activeService) *governor {
	g := &governor{services: services, budgets: map[string]*cpuBudget{}, charged: time.Since(started)}
	for _, s := range services {
		if s.limits != nil && s.limits.cpu != nil {
			g.budgets[s.Name] = s.limits.cpu
		}
	}
	if len(g.budgets) == 0 {
		return nil
	}
	g.measure = func(window time.Duration) (map[string]float64, bool) {
		cores, err := usageOf(services).CPU(window)
		if err != nil && err != usage.ErrProfiled {
			g.unmeasured.Do(func() { logger.Printf("cpu_limit has no effect: the use of the CPU cannot be measured: %v", err) })
		}
		return cores, err == nil
	}
	return g
}

// run measures until stop is closed.
func (g *governor) run(stop <-chan struct{}) {
	for {
		begin := time.Since(started)
		if cores, ok := g.measure(cpuWindow); ok {
			g.charge(begin, time.Since(started), cores)
		}
		select {
		case <-stop:
			return
		default:
		}
	}
}

// charge takes note of what the services used in a window. Use that nobody
// measured, since the window does not begin where the last one ended, is free.
func (g *governor) charge(begin, now time.Duration, cores map[string]float64) {
	for service, b := range g.budgets {
		b.charge(now, now-g.charged, now-begin, cores[service])
	}
	g.charged = now

	g.mu.Lock()
	defer g.mu.Unlock()
	if g.use == nil {
		g.use = map[string]float64{}
	}
	for _, s := range g.services {
		g.use[s.Name] += (cores[s.Name] - g.use[s.Name]) / cpuAverage
	}
}

// used returns how many cores a service uses, or false if nothing was measured.
func (g *governor) used(service string) (cores float64, ok bool) {
	if g == nil {
		return 0, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.use[service], g.use != nil
}

func usageOf(services []*activeService) (all usage.Services) {
	for _, s := range services {
		all = append(all, usage.Service{Name: s.Name, Namespace: s.Namespace})
	}
	return all
}
