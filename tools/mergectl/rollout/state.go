package rollout

import (
	"cmp"
	"slices"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/sequential"
)

// state is what a log says.
type state struct {
	begun    bool
	began    time.Time
	settings string
	// step is counted from 1 and 0 before the first, stepBegan when it began.
	step      int
	stepBegan time.Time
	// lapsed is for how long the rules had ended in the step, since no pass moved the
	// expiry on, and polledAt when the last poll was.
	lapsed   time.Duration
	polledAt time.Time
	// ended is Done or RolledBack, or "" as long as the rollout goes on, and why the
	// reason.
	ended journal.Event
	why   string
	// undecided is why the last pass decided nothing, "" if it could.
	undecided string
	// want is what the rules file has to say, and previous what it said before the last
	// pass, or had to say in it. It still says one of these if a controller was killed.
	want     *journal.Rules
	previous []*journal.Rules
	polled   bool // since the last change of rules
	polls    int
	methods  []*method
	versions []journal.Version
	// stepInline is how many calls of each link were drawn inline in this step.
	stepInline map[string]uint64
	// blocks are those of the step's switchback so far.
	blocks []block
}

// block is a block of a switchback.
type block struct {
	began time.Time
	// polled is when it was counted last.
	polled time.Time
	inline bool
	// cpu is in seconds.
	cpu   float64
	calls uint64
}

// method is what is known of a method.
type method struct {
	link, name string
	// late methods were not there at the beginning.
	late                     bool
	inline, rpc              uint64
	errors, slow             sequential.Ratio
	panics, fallback, verify sequential.Rate
}

// replay returns what entries say.
func replay(entries []journal.Entry) *state {
	s := &state{stepInline: make(map[string]uint64)}
	for _, e := range entries {
		s.apply(e)
	}
	return s
}

// apply adds an entry.
func (s *state) apply(e journal.Entry) {
	switch e.Event {
	case journal.Undecided:
		s.undecided = e.Why
	case journal.Begin:
		s.begun, s.began, s.settings, s.want = true, e.Time, e.Settings, e.Before
	case journal.Stage:
		s.step, s.stepBegan, s.lapsed = e.Step, e.Time, 0
		clear(s.stepInline)
		s.blocks = nil
	case journal.RolledBack, journal.Done:
		s.ended, s.why, s.undecided = e.Event, e.Why, ""
	case journal.Poll:
		s.polls++
		s.undecided = ""
		s.lapse(e.Time)
		s.previous, s.polled = nil, true // what is in the log before is in the file
		s.versions = append(s.versions, e.Versions...)
		for _, c := range e.Counts {
			s.add(c)
		}
		if n := len(s.blocks); n > 0 {
			s.blocks[n-1].cpu += e.CPU
			s.blocks[n-1].calls += e.Calls
			s.blocks[n-1].polled = e.Time
		}
		if !e.Expires.IsZero() && s.want != nil {
			renewed := *s.want
			renewed.Expires = e.Expires
			s.change(&renewed)
		}
	}
	if e.Rules != nil && e.Number > 0 {
		s.blocks = append(s.blocks, block{began: e.Time, inline: !isOff(e.Rules)})
	}
	if e.Rules != nil {
		if !s.polled {
			s.previous = nil // --stop does not poll
		}
		s.change(e.Rules)
		s.polled = false
	}
}

// lapse adds the time in which the rules had ended before a poll.
func (s *state) lapse(now time.Time) {
	if s.want != nil && !s.want.Expires.IsZero() {
		ended := s.want.Expires
		if s.polledAt.After(ended) {
			ended = s.polledAt
		}
		s.lapsed += max(0, now.Sub(ended))
	}
	s.polledAt = now
}

// change makes the rules other ones.
func (s *state) change(to *journal.Rules) {
	if s.want != nil {
		s.previous = append(s.previous, s.want)
	}
	s.want = to
}

// add adds what a method counted.
func (s *state) add(c journal.Counts) {
	m := s.method(c.Method)
	if m == nil {
		m = &method{link: c.Link, name: c.Method, late: s.step > 0}
		s.methods = append(s.methods, m)
	}
	m.inline += c.Inline
	m.rpc += c.RPC
	m.errors.Add(c.Errors)
	m.slow.Add(c.Slow)
	m.panics.Add(c.Panics.Happened, c.Panics.Of)
	m.fallback.Add(c.Fallbacks.Happened, c.Fallbacks.Of)
	m.verify.Add(c.Verify.Happened, c.Verify.Of)
	s.stepInline[c.Link] += c.Inline
}

// method returns a method by its name, nil if it is not known.
func (s *state) method(name string) *method {
	i := slices.IndexFunc(s.methods, func(m *method) bool { return m.name == name })
	if i < 0 {
		return nil
	}
	return s.methods[i]
}

// share returns which part of a link's rate of false alarms a method has. Those that were
// there at the beginning share nine tenths. Each that came later has a part of the rest,
// however many there will be.
func (s *state) share(m *method) float64 {
	early, before := 0, 0
	found := false
	for _, other := range s.methods {
		if other.link != m.link {
			continue
		}
		found = found || other == m
		switch {
		case !other.late:
			early++
		case !found:
			before++
		}
	}
	if !m.late {
		return 0.9 / float64(early)
	}
	return 0.1 / float64((before+1)*(before+2))
}

// rare returns the methods of each link with the fewest calls, that together have at most
// a part of the link's calls. Each by itself would not do: a link may have so many methods
// that all of them are rare.
func (s *state) rare(part float64) map[*method]bool {
	all, few := make(map[string]uint64), make(map[string]uint64)
	for _, m := range s.methods {
		all[m.link] += m.calls()
	}
	rare := make(map[*method]bool)
	for _, m := range slices.SortedStableFunc(slices.Values(s.methods), func(a, b *method) int { return cmp.Compare(a.calls(), b.calls()) }) {
		few[m.link] += m.calls()
		rare[m] = float64(few[m.link]) <= part*float64(all[m.link])
	}
	return rare
}

// calls is how many calls of a method have ended.
func (m *method) calls() uint64 { return m.inline + m.rpc }
