package pages

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/gomerge/rules_go_merge/tools/mergectl/plan/choose"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
)

// Contents are what all pages together are made of.
type Contents struct {
	Processes []watch.Process
	Versions  *Versions
	// Plan and Rollout are nil where there are none.
	Plan    *choose.Plan
	Rollout *Rollout
	// Now is when all was read.
	Now time.Time
}

// Most sections that a file has of one kind: those with most calls, or of a plan the
// groups that save most.
const (
	mostLinks    = 300
	mostServices = 100
	mostGroups   = 100
)

// File returns one HTML file with all pages as sections, which needs no other file.
func File(c Contents) ([]byte, error) {
	f := newFile(c)
	if err := f.add(); err != nil {
		return nil, err
	}
	style, js := hash(styleSheet), hash(script)
	var menu []menuItem
	for _, item := range f.site.Pages {
		menu = append(menu, menuItem{Item: item, Href: "#" + item.Name})
	}
	var out bytes.Buffer
	err := templates.ExecuteTemplate(&out, "file.html", struct {
		Site
		Title, Written, Left  string
		Menu                  []menuItem
		StyleHash, ScriptHash template.HTMLAttr
		Style, Script         template.HTML
		Sections              []Page
	}{
		f.site, f.title(), c.Now.Format(time.RFC3339), f.left, menu, template.HTMLAttr(style), template.HTMLAttr(js),
		template.HTML("<style>" + styleSheet + "</style>"), template.HTML("<script>" + script + "</script>"), f.sections,
	})
	return plainText(out.Bytes()), err
}

// hash returns what a content security policy names an inline text by.
func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

type file struct {
	Contents
	site     Site
	links    []*link
	services []string
	groups   int
	sections []Page
	left     string
}

func newFile(c Contents) *file {
	f := &file{Contents: c, links: merge(c.Processes)}
	calls := between(f.links)
	f.services = servicesOf(calls)
	slices.SortStableFunc(f.services, func(a, b string) int { return cmp.Compare(neighbours(calls, b), neighbours(calls, a)) })
	f.links = most(f, f.links, mostLinks, "links", func(a, b *link) int { return cmp.Compare(b.Inline+b.RPC, a.Inline+a.RPC) })
	f.services = most(f, f.services, mostServices, "services", func(string, string) int { return 0 })
	names := []string{LinksPage, GraphPage, ServicesPage, VersionsPage, ProcessesPage}
	if c.Plan != nil {
		names = append(names, PlanPage)
		f.groups = min(len(c.Plan.Groups), mostGroups)
	}
	if c.Rollout != nil {
		names = append(names, RolloutPage)
	}
	f.site = NewSite(f.address, Menu(names...))
	f.site.File = true
	return f
}

// most returns the first of a list, and takes note of the rest.
func most[T any](f *file, list []T, n int, what string, order func(a, b T) int) []T {
	if len(list) <= n {
		return list
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, order)
	f.left += fmt.Sprintf("Sections are of the %d %s with most calls, of %d. ", n, what, len(list))
	return list[:n]
}

// title names the binaries.
func (f *file) title() string {
	var names []string
	for _, p := range f.Processes {
		if b := p.Binary(); b != "" && !slices.Contains(names, b) {
			names = append(names, b)
		}
	}
	switch len(names) {
	case 0:
		return "Merged services"
	case 1:
		return names[0]
	}
	return fmt.Sprintf("%d merged binaries", len(names))
}

// address returns the anchor of a section, "" for pages that the file does not have.
func (f *file) address(page string, values url.Values) string {
	switch page {
	case LinkPage:
		binary, name := values.Get("binary"), values.Get("link")
		if !slices.ContainsFunc(f.links, func(l *link) bool { return l.binary == binary && l.name == name }) {
			return ""
		}
		return "#link-" + anchor(binary+" "+name)
	case GraphPage:
		service := values.Get("service")
		if !slices.Contains(f.services, service) {
			return ""
		}
		return "#graph-" + anchor(service)
	case GroupPage:
		if number, err := strconv.Atoi(values.Get("number")); err != nil || number > f.groups {
			return ""
		}
		return "#group-" + values.Get("number")
	case ExplainPage:
		return ""
	case ServicesPage:
		if len(values) > 0 {
			return "" // all services are in one table
		}
	}
	return "#" + page
}

// add adds all sections.
func (f *file) add() error {
	s := f.site
	var err error
	section := func(id string, p Page, made error) {
		if err == nil {
			err = made
		}
		p.ID = cmp.Or(id, p.ID)
		f.sections = append(f.sections, p)
	}
	p, made := s.Links(f.Processes, table.All())
	section(LinksPage, p, made)
	p, made = s.Services(f.Processes, Only{}, table.All(), f.Now)
	section(ServicesPage, p, made)
	p, made = s.Versions(f.Versions, table.All())
	section(VersionsPage, p, made)
	if f.Plan != nil {
		p, made = s.Plan(f.Plan, table.All())
		section(PlanPage, p, made)
	}
	if f.Rollout != nil {
		p, made = s.Rollout(f.Rollout, table.All())
		section(RolloutPage, p, made)
	}
	p, made = s.Processes(f.Processes, table.All())
	section(ProcessesPage, p, made)
	// The menu leads to the first graph.
	id := GraphPage
	for _, service := range f.services {
		p, made = s.Graph(f.Processes, service, 1)
		if id != "" {
			f.sections = append(f.sections, Page{ID: id, Title: "Graphs"})
			id = ""
		}
		section("", p, made)
	}
	for i := range f.groups {
		p, made = s.Group(f.Plan, i+1)
		section("", p, made)
	}
	for _, l := range f.links {
		p, made = s.link(f.Processes, l, table.All())
		section("", p, made)
	}
	return err
}
