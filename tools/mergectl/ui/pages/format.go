package pages

import (
	"hash/fnv"
	"strconv"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

// clock writes a time by the clock of this machine, with the day if that is another one.
func clock(t time.Time) string {
	t = t.Local()
	if t.Format(time.DateOnly) == time.Now().Format(time.DateOnly) {
		return t.Format(time.TimeOnly)
	}
	return t.Format(time.DateTime)
}

// count returns a column of counters.
func count[R any](key, title string, n func(R) uint64) table.Column[R] {
	return table.Number(key, title, func(r R) (float64, bool) { return float64(n(r)), true }, func(r R) string { return units.Count(n(r)) })
}

// latency returns a column of a quantile.
func latency[R any](key, title string, of func(R) (reports.Latency, int64)) table.Column[R] {
	return table.Number(key, title, func(r R) (float64, bool) {
		l, ns := of(r)
		return float64(ns), l.Count > 0
	}, func(r R) string {
		_, ns := of(r)
		return units.Duration(ns)
	})
}

// failed returns a column with the part of an arm's calls that failed.
func failed[R any](key, title string, of func(R) reports.Arm) table.Column[R] {
	return table.Number(key, title, func(r R) (float64, bool) {
		a := of(r)
		n := calls(a)
		if n == 0 {
			return 0, false
		}
		return float64(a.Ended.Failed()) / float64(n), true
	}, func(r R) string {
		a := of(r)
		return units.Percent(a.Ended.Failed(), calls(a))
	})
}

// mark is how the style sheet shows a state.
func mark(state string) string {
	switch state {
	case "on", string(reports.Running):
		return "good"
	case "off", "never", string(reports.Ended):
		return "quiet"
	case string(reports.Down):
		return "bad"
	}
	return "mixed"
}

// grouped gives columns a title over them.
func grouped[R any](title string, columns ...table.Column[R]) []table.Column[R] {
	for i := range columns {
		columns[i].Group = title
	}
	return columns
}

// anchor returns an identifier for a text.
func anchor(text string) string {
	hash := fnv.New64a()
	hash.Write([]byte(text))
	return strconv.FormatUint(hash.Sum64(), 36)
}
