// Package pages writes what running merged binaries report, and what was found out about
// their services, as pages for a browser.
package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/url"
	"slices"

	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
)

// Names of pages, which are the last part of their paths.
const (
	LinksPage     = "links"
	LinkPage      = "link"
	GraphPage     = "graph"
	ServicesPage  = "services"
	VersionsPage  = "versions"
	PlanPage      = "plan"
	GroupPage     = "group"
	ExplainPage   = "explain"
	RolloutPage   = "rollout"
	ProcessesPage = "processes"
	ChangePage    = "change"
	ChangedPage   = "changed"
)

//go:embed templates/*.html
var files embed.FS

//go:embed assets/ui.css
var styleSheet string

//go:embed assets/ui.js
var script string

var templates = template.Must(template.New("").Funcs(template.FuncMap{"clip": clip, "heading": heading}).ParseFS(files, "templates/*.html"))

// StyleSheet and Script are what all pages use.
func StyleSheet() string { return styleSheet }

// Script makes pages live. They work without it.
func Script() string { return script }

// Site is what all pages have in common. NewSite makes one.
type Site struct {
	// Address returns the address of a page, "" if it has none.
	Address func(page string, values url.Values) string
	// Pages are those that the menu has.
	Pages []Item
	// Changes is set if the pages can change what processes do, with Token in each form.
	Changes bool
	Token   string
	// File is set if all pages are in one file.
	File bool

	merged *merged
}

// longestAddress is how long an address may be, in bytes. Browsers and servers take that.
const longestAddress = 8000

// NewSite returns a site whose pages have the addresses that a function returns. Those
// that would be too long have none.
func NewSite(address func(page string, values url.Values) string, menu []Item) Site {
	short := func(page string, values url.Values) string {
		text := address(page, values)
		if len(text) > longestAddress {
			return ""
		}
		return text
	}
	return Site{Address: short, Pages: menu, merged: new(merged)}
}

// Item is an entry of the menu.
type Item struct{ Name, Title string }

// Menu is all entries that there may be, in their order.
func Menu(names ...string) []Item {
	all := []Item{
		{LinksPage, "Links"}, {GraphPage, "Graph"}, {ServicesPage, "Services"}, {VersionsPage, "Versions"},
		{PlanPage, "Plan"}, {RolloutPage, "Rollout"}, {ProcessesPage, "Processes"},
	}
	return slices.DeleteFunc(all, func(i Item) bool { return !slices.Contains(names, i.Name) })
}

// Page is a page to write.
type Page struct {
	// Name is that of the menu's entry, and Title the heading.
	Name, Title string
	// Live pages show what changes from second to second.
	Live    bool
	Content template.HTML
	// ID is the anchor in a file.
	ID string
}

// page fills in the template of a page.
func (s Site) page(p Page, name string, data any) (Page, error) {
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, name, data); err != nil {
		return Page{}, fmt.Errorf("page %s: %w", name, err)
	}
	p.Content = template.HTML(out.String()) // which the template has escaped
	return p, nil
}

// Failure is the page that says what went wrong.
func (s Site) Failure(title, text string) (Page, error) {
	return s.page(Page{Title: title}, "failure.html", struct{ Text, Links string }{text, s.Address(LinksPage, nil)})
}

// Render returns a page as HTML.
func (s Site) Render(p Page) ([]byte, error) {
	var out bytes.Buffer
	var menu []menuItem
	for _, item := range s.Pages {
		menu = append(menu, menuItem{Item: item, Href: s.Address(item.Name, nil), Current: item.Name == p.Name})
	}
	err := templates.ExecuteTemplate(&out, "layout.html", struct {
		Site
		Page Page
		Menu []menuItem
	}{s, p, menu})
	return plainText(out.Bytes()), err
}

// Fragment returns the part of a page that changes.
func (s Site) Fragment(p Page) ([]byte, error) {
	var out bytes.Buffer
	err := templates.ExecuteTemplate(&out, "main.html", p)
	return plainText(out.Bytes()), err
}

type menuItem struct {
	Item
	Href    string
	Current bool
}

// Login is the page that a browser gets with its cookie. It leads to another page by
// itself, so that the browser counts that as its own site's step.
func Login(to string) ([]byte, error) {
	var out bytes.Buffer
	err := templates.ExecuteTemplate(&out, "login.html", to)
	return out.Bytes(), err
}

// Message is a page that says what went wrong.
func Message(title, text string) ([]byte, error) {
	var out bytes.Buffer
	err := templates.ExecuteTemplate(&out, "message.html", struct{ Title, Text string }{title, text})
	return plainText(out.Bytes()), err
}

// Note is a line above a page's content.
type Note struct {
	// Mark is as in a cell.
	Mark, Text string
}

// mostNotes is how many notes of one kind a page has.
const mostNotes = 5

// limited returns the first notes of a list, and one that counts the rest.
func limited(list []Note, rest string) []Note {
	if more := len(list) - mostNotes; more > 0 {
		return append(list[:mostNotes:mostNotes], Note{"mixed", fmt.Sprintf("%d more: %s.", more, rest)})
	}
	return list
}

// parameters returns the query of a page from names and values in turn.
func parameters(pairs ...string) url.Values {
	values := make(url.Values)
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return values
}

// row is a line of a table without an order.
type row struct{ cells []table.Cell }

// plain returns a table of a few rows. The first column names the row, and all others have
// numbers if number is set.
func plain(name, caption string, number bool, titles []string, rows []row) table.View {
	t := table.Table[row]{Name: name, Caption: caption, Plain: true, Key: func(r row) string { return r.cells[0].Text }}
	for i, title := range titles {
		t.Columns = append(t.Columns, table.Column[row]{
			Key: fmt.Sprint(i), Title: title, Head: i == 0, Number: number && i > 0, Wide: !number && i > 0,
			Cell: func(r row) table.Cell { return r.cells[i] },
		})
	}
	return t.View(rows, table.All())
}
