package symbols

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// maxListed bounds the collisions that an error lists. A C library compiled
// twice collides in each of its functions.
const maxListed = 10

// collision is a symbol, or the name of a shared library, with two meanings.
type collision struct {
	name, kind  string
	definitions []*unit
	library     bool // whether the name is a library's
	// users take the symbol from elsewhere when they are not merged.
	users []*unit
}

// findings are what a merged binary is refused for.
type findings struct {
	collisions []collision
	// captured are symbols that a service takes from the system when it is
	// separate.
	captured []collision
	// states are libraries with variables that several services use.
	states []*unit
}

// err lists the findings with the ways out, nil if there are none.
func (f *findings) err() error {
	var errs []error
	if len(f.collisions) > 0 {
		errs = append(errs, collisionError("defined twice among the services of the merged binary", f.collisions))
	}
	if len(f.captured) > 0 {
		errs = append(errs, collisionError("of the system in one service of the merged binary and defined by another", f.captured))
	}
	if len(f.states) > 0 {
		errs = append(errs, stateError(f.states))
	}
	return errors.Join(errs...)
}

// collisionError lists the symbols with their owners and the ways out.
func collisionError(what string, collisions []collision) error {
	slices.SortFunc(collisions, func(a, b collision) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.kind, b.kind))
	})
	var b strings.Builder
	if len(collisions) == 1 {
		fmt.Fprintf(&b, "a C symbol is %s:\n", what)
	} else {
		fmt.Fprintf(&b, "%d C symbols are %s:\n", len(collisions), what)
	}
	packages, others, libraries, choice := false, false, false, false
	var units []*unit
	for i, c := range collisions {
		listed := i < maxListed
		if listed {
			fmt.Fprintf(&b, "  %s %s\n", c.name, c.kind)
			list(&b, c.definitions)
		}
		if listed && len(c.users) > 0 {
			b.WriteString("  and used, as the system's, by\n")
			list(&b, c.users)
		}
		for _, u := range c.definitions {
			packages = packages || u.archives[0].ImportPath != ""
			others = others || u.archives[0].ImportPath != "" && u.archives[0].ImportPath != c.definitions[0].archives[0].ImportPath
			libraries = libraries || u.archives[0].ImportPath == ""
		}
		choice = choice || c.weak() || len(c.users) > 0
		units = append(append(units, c.definitions...), c.users...)
	}
	if rest := len(collisions) - maxListed; rest > 0 {
		fmt.Fprintf(&b, "  and %d more\n", rest)
	}
	b.WriteString("C symbols cannot be given a namespace. Do one of these:\n" +
		"  - make the symbol static, if only its own C file uses it\n")
	if others {
		b.WriteString("  - give it another name in one of the packages, also in its //export line\n")
	}
	if packages {
		b.WriteString("  - name the package as shared with go_merge_shared, so that it is compiled once for all services\n")
	}
	if libraries {
		b.WriteString("  - let all services depend on one target for the C library\n")
	}
	if libraries && choice {
		b.WriteString("  - name the C libraries in libraries of the go_merge_shared target, if any of the definitions suits all services\n")
	}
	b.WriteString(leaveOut(units))
	return errors.New(b.String())
}

// weak reports whether a linker keeps any of the definitions.
func (c collision) weak() bool {
	return !c.library && !slices.ContainsFunc(c.definitions, func(u *unit) bool { return u.strong[c.name] })
}

func list(b *strings.Builder, units []*unit) {
	for _, u := range units {
		for _, a := range u.archives {
			fmt.Fprintf(b, "    %s\n", a.describe())
		}
	}
}

// leaveOut is the way out that there always is.
func leaveOut(units []*unit) string {
	var names []string
	for _, u := range units {
		names = append(names, u.services...)
	}
	slices.Sort(names)
	return "  - leave all but one of these services out of the merged binary: " + strings.Join(slices.Compact(names), ", ")
}

// stateError lists libraries of which services would see each other's
// variables.
func stateError(units []*unit) error {
	var b strings.Builder
	b.WriteString("services of the merged binary would share the variables of a C library:\n")
	for _, u := range units[:min(len(units), maxListed)] {
		list(&b, []*unit{u})
		if names := slices.Sorted(maps.Keys(u.variableNames)); len(names) > maxListed {
			fmt.Fprintf(&b, "      %s and %d more\n", strings.Join(names[:maxListed], ", "), len(names)-maxListed)
		} else if len(names) > 0 {
			fmt.Fprintf(&b, "      %s\n", strings.Join(names, ", "))
		}
	}
	if rest := len(units) - maxListed; rest > 0 {
		fmt.Fprintf(&b, "    and %d more\n", rest)
	}
	b.WriteString("A C library is linked once. Do one of these:\n" +
		"  - name it in libraries of the go_merge_shared target, if the services may share it\n")
	b.WriteString(leaveOut(units))
	return errors.New(b.String())
}
