package main

import (
	"errors"
	"fmt"
	"go/types"
	"maps"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/tools/mergegen/closure"
)

// platforms are those that types are compared on.
var platforms = []closure.Platform{{GOOS: "linux", GOARCH: "amd64"}, {GOOS: "darwin", GOARCH: "arm64"}}

// entry is a package of the table.
type entry struct {
	closure.Package
	// why says what a root or a view is for, or what a copy shows.
	why      string
	rename   map[string]string
	vendored []string
	// folder reports whether it is for services with a working directory of their
	// own only.
	folder bool
}

// table has what std_packages.bzl says.
type table struct {
	versions  []string // "1.27"
	entries   []entry
	originals []string
}

// compute makes the table of all SDKs, which are in the order of their
// versions, by the policy.
func compute(sdks []*closure.SDK, written closure.Written) (*table, error) {
	c := computation{sdks: sdks, written: written, own: map[string]*entry{}}
	for path, why := range views {
		c.own[path] = &entry{Package: closure.Package{Path: path, View: true}, why: why}
	}
	for path, why := range roots {
		c.own[path] = &entry{Package: closure.Package{Path: path}, why: why, rename: renames[path]}
	}
	for path, why := range folderRoots {
		c.own[path] = &entry{Package: closure.Package{Path: path}, why: why, folder: true}
	}
	if err := c.close(); err != nil {
		return nil, err
	}
	if err := c.addImports(); err != nil {
		return nil, err
	}
	entries, err := c.sorted()
	if err != nil {
		return nil, err
	}
	t := &table{entries: entries}
	for _, sdk := range sdks {
		v, ok := closure.ParseVersion(sdk.Version)
		if !ok {
			return nil, fmt.Errorf("Go %s has no version number", sdk.Version)
		}
		t.versions = append(t.versions, strings.TrimPrefix(v.String(), "go"))
	}
	t.originals, err = c.originals()
	return t, err
}

type computation struct {
	sdks    []*closure.SDK
	written closure.Written
	own     map[string]*entry
}

func (c *computation) isOwn(path string) bool { return c.own[path] != nil }

// copies returns the paths of copies, sorted.
func (c *computation) copies() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(c.own)), func(path string) bool { return c.own[path].View })
}

// close makes copies of all packages that show types which each service has for
// itself.
func (c *computation) close() error {
	for _, sdk := range c.sdks {
		for _, p := range platforms {
			std := sdk.Types(p)
			for again := true; again; {
				again = false
				reached, err := sdk.Reached(c.copies(), c.isOwn)
				if err != nil {
					return err
				}
				for _, path := range sdk.Packages() {
					if e := c.own[path]; e != nil && !e.View || closure.IsInternal(path) && reached[path] == "" {
						continue
					}
					changed, err := c.decide(sdk, std, path)
					if err != nil {
						return fmt.Errorf("Go %s, %v: %w", sdk.Version, p, err)
					}
					again = again || changed
				}
			}
		}
	}
	return nil
}

// decide makes a package a copy, or has a view import another, if its users see
// types that each service has for itself.
func (c *computation) decide(sdk *closure.SDK, std *closure.Types, path string) (changed bool, err error) {
	pkg, err := std.Import(path)
	if errors.Is(err, closure.ErrNotBuilt) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	e := c.own[path]
	var of *entry
	place, shown := closure.Shows(pkg, func(o *types.TypeName) bool {
		from := c.own[o.Pkg().Path()]
		if from == nil || from.Path == path || e != nil && slices.Contains(e.Imports, from.Path) ||
			from.View && !c.written[from.Path+"."+o.Name()] {
			return false
		}
		of = from
		return true
	})
	switch {
	case shown == nil:
		return false, nil
	case e == nil:
		c.own[path] = &entry{Package: closure.Package{Path: path}, why: fmt.Sprintf("%s shows %s", place, shown)}
	case of.View:
		e.Imports = append(e.Imports, of.Path)
	default:
		return false, fmt.Errorf("view %s: its %s shows %s of a copy", path, place, shown)
	}
	return true, nil
}

// addImports finds what copies import.
func (c *computation) addImports() error {
	for _, path := range slices.Sorted(maps.Keys(c.own)) {
		e := c.own[path]
		if !slices.ContainsFunc(c.sdks, func(sdk *closure.SDK) bool { return sdk.Has(path) }) {
			return fmt.Errorf("%s is in no SDK", path)
		}
		if e.View {
			slices.Sort(e.Imports)
			continue
		}
		own, vendored := map[string]bool{}, map[string]bool{}
		for _, sdk := range c.sdks {
			imports, err := sdk.Imports(path)
			if err != nil {
				return err
			}
			for i := range imports {
				if c.isOwn(i) {
					own[i] = true
				}
				if of, ok := strings.CutPrefix(i, "vendor/"); ok {
					vendored[of] = true
				}
			}
		}
		e.Imports, e.vendored = slices.Sorted(maps.Keys(own)), slices.Sorted(maps.Keys(vendored))
	}
	return nil
}

// sorted returns the packages so that each comes after those that it imports:
// views first, each kind by its path as far as that allows.
func (c *computation) sorted() ([]entry, error) {
	var done []entry
	placed := map[string]bool{}
	paths := slices.SortedFunc(maps.Keys(c.own), func(a, b string) int {
		if c.own[a].View != c.own[b].View {
			if c.own[a].View {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
	for len(done) < len(paths) {
		i := slices.IndexFunc(paths, func(path string) bool {
			return !placed[path] && !slices.ContainsFunc(c.own[path].Imports, func(i string) bool { return !placed[i] })
		})
		if i < 0 {
			return nil, fmt.Errorf("the packages import each other in a circle, in different versions of Go: %q", slices.DeleteFunc(paths, func(p string) bool { return placed[p] }))
		}
		placed[paths[i]] = true
		done = append(done, *c.own[paths[i]])
	}
	return done, nil
}

// originals returns the packages that act by packages of which services have
// their own, and are the standard library's. The policy has to have them all.
func (c *computation) originals() ([]string, error) {
	found := map[string]bool{}
	var undecided []error
	for _, sdk := range c.sdks {
		reached, err := sdk.Reached(c.copies(), c.isOwn)
		if err != nil {
			return nil, err
		}
		for _, path := range sdk.Packages() {
			if c.isOwn(path) || closure.IsInternal(path) && reached[path] == "" || found[path] {
				continue
			}
			imports, err := sdk.Imports(path)
			if err != nil {
				return nil, err
			}
			own := slices.DeleteFunc(slices.Sorted(maps.Keys(imports)), func(i string) bool { return !c.isOwn(i) || closure.IsHarmless(i) })
			if len(own) == 0 {
				continue
			}
			found[path] = true
			if originals[path] == "" {
				undecided = append(undecided, fmt.Errorf("Go %s: %s imports %s: put it into policy.go, among the roots or the originals, with the reason", sdk.Version, path, strings.Join(own, ", ")))
			}
		}
	}
	for path := range originals {
		if !found[path] {
			undecided = append(undecided, fmt.Errorf("%s needs no place among the originals of policy.go", path))
		}
	}
	return slices.Sorted(maps.Keys(found)), errors.Join(undecided...)
}
