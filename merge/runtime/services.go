package runtime

import "time"

// ServicesReport is what a merged binary says about its services.
type ServicesReport struct {
	Binary   string         `json:"binary"`
	Services []ServiceStats `json:"services"`
}

// ServiceStats are the state of one service and its part of the process.
type ServiceStats struct {
	Name string `json:"name"`
	// Version is as its BUILD file says.
	Version string `json:"version,omitempty"`
	// State is waiting, running, down or ended, and Since when that began.
	State ServiceState `json:"state"`
	Since time.Time    `json:"since"`
	// Reason reports how a service ended that is down or has ended, and Code is
	// the exit code that a separate process would have had.
	Reason   string `json:"reason,omitempty"`
	Code     int    `json:"code"`
	Restarts int    `json:"restarts"`
	// FromFile names the attributes that are not as built, but as the settings
	// file says.
	FromFile []string `json:"from_file,omitempty"`
	// MaxInflight is the limit of inline calls at a time, 0 for none. Inflight
	// are those that run, which are counted if there is a limit.
	MaxInflight int   `json:"max_inflight"`
	Inflight    int64 `json:"inflight"`
	// CPULimit is how many cores the service may use on average, 0 for any.
	// CPUUse is how many it used in the last second, and missing where no
	// service has a limit, since nobody measures it.
	CPULimit float64  `json:"cpu_limit"`
	CPUUse   *float64 `json:"cpu_use,omitempty"`
	// Throttled are the inline calls that had to wait since the service was
	// above its limit, Refused those that got an exception for either limit.
	Throttled uint64 `json:"throttled"`
	Refused   uint64 `json:"refused"`
	// Goroutines are those that run the service's code.
	Goroutines int `json:"goroutines"`
	// HeapBytes estimates the live heap that its code allocated.
	HeapBytes int64 `json:"heap_bytes"`
}

// Services returns the state of all services in the order given. It is empty
// before the services start.
func Services() []ServiceStats {
	stats := []ServiceStats{}
	s := current.Load()
	if s == nil {
		return stats
	}
	usage := measure(s.services)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.services {
		of := ServiceStats{
			Name: a.Name, Version: a.Version, State: a.state, Since: a.since, Reason: a.end.why, Code: a.end.code, Restarts: a.restarts, FromFile: a.fromFile,
			MaxInflight: a.MaxInflight, CPULimit: a.CPULimit, Goroutines: usage.goroutines[a.Name], HeapBytes: usage.heap[a.Name],
		}
		a.limits.stats(&of)
		if cores, ok := s.governor.used(a.Name); ok {
			of.CPUUse = &cores
		}
		stats = append(stats, of)
	}
	return stats
}
