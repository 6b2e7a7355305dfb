package pages

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/tools/mergectl/ui/watch"
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
	c.Sockets = values["socket"]
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
		if socket == "" && p.Binary() == binary || p.Socket == socket {
			data.Processes = append(data.Processes, p)
		}
	}
	if data.Processes == nil {
		return Page{}, fmt.Errorf("%w: no process of %q is watched", ErrNotFound, binary+socket)
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
func (s Site) Preview(c Change, back string) (Page, error) {
	return s.page(Page{Name: LinksPage, Title: "Change " + c.Link + " " + c.Value}, "preview.html", struct {
		Change              Change
		Commands            string
		Changes             bool
		Token, Back, Action string
	}{c, strings.Join(c.Commands(), "\n"), s.Changes, s.Token, back, ChangePage})
}

// Changed is the page that says what became of a change.
func (s Site) Changed(c Change, outcomes []Outcome, back string) (Page, error) {
	return s.page(Page{Name: LinksPage, Title: "Changed " + c.Link + " " + c.Value}, "changed.html", struct {
		Outcomes []Outcome
		Commands string
		Back     string
	}{outcomes, strings.Join(c.Commands(), "\n"), back})
}
