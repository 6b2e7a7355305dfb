package pages

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/matrix"
	"github.com/gomerge/rules_go_merge/tools/mergectl/skew"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

// Versions is what processes run of which services, and which merged binaries embed them.
type Versions struct {
	// Processes are those that were watched at the time Read.
	Processes []watch.Process
	Read      time.Time
	// Head is the commit of the sources, "" if it is not known. Rows are what manifests
	// have, nil without any, and Notes say what was left out.
	Head  string
	Rows  []matrix.Row
	Skew  []skew.Finding
	Notes []string
}

// version is a version of a service in a merged binary, and how many processes run it.
type version struct {
	// binary is the label of the merged binary, or its name where no manifest has it.
	service, binary string
	// row is what the manifest has, nil if none has it.
	row *matrix.Row
	// only restricts services to those that run it.
	only      Only
	processes int
	// behind is how far it is behind the sources, nil if that is not known.
	behind *matrix.Behind
}

// built reports whether what runs is what was built, as far as digests say.
func (v version) built() bool {
	return v.row != nil && v.only.Digest != "" && v.only.Digest == v.row.Built.Digest
}

// versions returns what runs and what was built, sorted by service and binary, and the
// versions that most processes run first.
func (v *Versions) versions() []version {
	type one struct{ socket, service string }
	bySocket := make(map[string]watch.Process)
	for _, p := range v.Processes {
		bySocket[p.Socket] = p
	}
	var all []version
	known := make(map[one]bool)
	for i := range v.Rows {
		r := &v.Rows[i]
		for _, running := range r.Running {
			each := version{service: r.Service, binary: r.Binary, row: r, processes: len(running.Reports), behind: running.Behind}
			each.only = Only{r.Service, bySocket[running.Reports[0]].Binary(), running.Identity}
			if each.built() {
				each.behind = r.Behind
			}
			all = append(all, each)
			for _, socket := range running.Reports {
				known[one{socket, r.Service}] = true
			}
		}
		if len(r.Running) == 0 {
			all = append(all, version{service: r.Service, binary: r.Binary, row: r})
		}
	}
	counts := make(map[Only]int)
	for _, p := range v.Processes {
		if p.Services == nil {
			continue
		}
		for _, s := range p.Services.Services {
			if !known[one{p.Socket, s.Name}] {
				counts[onlyOf(p, s)]++
			}
		}
	}
	for only, n := range counts {
		all = append(all, version{service: only.Service, binary: only.Binary, only: only, processes: n})
	}
	slices.SortFunc(all, func(a, b version) int {
		return cmp.Or(cmp.Compare(a.service, b.service), cmp.Compare(a.binary, b.binary), cmp.Compare(b.processes, a.processes),
			cmp.Compare(skew.Identity(a.only.Identity), skew.Identity(b.only.Identity)))
	})
	return all
}

// Versions is the page with the versions of services.
func (s Site) Versions(v *Versions, q table.Query) (Page, error) {
	var rows []row
	for _, f := range v.Skew {
		rows = append(rows, row{[]table.Cell{{Text: f.Service}, {Text: string(f.Kind)}, {Text: f.Text}}})
	}
	list := notes(v.Processes)
	var left []Note
	for _, n := range v.Notes {
		left = append(left, Note{"mixed", n})
	}
	list = append(list, limited(left, "processes that no manifest is of")...)
	return s.page(Page{Name: VersionsPage, Title: "Versions"}, "versions.html", struct {
		Notes             []Note
		Table, Skew       table.View
		HasSkew           bool
		Head, Read, Empty string
	}{
		list, s.versionsTable(v.Rows != nil).View(v.versions(), q),
		plain("skew", "Where merged binaries, processes and sources disagree", false, []string{"Service", "Kind", "What differs"}, rows), rows != nil,
		skew.Short(v.Head), clock(v.Read), nothing(v.Processes, "No process has reported services."),
	})
}

// versionsTable is the table of versions. What the sources and builds have is in it if
// there are manifests.
func (s Site) versionsTable(manifests bool) table.Table[version] {
	name := table.Text("service", "Service", func(v version) string { return v.service })
	name.Head = true
	binary := table.Text("binary", "Binary", func(v version) string { return v.binary })
	binary.Choice = func(v version) string { return v.binary }
	running := identity("running", "Running", func(v version) (fleet.Identity, bool) { return v.only.Identity, v.processes > 0 })
	processes := table.Number("processes", "Processes", func(v version) (float64, bool) { return float64(v.processes), true },
		func(v version) string { return units.Count(uint64(v.processes)) })
	processes.About = "How many run it; the number leads to them"
	number := processes.Cell
	processes.Cell = func(v version) table.Cell {
		c := number(v)
		if v.processes > 0 {
			c.Href = s.Address(ServicesPage, v.only.values())
		}
		return c
	}
	t := table.Table[version]{
		Name: "versions", Caption: "Versions of services that run: version, beginning of the digest and of the revision", Rows: "versions",
		Columns: []table.Column[version]{name, binary, running, processes},
		Key: func(v version) string {
			return v.binary + " " + v.service + " " + v.only.Version + " " + v.only.Revision + " " + v.only.Digest
		},
		Text: func(v version) string { return v.service + " " + v.binary + " " + skew.Identity(v.only.Identity) },
	}
	if !manifests {
		return t
	}
	t.Caption = "Services in merged binaries, as built and as they run: version, beginning of the digest and of the revision"
	source := identity("source", "Source", func(v version) (fleet.Identity, bool) { return v.manifest().Source, v.row != nil })
	built := identity("built", "Built", func(v version) (fleet.Identity, bool) { return v.manifest().Built, v.row != nil })
	state := table.Text("state", "State", versionState)
	state.Choice = versionState
	state.Cell = func(v version) table.Cell {
		marks := map[string]string{asBuilt: "good", notRunning: "quiet", noDigest: "quiet"}
		return table.Cell{Text: versionState(v), Mark: cmp.Or(marks[versionState(v)], "mixed")}
	}
	why := table.Text("why", "Not known, since", func(v version) string { return v.manifest().Unknown })
	why.Wide = true
	t.Columns = []table.Column[version]{name, binary, source, built, running, processes, state}
	t.Columns = append(t.Columns, behind("Built, behind the sources", "b", func(v version) *matrix.Behind { return v.manifest().Behind })...)
	t.Columns = append(t.Columns, behind("Running, behind", "r", func(v version) *matrix.Behind { return v.behind })...)
	t.Columns = append(t.Columns, why)
	t.Text = func(v version) string {
		return v.service + " " + v.binary + " " + skew.Identity(v.manifest().Source) + " " + skew.Identity(v.manifest().Built) + " " + skew.Identity(v.only.Identity) + " " + versionState(v)
	}
	return t
}

// manifest returns what the manifest has, nothing if none has it.
func (v version) manifest() matrix.Row {
	if v.row == nil {
		return matrix.Row{}
	}
	return *v.row
}

// States of versions.
const (
	asBuilt    = "as built"
	notBuilt   = "not as built"
	notRunning = "not running"
	noManifest = "in no manifest"
	noDigest   = "has no digest"
)

func versionState(v version) string {
	switch {
	case v.row == nil:
		return noManifest
	case v.processes == 0:
		return notRunning
	case v.built():
		return asBuilt
	case v.only.Digest == "" || v.row.Built.Digest == "":
		return noDigest
	}
	return notBuilt
}

// identity returns a column of versions, where they are known.
func identity(key, title string, of func(version) (fleet.Identity, bool)) table.Column[version] {
	c := table.Text(key, title, func(v version) string {
		id, _ := of(v)
		return skew.Identity(id)
	})
	c.Cell = func(v version) table.Cell {
		id, known := of(v)
		if !known {
			return table.Cell{Text: "-"}
		}
		return table.Cell{Text: skew.Identity(id), Title: strings.TrimSpace("digest " + cmp.Or(id.Digest, "unknown") + ", revision " + cmp.Or(id.Revision, "unknown"))}
	}
	return c
}

// behind returns columns of how far versions are behind the sources.
func behind(title, key string, of func(version) *matrix.Behind) []table.Column[version] {
	number := func(key, title string, n func(*matrix.Behind) (int, bool)) table.Column[version] {
		value := func(v version) (float64, bool) {
			b := of(v)
			if b == nil {
				return 0, false
			}
			n, known := n(b)
			return float64(n), known
		}
		return table.Number(key, title, value, func(v version) string {
			n, _ := value(v)
			return fmt.Sprint(n)
		})
	}
	commits := number(key+"commits", "Commits", func(b *matrix.Behind) (int, bool) { return b.Commits, true })
	commits.About = "Commits of the sources that change the service and are not in it"
	days := number(key+"days", "Days", func(b *matrix.Behind) (int, bool) { return b.Days, b.Commits > 0 })
	days.About = "Age of the first of them"
	return grouped(title, commits, days)
}
