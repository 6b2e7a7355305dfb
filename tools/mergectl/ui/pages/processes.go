package pages

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

// Processes is the page with all processes.
func (s Site) Processes(processes []watch.Process, q table.Query) (Page, error) {
	name := table.Text("process", "Process", func(p watch.Process) string { return p.Socket })
	name.Head = true
	if !s.File {
		name.Cell = func(p watch.Process) table.Cell {
			return table.Cell{Text: p.Socket, Href: s.Address(ChangePage, parameters("socket", p.Socket)), Title: "Kill switch and rules for all links"}
		}
	}
	binary := table.Text("binary", "Binary", func(p watch.Process) string { return cmp.Or(p.Binary(), "-") })
	binary.Choice = func(p watch.Process) string { return cmp.Or(p.Binary(), "-") }
	state := table.Text("state", "State", stateOf)
	state.Choice = stateOf
	state.Cell = func(p watch.Process) table.Cell {
		switch {
		case p.Gone():
			return table.Cell{Text: stateOf(p), Mark: "bad", Title: p.Err.Error()}
		case p.Late > 0:
			return table.Cell{Text: stateOf(p), Mark: "mixed", Title: "It has not answered for " + p.Late.Truncate(time.Second).String()}
		case p.Links == nil:
			return table.Cell{Text: stateOf(p), Mark: "quiet"}
		}
		return table.Cell{Text: stateOf(p), Mark: "good"}
	}
	since := table.Text("since", "Since", func(p watch.Process) string {
		if p.Since.IsZero() {
			return "start"
		}
		return clock(p.Since)
	})
	since.Compare = func(a, b watch.Process) int { return a.Since.Compare(b.Since) }
	since.About = "Since when it answers, or does not; start is that of this page's server"
	read := table.Text("read", "Read", func(p watch.Process) string {
		if p.Read.IsZero() {
			return "never"
		}
		return clock(p.Read)
	})
	read.Compare = func(a, b watch.Process) int { return a.Read.Compare(b.Read) }
	read.About = "When it last answered"
	losses := count("losses", "Losses", func(p watch.Process) uint64 { return uint64(p.Losses) })
	losses.About = "How often it stopped answering"
	rate := table.Number("rate", "Calls/s", func(p watch.Process) (float64, bool) { return total(p), p.Rates != nil },
		func(p watch.Process) string { return units.Rate(total(p)) })
	kill := table.Text("kill", "Kill switch", func(p watch.Process) string {
		switch {
		case p.Links == nil:
			return "-"
		case len(p.Links.Killed) == 0:
			return "off"
		}
		var by []string
		for _, r := range p.Links.Killed {
			by = append(by, r.Source)
		}
		return "on, by " + strings.Join(by, " and ")
	})
	rules := table.Text("rules", "Rules file", func(p watch.Process) string { return p.Socket })
	rules.Compare = nil
	rules.Wide = true
	rules.Cell = rulesFile
	generation := table.Number("generation", "Generation", func(p watch.Process) (float64, bool) {
		if p.Links == nil || p.Links.File == nil || p.Links.File.Generation == 0 {
			return 0, false
		}
		return float64(p.Links.File.Generation), true
	}, func(p watch.Process) string { return units.Count(p.Links.File.Generation) })
	methods := table.Number("methods", "Methods", func(p watch.Process) (float64, bool) {
		if p.Links == nil {
			return 0, false
		}
		return float64(len(p.Links.Links)), true
	}, func(p watch.Process) string { return units.Count(uint64(len(p.Links.Links))) })
	t := table.Table[watch.Process]{
		Name: "processes", Caption: "Processes, and which rules they obey", Rows: "processes",
		Columns: []table.Column[watch.Process]{name, state, binary, since, read, losses, rate, methods, kill, generation, rules},
		Key:     func(p watch.Process) string { return p.Socket },
		Text:    func(p watch.Process) string { return p.Socket + " " + p.Binary() + " " + stateOf(p) },
	}
	return s.page(Page{Name: ProcessesPage, Title: "Processes", Live: true}, "processes.html", struct {
		Notes   []Note
		Table   table.View
		Targets *table.View
		Empty   string
	}{notes(processes), t.View(processes, q), targets(processes), nothing(processes, "")})
}

func stateOf(p watch.Process) string {
	switch {
	case !p.Gone() && p.Late > 0:
		return "late"
	case !p.Gone() && p.Links == nil:
		return "not read yet"
	case !p.Gone():
		return "answers"
	case p.Links == nil:
		return "does not answer"
	}
	return "gone"
}

func total(p watch.Process) float64 {
	sum := 0.0
	for _, r := range p.Rates {
		sum += r.Inline + r.RPC
	}
	return sum
}

// rulesFile says what a process obeys of its rules file.
func rulesFile(p watch.Process) table.Cell {
	if p.Links == nil || p.Links.File == nil {
		return table.Cell{Text: "-"}
	}
	f := p.Links.File
	c := table.Cell{Text: f.Path}
	switch {
	case f.Failure != "":
		c.Text, c.Mark = f.Path+": cannot be used as it is: "+f.Failure, "bad"
	case f.Expired:
		c.Text, c.Mark = fmt.Sprintf("%s: its rules ended at %s", f.Path, f.Expires.Format(time.RFC3339)), "quiet"
	case !f.Included:
		c.Text, c.Mark = fmt.Sprintf("%s, for %s of the processes: this is not one of them", f.Path, f.Processes), "quiet"
	case f.Processes != "" && f.Processes != "100%":
		c.Text = fmt.Sprintf("%s, for %s of the processes: this is one of them", f.Path, f.Processes)
	}
	if f.Expires != nil && !f.Expired {
		c.Text += ", until " + f.Expires.Format(time.RFC3339)
	}
	return c
}

// targets is a table of what was dialled and means no merged service, nil if there is
// nothing.
func targets(processes []watch.Process) *table.View {
	type key struct{ caller, rpcService, target, reason string }
	byKey := make(map[key]*reports.Target)
	var order []*reports.Target
	for _, p := range processes {
		if p.Links == nil {
			continue
		}
		for _, t := range p.Links.Targets {
			k := key{t.Caller, t.RPCService, t.Target, t.Reason}
			if byKey[k] == nil {
				byKey[k] = &reports.Target{Caller: t.Caller, RPCService: t.RPCService, Target: t.Target, Reason: t.Reason}
				order = append(order, byKey[k])
			}
			byKey[k].RPC += t.RPC
		}
	}
	if order == nil {
		return nil
	}
	var rows []row
	for _, t := range order {
		rows = append(rows, row{[]table.Cell{{Text: t.Caller + " to " + t.Target}, {Text: t.RPCService}, {Text: units.Count(t.RPC)}, {Text: t.Reason}}})
	}
	v := plain("targets", "Dialled, and no merged service is meant", false, []string{"Caller and target", "RPC service", "Calls", "Why"}, rows)
	return &v
}
