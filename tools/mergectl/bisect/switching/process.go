package switching

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/tools/mergectl/arms"
	"github.com/gomerge/rules_go_merge/tools/mergectl/rulesfile"
)

// adminSource is the source of rules that were set through a socket.
const adminSource = "admin socket"

// process is a running process.
type process struct {
	socket string // an absolute path
	client *admin.Client
	found  *reports.Links
	// started is when it started, zero if it does not say.
	started time.Time
	// states are those of all methods that it was found with.
	states map[linkpattern.Pattern]string
	// rules were set through the socket, and last are those that were put there last.
	rules, last []string
	// verified are what rules of any source have verified.
	verified []linkpattern.Pattern
}

func openProcess(socket string) (*process, error) {
	path, err := filepath.Abs(socket)
	if err != nil {
		return nil, err
	}
	// One process may be named in two ways.
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return nil, err
	}
	p := &process{socket: path, client: admin.NewClient(path)}
	if p.started, err = startOf(path); err != nil {
		return nil, err
	}
	return p, p.read()
}

// startOf returns when a process started.
func startOf(socket string) (time.Time, error) {
	reading := arms.Sockets{socket}.Read(context.Background())
	if len(reading.Failures) > 0 {
		return time.Time{}, errors.New(reading.Failures[0].String())
	}
	return reading.Processes[0].Started, nil
}

// read reads what the process does.
func (p *process) read() (err error) {
	if p.found, err = p.client.Links(); err != nil {
		return err
	}
	p.states = make(map[linkpattern.Pattern]string)
	for _, l := range p.found.Links {
		p.states[patternOf(l)] = l.State
	}
	rules, err := p.client.Rules()
	if err != nil {
		return err
	}
	p.rules, p.verified = setThere(rules), verified(rules)
	p.last = p.rules
	return nil
}

// readUnder reads the process once it obeys a rules file, which it reads every now and
// then: a search before this one may have just put the file back.
func (p *process) readUnder(f *file, wait time.Duration) error {
	for start := time.Now(); ; time.Sleep(poll) {
		err := f.obeyed(p.found)
		if !errors.As(err, new(otherGeneration)) || time.Since(start) > wait {
			return err
		}
		if err := p.read(); err != nil {
			return err
		}
	}
}

// setThere returns the rules that were set through the socket, sorted.
func setThere(all *reports.Rules) (rules []string) {
	for _, r := range all.Rules {
		if r.Source == adminSource {
			rules = append(rules, r.Link+" "+r.Value)
		}
	}
	slices.Sort(rules)
	return rules
}

// verified returns what rules have verified: some calls that are RPCs are made once more,
// inline.
func verified(all *reports.Rules) (patterns []linkpattern.Pattern) {
	for _, r := range all.Rules {
		if p, err := linkpattern.Parse(r.Link); err == nil && strings.HasPrefix(r.Value, "verify ") {
			patterns = append(patterns, p)
		}
	}
	return patterns
}

// offRules returns the rules that make RPCs of all calls that off names, and have none of
// them verified, as far as the process has these links.
func (p *process) offRules(off []linkpattern.Pattern) []string {
	names := namesOf(off)
	wanted := make(map[string]bool)
	for _, l := range p.found.Links {
		method := patternOf(l)
		link := linkOf(method)
		if l.State == never {
			continue
		}
		if names[link] {
			wanted[link.String()+" off"] = true
		}
		// A rule for the link does not win over one that names the method.
		if rule, _, _ := strings.Cut(l.Rule, " "); names[method] || names[link] && namesMethod(rule) {
			wanted[method.String()+" off"] = true
		}
		if (names[method] || names[link]) && covered(p.verified, method) {
			wanted[method.String()+" verify off"] = true
		}
	}
	return slices.Sorted(maps.Keys(wanted))
}

// half is the state of a method that is compared with itself.
const half = "50%"

// halfOf returns the state of a method of which at most half of the calls are inline, by
// the state that it was found with.
func halfOf(state string) string {
	if inlineShare(state) > 0.5 {
		return half
	}
	return state
}

// inlineShare returns which part of the calls is inline in a state.
func inlineShare(state string) float64 {
	switch state {
	case "on":
		return 1
	case "off", never:
		return 0
	}
	percent, err := strconv.ParseFloat(strings.TrimSuffix(state, "%"), 64)
	if err != nil {
		return 0
	}
	return percent / 100
}

// halfRules returns the rules that make RPCs of half of the calls of methods, where more
// of them are inline.
func (p *process) halfRules(methods []linkpattern.Pattern) (rules []string) {
	names := namesOf(methods)
	for _, l := range p.found.Links {
		if name := patternOf(l); names[name] && l.Method != "" && halfOf(l.State) != l.State {
			rules = append(rules, name.String()+" "+half)
		}
	}
	return rules
}

// setFor returns a rule that was set through the socket and decides whether calls of a
// method are inline or verified, "" if there is none.
func (p *process) setFor(l reports.Link) string {
	if l.Source == adminSource {
		return l.Rule
	}
	for _, rule := range p.rules {
		link, value, _ := strings.Cut(rule, " ")
		pattern, err := linkpattern.Parse(link)
		if err == nil && strings.HasPrefix(value, "verify ") && covered([]linkpattern.Pattern{pattern}, patternOf(l)) {
			return rule
		}
	}
	return ""
}

// namesMethod reports whether the link of a rule names a method.
func namesMethod(link string) bool {
	p, err := linkpattern.Parse(link)
	return err == nil && p.Method != ""
}

// set puts rules beside those that the process was found with.
func (p *process) set(rules []string, force bool) error {
	all, err := p.client.Rules()
	if err != nil {
		return err
	}
	if now := setThere(all); !slices.Equal(now, p.last) {
		return fmt.Errorf("%s: somebody else has changed the rules that are set through the socket: they are %s, and mergectl has left them as %s", p.socket, orNone(now), orNone(p.last))
	}
	body, err := merged(p.rules, rules)
	if err != nil {
		return err
	}
	put := p.client.ReplaceBound
	if force {
		put = p.client.Replace
	}
	report, err := put(body)
	var refused admin.UnboundError
	if errors.As(err, &refused) {
		return unbound(p.socket, string(refused))
	}
	if err != nil {
		return fmt.Errorf("%s: %w", p.socket, err)
	}
	p.last = setThere(report)
	return nil
}

// merged returns rules with others in place of those for the same links, one a line.
func merged(rules, others []string) (string, error) {
	f, err := rulesfile.Parse(adminSource, []byte(strings.Join(rules, "\n")))
	if err == nil {
		err = f.Set(others...)
	}
	if err != nil {
		return "", err
	}
	return string(f.Bytes()), nil
}

// restoreProcess puts back the rules that a process was found with. Rules that somebody
// else has set since stay, and note says so.
func restoreProcess(r processRecord) (note string, err error) {
	client := admin.NewClient(r.Socket)
	all, err := client.Rules()
	if isEnded(err) {
		return r.Socket + ": the process has ended, and what was set through its socket with it", nil
	}
	if err != nil {
		return "", err
	}
	now := setThere(all)
	ours := slices.DeleteFunc(slices.Clone(r.MaySet), func(rule string) bool { return slices.Contains(r.Found, rule) })
	if !slices.ContainsFunc(now, func(rule string) bool { return slices.Contains(ours, rule) }) {
		return "", nil // nothing is switched
	}
	others := slices.DeleteFunc(now, func(rule string) bool {
		return slices.Contains(r.Found, rule) || slices.Contains(ours, rule)
	})
	body, err := merged(r.Found, others)
	if err != nil {
		return "", err
	}
	if _, err := client.Replace(body); err != nil {
		return "", fmt.Errorf("%s: %w", r.Socket, err)
	}
	if len(others) > 0 {
		note = fmt.Sprintf("%s: somebody else has set %s meanwhile, which stays", r.Socket, list(others))
	}
	return note, nil
}

func orNone(rules []string) string {
	if len(rules) == 0 {
		return "none"
	}
	return list(rules)
}

func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
