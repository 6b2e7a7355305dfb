package rollout

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/gomerge/rules_go_merge/internal/regular"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
	"github.com/gomerge/rules_go_merge/tools/mergectl/wholefile"
)

// readings is what the last pass read, as it is saved beside the log. It only says from
// where counters go on: without it, what was counted since the last pass is lost.
type readings struct {
	Began time.Time   `json:"began"`
	Polls int         `json:"polls"`
	Watch *arms.Watch `json:"watch"`
}

func (c *Controller) readingsName() string { return c.Settings.Path(c.Settings.Log) + ".readings" }

// readings returns the last readings, none if they are not those of the last poll of the
// log: then a controller was killed between the two, or somebody changed the file.
func (c *Controller) readings(s *state) *arms.Watch {
	fresh := &arms.Watch{MaxRate: c.Settings.Processes.MostCallsPerSecond}
	data, err := regular.ReadFile(c.readingsName())
	if err != nil {
		return fresh
	}
	saved := readings{Watch: &arms.Watch{}}
	if err := json.Unmarshal(data, &saved); err != nil || saved.Polls != s.polls || !saved.Began.Equal(s.began) || saved.Watch == nil {
		return fresh
	}
	maps.DeleteFunc(saved.Watch.Last, func(_ string, l arms.Last) bool { return l.Process == nil })
	saved.Watch.MaxRate = fresh.MaxRate
	return saved.Watch
}

// poll writes what was counted to the log, and then where the counters stand: in the other
// order, a controller that is killed between the two would count the same calls again.
func (c *Controller) poll(j *journal.Journal, s *state, read *fleet, watch *arms.Watch, expires time.Time) error {
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
		if !slices.Contains(s.versions, v) {
			e.Versions = append(e.Versions, v)
		}
	}
	if err := c.record(j, s, e); err != nil {
		return err
	}
	data, err := json.Marshal(readings{s.began, s.polls, watch})
	if err != nil {
		return err
	}
	// Not synced: what is lost in a crash of the machine is what was counted since.
	return wholefile.File{Name: c.readingsName(), Data: data, Mode: 0o600}.Write()
}
