package rollout

import (
	"cmp"
	"slices"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/sequential"
)

// state is what a log says. It is saved as JSON beside the log.
type state struct {
	Begun    bool      `json:"begun"`
	Began    time.Time `json:"began"`
	Settings string    `json:"settings"`
	// Step is counted from 1 and 0 before the first, StepBegan when it began.
	Step      int       `json:"step"`
	StepBegan time.Time `json:"step_began"`
	// Lapsed is for how long the rules had ended in the step, since no pass moved the
	// expiry on, and PolledAt when the last poll was.
	Lapsed   time.Duration `json:"lapsed"`
	PolledAt time.Time     `json:"polled_at"`
	// Ended is Done or RolledBack, or "" as long as the rollout goes on, and Why the
	// reason.
	Ended journal.Event `json:"ended"`
	Why   string        `json:"why"`
	// Undecided is why the last pass decided nothing, "" if it could.
	Undecided string `json:"undecided"`
	// Want is what the rules file has to say, and Previous what it said before the last
	// pass, or had to say in it. It still says one of these if a controller was killed.
	Want     *journal.Rules    `json:"want"`
	Previous []*journal.Rules  `json:"previous"`
	Polled   bool              `json:"polled"` // since the last change of rules
	Polls    int               `json:"polls"`
	Methods  []*method         `json:"methods"`
	Versions []journal.Version `json:"versions"`
	// StepInline is how many calls of each link were drawn inline in this step.
	StepInline map[string]uint64 `json:"step_inline"`
	// Blocks are those of the step's switchback so far.
	Blocks []block `json:"blocks"`

	// watch is where the counters stood in the last poll, as far as that is known.
	watch *arms.Watch
}

// block is a block of a switchback.
type block struct {
	Began time.Time `json:"began"`
	// Polled is when it was counted last.
	Polled time.Time `json:"polled"`
	Inline bool      `json:"inline"`
	// CPU is in seconds.
	CPU   float64 `json:"cpu_s"`
	Calls uint64  `json:"calls"`
}

// method is what is known of a method.
type method struct {
	Link string `json:"link"`
	Name string `json:"name"`
	// Late methods were not there at the beginning.
	Late     bool             `json:"late"`
	Inline   uint64           `json:"inline"`
	RPC      uint64           `json:"rpc"`
	Errors   sequential.Ratio `json:"errors"`
	Slow     sequential.Ratio `json:"slow"`
	Panics   sequential.Rate  `json:"panics"`
	Fallback sequential.Rate  `json:"fallback"`
	Verify   sequential.Rate  `json:"verify"`
}

func newState() *state { return &state{StepInline: make(map[string]uint64)} }

// replay adds entries.
func (s *state) replay(entries []journal.Entry) {
	for _, e := range entries {
		s.apply(e)
	}
}

// apply adds an entry.
func (s *state) apply(e journal.Entry) {
	switch e.Event {
	case journal.Undecided:
		s.Undecided = e.Why
	case journal.Begin:
		s.Begun, s.Began, s.Settings, s.Want = true, e.Time, e.Settings, e.Before
	case journal.Stage:
		s.Step, s.StepBegan, s.Lapsed = e.Step, e.Time, 0
		clear(s.StepInline)
		s.Blocks = nil
	case journal.RolledBack, journal.Done:
		s.Ended, s.Why, s.Undecided = e.Event, e.Why, ""
	case journal.Poll:
		s.Polls++
		s.Undecided = ""
		s.lapse(e.Time)
		s.Previous, s.Polled = nil, true // what is in the log before is in the file
		s.Versions = append(s.Versions, e.Versions...)
		for _, c := range e.Counts {
			s.add(c)
		}
		if n := len(s.Blocks); n > 0 {
			s.Blocks[n-1].CPU += e.CPU
			s.Blocks[n-1].Calls += e.Calls
			s.Blocks[n-1].Polled = e.Time
		}
		if !e.Expires.IsZero() && s.Want != nil {
			renewed := *s.Want
			renewed.Expires = e.Expires
			s.change(&renewed)
		}
	}
	if e.Rules != nil && e.Number > 0 {
		s.Blocks = append(s.Blocks, block{Began: e.Time, Inline: !isOff(e.Rules)})
	}
	if e.Rules != nil {
		if !s.Polled {
			s.Previous = nil // --stop does not poll
		}
		s.change(e.Rules)
		s.Polled = false
	}
}

// lapse adds the time in which the rules had ended before a poll.
func (s *state) lapse(now time.Time) {
	if s.Want != nil && !s.Want.Expires.IsZero() {
		ended := s.Want.Expires
		if s.PolledAt.After(ended) {
			ended = s.PolledAt
		}
		s.Lapsed += max(0, now.Sub(ended))
	}
	s.PolledAt = now
}

// change makes the rules other ones.
func (s *state) change(to *journal.Rules) {
	if s.Want != nil {
		s.Previous = append(s.Previous, s.Want)
	}
	s.Want = to
}

// add adds what a method counted.
func (s *state) add(c journal.Counts) {
	m := s.method(c.Method)
	if m == nil {
		m = &method{Link: c.Link, Name: c.Method, Late: s.Step > 0}
		s.Methods = append(s.Methods, m)
	}
	m.Inline += c.Inline
	m.RPC += c.RPC
	m.Errors.Add(c.Errors)
	m.Slow.Add(c.Slow)
	m.Panics.Add(c.Panics.Happened, c.Panics.Of)
	m.Fallback.Add(c.Fallbacks.Happened, c.Fallbacks.Of)
	m.Verify.Add(c.Verify.Happened, c.Verify.Of)
	s.StepInline[c.Link] += c.Inline
}

// method returns a method by its name, nil if it is not known.
func (s *state) method(name string) *method {
	i := slices.IndexFunc(s.Methods, func(m *method) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return s.Methods[i]
}

// share returns which part of a link's rate of false alarms a method has. Those that were
// there at the beginning share nine tenths. Each that came later has a part of the rest,
// however many there will be.
func (s *state) share(m *method) float64 {
	early, before := 0, 0
	found := false
	for _, other := range s.Methods {
		if other.Link != m.Link {
			continue
		}
		found = found || other == m
		switch {
		case !other.Late:
			early++
		case !found:
			before++
		}
	}
	if !m.Late {
		return 0.9 / float64(early)
	}
	return 0.1 / float64((before+1)*(before+2))
}

// rare returns the methods of each link with the fewest calls, that together have at most
// a part of the link's calls. Each by itself would not do: a link may have so many methods
// that all of them are rare.
func (s *state) rare(part float64) map[*method]bool {
	all, few := make(map[string]uint64), make(map[string]uint64)
	for _, m := range s.Methods {
		all[m.Link] += m.calls()
	}
	rare := make(map[*method]bool)
	for _, m := range slices.SortedStableFunc(slices.Values(s.Methods), func(a, b *method) int { return cmp.Compare(a.calls(), b.calls()) }) {
		few[m.Link] += m.calls()
		rare[m] = float64(few[m.Link]) <= part*float64(all[m.Link])
	}
	return rare
}

// calls is how many calls of a method have ended.
func (m *method) calls() uint64 { return m.Inline + m.RPC }
