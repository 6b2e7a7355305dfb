package rollout

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
	"github.com/gomerge/rules_go_merge/tools/mergectl/wholefile"
)

// readings is what is known at the end of a poll, as it is saved beside the log. Without it,
// the log is read from its beginning, and what was counted since the last pass is lost.
type readings struct {
	Format int `json:"format"`
	// State is what the log says up to a place, where a poll is the last entry.
	State *state        `json:"state"`
	Place journal.Place `json:"place"`
	// Watch is where the counters stood in that poll.
	Watch *arms.Watch `json:"watch"`
}

// readingsFormat has to be another one if a log means another [state] than it did.
const readingsFormat = 1

func (c *Controller) readingsName() string { return c.Settings.Path(c.Settings.Log) + ".readings" }

// saved returns the last readings, nil if there are none that can be used.
func (c *Controller) saved() *readings {
	data, err := regular.ReadFile(c.readingsName())
	if err != nil {
		return nil
	}
	r := &readings{}
	if err := json.Unmarshal(data, r); err != nil || r.Format != readingsFormat || r.State == nil || r.Watch == nil || !r.State.whole() {
		return nil
	}
	maps.DeleteFunc(r.Watch.Last, func(_ string, l arms.Last) bool { return l.Process == nil })
	return r
}

// whole reports whether a state has what one has after a poll.
func (s *state) whole() bool {
	return s.Want != nil && s.StepInline != nil && s.Step >= 0 && !slices.Contains(s.Methods, nil) && !slices.Contains(s.Previous, nil)
}

// replayed returns what a log says, and how many lines it has. It reads what was added since
// the last readings, or all if these are of another log.
func (c *Controller) replayed(read func(from journal.Place) ([]journal.Entry, error)) (s *state, lines int, err error) {
	fresh := &arms.Watch{MaxRate: c.Settings.Processes.MostCallsPerSecond}
	if saved := c.saved(); saved != nil {
		entries, err := read(saved.Place)
		if !errors.Is(err, journal.ErrPlace) {
			s := saved.State
			polls := s.Polls
			s.replay(entries)
			s.watch = fresh
			if s.Polls == polls {
				s.watch = saved.Watch
				s.watch.MaxRate = fresh.MaxRate
			}
			return s, saved.Place.Lines + len(entries), err
		}
	}
	entries, err := read(journal.Place{})
	s = newState()
	s.replay(entries)
	s.watch = fresh
	return s, len(entries), err
}

// poll writes what was counted to the log, and then where the counters stand: in the other
// order, a controller that is killed between the two would count the same calls again.
func (c *Controller) poll(j *journal.Journal, s *state, read *fleet, expires time.Time) error {
	e := journal.Entry{Event: journal.Poll, Expires: expires, Read: read.read, Obey: read.obey}
	if c.step != nil && c.step.Switchback != nil && !c.allCounted(s) {
		e.CPU, e.Calls = read.cpu, read.calls
	}
	for _, n := range read.counts {
		if s.method(n.Method) == nil || n.Inline+n.RPC > 0 || n != (journal.Counts{Link: n.Link, Method: n.Method}) {
			e.Counts = append(e.Counts, n)
		}
	}
	for _, v := range read.versions {
		if !slices.Contains(s.Versions, v) {
			e.Versions = append(e.Versions, v)
		}
	}
	if err := c.record(j, s, e); err != nil {
		return err
	}
	data, err := json.Marshal(readings{readingsFormat, s, j.End(), s.watch})
	if err != nil {
		return err
	}
	// Not synced: without it, the log says the same.
	return wholefile.File{Name: c.readingsName(), Data: data, Mode: 0o600}.Write()
}
