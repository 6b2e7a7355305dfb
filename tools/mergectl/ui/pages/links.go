package pages

import (
	"fmt"
	"slices"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

// Links is the page with all methods of all links.
func (s Site) Links(processes []watch.Process, q table.Query) (Page, error) {
	return s.page(Page{Name: LinksPage, Title: "Links", Live: true}, "links.html", struct {
		Notes []Note
		Table table.View
		Empty string
	}{notes(processes), s.linksTable(processes).View(s.merged.of(processes), q), nothing(processes, "No process has a link: none of their services calls another.")})
}

func (s Site) linksTable(processes []watch.Process) table.Table[*link] {
	name := table.Column[*link]{
		Key: "link", Title: "Link", Head: true,
		Cell: func(l *link) table.Cell {
			return table.Cell{Text: l.name, Href: s.Address(LinkPage, parameters("binary", l.binary, "link", l.name))}
		},
		Compare: table.Text("", "", func(l *link) string { return l.name }).Compare,
	}
	var columns []table.Column[*link]
	if several(processes) {
		binary := table.Text("binary", "Binary", func(l *link) string { return l.binary })
		binary.Choice = func(l *link) string { return l.binary }
		columns = append(columns, binary)
	}
	if len(processes) > 1 {
		columns = append(columns, count("processes", "Processes", func(l *link) uint64 { return uint64(len(l.of)) }))
	}
	state := table.Text("state", "State", func(l *link) string { return l.State })
	state.Cell = func(l *link) table.Cell {
		c := table.Cell{Text: l.State, Mark: mark(l.State)}
		switch {
		case l.gone == len(l.of):
			c.Text, c.Mark = l.State+", gone", "bad"
		case l.gone > 0:
			c.Text = fmt.Sprintf("%s, %d gone", l.State, l.gone)
		case !l.Serving && l.State != "never":
			c.Title = "The callee takes no inline calls now."
		}
		return c
	}
	state.About = "Which part of the calls may be inline"
	state.Choice = func(l *link) string { return l.State }
	rate := table.Number("rate", "Calls/s", func(l *link) (float64, bool) { return l.rate.Inline + l.rate.RPC, l.rated },
		func(l *link) string { return units.Rate(l.rate.Inline + l.rate.RPC) })
	rate.About = "Attempts per second, inline and RPC, between the last two readings"
	part := table.Number("inline", "Inline", func(l *link) (float64, bool) {
		n := l.Inline + l.RPC
		return float64(l.Inline) / float64(max(n, 1)), n > 0
	}, func(l *link) string { return units.Percent(l.Inline, l.Inline+l.RPC) })
	part.About = "Part of all attempts that was inline"
	columns = append([]table.Column[*link]{name, state}, append(columns, rate, part)...)
	columns = append(columns, armColumns("Drawn inline", "i", func(l *link) reports.Arm { return l.Drawn.Inline })...)
	columns = append(columns, armColumns("Drawn RPC", "r", func(l *link) reports.Arm { return l.Drawn.RPC })...)
	fell := count("fell", "Fell back", func(l *link) uint64 { return l.Fallbacks.Sum() })
	fell.About = "Attempts that were drawn inline and are RPCs"
	panics := count("panics", "Panics", func(l *link) uint64 { return l.Panics })
	why := table.Text("why", "Why", func(l *link) string { return l.Why() })
	why.Wide = true
	columns = append(columns, fell, panics, why)
	return table.Table[*link]{
		Name: "links", Caption: "Methods of links, and how their calls end by whether they were drawn inline or RPC", Rows: "methods",
		Columns: columns,
		Key:     func(l *link) string { return l.binary + " " + l.name },
		Text:    func(l *link) string { return l.name + " " + l.binary + " " + l.State + " " + l.Why() },
	}
}

// armColumns are the columns of one arm.
func armColumns(title, key string, arm func(*link) reports.Arm) []table.Column[*link] {
	return grouped(title,
		count(key+"calls", "Calls", func(l *link) uint64 { return calls(arm(l)) }),
		failed(key+"failed", "Failed", arm),
		latency(key+"p50", "P50", func(l *link) (reports.Latency, int64) { t := arm(l).Latency; return t, t.P50 }),
		latency(key+"p99", "P99", func(l *link) (reports.Latency, int64) { t := arm(l).Latency; return t, t.P99 }),
	)
}

// several reports whether processes are of different merged binaries.
func several(processes []watch.Process) bool {
	return slices.ContainsFunc(processes, func(p watch.Process) bool { return p.Binary() != processes[0].Binary() })
}
