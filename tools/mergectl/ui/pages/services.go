package pages

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/fleet"
	"github.com/gomerge/rules_go_merge/tools/mergectl/skew"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

// service is a service in a process.
type service struct {
	process watch.Process
	reports.Service
}

// Only restricts services to those of one name, binary and version. The zero Only does not.
type Only struct {
	Service, Binary string
	fleet.Identity
}

// ParseOnly reads what services are restricted to from the query of a URL.
func ParseOnly(values url.Values) Only {
	return Only{values.Get("service"), values.Get("binary"), fleet.Identity{
		Version: values.Get("version"), Revision: values.Get("revision"), Digest: values.Get("digest"),
	}}
}

// values returns the query of a URL that has the restriction.
func (o Only) values() url.Values {
	return parameters("service", o.Service, "binary", o.Binary, "version", o.Version, "revision", o.Revision, "digest", o.Digest)
}

// onlyOf returns the restriction to what a process runs.
func onlyOf(p watch.Process, s reports.Service) Only {
	return Only{s.Name, p.Binary(), fleet.Identity{Version: s.Version, Revision: s.Revision, Digest: s.Digest}}
}

// Services is the page with the services of all processes, or of some.
func (s Site) Services(processes []watch.Process, only Only, q table.Query, now time.Time) (Page, error) {
	var rows []service
	linked := make(map[string]bool)
	for _, c := range between(s.merged.of(processes)) {
		linked[c.Caller], linked[c.Callee] = true, true
	}
	for _, p := range processes {
		if p.Services != nil {
			for _, one := range p.Services.Services {
				if only == (Only{}) || only == onlyOf(p, one) {
					rows = append(rows, service{p, one})
				}
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b service) int { return cmp.Compare(a.Name, b.Name) })
	name := table.Text("service", "Service", func(r service) string { return r.Name })
	name.Head = true
	name.Cell = func(r service) table.Cell {
		c := table.Cell{Text: r.Name}
		if linked[r.Name] {
			c.Href = s.Address(GraphPage, parameters("service", r.Name))
		}
		return c
	}
	var columns []table.Column[service]
	if several(processes) {
		binary := table.Text("binary", "Binary", func(r service) string { return r.process.Binary() })
		binary.Choice = func(r service) string { return r.process.Binary() }
		columns = append(columns, binary)
	}
	if len(processes) > 1 {
		columns = append(columns, table.Text("process", "Process", func(r service) string { return r.process.Socket }))
	}
	state := table.Text("state", "State", func(r service) string { return string(r.State) })
	state.Choice = func(r service) string { return string(r.State) }
	state.Cell = func(r service) table.Cell {
		if r.process.Gone() {
			return table.Cell{Text: string(r.State) + ", gone", Mark: "bad"}
		}
		return table.Cell{Text: string(r.State), Mark: mark(string(r.State))}
	}
	age := table.Number("for", "For", func(r service) (float64, bool) { return now.Sub(r.Since).Seconds(), !r.Since.IsZero() },
		func(r service) string { return now.Sub(r.Since).Round(time.Second).String() })
	age.About = "Time in this state"
	cpu := table.Number("cpu", "CPU", func(r service) (float64, bool) {
		if r.CPUUse == nil {
			return 0, false
		}
		return *r.CPUUse, true
	}, func(r service) string { return fmt.Sprintf("%.2f", *r.CPUUse) })
	cpu.About = "Cores used in the last second, where any service has a limit"
	limit := table.Number("limit", "CPU limit", func(r service) (float64, bool) { return r.CPULimit, r.CPULimit > 0 },
		func(r service) string { return fmt.Sprintf("%g", r.CPULimit) })
	inflight := table.Number("inflight", "In flight", func(r service) (float64, bool) { return float64(r.Inflight), r.MaxInflight > 0 },
		func(r service) string { return fmt.Sprintf("%d / %d", r.Inflight, r.MaxInflight) })
	inflight.About = "Inline calls that run, and the limit"
	limited := func(key, title string, n func(service) uint64, has func(service) bool) table.Column[service] {
		return table.Number(key, title, func(r service) (float64, bool) { return float64(n(r)), has(r) }, func(r service) string { return units.Count(n(r)) })
	}
	heap := table.Number("heap", "Heap", func(r service) (float64, bool) { return float64(r.HeapBytes), true }, func(r service) string { return units.Bytes(r.HeapBytes) })
	heap.About = "Live heap that its code allocated, estimated"
	version := table.Text("version", "Version", func(r service) string { return cmp.Or(r.Version, "-") })
	revision := table.Text("revision", "Revision", func(r service) string { return cmp.Or(skew.Short(r.Revision), "-") })
	why := table.Text("why", "Why", func(r service) string { return r.Reason })
	why.Wide = true
	columns = append(append([]table.Column[service]{name, state}, columns...), age,
		count("restarts", "Restarts", func(r service) uint64 { return uint64(max(r.Restarts, 0)) }), inflight, cpu, limit,
		limited("throttled", "Throttled", func(r service) uint64 { return r.Throttled }, func(r service) bool { return r.CPULimit > 0 }),
		limited("refused", "Refused", func(r service) uint64 { return r.Refused }, func(r service) bool { return r.CPULimit > 0 || r.MaxInflight > 0 }),
		count("goroutines", "Goroutines", func(r service) uint64 { return uint64(max(r.Goroutines, 0)) }), heap, version, revision, why)
	t := table.Table[service]{
		Name: "services", Caption: "Services, and what they use of their processes", Rows: "services", Columns: columns,
		Key: func(r service) string { return r.process.Socket + " " + r.Name },
		Text: func(r service) string {
			return r.Name + " " + r.process.Binary() + " " + r.process.Socket + " " + string(r.State)
		},
	}
	data := struct {
		Notes            []Note
		Only, All, Empty string
		Table            table.View
	}{Notes: notes(processes), Table: t.View(rows, q), Empty: nothing(processes, "No process has reported services.")}
	if only != (Only{}) {
		data.Only = fmt.Sprintf("%s %s of %s", only.Service, skew.Identity(only.Identity), only.Binary)
		data.All, data.Empty = s.Address(ServicesPage, nil), "No process runs it now."
	}
	return s.page(Page{Name: ServicesPage, Title: "Services", Live: true}, "services.html", data)
}
