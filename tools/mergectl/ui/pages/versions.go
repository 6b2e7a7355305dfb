package pages

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/matrix"
	"github.com/gomerge/rules_go_merge/tools/mergectl/skew"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
)

// Versions is which merged binaries embed which services, at which version.
type Versions struct {
	// Head is the commit of the sources, "" if it is not known.
	Head string
	Rows []matrix.Row
	Skew []skew.Finding
	// Notes say what was left out, and Read is when all this was read.
	Notes []string
	Read  time.Time
}

// Versions is the page with the versions of services.
func (s Site) Versions(v *Versions, q table.Query) (Page, error) {
	name := table.Text("service", "Service", func(r matrix.Row) string { return r.Service })
	name.Head = true
	binary := table.Text("binary", "Binary", func(r matrix.Row) string { return r.Binary })
	binary.Choice = func(r matrix.Row) string { return r.Binary }
	identity := func(key, title string, of func(matrix.Row) fleet.Identity) table.Column[matrix.Row] {
		c := table.Text(key, title, func(r matrix.Row) string { return skew.Identity(of(r)) })
		c.Cell = func(r matrix.Row) table.Cell {
			id := of(r)
			return table.Cell{Text: skew.Identity(id), Title: strings.TrimSpace("digest " + cmp.Or(id.Digest, "unknown") + ", revision " + cmp.Or(id.Revision, "unknown"))}
		}
		return c
	}
	running := table.Column[matrix.Row]{Key: "running", Title: "Running", Cell: runningCell}
	commits := table.Number("commits", "Commits", func(r matrix.Row) (float64, bool) {
		if r.Behind == nil {
			return 0, false
		}
		return float64(r.Behind.Commits), true
	}, func(r matrix.Row) string { return fmt.Sprint(r.Behind.Commits) })
	commits.About = "Commits of the sources that change the service and were not built"
	days := table.Number("days", "Days", func(r matrix.Row) (float64, bool) {
		if r.Behind == nil || r.Behind.Commits == 0 {
			return 0, false
		}
		return float64(r.Behind.Days), true
	}, func(r matrix.Row) string { return fmt.Sprint(r.Behind.Days) })
	days.About = "Age of the first of them"
	why := table.Text("why", "Not known, since", func(r matrix.Row) string { return r.Unknown })
	why.Wide = true
	columns := []table.Column[matrix.Row]{name, binary,
		identity("source", "Source", func(r matrix.Row) fleet.Identity { return r.Source }),
		identity("built", "Built", func(r matrix.Row) fleet.Identity { return r.Built }), running}
	columns = append(columns, grouped("Behind the sources", commits, days)...)
	columns = append(columns, why)
	t := table.Table[matrix.Row]{
		Name: "versions", Caption: "Services in merged binaries: version, beginning of the digest and of the revision", Rows: "services", Columns: columns,
		Key: func(r matrix.Row) string { return r.Binary + " " + r.Service },
		Text: func(r matrix.Row) string {
			return r.Service + " " + r.Binary + " " + skew.Identity(r.Source) + " " + skew.Identity(r.Built)
		},
	}
	var rows []row
	for _, f := range v.Skew {
		rows = append(rows, row{[]table.Cell{{Text: f.Service}, {Text: string(f.Kind)}, {Text: f.Text}}})
	}
	var list []Note
	for _, n := range v.Notes {
		list = append(list, Note{"mixed", n})
	}
	return s.page(Page{Name: VersionsPage, Title: "Versions"}, "versions.html", struct {
		Notes      []Note
		Table      table.View
		Skew       table.View
		HasSkew    bool
		Head, Read string
		Empty      string
	}{list, t.View(v.Rows, q), plain("skew", "Where merged binaries, processes and sources disagree", false, []string{"Service", "Kind", "What differs"}, rows), rows != nil, skew.Short(v.Head), clock(v.Read), "No manifest has a service."})
}

// runningCell has what most processes run, and marks what was not built.
func runningCell(r matrix.Row) table.Cell {
	if len(r.Running) == 0 {
		return table.Cell{Text: "-"}
	}
	var texts []string
	c := table.Cell{Mark: "good"}
	for _, one := range r.Running {
		text := skew.Identity(one.Identity)
		if n := len(one.Reports); n > 1 {
			text = fmt.Sprintf("%d × %s", n, text)
		}
		texts = append(texts, text)
		if one.Digest != r.Built.Digest {
			c.Mark = "mixed"
		}
	}
	c.Text = strings.Join(texts, ", ")
	if c.Mark == "mixed" {
		c.Text += " (not as built)"
	}
	return c
}
