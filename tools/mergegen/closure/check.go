package closure

import (
	"errors"
	"fmt"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// Table says of which packages of the standard library each service has its own.
type Table struct {
	// Versions are the versions of Go that it was made for: "1.25", oldest first.
	Versions []string `json:"versions"`
	// Packages are in an order in which each comes after those that it imports.
	Packages []Package `json:"packages"`
	// Originals import packages of which services have their own, and stay the
	// standard library's.
	Originals []string `json:"originals"`
}

// Package is one of which each service has its own.
type Package struct {
	Path string `json:"path"`
	// View reports whether it has the original's types, and is not a copy.
	View bool `json:"view"`
	// Imports are the packages of the table that a copy imports, or of which a
	// view shows types.
	Imports []string `json:"imports"`
}

// Check compares an SDK with the table. Of a version that the table was made
// for it reads what the packages import, of others also which types all
// packages show. The error has all that differs, and what to do.
func (t *Table) Check(sdk *SDK, written Written, platform Platform) error {
	if !slices.ContainsFunc(t.Packages, func(p Package) bool { return sdk.Has(p.Path) }) {
		return fmt.Errorf("standard library of Go %s: its sources are not where they are expected", sdk.Version)
	}
	known := t.knows(sdk.Version)
	problems, err := t.checkImports(sdk)
	if err == nil && !known {
		var shown []string
		shown, err = t.checkTypes(sdk, written, platform)
		problems = append(problems, shown...)
	}
	if err != nil {
		return fmt.Errorf("standard library of Go %s: %w", sdk.Version, err)
	}
	if len(problems) == 0 {
		return nil
	}
	oldest, newest := t.Versions[0], t.Versions[len(t.Versions)-1]
	first, advice := fmt.Sprintf("Go %s is not known to rules_go_merge (%s to %s are)", sdk.Version, oldest, newest),
		fmt.Sprintf("Build with Go %s, or take a rules_go_merge that knows this Go.", newest)
	if known {
		first = fmt.Sprintf("Go %s differs from what rules_go_merge knows of it", sdk.Version)
		advice = "Build with an earlier patch release, or take a later rules_go_merge."
	}
	return errors.New(first + ":\n  " + strings.Join(problems, "\n  ") + "\n" + advice + " Its docs/go-versions.md says how to add a Go release.")
}

// knows reports whether the table was made for a version of Go.
func (t *Table) knows(version string) bool {
	v, ok := ParseVersion(version)
	return ok && slices.Contains(t.Versions, fmt.Sprintf("%d.%d", v.Major, v.Minor))
}

// checkImports finds what copies import that the table does not say.
func (t *Table) checkImports(sdk *SDK) (problems []string, err error) {
	own := map[string]bool{}
	var copies []string
	for _, p := range t.Packages {
		own[p.Path] = true
		if !p.View {
			copies = append(copies, p.Path)
		}
	}
	ownOf := func(path string) ([]string, error) {
		all, err := sdk.Imports(path)
		return slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(i string) bool { return !own[i] }), err
	}
	for _, p := range t.Packages {
		if p.View {
			continue
		}
		imports, err := ownOf(p.Path)
		if err != nil {
			return nil, err
		}
		for _, i := range imports {
			if !slices.Contains(p.Imports, i) {
				problems = append(problems, fmt.Sprintf("%s imports %s, of which services have their own, and is not compiled with it", p.Path, i))
			}
		}
	}
	reached, err := sdk.Reached(copies, func(path string) bool { return own[path] })
	if err != nil {
		return nil, err
	}
	for _, path := range slices.Sorted(maps.Keys(reached)) {
		imports, err := ownOf(path)
		if err != nil {
			return nil, err
		}
		imports = slices.DeleteFunc(imports, IsHarmless)
		if len(imports) > 0 && !slices.Contains(t.Originals, path) {
			problems = append(problems, fmt.Sprintf("%s imports %s, which has to be of the service's own, since it imports %s", reached[path], path, strings.Join(imports, ", ")))
		}
	}
	return problems, nil
}

// IsHarmless tells of a package of which services have their own that another
// can use the original without acting for the wrong service: it opens,
// registers and sets nothing in it.
func IsHarmless(path string) bool { return path == "fmt" || path == "runtime" || path == "time" }

// checkTypes finds packages that are the standard library's and show types of
// packages that are not. A program that uses both would not compile.
func (t *Table) checkTypes(sdk *SDK, written Written, platform Platform) (problems []string, err error) {
	own := map[string]Package{}
	var copies []string
	for _, p := range t.Packages {
		own[p.Path] = p
		if !p.View {
			copies = append(copies, p.Path)
		}
	}
	reached, err := sdk.Reached(copies, func(path string) bool { _, ok := own[path]; return ok })
	if err != nil {
		return nil, err
	}
	std := sdk.Types(platform)
	for _, path := range sdk.Packages() {
		p, isOwn := own[path]
		if isOwn && !p.View || IsInternal(path) && reached[path] == "" {
			continue
		}
		pkg, err := std.Import(path)
		if errors.Is(err, ErrNotBuilt) {
			continue
		}
		if err != nil {
			return nil, err
		}
		place, shown := Shows(pkg, func(o *types.TypeName) bool {
			of, ok := own[o.Pkg().Path()]
			return ok && of.Path != path && !slices.Contains(p.Imports, of.Path) && (!of.View || written[of.Path+"."+o.Name()])
		})
		if shown != nil {
			problems = append(problems, fmt.Sprintf("%s has to be of the service's own, since its %s shows %s", path, place, shown))
		}
	}
	return problems, nil
}
