package pages

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"slices"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/chart"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

var (
	// ErrNotFound is for pages of what no process has.
	ErrNotFound = errors.New("not found")
	// ErrInput is for forms that are not filled in as they have to be.
	ErrInput = errors.New("the form cannot be used")
)

// fact is a name with a value.
type fact struct {
	Name  string
	Value table.Cell
}

// Link is the page of one method of a link, by the merged binary and the link's name. The
// query is that of its processes.
func (s Site) Link(processes []watch.Process, binary, name string, q table.Query) (Page, error) {
	all := s.merged.of(processes)
	i := slices.IndexFunc(all, func(l *link) bool { return l.binary == binary && l.name == name })
	if i < 0 {
		return Page{}, fmt.Errorf("%w: no process of %q has the link %q", ErrNotFound, binary, name)
	}
	return s.link(processes, all[i], q)
}

func (s Site) link(processes []watch.Process, l *link, q table.Query) (Page, error) {
	id := "link-" + anchor(l.binary+" "+l.name)
	var drawing bytes.Buffer
	timed, err := chart.Latency(&drawing, id+"-chart", "Which part of the calls of "+clip(l.name)+" took at most how long",
		chart.Curve{Name: "drawn inline", Class: "inline", Latency: l.Drawn.Inline.Latency},
		chart.Curve{Name: "drawn RPC", Class: "rpc", Dashed: true, Latency: l.Drawn.RPC.Latency})
	if err != nil {
		return Page{}, err
	}
	data := struct {
		Notes                         []Note
		Facts                         []fact
		Endings, Quantiles, Fallbacks table.View
		Fell, Timed, Summed           bool
		Chart                         template.HTML
		Verified                      *verified
		Processes                     *table.View
		Change                        string
	}{
		Notes: notes(of(processes, l)), Facts: s.facts(l),
		Endings: endings(l), Quantiles: quantiles(l), Fallbacks: fallbacks(l), Fell: l.Fallbacks.Sum() > 0, Verified: verification(l),
		Timed: timed, Summed: len(l.of) > 1, Chart: template.HTML(drawing.String()),
	}
	if l.Method != "" && l.State != "never" && !s.File {
		data.Change = s.Address(ChangePage, parameters("binary", l.binary, "link", l.name))
	}
	if len(l.of) > 1 {
		v := ofProcesses(l, q)
		data.Processes = &v
	}
	return s.page(Page{Name: LinksPage, Title: l.name, Live: true, ID: id}, "link.html", data)
}

// of returns the processes that have a link.
func of(processes []watch.Process, l *link) []watch.Process {
	return slices.DeleteFunc(slices.Clone(processes), func(p watch.Process) bool {
		return !slices.ContainsFunc(l.of, func(o ofProcess) bool { return o.process.Socket == p.Socket })
	})
}

func (s Site) facts(l *link) []fact {
	text := func(text string) table.Cell { return table.Cell{Text: text} }
	rate := "-"
	if l.rated {
		rate = units.Rate(l.rate.Inline) + "/s inline, " + units.Rate(l.rate.RPC) + "/s RPC"
	}
	serving := text("takes inline calls")
	if !l.Serving {
		serving = table.Cell{Text: "takes no inline calls now", Mark: "bad"}
	}
	facts := []fact{
		{"Merged binary", text(l.binary)},
		{"State", table.Cell{Text: l.State, Mark: mark(l.State)}},
		{"Why", text(l.Why())},
		{"Deadline", text(l.Deadline)},
		{"Callee", serving},
		{"Caller's neighbours", table.Cell{Text: l.Caller, Href: s.Address(GraphPage, parameters("service", l.Caller))}},
		{"Callee's neighbours", table.Cell{Text: l.Callee, Href: s.Address(GraphPage, parameters("service", l.Callee))}},
		{"Calls now", text(rate)},
		{"Attempts", text(units.Count(l.Inline) + " inline, " + units.Count(l.RPC) + " RPC")},
		{"Inline errors", text(units.Count(l.Errors) + ", " + units.Count(l.Panics) + " of them panics")},
		{"Values", text(units.Count(l.Copied) + " copied, " + units.Count(l.Shared) + " shared")},
		{"Passed through", text(fmt.Sprintf("%s short, %s direct, %s transport, %s stream",
			units.Count(l.Ways.Short), units.Count(l.Ways.Direct), units.Count(l.Ways.Transport), units.Count(l.Ways.Stream)))},
	}
	if l.SlowestHandler > 0 {
		facts = append(facts, fact{"Slowest handler", text(units.Duration(l.SlowestHandler))})
	}
	return facts
}

// endings is a table of how calls ended in both arms.
func endings(l *link) table.View {
	arms := []reports.Arm{l.Drawn.Inline, l.Drawn.RPC, l.Drawn.None}
	var rows []row
	for _, e := range []struct {
		name string
		of   func(reports.Endings) uint64
	}{
		{"ok", func(e reports.Endings) uint64 { return e.OK }},
		{"application error", func(e reports.Endings) uint64 { return e.Application }},
		{"internal error", func(e reports.Endings) uint64 { return e.Internal }},
		{"panic", func(e reports.Endings) uint64 { return e.Panic }},
		{"timeout", func(e reports.Endings) uint64 { return e.Timeout }},
		{"canceled", func(e reports.Endings) uint64 { return e.Canceled }},
		{"denied", func(e reports.Endings) uint64 { return e.Denied }},
		{"overloaded", func(e reports.Endings) uint64 { return e.Overloaded }},
		{"unavailable", func(e reports.Endings) uint64 { return e.Unavailable }},
		{"all", func(e reports.Endings) uint64 { return e.OK + e.Failed() }},
	} {
		r := row{[]table.Cell{{Text: e.name}}}
		for _, a := range arms {
			n := e.of(a.Ended)
			share := table.Cell{Text: units.Percent(n, calls(a))}
			number := table.Cell{Text: units.Count(n)}
			if n == 0 {
				number.Mark, share.Mark = "quiet", "quiet"
			}
			r.cells = append(r.cells, number, share)
		}
		rows = append(rows, r)
	}
	return plain("endings", "How calls ended, by what was drawn for them", true,
		[]string{"Ended", "Drawn inline", "Inline, part", "Drawn RPC", "RPC, part", "Not drawn", "Not drawn, part"}, rows)
}

func quantiles(l *link) table.View {
	var rows []row
	for _, q := range []struct {
		name string
		of   func(reports.Latency) int64
	}{
		{"mean", func(l reports.Latency) int64 { return int64(l.Sum / max(l.Count, 1)) }},
		{"P50", func(l reports.Latency) int64 { return l.P50 }},
		{"P90", func(l reports.Latency) int64 { return l.P90 }},
		{"P99", func(l reports.Latency) int64 { return l.P99 }},
		{"P99.9", func(l reports.Latency) int64 { return l.P999 }},
		{"max", func(l reports.Latency) int64 { return l.Max }},
	} {
		r := row{[]table.Cell{{Text: q.name}}}
		for _, a := range []reports.Arm{l.Drawn.Inline, l.Drawn.RPC} {
			if a.Latency.Count == 0 {
				r.cells = append(r.cells, table.Cell{Text: "-", Mark: "quiet"})
			} else {
				r.cells = append(r.cells, table.Cell{Text: units.Duration(q.of(a.Latency))})
			}
		}
		rows = append(rows, r)
	}
	timed := row{[]table.Cell{{Text: "calls timed"}, {Text: units.Count(l.Drawn.Inline.Latency.Count)}, {Text: units.Count(l.Drawn.RPC.Latency.Count)}}}
	return plain("quantiles", "How long calls took for their callers", true, []string{"Latency", "Drawn inline", "Drawn RPC"}, append(rows, timed))
}

func fallbacks(l *link) table.View {
	var rows []row
	for _, f := range []struct {
		name, about string
		n           uint64
	}{
		{"unconverted", "the types of the method are not converted", l.Fallbacks.Unconverted},
		{"absent", "the callee took no inline calls", l.Fallbacks.Absent},
		{"elsewhere", "the client means, or may mean, another service or server", l.Fallbacks.Elsewhere},
		{"declined", "the call has something that the adapter leaves to the framework", l.Fallbacks.Declined},
		{"refused", "a codec would have refused the arguments", l.Fallbacks.Refused},
	} {
		if f.n > 0 {
			rows = append(rows, row{[]table.Cell{{Text: f.name}, {Text: units.Count(f.n)}, {Text: f.about}}})
		}
	}
	return plain("fallbacks", "Attempts that were drawn inline and are RPCs", false, []string{"Reason", "Attempts", "Meaning"}, rows)
}

// ofProcesses is a table of what each process reports of a link.
func ofProcesses(l *link, q table.Query) table.View {
	socket := table.Text("process", "Process", func(o ofProcess) string { return o.process.Socket })
	socket.Head = true
	state := table.Text("state", "State", func(o ofProcess) string { return o.State })
	state.Choice = func(o ofProcess) string { return o.State }
	state.Cell = func(o ofProcess) table.Cell {
		if o.process.Gone() {
			return table.Cell{Text: o.State + ", gone", Mark: "bad"}
		}
		return table.Cell{Text: o.State, Mark: mark(o.State)}
	}
	rate := table.Number("rate", "Calls/s", func(o ofProcess) (float64, bool) { return o.rate.Inline + o.rate.RPC, o.rated },
		func(o ofProcess) string { return units.Rate(o.rate.Inline + o.rate.RPC) })
	part := table.Number("inline", "Inline", func(o ofProcess) (float64, bool) {
		n := o.Inline + o.RPC
		return float64(o.Inline) / float64(max(n, 1)), n > 0
	}, func(o ofProcess) string { return units.Percent(o.Inline, o.Inline+o.RPC) })
	why := table.Text("why", "Why", func(o ofProcess) string { return o.Why() })
	why.Wide = true
	columns := []table.Column[ofProcess]{socket, state, rate, part}
	for _, arm := range []struct {
		title, key string
		of         func(ofProcess) reports.Arm
	}{
		{"Drawn inline", "i", func(o ofProcess) reports.Arm { return o.Drawn.Inline }},
		{"Drawn RPC", "r", func(o ofProcess) reports.Arm { return o.Drawn.RPC }},
	} {
		columns = append(columns, grouped(arm.title,
			count(arm.key+"calls", "Calls", func(o ofProcess) uint64 { return calls(arm.of(o)) }),
			failed(arm.key+"failed", "Failed", arm.of),
			latency(arm.key+"p99", "P99", func(o ofProcess) (reports.Latency, int64) { t := arm.of(o).Latency; return t, t.P99 }),
		)...)
	}
	t := table.Table[ofProcess]{
		Name: "processes", Caption: "What each process reports", Rows: "processes", Columns: append(columns, why),
		Key:  func(o ofProcess) string { return o.process.Socket },
		Text: func(o ofProcess) string { return o.process.Socket + " " + o.State + " " + o.Why() },
	}
	return t.View(l.of, q)
}
