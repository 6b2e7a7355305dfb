package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
)

// decision says what becomes of what a process has once when services of a
// merged binary use a symbol.
type decision string

const (
	// none: it touches only what the caller hands in or the machine has.
	none decision = "none"
	// same: it does, or shows, the same as the original's, and the view declares
	// it for another reason.
	same decision = "same"
	// own: each service has its own.
	own decision = "own"
	// owner: the first service that sets it owns it.
	owner decision = "owner"
	// permission: it does what the service's permissions allow.
	permission decision = "permission"
	// shared: it reads or changes what all services have together, as
	// docs/isolation.md says.
	shared decision = "shared"
)

var decisions = []decision{none, same, own, owner, permission, shared}

// entry is one decision, with its reason, for symbols of a package. The name
// "*" is all those that no other entry of the package has.
type entry struct {
	pkg      string
	decision decision
	why      string
	names    []string
}

//go:embed table.txt
var tableText string

// parse reads a table: lines "package PATH", "DECISION: REASON", and names
// behind a tab, sorted within their entry. A line that begins with "#" is a
// comment.
func parse(text string) ([]*entry, error) {
	var entries []*entry
	var pkg string
	for i, line := range strings.Split(text, "\n") {
		fail := func(format string, args ...any) ([]*entry, error) {
			return nil, fmt.Errorf("table.txt:%d: %s", i+1, fmt.Sprintf(format, args...))
		}
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "package "):
			pkg = strings.TrimPrefix(line, "package ")
		case strings.HasPrefix(line, "\t"):
			if len(entries) == 0 || entries[len(entries)-1].pkg != pkg {
				return fail("names without a decision")
			}
			e := entries[len(entries)-1]
			e.names = append(e.names, strings.Fields(line)...)
			if !slices.IsSorted(e.names) {
				return fail("names of one decision have to be sorted")
			}
		default:
			d, why, ok := strings.Cut(line, ": ")
			if !ok || pkg == "" || !slices.Contains(decisions, decision(d)) {
				return fail("want DECISION: REASON, with a decision of %v", decisions)
			}
			entries = append(entries, &entry{pkg: pkg, decision: decision(d), why: why})
		}
	}
	return entries, nil
}

// index returns the entries by their symbols, each of which has one.
func index(entries []*entry) (map[symbol]*entry, error) {
	of := map[symbol]*entry{}
	for _, e := range entries {
		if len(e.names) == 0 {
			return nil, fmt.Errorf("package %s: no names are %s: %s", e.pkg, e.decision, e.why)
		}
		for _, name := range e.names {
			s := symbol{e.pkg, name}
			if of[s] != nil {
				return nil, fmt.Errorf("%v has two decisions, %s and %s", s, of[s].decision, e.decision)
			}
			if name == "*" && isWalked(e.pkg) {
				return nil, fmt.Errorf("package %s: a Go SDK has its sources, so name what they export", e.pkg)
			}
			of[s] = e
		}
	}
	return of, nil
}

// decided returns the entries of the table by their symbols.
func decided() (map[symbol]*entry, error) {
	entries, err := parse(tableText)
	if err != nil {
		return nil, err
	}
	return index(entries)
}
