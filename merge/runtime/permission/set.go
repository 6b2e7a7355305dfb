package permission

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
)

// Mode reports what a set does about a use that its rules do not allow.
type Mode int

const (
	// Enforce denies it.
	Enforce Mode = iota
	// Record allows it, and records all uses.
	Record
)

// Set holds the rules of one service. Its methods may be called by several
// goroutines; a nil Set allows everything.
type Set struct {
	service string
	mode    Mode
	folder  Folder
	rules   map[Class][]rule // a class that is missing is not restricted
	log     func(format string, args ...any)

	mu    sync.Mutex
	hosts map[string][]string // names that addresses were found by
	used  map[Class]map[string]bool
	told  map[told]bool
}

// Folder is the working directory of a service, by its two names. The zero value
// stands for the process's.
type Folder struct {
	Name     string // as it is configured, absolute
	Resolved string // without symbolic links
}

// names returns the two names of a path in the folder, that with the folder's Name
// first, or the path and "" for any other.
func (f Folder) names(path string) (name, also string) {
	if f.Name == f.Resolved {
		return path, ""
	}
	if rest, ok := below(path, f.Name); ok {
		return path, f.Resolved + rest
	}
	if rest, ok := below(path, f.Resolved); ok {
		return f.Name + rest, path
	}
	return path, ""
}

// below returns what follows the path of a folder in one that is in it.
func below(path, folder string) (rest string, ok bool) {
	folder = strings.TrimSuffix(folder, "/")
	rest, ok = strings.CutPrefix(path, folder)
	return rest, ok && (rest == "" || rest[0] == '/')
}

type told struct {
	class Class
	what  string
}

// rule allows some uses of its class.
type rule struct {
	text    string
	matches func(use) bool
}

// use is one use of a thing, in the forms that rules compare.
type use struct {
	what string // as the service named it
	path string // absolute
	// alsoPath is another name of the path, "" for none.
	alsoPath string
	host     string
	port     string
	// also are other names of the host.
	also []string
}

// New returns the rules of a service, as its BUILD file has them for each class,
// and nil if there is nothing to check or to record. Variables in paths are
// replaced by what getenv returns, and relative ones begin in the folder. log is
// told of each denied use once.
func New(service string, mode Mode, rules map[Class][]string, folder Folder, getenv func(string) string, log func(format string, args ...any)) (*Set, error) {
	if len(rules) == 0 && mode == Enforce {
		return nil, nil
	}
	s := &Set{
		service: service, mode: mode, folder: folder, log: log,
		rules: map[Class][]rule{}, hosts: map[string][]string{}, used: map[Class]map[string]bool{}, told: map[told]bool{},
	}
	for class, texts := range rules {
		if !slices.Contains(Classes, class) {
			return nil, fmt.Errorf("permissions of service %s: there is no class %q; write one of %v", service, class, Classes)
		}
		s.rules[class] = []rule{}
		for _, text := range texts {
			r, err := newRule(class, text, folder.Name, getenv)
			if err != nil {
				return nil, fmt.Errorf("permissions of service %s: class %s: %w", service, class, err)
			}
			s.rules[class] = append(s.rules[class], r)
		}
	}
	return s, nil
}

// newRule reads a rule, with the same errors as merge/private/permissions.bzl.
func newRule(class Class, text, dir string, getenv func(string) string) (rule, error) {
	if text == "" {
		return rule{}, errors.New("\"\" is empty; to allow nothing leave the list empty")
	}
	switch class {
	case Read, Write, Exec:
		return pathRule(text, dir, getenv)
	case Dial, Listen:
		return addressRule(text, dir, getenv)
	}
	return nameRule(text)
}

// Env reports whether a service may use a variable of the environment. It neither
// records nor reports.
func (s *Set) Env(name string) bool {
	return s == nil || s.mode == Record || s.allows(Env, use{what: name})
}

// UseEnv checks the use of a variable.
func (s *Set) UseEnv(name string) error { return s.check(Env, use{what: name}) }

// UsePath checks the use of a file, of class Read, Write or Exec. The null device
// is everybody's.
func (s *Set) UsePath(class Class, path string) error {
	if s == nil || path == os.DevNull {
		return nil
	}
	path, also := s.folder.names(absolute(path))
	return s.check(class, use{what: path, path: path, alsoPath: also})
}

// UseAddress checks the use of an address of package net, of class Dial or
// Listen.
func (s *Set) UseAddress(class Class, network, address string) error {
	if s == nil {
		return nil
	}
	u := addressUse(network, address)
	if u.path != "" {
		u.path, u.alsoPath = s.folder.names(u.path)
		u.what = unixPrefix + u.path
	}
	s.mu.Lock()
	u.also = s.hosts[u.host]
	s.mu.Unlock()
	return s.check(class, u)
}

// UseLink checks a call of another service.
func (s *Set) UseLink(callee, rpcService string) error {
	return s.check(Call, use{what: callee + "/" + rpcService})
}

// Found notes that a host's name stands for addresses, so that a rule with the
// name lets the service dial them.
func (s *Set) Found(host string, addresses ...string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range addresses {
		if a != host && !slices.Contains(s.hosts[a], host) {
			s.hosts[a] = append(s.hosts[a], host)
		}
	}
}

func (s *Set) allows(class Class, u use) bool {
	rules, restricted := s.rules[class]
	return !restricted || slices.ContainsFunc(rules, func(r rule) bool { return r.matches(u) })
}

func (s *Set) check(class Class, u use) error {
	if s == nil {
		return nil
	}
	if s.mode == Record {
		s.record(class, u)
	}
	if s.allows(class, u) {
		return nil
	}
	denied := &Denied{Service: s.service, Class: class, What: u.what}
	for _, r := range s.rules[class] {
		denied.Allowed = append(denied.Allowed, r.text)
	}
	s.tell(denied)
	if s.mode == Record {
		return nil
	}
	return denied
}

// mostTold bounds how many uses are remembered to log each once.
const mostTold = 1000

func (s *Set) tell(d *Denied) {
	key := told{d.Class, d.What}
	s.mu.Lock()
	known := s.told[key] || len(s.told) >= mostTold
	if !known {
		s.told[key] = true
	}
	s.mu.Unlock()
	switch {
	case known:
	case s.mode == Record:
		s.log("recorded, not denied: %v", d)
	default:
		s.log("%v", d)
	}
}
