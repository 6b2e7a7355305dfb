package pages

import (
	"bytes"
	"fmt"
	"html/template"
	"strconv"

	"github.com/gomerge/rules_go_merge/tools/mergectl/graph"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/choose"
	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/show"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

// group is a group of a plan, with its number from 1.
type group struct {
	number int
	choose.Group
}

// Plan is the page with what to merge, and what is rejected and why. The query is that of
// the rejected links.
func (s Site) Plan(p *choose.Plan, q table.Query) (Page, error) {
	rule := table.Text("rule", "Rule", func(r choose.Rejected) string { return r.Rule })
	rule.Choice = func(r choose.Rejected) string { return r.Rule }
	why := table.Text("why", "Why", func(r choose.Rejected) string { return r.Why })
	why.Wide = true
	link := table.Text("link", "Link", func(r choose.Rejected) string { return r.Link })
	link.Head = true
	link.Cell = func(r choose.Rejected) table.Cell {
		return table.Cell{Text: r.Link, Href: s.Address(ExplainPage, parameters("link", r.Link))}
	}
	t := table.Table[choose.Rejected]{
		Name: "rejected", Caption: "Rejected links: their calls stay RPCs", Rows: "links",
		Columns: []table.Column[choose.Rejected]{link,
			table.Number("calls", "Calls/s", func(r choose.Rejected) (float64, bool) { return r.Calls, true }, func(r choose.Rejected) string { return units.Rate(r.Calls) }),
			table.Number("cores", "Cores of its calls", func(r choose.Rejected) (float64, bool) { return r.Cores, true }, func(r choose.Rejected) string { return three(r.Cores) }),
			rule, why},
		Key:  func(r choose.Rejected) string { return r.Link },
		Text: func(r choose.Rejected) string { return r.Link + " " + r.Rule + " " + r.Why },
	}
	return s.page(Page{Name: PlanPage, Title: "Plan"}, "plan.html", struct {
		Plan     *choose.Plan
		Cores    string
		Proof    string
		Groups   table.View
		Rejected table.View
		Empty    string
		Ignored  []string
	}{p, three(p.Cores), show.Proof(p), s.groups(p), t.View(p.Rejected, q), "No link is rejected.", ignored(p)})
}

func ignored(p *choose.Plan) []string {
	var list []string
	for _, i := range p.Ignored {
		list = append(list, i.String())
	}
	return list
}

// three writes a number to three digits, and minus nothing as nothing.
func three(n float64) string {
	if n == 0 {
		return "0"
	}
	return fmt.Sprintf("%.3g", n)
}

// groups is a table of all groups.
func (s Site) groups(p *choose.Plan) table.View {
	var rows []group
	for i, g := range p.Groups {
		rows = append(rows, group{i + 1, g})
	}
	name := table.Text("group", "Group", func(g group) string { return show.Names(g.Group) })
	name.Head, name.Wide = true, true
	name.Cell = func(g group) table.Cell {
		return table.Cell{Text: show.Names(g.Group), Href: s.Address(GroupPage, parameters("number", strconv.Itoa(g.number)))}
	}
	number := func(key, title string, n func(group) float64, write func(float64) string) table.Column[group] {
		return table.Number(key, title, func(g group) (float64, bool) { return n(g), true }, func(g group) string { return write(n(g)) })
	}
	why := table.Text("why", "Why", func(g group) string { return show.Why(g.Group) })
	why.Wide = true
	t := table.Table[group]{
		Name: "groups", Caption: "Groups to merge, those that save most first", Rows: "groups", Plain: true,
		Columns: []table.Column[group]{
			name,
			number("cores", "Cores saved", func(g group) float64 { return g.Cores }, three),
			number("calls", "Inline calls/s", func(g group) float64 { return g.Inline }, units.Rate),
			number("latency", "Latency saved", func(g group) float64 { return g.Latency }, func(us float64) string { return units.Duration(int64(us * 1000)) }),
			number("memory", "Memory paid", func(g group) float64 { return g.Memory }, func(n float64) string { return show.Bytes(n, true) }),
			number("replica", "Of a replica", func(g group) float64 { return g.ReplicaMemory }, func(n float64) string { return show.Bytes(n, false) }),
			number("restarts", "Restarts/week paid", func(g group) float64 { return g.Restarts }, three),
			why,
		},
		Key: func(g group) string { return strconv.Itoa(g.number) },
	}
	return t.View(rows, table.All())
}

// Group is the page of a plan's group, by its number from 1.
func (s Site) Group(p *choose.Plan, number int) (Page, error) {
	if number < 1 || number > len(p.Groups) {
		return Page{}, fmt.Errorf("%w: the plan has no group %d", ErrNotFound, number)
	}
	g := p.Groups[number-1]
	var rows []row
	var all []graph.Calls
	for _, m := range g.Members {
		joins := m.Caller
		if joins == "" {
			joins = "is the host"
		}
		rows = append(rows, row{[]table.Cell{{Text: m.Service}, {Text: joins}, {Text: three(100*m.Share) + " %"}, {Text: three(m.Released)}, {Text: three(m.Cores)}}})
		for _, l := range m.Links {
			about := units.Rate(l.Inline) + " calls/s"
			all = append(all, graph.Calls{Caller: l.Caller(), Callee: l.Callee(), Weight: l.Inline, Inline: 1, About: about})
		}
	}
	id := "group-" + strconv.Itoa(number)
	var drawing bytes.Buffer
	focus := graph.Focus{Center: g.Host, Depth: len(g.Members), ID: id + "-graph", All: all, Title: "Calls in the group of " + g.Host}
	if _, err := focus.WriteSVG(&drawing); err != nil {
		return Page{}, err
	}
	members := plain("members", "Services of the group", true, []string{"Service", "Joins", "Of its work here", "Replicas released", "Cores saved"}, rows)
	members.Columns[1].Number = false
	for i := range members.Lines {
		members.Lines[i].Cells[1].Number = false
	}
	return s.page(Page{Name: PlanPage, Title: fmt.Sprintf("Group %d: %s", number, show.Names(g)), ID: id}, "group.html", struct {
		Group   choose.Group
		Why     string
		Drawing template.HTML
		Members table.View
		Plan    string
	}{g, show.Why(g), template.HTML(drawing.String()), members, s.Address(PlanPage, nil)})
}

// Explain is the page with every number of a link of a plan.
func (s Site) Explain(p *choose.Plan, link string) (Page, error) {
	var text bytes.Buffer
	if err := p.Explain(&text, link); err != nil {
		return Page{}, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	return s.page(Page{Name: PlanPage, Title: link, ID: "explain-" + anchor(link)}, "explain.html", struct{ Text, Plan string }{text.String(), s.Address(PlanPage, nil)})
}
