package reports

import (
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// Services is what a merged binary says about its services.
type Services struct {
	Binary   string    `json:"binary"`
	Services []Service `json:"services"`
}

// Service has the state of one service and its part of the process.
type Service struct {
	Name string `json:"name"`
	// Version is as its BUILD file says.
	Version string `json:"version,omitempty"`
	// Revision is the commit of its sources, and missing in a binary that is not
	// stamped.
	Revision string `json:"revision,omitempty"`
	// Digest is the SHA-256 of what it was compiled to, in hexadecimal digits. The
	// same digest is the same code, in whichever merged binary.
	Digest string `json:"digest,omitempty"`
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

// ServiceState reports where a service is in its life.
type ServiceState string

const (
	// Waiting is for callees.
	Waiting ServiceState = "waiting"
	// Running is from the call of main on.
	Running ServiceState = "running"
	// Down is after a failure, until main is called again.
	Down ServiceState = "down"
	// Ended is for good.
	Ended ServiceState = "ended"
)

// Goroutines is what a merged binary says about its services' goroutines.
type Goroutines struct {
	Binary     string           `json:"binary"`
	Goroutines []GoroutineGroup `json:"goroutines"`
}

// GoroutineGroup are the goroutines of a service that began with one function.
type GoroutineGroup struct {
	Service string `json:"service"`
	// Function is the function of the go statement, with the namespace.
	Function string `json:"function"`
	// Place is where one of them is in that function now, as FILE:LINE.
	Place string `json:"place"`
	Count int    `json:"count"`
}

// Permissions is what the services of a merged binary used. There are none if
// the process does not record it.
type Permissions struct {
	Binary   string             `json:"binary"`
	Services []process.Recorded `json:"services"`
}

// Knobs is what a merged binary says about the settings that a process has once.
type Knobs struct {
	Binary string `json:"binary"`
	// Knobs are those that a service has set.
	Knobs []process.KnobState `json:"knobs"`
}
