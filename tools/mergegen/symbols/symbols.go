// Package symbols finds C symbols that two parts of a merged binary define.
// Packages written in Go are kept apart by their namespaces; what their cgo code
// and C libraries define has one name space per binary.
package symbols

import (
	"cmp"
	"fmt"
	"os"
	"slices"
	"strings"
)

// maxListed bounds the collisions that an error lists. A C library compiled
// twice collides in each of its functions.
const maxListed = 10

// Archive is a file of objects that goes into the merged binary.
type Archive struct {
	// Label is the target that the archive is built by.
	Label string
	// Service is the service that needs it. It may be empty for a C library.
	Service string
	// ImportPath of the Go package; empty for a C library.
	ImportPath string
	// File is where the archive is. Archives with the same File are linked
	// once and do not collide.
	File string
}

// ParseArchive reads an Archive of a Go package from the form
// LABEL=SERVICE=IMPORTPATH=FILE.
func ParseArchive(s string) (Archive, error) {
	parts := strings.Split(s, "=")
	if len(parts) != 4 || slices.Contains(parts, "") {
		return Archive{}, fmt.Errorf("archive %q is not of the form LABEL=SERVICE=IMPORTPATH=FILE", s)
	}
	return Archive{Label: parts[0], Service: parts[1], ImportPath: parts[2], File: parts[3]}, nil
}

// ParseLibrary reads an Archive of a C library from the form LABEL=FILE or
// LABEL=SERVICE=FILE.
func ParseLibrary(s string) (Archive, error) {
	parts := strings.Split(s, "=")
	if len(parts) != 2 && len(parts) != 3 || slices.Contains(parts, "") {
		return Archive{}, fmt.Errorf("library %q is not of the form LABEL=FILE or LABEL=SERVICE=FILE", s)
	}
	a := Archive{Label: parts[0], File: parts[len(parts)-1]}
	if len(parts) == 3 {
		a.Service = parts[1]
	}
	return a, nil
}

// describe names the archive for an error.
func (a Archive) describe() string {
	switch {
	case a.ImportPath != "":
		return fmt.Sprintf("%s (package %s of service %s)", a.Label, a.ImportPath, a.Service)
	case a.Service != "":
		return fmt.Sprintf("%s (C library of service %s)", a.Label, a.Service)
	}
	return fmt.Sprintf("%s (C library)", a.Label)
}

// unit is one file with everything that asks for it.
type unit struct {
	archives []Archive
}

// apart reports whether two units meet in merging only. Two archives of the one
// same service meet in its own binary, too, whose linker has judged them.
func apart(a, b *unit) bool {
	service := a.archives[0].Service
	for _, x := range slices.Concat(a.archives, b.archives) {
		if x.Service == "" || x.Service != service {
			return true
		}
	}
	return false
}

// Summary counts what Check looked at.
type Summary struct {
	Archives, Symbols int
}

// Check reads the archives and fails if one symbol is defined by two of them.
func Check(archives []Archive) (Summary, error) {
	units := group(archives)
	owners := map[string][]*unit{}
	for _, u := range units {
		names, err := read(u.archives[0])
		if err != nil {
			return Summary{}, err
		}
		for _, name := range names {
			owners[name] = append(owners[name], u)
		}
	}
	var collisions []string
	for name, us := range owners {
		if slices.ContainsFunc(us[1:], func(u *unit) bool { return apart(us[0], u) }) {
			collisions = append(collisions, name)
		}
	}
	if len(collisions) > 0 {
		slices.Sort(collisions)
		return Summary{}, collisionError(collisions, owners)
	}
	return Summary{Archives: len(units), Symbols: len(owners)}, nil
}

// group puts archives with the same file together. The order is the order of
// services, labels and files, so that errors do not depend on the order of
// flags.
func group(archives []Archive) []*unit {
	archives = slices.Clone(archives)
	slices.SortFunc(archives, func(a, b Archive) int {
		return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Label, b.Label), cmp.Compare(a.File, b.File))
	})
	byFile := map[string]*unit{}
	var units []*unit
	for _, a := range slices.Compact(archives) {
		u := byFile[a.File]
		if u == nil {
			u = new(unit)
			byFile[a.File] = u
			units = append(units, u)
		}
		u.archives = append(u.archives, a)
	}
	return units
}

// read returns the symbols that an archive defines, each once.
func read(a Archive) ([]string, error) {
	data, err := os.ReadFile(a.File)
	if err != nil {
		return nil, fmt.Errorf("C symbols of %s: %w", a.describe(), err)
	}
	ms, err := members(data)
	if err != nil {
		return nil, fmt.Errorf("C symbols of %s: cannot read %s: %w", a.describe(), a.File, err)
	}
	var names []string
	for _, m := range ms {
		defined, err := definitions(m.data)
		if err != nil {
			return nil, fmt.Errorf("C symbols of %s: cannot read object %s in %s: %w; build it for the platform of the merged binary", a.describe(), m.name, a.File, err)
		}
		names = append(names, defined...)
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}
