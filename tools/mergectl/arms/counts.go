package arms

import (
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// Counts are the calls of one method, either since its process started or between two
// readings.
type Counts struct {
	// Inline and RPC have the calls by what was drawn for them.
	Inline Arm `json:"inline,omitzero"`
	RPC    Arm `json:"rpc,omitzero"`
	// AttemptsInline ran as function calls, and AttemptsRPC were left to the framework.
	// A retry is another attempt.
	AttemptsInline uint64 `json:"attempts_inline,omitempty"`
	AttemptsRPC    uint64 `json:"attempts_rpc,omitempty"`
	// Errors are inline attempts that gave no result, Panics those of them in which the
	// callee panicked.
	Errors uint64 `json:"errors,omitempty"`
	Panics uint64 `json:"panics,omitempty"`
	// Fallbacks are attempts that were drawn inline and are RPCs.
	Fallbacks reports.Fallbacks `json:"fallbacks,omitzero"`
	// Verified are calls that ran both ways.
	Verified Verified `json:"verified,omitzero"`
}

// Arm has the calls of one draw.
type Arm struct {
	Ended reports.Endings `json:"ended,omitzero"`
	// Timed is the number of calls that were timed, about one in 16, and Nanoseconds the
	// time that they took.
	Timed       uint64 `json:"timed,omitempty"`
	Nanoseconds uint64 `json:"nanoseconds,omitempty"`
	// Within has how many of them took no longer than each [reports.LatencyBound].
	Within [reports.LatencyBounds]uint64 `json:"within,omitzero"`
}

// Verified counts calls that ran both ways, by how the results compare.
type Verified struct {
	Same      uint64 `json:"same,omitempty"`
	Different uint64 `json:"different,omitempty"`
	// Skipped calls were to run both ways and did not.
	Skipped uint64 `json:"skipped,omitempty"`
}

// Calls is the number of calls that have ended.
func (a *Arm) Calls() uint64 { return a.Ended.OK + a.Ended.Failed() }

// Slower is how many of the timed calls took longer than a bound that [Bound] returns.
func (a *Arm) Slower(bound int) uint64 {
	return a.Timed - min(a.Timed, a.Within[bound])
}

// Bound returns the number of the largest [reports.LatencyBound] that is not above a
// time, and the time that it is. Calls are only known to be faster or slower than these.
func Bound(above time.Duration) (int, time.Duration) {
	i := 0
	for i+1 < reports.LatencyBounds && reports.LatencyBound(i+1) <= int64(above) {
		i++
	}
	return i, time.Duration(reports.LatencyBound(i))
}

// Calls is the number of calls for which something was drawn.
func (c *Counts) Calls() uint64 { return c.Inline.Calls() + c.RPC.Calls() }

// Add adds the counts of another process or time.
func (c *Counts) Add(o *Counts) {
	others := o.fields()
	for i, n := range c.fields() {
		*n += *others[i]
	}
}

// since returns what was counted after an earlier reading, or false if a counter is
// lower than it was.
func (c *Counts) since(before *Counts) (Counts, bool) {
	all := true
	difference := *c
	was := before.fields()
	for i, n := range difference.fields() {
		all = all && *n >= *was[i]
		*n -= min(*n, *was[i])
	}
	return difference, all
}

// fields returns all counters.
func (c *Counts) fields() []*uint64 {
	f := &c.Fallbacks
	list := []*uint64{
		&c.AttemptsInline, &c.AttemptsRPC, &c.Errors, &c.Panics,
		&f.Unconverted, &f.Absent, &f.Elsewhere, &f.Declined, &f.Refused,
		&c.Verified.Same, &c.Verified.Different, &c.Verified.Skipped,
	}
	for _, a := range []*Arm{&c.Inline, &c.RPC} {
		e := &a.Ended
		list = append(list, &e.OK, &e.Application, &e.Internal, &e.Panic, &e.Timeout, &e.Canceled, &e.Denied, &e.Overloaded, &e.Unavailable, &a.Timed, &a.Nanoseconds)
		for i := range a.Within {
			list = append(list, &a.Within[i])
		}
	}
	return list
}
