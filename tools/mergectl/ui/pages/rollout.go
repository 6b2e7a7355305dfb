package pages

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/journal"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/sequential"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rollout/settings"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

// Rollout is a rollout with what it has decided so far.
type Rollout struct {
	// Settings are nil if only the log is known.
	Settings *settings.Settings
	Entries  []journal.Entry
	// Now is where it is and what its guards say. If it is nil and there are entries,
	// Unknown says why.
	Now     *rollout.Report
	Unknown string
}

// stage is a step of a rollout.
type stage struct {
	number       int
	began, ended time.Time
	errors, slow sequential.Sample
	read, obey   int
	polls        int
}

// Rollout is the page of a rollout, with the query of its decisions.
func (s Site) Rollout(r *Rollout, q table.Query) (Page, error) {
	stages, methods, end := r.tally()
	data := struct {
		Facts                               []fact
		Steps, Verdicts, Methods, Decisions table.View
		Unknown                             string
		Counted                             bool
	}{Facts: r.facts(stages, end), Steps: r.steps(stages, end), Methods: methodsTable(methods), Counted: len(methods) > 0, Decisions: decisions(r.Entries, q)}
	if len(r.Entries) > 0 {
		data.Unknown = r.Unknown
	}
	if r.Now != nil {
		data.Verdicts = verdicts(r.Now.Findings)
	}
	return s.page(Page{Name: RolloutPage, Title: "Rollout", Live: true}, "rollout.html", data)
}

// tally goes through the log. It returns the end of the rollout, nil if it goes on.
func (r *Rollout) tally() (stages []*stage, methods []*journal.Counts, end *journal.Entry) {
	byName := make(map[string]*journal.Counts)
	for i, e := range r.Entries {
		var now *stage
		if len(stages) > 0 {
			now = stages[len(stages)-1]
		}
		switch e.Event {
		case journal.Stage:
			if now != nil {
				now.ended = e.Time
			}
			stages = append(stages, &stage{number: e.Step, began: e.Time})
		case journal.RolledBack, journal.Done:
			if now != nil {
				now.ended = e.Time
			}
			end = &r.Entries[i]
		case journal.Poll:
			if now != nil {
				now.polls++
				now.read, now.obey = e.Read, e.Obey
			}
		}
		for _, c := range e.Counts {
			m := byName[c.Method]
			if m == nil {
				m = &journal.Counts{Method: c.Method}
				byName[c.Method] = m
				methods = append(methods, m)
			}
			m.Add(c)
			if now != nil {
				now.errors.Add(c.Errors)
				now.slow.Add(c.Slow)
			}
		}
	}
	slices.SortFunc(methods, func(a, b *journal.Counts) int { return cmp.Compare(a.Method, b.Method) })
	return stages, methods, end
}

func (r *Rollout) facts(stages []*stage, end *journal.Entry) []fact {
	status := table.Cell{Text: "has not begun", Mark: "quiet"}
	if len(r.Entries) > 0 {
		status = table.Cell{Text: "begun", Mark: "mixed"}
	}
	if n := len(stages); n > 0 {
		status = table.Cell{Text: fmt.Sprintf("in step %d%s", stages[n-1].number, r.of()), Mark: "mixed"}
	}
	facts := []fact{{"Status", status}}
	if end != nil {
		facts[0].Value = table.Cell{Text: "done", Mark: "good"}
		if end.Event == journal.RolledBack {
			facts[0].Value = table.Cell{Text: "rolled back", Mark: "bad"}
		}
		facts = append(facts, fact{"Why", table.Cell{Text: cmp.Or(end.Why, "all steps have ended")}})
	}
	if r.Settings != nil {
		var links []string
		for _, l := range r.Settings.Links {
			links = append(links, l.String())
		}
		facts = append(facts, fact{"Links", table.Cell{Text: strings.Join(links, ", ")}})
	}
	for i := len(r.Entries) - 1; i >= 0; i-- {
		if rules := r.Entries[i].Rules; rules != nil {
			facts = append(facts, fact{"Rules now", table.Cell{Text: rulesText(rules)}})
			break
		}
	}
	if n := len(stages); n > 0 && stages[n-1].polls > 0 {
		now := stages[n-1]
		facts = append(facts, fact{"Processes", table.Cell{Text: fmt.Sprintf("%d read, %d obey the step", now.read, now.obey)}})
	}
	if r.Now != nil {
		if r.Now.Undecided != "" {
			facts = append(facts, fact{"Undecided", table.Cell{Text: r.Now.Undecided, Mark: "bad"}})
		}
		for _, warning := range r.Now.Warnings {
			facts = append(facts, fact{"Warning", table.Cell{Text: warning, Mark: "mixed"}})
		}
	}
	if n := len(r.Entries); n > 0 {
		facts = append(facts, fact{"Last entry", table.Cell{Text: r.Entries[n-1].Time.Local().Format(time.DateTime)}})
	}
	return facts
}

func (r *Rollout) of() string {
	if r.Settings == nil {
		return ""
	}
	return fmt.Sprintf(" of %d", len(r.Settings.Steps))
}

func rulesText(rules *journal.Rules) string {
	text := strings.Join(rules.Rules, ", ")
	if rules.Processes != "" && rules.Processes != "100%" {
		text += ", for " + rules.Processes + " of the processes"
	}
	if rules.Generation > 0 {
		text += fmt.Sprintf(" (generation %d)", rules.Generation)
	}
	return cmp.Or(text, "none")
}

// steps is a table of the steps that were begun, and of those that are to come.
func (r *Rollout) steps(stages []*stage, end *journal.Entry) table.View {
	var rows []row
	last := 0
	for i, one := range stages {
		last = max(last, one.number)
		state := table.Cell{Text: "ended", Mark: "good"}
		if i == len(stages)-1 && end == nil {
			state = table.Cell{Text: "now", Mark: "mixed"}
		} else if i == len(stages)-1 && end.Event == journal.RolledBack {
			state = table.Cell{Text: "rolled back", Mark: "bad"}
		}
		took := "-"
		if !one.ended.IsZero() {
			took = one.ended.Sub(one.began).Round(time.Second).String()
		}
		processes, calls := r.shares(one.number)
		rows = append(rows, row{[]table.Cell{
			{Text: fmt.Sprint(one.number)}, {Text: processes}, {Text: calls}, state, {Text: clock(one.began)}, {Text: took},
			{Text: units.Count(one.errors.InlineCalls)}, {Text: units.Percent(one.errors.InlineFailed, one.errors.InlineCalls)},
			{Text: units.Count(one.errors.RPCCalls)}, {Text: units.Percent(one.errors.RPCFailed, one.errors.RPCCalls)},
		}})
	}
	if r.Settings != nil {
		for number := last + 1; number <= len(r.Settings.Steps); number++ {
			processes, calls := r.shares(number)
			cells := []table.Cell{{Text: fmt.Sprint(number)}, {Text: processes}, {Text: calls}, {Text: "not yet", Mark: "quiet"}}
			for range 6 {
				cells = append(cells, table.Cell{Text: "-", Mark: "quiet"})
			}
			rows = append(rows, row{cells})
		}
	}
	v := plain("steps", "Steps, and how the calls in them ended", true,
		[]string{"Step", "Processes", "Calls", "State", "Began", "Took", "Inline calls", "Failed", "RPC calls", "RPC failed"}, rows)
	for i := range v.Lines {
		v.Lines[i].Cells[3].Number = false
	}
	v.Columns[3].Number = false
	return v
}

// shares returns which parts of the processes and calls a step makes inline.
func (r *Rollout) shares(number int) (processes, calls string) {
	if r.Settings == nil || number < 1 || number > len(r.Settings.Steps) {
		return "-", "-"
	}
	step := r.Settings.Steps[number-1]
	return step.Processes.String(), step.Calls.String()
}

// verdicts is what the guards say now, as mergectl rollout prints it.
func verdicts(findings []rollout.Finding) table.View {
	t := table.Table[rollout.Finding]{
		Name: "verdicts", Caption: "What the guards say by what was counted so far", Plain: true,
		Key: func(f rollout.Finding) string { return f.Method + " " + f.Guard },
		Columns: []table.Column[rollout.Finding]{
			{Key: "method", Title: "Method", Head: true, Cell: func(f rollout.Finding) table.Cell { return table.Cell{Text: f.Method} }},
			{Key: "guard", Title: "Guard", Cell: func(f rollout.Finding) table.Cell { return table.Cell{Text: f.Guard} }},
			{Key: "verdict", Title: "Verdict", Cell: func(f rollout.Finding) table.Cell {
				word := f.Word()
				return table.Cell{Text: word, Mark: map[string]string{string(rollout.Fine): "good", string(rollout.Harm): "bad", string(rollout.Unknown): "mixed", rollout.Rare: "quiet"}[word]}
			}},
			{Key: "why", Title: "Why", Wide: true, Cell: func(f rollout.Finding) table.Cell { return table.Cell{Text: f.Text} }},
		},
	}
	return t.View(slices.DeleteFunc(slices.Clone(findings), rollout.Finding.Idle), table.All())
}

// methodsTable is what the methods counted over all steps.
func methodsTable(methods []*journal.Counts) table.View {
	var rows []row
	part := func(r sequential.Rate) table.Cell {
		if r.Of == 0 {
			return table.Cell{Text: "-", Mark: "quiet"}
		}
		return table.Cell{Text: units.Percent(r.Happened, r.Of)}
	}
	for _, m := range methods {
		rows = append(rows, row{[]table.Cell{
			{Text: m.Method}, {Text: units.Count(m.Inline)}, {Text: units.Count(m.RPC)},
			{Text: units.Percent(m.Errors.InlineFailed, m.Errors.InlineCalls)}, {Text: units.Percent(m.Errors.RPCFailed, m.Errors.RPCCalls)},
			{Text: units.Percent(m.Slow.InlineFailed, m.Slow.InlineCalls)}, {Text: units.Percent(m.Slow.RPCFailed, m.Slow.RPCCalls)},
			part(m.Panics), part(m.Fallbacks), part(m.Verify),
		}})
	}
	return plain("counted", "What the rollout has counted of each method", true,
		[]string{"Method", "Drawn inline", "Drawn RPC", "Inline failed", "RPC failed", "Inline slow", "RPC slow", "Panics", "Fell back", "Verified and different"}, rows)
}

// decision is an entry of the log other than a poll, with its number.
type decision struct {
	number int
	journal.Entry
}

// decisions is the table of what was decided, the last first.
func decisions(entries []journal.Entry, q table.Query) table.View {
	var rows []decision
	for i, e := range entries {
		if e.Event != journal.Poll {
			rows = append(rows, decision{i, e})
		}
	}
	slices.Reverse(rows)
	when := table.Text("time", "Time", func(d decision) string { return d.Time.Local().Format(time.DateTime) })
	when.Head = true
	event := table.Text("event", "Event", func(d decision) string { return eventText(d.Event) })
	event.Choice = func(d decision) string { return eventText(d.Event) }
	step := table.Number("step", "Step", func(d decision) (float64, bool) { return float64(d.Step), d.Step > 0 }, func(d decision) string { return fmt.Sprint(d.Step) })
	rules := table.Text("rules", "Rules", func(d decision) string {
		if d.Rules == nil {
			return "-"
		}
		return rulesText(d.Rules)
	})
	rules.Wide = true
	why := table.Text("why", "Why", whyDecided)
	why.Wide = true
	t := table.Table[decision]{
		Name: "decisions", Caption: "Decisions, the last first", Rows: "decisions",
		Columns: []table.Column[decision]{when, event, step, rules, why},
		Key:     func(d decision) string { return fmt.Sprint(d.number) },
		Text:    func(d decision) string { return eventText(d.Event) + " " + whyDecided(d) },
	}
	return t.View(rows, q)
}

func eventText(e journal.Event) string { return strings.ReplaceAll(string(e), "_", " ") }

func whyDecided(d decision) string {
	return strings.Join(append(slices.DeleteFunc([]string{d.Why}, func(s string) bool { return s == "" }), d.Findings...), "; ")
}
