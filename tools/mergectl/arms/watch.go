package arms

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Watch keeps the last reading of each process. It can be saved as JSON, to go on from.
// The zero Watch has read nothing.
type Watch struct {
	// MaxRate is how many calls of a method one process can make in a second, 1,000,000
	// if it is 0. Processes that say more are not believed.
	MaxRate float64 `json:"-"`
	// Last has the last reading of each process by its name.
	Last map[string]Last `json:"last"`
}

// Last is the last reading of a process.
type Last struct {
	// Taken is when it was read, by the clock of the reader.
	Taken   time.Time `json:"taken"`
	Process *Process  `json:"process"`
}

// Difference is what a process counted between two readings.
type Difference struct {
	// Before is the earlier reading, and After the later one.
	Before, After *Process
	// Restarted reports whether the process started between them. The counts are then
	// those since, and what it counted before its end is lost.
	Restarted bool
	// Methods have what was counted.
	Methods []Method
	// CPU is the time that was used, and Elapsed the time between the readings.
	CPU, Elapsed time.Duration
}

// Doubt is a process that is not believed, and why.
type Doubt struct {
	Name string
	Why  string
}

func (d Doubt) String() string { return d.Name + ": " + d.Why }

// Round is what two readings of a fleet say.
type Round struct {
	// Processes are those that were read, each once.
	Processes []*Process
	// Differences are of those that were read before, too.
	Differences []Difference
	Doubts      []Doubt
}

const (
	// maxRate is Watch.MaxRate where that is 0.
	maxRate = 1e6
	// forgetAfter is for how long a process is remembered that is not read any more.
	forgetAfter = 24 * time.Hour
	// maxProcesses is how many processes are remembered.
	maxProcesses = 100_000
)

// Next compares a reading that was taken at a time with the last one of each process.
// Processes that are read for the first time count from then on.
func (w *Watch) Next(processes []*Process, now time.Time) (r Round) {
	if w.Last == nil {
		w.Last = make(map[string]Last)
	}
	processes, r.Doubts = once(processes)
	for _, p := range processes {
		r.Processes = append(r.Processes, p)
		last, ok := w.Last[p.Name]
		if !ok && len(w.Last) >= maxProcesses {
			r.Doubts = append(r.Doubts, Doubt{p.Name, fmt.Sprintf("it is beyond the %d processes that can be watched", maxProcesses)})
			continue
		}
		w.Last[p.Name] = Last{now, p}
		if !ok {
			continue
		}
		d, why := w.difference(last.Process, p, now.Sub(last.Taken))
		if why != "" {
			r.Doubts = append(r.Doubts, Doubt{p.Name, why})
			continue
		}
		r.Differences = append(r.Differences, d)
	}
	maps.DeleteFunc(w.Last, func(_ string, l Last) bool { return now.Sub(l.Taken) > forgetAfter })
	return r
}

// once leaves out what is the same process as another one, read in two ways.
func once(processes []*Process) (list []*Process, doubts []Doubt) {
	type identity struct {
		binary, id string
		started    int64
	}
	byName, byIdentity := make(map[string]bool), make(map[identity]string)
	sorted := slices.SortedStableFunc(slices.Values(processes), func(a, b *Process) int { return cmp.Compare(a.Name, b.Name) })
	for _, p := range sorted {
		if byName[p.Name] {
			doubts = append(doubts, Doubt{p.Name, "it was read twice, and counts once"})
			continue
		}
		byName[p.Name] = true
		if !p.Started.IsZero() {
			// Two processes of one host do not start in the same microsecond.
			key := identity{p.Binary, p.ID, p.Started.UnixMicro()}
			if other, ok := byIdentity[key]; ok {
				doubts = append(doubts, Doubt{p.Name, "it is the same process as " + other + ", and counts once"})
				continue
			}
			byIdentity[key] = p.Name
		}
		list = append(list, p)
	}
	return list, doubts
}

// difference returns what was counted between two readings, or why that is not
// believed.
func (w *Watch) difference(before, after *Process, elapsed time.Duration) (d Difference, why string) {
	d = Difference{Before: before, After: after, Elapsed: elapsed, CPU: after.CPU - before.CPU}
	fell := ""
	for _, m := range after.Methods {
		if was := before.Method(m.Link); was != nil {
			counts, ok := m.Counts.since(&was.Counts)
			if !ok && fell == "" {
				fell = m.Link.String()
			}
			m.Counts = counts
		}
		d.Methods = append(d.Methods, m)
	}
	sayStart := !before.Started.IsZero() && !after.Started.IsZero()
	switch {
	case sayStart && before.Started.Equal(after.Started):
		if fell != "" {
			return d, fmt.Sprintf("a counter of %s fell although the process has not restarted", fell)
		}
	case sayStart || fell != "":
		d.Restarted, d.CPU, d.Methods = true, after.CPU, slices.Clone(after.Methods)
	}
	most := cmp.Or(w.MaxRate, maxRate) * max(1, elapsed.Seconds())
	for _, m := range d.Methods {
		if n := m.Counts.Calls(); float64(n) > most {
			return d, fmt.Sprintf("it counted %d calls of %s in %s, more than any process makes", n, m.Link, elapsed.Round(time.Millisecond))
		}
	}
	return d, ""
}
