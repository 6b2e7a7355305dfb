package arms

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// sample is one series of a metric at one time.
type sample struct {
	name   string
	labels map[string]string
	value  float64
}

// maxCount is the largest counter that a float64 has exactly.
const maxCount = 1 << 53

// maxNanoseconds is the longest time that is taken, 146 years. Counters of time are not
// exact, and large machines use the 104 days of maxCount in a few.
const maxNanoseconds = 1 << 62

// maxMethods is how many methods of a process are taken. A merged binary has fewer: each
// link has those of its RPC service, and 1,000 others.
const maxMethods = 100_000

// builder makes a process from samples.
type builder struct {
	process Process
	methods map[linkpattern.Pattern]*Method
	found   bool // go_merge_binary_info
}

// processOf reads what a process reported. Metrics of others are left out.
func processOf(name string, samples []sample) (*Process, error) {
	b := &builder{process: Process{Name: name}, methods: make(map[linkpattern.Pattern]*Method)}
	b.process.Rules.Usable = true
	for i := range samples {
		s := &samples[i]
		read, ok := readers[s.name]
		if !ok {
			continue
		}
		if math.IsNaN(s.value) || s.value < 0 {
			return nil, fmt.Errorf("%s is %g", s.name, s.value)
		}
		if err := read(b, s); err != nil {
			return nil, err
		}
	}
	if !b.found {
		return nil, fmt.Errorf("it reports no go_merge_binary_info, so it is not a merged binary")
	}
	for _, m := range b.methods {
		b.process.Methods = append(b.process.Methods, *m)
	}
	slices.SortFunc(b.process.Methods, func(a, b Method) int { return compareLinks(a.Link, b.Link) })
	slices.SortFunc(b.process.Services, func(a, b Service) int { return strings.Compare(a.Name, b.Name) })
	return &b.process, nil
}

// method returns the method that a sample is of.
func (b *builder) method(s *sample) (*Method, error) {
	link := linkpattern.Pattern{Caller: s.labels["caller"], Callee: s.labels["callee"], RPCService: s.labels["rpc_service"], Method: s.labels["method"]}
	if link.Caller == "" || link.Callee == "" || link.RPCService == "" {
		return nil, fmt.Errorf("%s without caller, callee and rpc_service", s.name)
	}
	m := b.methods[link]
	if m == nil {
		if len(b.methods) == maxMethods {
			return nil, fmt.Errorf("more than %d methods", maxMethods)
		}
		m = &Method{Link: link}
		b.methods[link] = m
	}
	return m, nil
}

// readers has how each metric is read.
var readers = map[string]func(*builder, *sample) error{
	"go_merge_calls_total": counter(func(m *Method, s *sample) *uint64 {
		if arm := armOf(m, s); arm != nil {
			return endingOf(&arm.Ended, s.labels["ended"])
		}
		return nil
	}),
	"go_merge_call_duration_seconds_count": counter(func(m *Method, s *sample) *uint64 {
		if arm := armOf(m, s); arm != nil {
			return &arm.Timed
		}
		return nil
	}),
	"go_merge_call_duration_seconds_bucket": counter(func(m *Method, s *sample) *uint64 {
		arm := armOf(m, s)
		le, err := strconv.ParseFloat(s.labels["le"], 64)
		if arm == nil || err != nil {
			return nil
		}
		for i := range arm.Within {
			if math.Abs(le*1e9-float64(reports.LatencyBound(i))) < 0.5 {
				return &arm.Within[i]
			}
		}
		return nil
	}),
	"go_merge_call_duration_seconds_sum": func(b *builder, s *sample) error {
		m, err := b.method(s)
		if err != nil {
			return err
		}
		if arm := armOf(m, s); arm != nil {
			arm.Nanoseconds = uint64(min(s.value*1e9, maxNanoseconds))
		}
		return nil
	},
	"go_merge_attempts_total": counter(func(m *Method, s *sample) *uint64 {
		switch s.labels["way"] {
		case "inline":
			return &m.Counts.AttemptsInline
		case "rpc":
			return &m.Counts.AttemptsRPC
		}
		return nil
	}),
	"go_merge_fallbacks_total": counter(func(m *Method, s *sample) *uint64 {
		return fallbackOf(&m.Counts.Fallbacks, s.labels["reason"])
	}),
	"go_merge_inline_errors_total": counter(func(m *Method, _ *sample) *uint64 { return &m.Counts.Errors }),
	"go_merge_inline_panics_total": counter(func(m *Method, _ *sample) *uint64 { return &m.Counts.Panics }),
	"go_merge_verified_calls_total": counter(func(m *Method, s *sample) *uint64 {
		switch s.labels["outcome"] {
		case "same":
			return &m.Counts.Verified.Same
		case "different":
			return &m.Counts.Verified.Different
		case "skipped":
			return &m.Counts.Verified.Skipped
		}
		return nil
	}),
	"go_merge_inline_ratio": func(b *builder, s *sample) error {
		m, err := b.method(s)
		if err == nil {
			m.Ratio = s.value
		}
		return err
	},
	"go_merge_callee_serving": func(b *builder, s *sample) error {
		m, err := b.method(s)
		if err == nil {
			m.Serving = s.value == 1
		}
		return err
	},
	"go_merge_kill_switch": ofProcess(func(p *Process, s *sample) { p.Rules.Killed = s.value != 0 }),
	"go_merge_rules_file_generation": ofProcess(func(p *Process, s *sample) {
		p.Rules.File, p.Rules.Generation = true, uint64(min(s.value, maxCount))
	}),
	"go_merge_rules_file_usable":  ofProcess(func(p *Process, s *sample) { p.Rules.Usable = s.value == 1 }),
	"go_merge_rules_file_applies": ofProcess(func(p *Process, s *sample) { p.Rules.Applies = s.value == 1 }),
	"go_merge_rules_file_expiry_timestamp_seconds": ofProcess(func(p *Process, s *sample) {
		p.Rules.Expires = time.Unix(int64(min(s.value, maxCount)), 0).UTC()
	}),
	"go_merge_process_info": ofProcess(func(p *Process, s *sample) { p.ID = s.labels["process_id"] }),
	"go_merge_process_start_time_seconds": ofProcess(func(p *Process, s *sample) {
		p.Started = time.UnixMicro(int64(min(s.value*1e6, maxCount))).UTC()
	}),
	"go_merge_process_cpu_seconds_total": ofProcess(func(p *Process, s *sample) { p.CPU = time.Duration(min(s.value*1e9, maxNanoseconds)) }),
	"go_merge_binary_info": func(b *builder, s *sample) error {
		if b.found && b.process.Binary != s.labels["binary"] {
			return fmt.Errorf("it reports two merged binaries, %s and %s; read each process at its own address", b.process.Binary, s.labels["binary"])
		}
		b.found, b.process.Binary = true, s.labels["binary"]
		return nil
	},
	"go_merge_service_info": ofProcess(func(p *Process, s *sample) {
		p.Services = append(p.Services, Service{s.labels["service"], s.labels["version"], s.labels["revision"], s.labels["digest"]})
	}),
}

// counter returns a reader that sets what field finds, if it finds something: newer
// merged binaries may count what this version does not know. Series that differ in an
// unknown label are added.
func counter(field func(*Method, *sample) *uint64) func(*builder, *sample) error {
	return func(b *builder, s *sample) error {
		if s.value > maxCount {
			return fmt.Errorf("%s is %g, more than can be counted", s.name, s.value)
		}
		m, err := b.method(s)
		if err != nil {
			return err
		}
		if n := field(m, s); n != nil {
			*n += uint64(s.value)
		}
		return nil
	}
}

func ofProcess(set func(*Process, *sample)) func(*builder, *sample) error {
	return func(b *builder, s *sample) error {
		set(&b.process, s)
		return nil
	}
}

// armOf returns the arm that a sample is of, nil if nothing was drawn.
func armOf(m *Method, s *sample) *Arm {
	switch s.labels["drawn"] {
	case "inline":
		return &m.Counts.Inline
	case "rpc":
		return &m.Counts.RPC
	}
	return nil
}

func endingOf(e *reports.Endings, name string) *uint64 {
	return map[string]*uint64{
		"ok": &e.OK, "application": &e.Application, "internal": &e.Internal, "panic": &e.Panic, "timeout": &e.Timeout,
		"canceled": &e.Canceled, "denied": &e.Denied, "overloaded": &e.Overloaded, "unavailable": &e.Unavailable,
	}[name]
}

func fallbackOf(f *reports.Fallbacks, name string) *uint64 {
	return map[string]*uint64{
		"unconverted": &f.Unconverted, "absent": &f.Absent, "elsewhere": &f.Elsewhere,
		"declined": &f.Declined, "refused": &f.Refused,
	}[name]
}
