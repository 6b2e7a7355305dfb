package limits

import (
	"log"
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

// Governor measures what services use of the CPU, in one window after the
// other, and charges it to their budgets. There is none where no service has a
// limit.
type Governor struct {
	services usage.Services
	budgets  map[string]*cpuBudget // by service
	// measure returns the cores that each service used in a window, or an error if
	// it cannot tell. It takes about as long as the window in any case.
	measure    func(window time.Duration) (cores map[string]float64, err error)
	logger     *log.Logger
	unmeasured sync.Once // for the log

	charged time.Time // when the last window ended

	mu  sync.Mutex
	use map[string]float64 // cores by service, on average; nil before the first window
}

// NewGovernor returns the governor of services, nil if none of the limits, which
// are those by service, is one of the CPU.
func NewGovernor(services usage.Services, limits map[string]*Service, logger *log.Logger) *Governor {
	g := &Governor{services: services, budgets: map[string]*cpuBudget{}, measure: services.CPU, logger: logger, charged: time.Now()}
	for name, s := range limits {
		if s != nil && s.cpu != nil {
			g.budgets[name] = s.cpu
		}
	}
	if len(g.budgets) == 0 {
		return nil
	}
	return g
}

// Run measures until stop is closed.
func (g *Governor) Run(stop <-chan struct{}) {
	for {
		begin := time.Now()
		switch cores, err := g.measure(cpuWindow); err {
		case nil:
			g.charge(begin, time.Now(), cores)
		case usage.ErrProfiled:
		default:
			g.unmeasured.Do(func() {
				g.logger.Printf("cpu_limit has no effect: CPU use cannot be measured: %v", err)
			})
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
func (g *Governor) charge(begin, now time.Time, cores map[string]float64) {
	for service, b := range g.budgets {
		b.charge(now, now.Sub(g.charged), now.Sub(begin), cores[service])
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

// Used returns how many cores a service uses, or false if nothing was measured.
func (g *Governor) Used(service string) (cores float64, ok bool) {
	if g == nil {
		return 0, false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.use[service], g.use != nil
}
