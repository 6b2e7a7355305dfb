package pages

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/table"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
	"github.com/gomerge/rules_go_merge/tools/mergectl/units"
)

// Change is a change of what calls of some processes are inline.
type Change struct {
	// Sockets are those of the processes to change.
	Sockets []string
	// Link is a link as in rules, or "kill" for the kill switch.
	Link string
	// Value is as in a rule, or "unset" to take the rule back.
	Value string
	// Force also makes RPCs of calls to services that do not listen.
	Force bool
}

// Unset is the value of a change that takes a rule back, and Kill the link of one that
// turns the kill switch.
const (
	Unset = "unset"
	Kill  = "kill"
)

var valueForm = regexp.MustCompile(`^(on|off|strict|cooperative|unset|[0-9]{1,3}(\.[0-9]{1,6})?%)$`)

// ParseChange reads a change from a form. It is of processes that are watched.
func ParseChange(values url.Values, processes []watch.Process) (Change, error) {
	c := Change{Link: values.Get("rule"), Value: strings.ReplaceAll(values.Get("value"), " ", ""), Force: values.Get("force") == "1"}
	if !valueForm.MatchString(c.Value) {
		return c, fmt.Errorf("%q is not on, off, a percentage such as 25%%, strict, cooperative or unset", c.Value)
	}
	if c.Link == Kill && c.Value != "on" && c.Value != "off" {
		return c, fmt.Errorf("the kill switch is on or off, not %q", c.Value)
	}
	if c.Link != Kill {
		pattern, err := linkpattern.Parse(c.Link)
		if err != nil {
			return c, err
		}
		c.Link = pattern.String()
	}
	c.Sockets = slices.Compact(slices.Sorted(slices.Values(values["socket"])))
	if len(c.Sockets) == 0 {
		return c, errors.New("choose a process to change")
	}
	for _, socket := range c.Sockets {
		if !slices.ContainsFunc(processes, func(p watch.Process) bool { return p.Socket == socket }) {
			return c, fmt.Errorf("%q is not the socket of a process that is watched", socket)
		}
	}
	return c, nil
}

// Commands are command lines of mergectl that do the same.
func (c Change) Commands() []string {
	var list []string
	for _, socket := range c.Sockets {
		words := []string{"mergectl", "links", "set", "--process", quote(socket), quote(c.Link), quote(c.Value)}
		switch {
		case c.Link == Kill:
			words = []string{"mergectl", "links", "kill", "--process", quote(socket), c.Value}
		case c.Value == Unset:
			words = []string{"mergectl", "links", "unset", "--process", quote(socket), quote(c.Link)}
		case c.Force:
			words = slices.Insert(words, 3, "--force")
		}
		list = append(list, strings.Join(words, " "))
	}
	return list
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:%@+,=-]+$`)

// quote writes a word for a shell.
func quote(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// Outcome is what became of a change in a process.
type Outcome struct {
	Socket string
	// Text says what changed, or why nothing did if Failed is set.
	Text   string
	Failed bool
}

// ChangeForm is the page that asks for a change, of a link of a binary or of a process.
func (s Site) ChangeForm(processes []watch.Process, binary, link, socket string) (Page, error) {
	data := struct {
		Title     string
		Processes []watch.Process
		Rules     []option
		Kill      bool
		Changes   bool
	}{Changes: s.Changes, Kill: link == ""}
	for _, p := range processes {
		if socket == "" && binary != "" && p.Binary() == binary || p.Socket == socket {
			data.Processes = append(data.Processes, p)
		}
	}
	if data.Processes == nil {
		return Page{}, fmt.Errorf("%w: no process %q is watched", ErrNotFound, binary+socket)
	}
	data.Title = "Change " + socket
	if link == "" {
		data.Rules = []option{{"*", "all links"}}
	} else {
		pattern, err := linkpattern.Parse(link)
		if err != nil {
			return Page{}, fmt.Errorf("%w: %w", ErrNotFound, err)
		}
		data.Title = "Change " + pattern.String()
		for _, wider := range []struct {
			pattern linkpattern.Pattern
			about   string
		}{
			{pattern, "this method"},
			{linkpattern.Pattern{Caller: pattern.Caller, Callee: pattern.Callee, RPCService: pattern.RPCService}, "all methods of the RPC service"},
			{linkpattern.Between(pattern.Caller, pattern.Callee), "all calls between the two services"},
		} {
			data.Rules = append(data.Rules, option{wider.pattern.String(), wider.about})
		}
	}
	return s.page(Page{Name: LinksPage, Title: data.Title}, "change.html", data)
}

// option is a value of a form with its meaning.
type option struct{ Value, About string }

// Preview is the page that shows what a change does, and asks whether to make it.
func (s Site) Preview(c Change, processes []watch.Process) (Page, error) {
	return s.page(Page{Name: LinksPage, Title: "Change " + c.Link + " " + c.Value}, "preview.html", struct {
		Change              Change
		Commands            string
		Now                 table.View
		Changes             bool
		Token, Back, Action string
	}{c, strings.Join(c.Commands(), "\n"), c.now(processes), s.Changes, s.Token, s.Address(LinksPage, nil), ChangePage})
}

// now is a table of what holds in each process before a change.
func (c Change) now(processes []watch.Process) table.View {
	var rows []row
	for _, p := range processes {
		if !slices.Contains(c.Sockets, p.Socket) {
			continue
		}
		methods, state, why := c.covered(p)
		r := row{[]table.Cell{{Text: p.Socket}, {Text: units.Count(uint64(methods))}, {Text: state, Mark: mark(state)}, {Text: why}}}
		switch {
		case p.Gone():
			r.cells[2] = table.Cell{Text: stateOf(p), Mark: "bad"}
		case methods == 0:
			r.cells[2] = table.Cell{Text: "has no such method", Mark: "bad"}
		}
		rows = append(rows, r)
	}
	return plain("now", "What holds now", false, []string{"Process", "Methods", "State", "Why"}, rows)
}

// covered returns how many methods of a process that can be inline a change is of, and what holds for them.
func (c Change) covered(p watch.Process) (methods int, state, why string) {
	pattern := linkpattern.Pattern{} // the kill switch is of all
	if c.Link != Kill {
		pattern, _ = linkpattern.Parse(c.Link) // which ParseChange has read
	}
	if p.Links == nil {
		return 0, "", ""
	}
	for _, l := range p.Links.Links {
		if l.State == "never" || !pattern.Covers(l.Caller, l.Callee, l.RPCService, l.Method) {
			continue
		}
		if methods++; methods == 1 {
			state, why = l.State, l.Why()
		}
		if l.State != state {
			state = mixed
		}
		if l.Why() != why {
			why = "the methods differ"
		}
	}
	return methods, state, why
}

// Changed is the page that says what became of a change.
func (s Site) Changed(c Change, outcomes []Outcome) (Page, error) {
	data := struct {
		Summary, Mark      string
		Outcomes           []Outcome
		Commands           string
		Again, Unset, Back string
	}{Commands: strings.Join(c.Commands(), "\n"), Back: s.Address(LinksPage, nil)}
	form := url.Values{"rule": {c.Link}, "value": {c.Value}}
	if c.Force {
		form.Set("force", "1")
	}
	back := url.Values{"rule": {c.Link}, "value": {Unset}}
	if c.Link == Kill {
		back.Set("value", "off")
	}
	// What went wrong comes first.
	for _, failed := range []bool{true, false} {
		for _, o := range outcomes {
			if o.Failed == failed {
				data.Outcomes = append(data.Outcomes, o)
				if failed {
					form.Add("socket", o.Socket)
				} else {
					back.Add("socket", o.Socket)
				}
			}
		}
	}
	failed, made := len(form["socket"]), len(back["socket"])
	title := "Changed "
	switch {
	case made == 0:
		title, data.Mark, data.Summary = "Not changed: ", "bad", "No process was changed."
	case failed == 0:
		data.Mark, data.Summary = "good", "All processes were changed."
	default:
		title, data.Mark, data.Summary = "Changed in part: ", "bad", fmt.Sprintf("%d of %d processes were changed.", made, made+failed)
	}
	if failed > 0 {
		data.Again = s.Address(ChangePage, form)
	}
	if made > 0 && c.Value != Unset && back.Get("value") != c.Value {
		data.Unset = s.Address(ChangePage, back)
	}
	return s.page(Page{Name: LinksPage, Title: title + c.Link + " " + c.Value}, "changed.html", data)
}
