// Package pins knows which versions of Go modules do not build with which Go.
// They are modules that reach into the Go runtime, so each needs a version that
// knows the Go it is built with.
package pins

import (
	"cmp"
	"go/version"
	"slices"

	"golang.org/x/mod/semver"
)

// Row is a range of a module's versions and what is wrong with them.
type Row struct {
	Module string
	// From and Before bound the versions; each may be empty.
	From, Before string
	// Go is the first minor version of Go with which this is so, such as 1.26, and
	// GoBefore the first later one with which it is not, if there is one.
	Go, GoBefore string
	// Pin is the version to take: the first good one, or a tested one where the
	// first is not known. It is empty if no version is good.
	Pin string
	// With is another module that it takes for this, in a version from WithFrom and
	// before WithBefore, if it takes one.
	With, WithFrom, WithBefore string
	// Direct is set if it is so only for services that import the module
	// themselves.
	Direct bool
	// Builds is set if the module builds and does less than it should.
	Builds bool
	// What is what happens.
	What string
}

// Selected is a version of a module that a build takes.
type Selected struct {
	Version string
	// Direct is set if packages of the service import the module.
	Direct bool
}

// Problem is a selected module that a row is about.
type Problem struct {
	Row
	Version string
	// Go is the version of Go with which this is so.
	GoVersion string
}

// Check returns the problems that modules, by their paths, have with versions of
// Go, such as 1.26.8. There is one for each module at most, of the first Go that
// it has one with, but with a pin for all of them. They are in the order of the
// table.
func Check(goVersions []string, modules map[string]Selected) []Problem {
	var problems []Problem
	for _, goVersion := range goVersions {
		for module, selected := range modules {
			p, ok := check(goVersion, module, selected, modules)
			if !ok {
				continue
			}
			i := slices.IndexFunc(problems, func(before Problem) bool { return before.Module == module })
			if i < 0 {
				problems = append(problems, p)
			} else if semver.Compare(p.Pin, problems[i].Pin) > 0 {
				problems[i].Pin = p.Pin
			}
		}
	}
	place := func(p Problem) int {
		return slices.IndexFunc(Table, func(row Row) bool { return row.Module == p.Module })
	}
	slices.SortFunc(problems, func(a, b Problem) int { return cmp.Compare(place(a), place(b)) })
	return problems
}

// check returns a problem with a pin that has none itself.
func check(goVersion, module string, selected Selected, modules map[string]Selected) (Problem, bool) {
	i := slices.IndexFunc(Table, func(row Row) bool {
		return row.Module == module && row.covers(goVersion, selected, modules)
	})
	if i < 0 {
		return Problem{}, false
	}
	p := Problem{Table[i], selected.Version, goVersion}
	if p.Pin != "" {
		if next, ok := check(goVersion, module, Selected{p.Pin, selected.Direct}, modules); ok {
			p.Pin = next.Pin
		}
	}
	return p, true
}

func (r Row) covers(goVersion string, selected Selected, modules map[string]Selected) bool {
	with := modules[r.With].Version
	minor := version.Lang("go" + goVersion)
	return version.Compare(minor, "go"+r.Go) >= 0 &&
		(r.GoBefore == "" || version.Compare(minor, "go"+r.GoBefore) < 0) &&
		within(selected.Version, r.From, r.Before) &&
		(r.With == "" || with != "" && within(with, r.WithFrom, r.WithBefore)) &&
		(!r.Direct || selected.Direct)
}

func within(v, from, before string) bool {
	return (from == "" || semver.Compare(v, from) >= 0) && (before == "" || semver.Compare(v, before) < 0)
}
