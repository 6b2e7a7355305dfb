// Package switching makes RPCs of the calls of chosen links in running processes, or of
// half of them, and puts the processes' rules back as it found them. Nothing is ever more
// inline than it was found.
package switching

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gomerge/rules_go_merge/internal/admin"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
)

// Options say what to switch, and how.
type Options struct {
	// Sockets are the admin sockets of the processes.
	Sockets []string
	// File is the rules file of all of them, "" to switch through the sockets.
	File string
	// Only has what may be switched off, or nothing for all links. Skip has what may not.
	Only, Skip []linkpattern.Pattern
	// Draw is set to have at most half of the calls inline of methods that are not off, so
	// that each has RPCs to compare with.
	Draw bool
	// Verified is set to search methods whose calls are verified, also if none are inline,
	// in place of those with inline calls.
	Verified bool
	// Force is set to also make RPCs of calls to services that do not listen.
	Force bool
	// Wait is how long processes may take to obey.
	Wait time.Duration
}

// poll is how often processes are asked whether they obey already.
const poll = 50 * time.Millisecond

// Switching switches links of processes. It is not safe for concurrent use.
type Switching struct {
	options   Options
	processes []*process
	file      *file // nil to switch through the sockets
	links     []Link
	off       []linkpattern.Pattern
	journal   *Journal // nil before Begin
}

// Open reads what the processes do. It changes nothing.
func Open(o Options) (*Switching, error) {
	s := &Switching{options: o}
	for _, socket := range o.Sockets {
		p, err := openProcess(socket)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(s.processes, func(other *process) bool { return other.socket == p.socket }) {
			return nil, fmt.Errorf("%s is named twice", p.socket)
		}
		s.processes = append(s.processes, p)
	}
	if o.File != "" {
		f, err := openFile(o.File)
		if err != nil {
			return nil, err
		}
		s.file = f
	}
	for _, p := range s.processes {
		if s.file != nil {
			if err := p.readUnder(s.file, o.Wait); err != nil {
				return nil, fmt.Errorf("%s: %w", p.socket, err)
			}
		}
		if len(p.found.Killed) > 0 {
			return nil, fmt.Errorf("%s: all calls are RPCs, for the kill switch is on, by %s", p.socket, p.found.Killed[0].Source)
		}
	}
	var err error
	if s.links, err = s.candidates(); err != nil {
		return nil, err
	}
	return s, s.drawable()
}

// Links returns the links that can be switched off, sorted by name.
func (s *Switching) Links() []Link { return s.links }

// Begin writes what was found to the journal, before anything is switched.
func (s *Switching) Begin(journal string) error {
	first := &record{}
	for _, p := range s.processes {
		first.Processes = append(first.Processes, processRecord{
			Socket: p.socket, Found: p.rules, MaySet: s.maySet(p), ByFile: s.file != nil,
		})
	}
	if s.file != nil {
		first.File = &fileRecord{Name: s.file.name, Found: s.file.found}
	}
	var err error
	s.journal, err = begin(journal, first)
	return err
}

// maySet returns all rules that a search may set in a process.
func (s *Switching) maySet(p *process) []string {
	rules := p.offRules(s.all())
	if s.options.Draw {
		rules = append(rules, p.halfRules(s.all())...)
	}
	return rules
}

// all returns the patterns of all candidates, and of their methods.
func (s *Switching) all() (all []linkpattern.Pattern) {
	for _, l := range s.links {
		all = append(all, l.Pattern)
		for _, method := range l.Methods {
			all = append(all, l.Method(method))
		}
	}
	return all
}

// Set makes RPCs of all calls that off names, links or methods of them, and has the others
// as they were found. It returns once all processes obey.
func (s *Switching) Set(ctx context.Context, off []linkpattern.Pattern) error {
	s.off = off
	var err error
	if s.file != nil {
		err = s.setByFile()
	} else {
		err = s.setBySockets()
	}
	if err != nil {
		return err
	}
	if err := s.wait(ctx); err != nil {
		return err
	}
	return s.checkUnbound()
}

func (s *Switching) setBySockets() error {
	for _, p := range s.processes {
		if err := p.set(s.rules(p), s.options.Force); err != nil {
			return err
		}
	}
	return nil
}

// rules returns those that switch a process as was set last.
func (s *Switching) rules(p *process) []string {
	rules := p.offRules(s.off)
	if s.options.Draw {
		rules = append(rules, p.halfRules(s.halved())...)
	}
	return rules
}

// halved returns the methods that are on in the present trial.
func (s *Switching) halved() (methods []linkpattern.Pattern) {
	off := namesOf(s.off)
	for _, l := range s.links {
		for _, name := range l.Methods {
			if method := l.Method(name); !off[l.Pattern] && !off[method] {
				methods = append(methods, method)
			}
		}
	}
	return methods
}

func (s *Switching) setByFile() error {
	var rules []string
	for _, p := range s.processes {
		rules = append(rules, s.rules(p)...)
	}
	slices.Sort(rules)
	return s.file.set(slices.Compact(rules), s.journal)
}

// Obeyed returns an error if a process does not do now what was set last: somebody else
// has changed its rules, or it was restarted.
func (s *Switching) Obeyed() error { return errors.Join(s.obeyed(), s.restarted()) }

// restarted returns an error if a process is not the one that was found: it may obey a
// rules file nevertheless.
func (s *Switching) restarted() error {
	for _, p := range s.processes {
		started, err := startOf(p.socket)
		if err != nil {
			return err
		}
		if !started.Equal(p.started) {
			return fmt.Errorf("%s: the process was restarted", p.socket)
		}
	}
	return nil
}

// obeyed returns an error if a process does not do now what was set last.
func (s *Switching) obeyed() error {
	for _, p := range s.processes {
		links, err := p.client.Links()
		if err == nil {
			err = s.differs(p, links)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// wait waits until all processes obey.
func (s *Switching) wait(ctx context.Context) error {
	timeout := time.NewTimer(s.options.Wait)
	defer timeout.Stop()
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	for {
		err := s.obeyed()
		if err == nil || s.file == nil { // a socket has answered that the rules are set
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-timeout.C:
			return fmt.Errorf("not all processes have obeyed within %v: %w", s.options.Wait, err)
		case <-ticker.C:
		}
	}
}

// differs returns how a process differs from what was set, nil if it does not.
func (s *Switching) differs(p *process, now *reports.Links) error {
	if s.file != nil {
		if err := s.file.obeyed(now); err != nil {
			return fmt.Errorf("%s: %w", p.socket, err)
		}
	}
	off, halved, seen := namesOf(s.off), make(map[linkpattern.Pattern]bool), make(map[linkpattern.Pattern]bool)
	if s.options.Draw {
		halved = namesOf(s.halved())
	}
	for _, l := range now.Links {
		name := patternOf(l)
		seen[name] = true
		want, known := p.states[name]
		switch {
		case off[name] || off[linkOf(name)]:
			want, known = "off", true
		case halved[name] && known:
			want = halfOf(want)
		}
		if known && l.State != want && l.State != never {
			return fmt.Errorf("%s: %s is %s, and was switched to %s: %s. Either somebody else changes rules, or the process was restarted", p.socket, l.Name(), l.State, want, because(l))
		}
	}
	for name := range p.states {
		if !seen[name] {
			return fmt.Errorf("%s: %s is not there any more: the process was restarted", p.socket, name)
		}
	}
	return nil
}

// checkUnbound returns an error if calls fail that were made RPCs by the rules file, which
// is never refused.
func (s *Switching) checkUnbound() error {
	if s.file == nil || s.options.Force {
		return nil
	}
	for _, p := range s.processes {
		links, err := p.client.Links()
		if err != nil {
			return err
		}
		added := slices.DeleteFunc(links.Unbound, func(link string) bool { return slices.Contains(p.found.Unbound, link) })
		if len(added) > 0 {
			return unbound(p.socket, reports.DescribeUnbound(added))
		}
	}
	return nil
}

func unbound(socket, text string) error {
	return fmt.Errorf("%s: %s; leave these links out by --skip, or add --force", socket, text)
}

// because says why calls of a method are as they are.
func because(l reports.Link) string {
	if l.Rule == "" {
		return "no rule is for it"
	}
	return fmt.Sprintf("by %s (%s)", l.Rule, l.Source)
}

// Restore puts back what was found, and removes the journal. Notes say what it left to
// others. If it fails, the journal stays for [Restore].
func (s *Switching) Restore() (notes []string, err error) {
	if s.journal == nil {
		return nil, nil
	}
	return s.journal.restore(false)
}

// isEnded reports whether a process cannot be reached since it has ended. What was set
// through its socket has ended with it.
func isEnded(err error) bool { return errors.Is(err, admin.ErrEnded) || isMissing(err) }

// list joins names for a message.
func list(names []string) string { return strings.Join(names, ", ") }
