// Package symbols finds C symbols that two services of a merged binary define.
// Packages written in Go are kept apart by their namespaces; what their cgo code
// and C libraries define has one name space per binary.
package symbols

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
)

// Archive is a file of objects that goes into the merged binary.
type Archive struct {
	// Label is the target that the archive is built by.
	Label string
	// Service is the service that needs it.
	Service string
	// ImportPath of the Go package; empty for a C library.
	ImportPath string
	// File is where the archive is. Archives with the same File are linked
	// once and do not collide. Neither do libraries with the same bytes.
	File string
}

// ParseArchive reads an Archive of a Go package from its label, service, import path
// and file, with tabs between them: labels and files of Bazel may hold any other sign.
func ParseArchive(s string) (Archive, error) {
	parts := strings.Split(s, "\t")
	if len(parts) != 4 || slices.Contains(parts, "") {
		return Archive{}, fmt.Errorf("archive %q is not a label, a service, an import path and a file, with tabs between them", s)
	}
	return Archive{Label: parts[0], Service: parts[1], ImportPath: parts[2], File: parts[3]}, nil
}

// ParseLibrary reads an Archive of a C library from its label, service and file, with
// tabs between them.
func ParseLibrary(s string) (Archive, error) {
	parts := strings.Split(s, "\t")
	if len(parts) != 3 || slices.Contains(parts, "") {
		return Archive{}, fmt.Errorf("library %q is not a label, a service and a file, with tabs between them", s)
	}
	return Archive{Label: parts[0], Service: parts[1], File: parts[2]}, nil
}

// describe names the archive for an error.
func (a Archive) describe() string {
	if a.ImportPath != "" {
		return fmt.Sprintf("%s (package %s of service %s)", a.Label, a.ImportPath, a.Service)
	}
	return fmt.Sprintf("%s (C library %s of service %s)", a.Label, path.Base(a.File), a.Service)
}

// unit is one file with everything that asks for it.
type unit struct {
	*contents
	archives []Archive
	// services are those that ask for it, sorted.
	services []string
	// shared is set if the user wants one copy for all services.
	shared bool
}

// apart reports whether two units meet in merging only. Two that the same
// services ask for meet in the services' own binaries, too, whose linker has
// judged them.
func apart(a, b *unit) bool {
	return !slices.Equal(a.services, b.services)
}

// Summary counts what Check looked at.
type Summary struct {
	Archives, Symbols int
}

// Check reads the archives and fails if a service would run C code or use C
// variables of another. Libraries of the targets in shared have one copy for
// all services.
func Check(archives []Archive, shared []string) (Summary, error) {
	units, err := group(archives, shared)
	if err != nil {
		return Summary{}, err
	}
	owners := map[string][]*unit{}
	for _, u := range units {
		for name := range u.strong {
			owners[name] = append(owners[name], u)
		}
		for name := range u.weak {
			if !u.strong[name] {
				owners[name] = append(owners[name], u)
			}
		}
	}
	var found findings
	for name, us := range owners {
		if kind := judge(name, us); kind != "" {
			found.collisions = append(found.collisions, collision{name: name, kind: kind, definitions: us})
		}
	}
	found.collisions = append(found.collisions, sameNames(units)...)
	found.captured = captured(units, owners)
	for _, u := range units {
		if u.archives[0].ImportPath == "" && u.variables && !u.shared && len(u.services) > 1 {
			found.states = append(found.states, u)
		}
	}
	if err := found.err(); err != nil {
		return Summary{}, err
	}
	return Summary{Archives: len(units), Symbols: len(owners)}, nil
}

// judge says how definitions of one symbol collide, "" if they do not. What it
// says precedes a list of who defines it.
func judge(name string, us []*unit) string {
	sides := sidesOf(name, us)
	if len(sides) < 2 {
		return ""
	}
	if slices.ContainsFunc(us, func(u *unit) bool { return u.strong[name] }) {
		return "is defined by"
	}
	if ofRuntime(name) {
		return ""
	}
	for i, a := range sides {
		for _, b := range sides[:i] {
			switch {
			case a.shared && b.shared:
			case a.variable || b.variable:
				return "is a variable that is weak or in a header, defined by"
			case len(a.code) > 0 && len(b.code) > 0 && !overlap(a.code, b.code):
				return "is weak or in a header, with different code, defined by"
			}
		}
	}
	return ""
}

// side is what units that are not apart define by one name.
type side struct {
	unit *unit
	weakDefinition
	shared bool
}

func sidesOf(name string, us []*unit) []*side {
	var sides []*side
	for _, u := range us {
		i := slices.IndexFunc(sides, func(s *side) bool { return !apart(s.unit, u) })
		if i < 0 {
			i = len(sides)
			sides = append(sides, &side{u, weakDefinition{code: map[string]bool{}}, true})
		}
		s := sides[i]
		s.shared = s.shared && u.shared
		if w := u.weak[name]; w != nil {
			maps.Copy(s.code, w.code)
			s.variable = s.variable || w.variable
		}
	}
	return sides
}

func overlap(a, b map[string]bool) bool {
	for code := range a {
		if b[code] {
			return true
		}
	}
	return false
}

// sameNames finds different shared libraries that a linker takes for one: it is
// given the names of the files, and the dynamic linker the sonames.
func sameNames(units []*unit) []collision {
	byName := map[string][]*unit{}
	for _, u := range units {
		if !u.dynamic {
			continue
		}
		names := map[string]bool{}
		if u.name != "" {
			names[u.name] = true
		}
		for _, a := range u.archives {
			names[path.Base(a.File)] = true
		}
		for name := range names {
			byName[name] = append(byName[name], u)
		}
	}
	var out []collision
	for name, us := range byName {
		if slices.ContainsFunc(us[1:], func(u *unit) bool { return apart(us[0], u) }) {
			out = append(out, collision{name: name, kind: "is the name of a shared library of", definitions: us, library: true})
		}
	}
	return out
}

// captured finds symbols that a service takes from elsewhere, such as the
// system's libraries, until another service's definition is linked.
func captured(units []*unit, owners map[string][]*unit) []collision {
	ofService := map[string][]*unit{}
	for _, u := range units {
		for _, service := range u.services {
			ofService[service] = append(ofService[service], u)
		}
	}
	users := map[string][]*unit{}
	for _, own := range ofService {
		for _, u := range own {
			for name := range u.needed {
				foreign := slices.ContainsFunc(owners[name], func(o *unit) bool { return o.strong[name] && !o.shared })
				if foreign && !slices.ContainsFunc(own, func(o *unit) bool { return o.defines(name) }) {
					users[name] = append(users[name], u)
				}
			}
		}
	}
	var out []collision
	for name, us := range users {
		// Units of several services were found once for each.
		us = slices.DeleteFunc(slices.Clone(units), func(u *unit) bool { return !slices.Contains(us, u) })
		out = append(out, collision{name: name, kind: "is defined by", definitions: owners[name], users: us})
	}
	return out
}

// group reads the files and puts archives of the same one together. The order
// is the order of services, labels and files, so that errors do not depend on
// the order of flags.
func group(archives []Archive, shared []string) ([]*unit, error) {
	archives = slices.Clone(archives)
	slices.SortFunc(archives, func(a, b Archive) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Label, b.Label), cmp.Compare(a.File, b.File))
	})
	byFile := map[string]*unit{}
	byBytes := map[[sha256.Size]byte]*unit{}
	var units []*unit
	for _, a := range slices.Compact(archives) {
		u := byFile[a.File]
		if u == nil {
			data, err := os.ReadFile(a.File)
			if err != nil {
				return nil, fmt.Errorf("C symbols of %s: %w", a.describe(), err)
			}
			// One target's library in two configurations has the same bytes,
			// as a rule.
			sum := sha256.Sum256(data)
			if a.ImportPath == "" {
				u = byBytes[sum]
			}
			if u == nil {
				u = &unit{contents: newContents()}
				if err := u.read(data); err != nil {
					return nil, fmt.Errorf("C symbols of %s: cannot read %s: %w", a.describe(), a.File, err)
				}
				units = append(units, u)
			}
			byFile[a.File] = u
			if a.ImportPath == "" {
				byBytes[sum] = u
			}
		}
		u.archives = append(u.archives, a)
		if !slices.Contains(u.services, a.Service) {
			u.services = append(u.services, a.Service) // archives are in their order
		}
		u.shared = u.shared || a.ImportPath == "" && slices.Contains(shared, a.Label)
	}
	return units, nil
}
