package pages

import (
	"bytes"
	"cmp"
	"fmt"
	"html/template"
	"maps"
	"slices"

	"github.com/gomerge/rules_go_merge/tools/mergectl/graph"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

// mostChoices is how many services can be chosen from a list. Of more, the name has to be
// written.
const mostChoices = 500

// deepest is how many calls away from its focus a graph goes at most.
const deepest = 3

// Graph is the page with the neighbours of a service, "" for the one with most links.
func (s Site) Graph(processes []watch.Process, service string, depth int) (Page, error) {
	all := between(s.merged.of(processes))
	services := servicesOf(all)
	if service == "" && len(services) > 0 {
		service = slices.MaxFunc(services, func(a, b string) int {
			return cmp.Or(cmp.Compare(neighbours(all, a), neighbours(all, b)), cmp.Compare(b, a))
		})
	}
	if service != "" && !slices.Contains(services, service) {
		return Page{}, fmt.Errorf("%w: no link has the service %q", ErrNotFound, service)
	}
	depth = min(max(depth, 1), deepest)
	id := "graph-" + anchor(service)
	data := struct {
		Notes          []Note
		Service, Empty string
		Choices        []string
		Write          bool
		Depth, Deepest int
		Depths         []int
		Folded         int
		Drawing        template.HTML
		Live           bool
		File           bool
	}{Notes: notes(processes), Service: service, Empty: nothing(processes, "No process has a link: none of their services calls another."), Write: len(services) > mostChoices, Depth: depth, Deepest: deepest, Depths: []int{1, 2, 3}, File: s.File}
	if !data.Write {
		data.Choices = slices.DeleteFunc(slices.Clone(services), func(name string) bool { return len(name) > mostChars })
	}
	if service != "" {
		var drawing bytes.Buffer
		var err error
		data.Folded, err = graph.Focus{
			Center: service, Depth: depth, ID: id, All: all,
			Title: fmt.Sprintf("Calls from and to %s, at most %d away", clip(service), depth),
			Href: func(name string) string {
				values := parameters("service", name)
				if depth > 1 {
					values.Set("depth", fmt.Sprint(depth))
				}
				return s.Address(GraphPage, values)
			},
		}.WriteSVG(&drawing)
		if err != nil {
			return Page{}, err
		}
		data.Drawing = template.HTML(drawing.String())
	}
	title := "Graph"
	if service != "" {
		title += " of " + service
	}
	return s.page(Page{Name: GraphPage, Title: title, Live: true, ID: id}, "graph.html", data)
}

// between returns the calls from service to service, over all of their methods. Rates
// rank them where all are known, and otherwise counts.
func between(links []*link) []graph.Calls {
	type pair struct{ caller, callee string }
	type sums struct {
		inline, rpc uint64
		rate        watch.Rate
		rated       bool
	}
	byPair := make(map[pair]*sums)
	for _, l := range links {
		p := pair{l.Caller, l.Callee}
		if byPair[p] == nil {
			byPair[p] = &sums{}
		}
		one := byPair[p]
		one.inline += l.Inline
		one.rpc += l.RPC
		one.rate.Inline += l.rate.Inline
		one.rate.RPC += l.rate.RPC
		one.rated = one.rated || l.rated
	}
	var all []graph.Calls
	for p, n := range byPair {
		c := graph.Calls{Caller: p.caller, Callee: p.callee, Weight: float64(n.inline + n.rpc)}
		c.About = units.Count(n.inline+n.rpc) + " calls"
		if n.rated && n.rate.Inline+n.rate.RPC > 0 {
			c.About = units.Rate(n.rate.Inline+n.rate.RPC) + " calls/s"
		}
		if n.inline+n.rpc > 0 {
			c.Inline = float64(n.inline) / float64(n.inline+n.rpc)
			c.About += ", " + units.Percent(n.inline, n.inline+n.rpc) + " inline"
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b graph.Calls) int {
		return cmp.Or(cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.Callee, b.Callee))
	})
	return all
}

func servicesOf(all []graph.Calls) []string {
	names := make(map[string]bool)
	for _, c := range all {
		names[c.Caller], names[c.Callee] = true, true
	}
	return slices.Sorted(maps.Keys(names))
}

// neighbours counts the links of a service.
func neighbours(all []graph.Calls, service string) int {
	n := 0
	for _, c := range all {
		if c.Caller == service || c.Callee == service {
			n++
		}
	}
	return n
}
