// Package generated reads the code that Kitex's tool generates: which RPC
// services it defines, and where a program makes servers and clients of them.
package generated

import (
	"cmp"
	"go/build"
	"go/token"

	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
)

// Describe reads the packages. An error names the file and line it is about.
func Describe(c describe.Config) (*describe.Description, error) {
	r := newReader(c)
	found := make(map[string]*servicePackage)
	for _, pkg := range c.Packages {
		g, err := r.generatedPackage(pkg)
		if err != nil {
			return nil, err
		}
		if g != nil {
			found[pkg.ImportPath] = g
		}
	}
	if err := r.addUses(c.Users, found); err != nil {
		return nil, err
	}
	d := &describe.Description{ValidatesSets: r.validatesSets, Defaults: r.defaulted}
	for _, g := range found {
		d.RPCServices = append(d.RPCServices, g.service)
	}
	d.Sort()
	return d, nil
}

func newReader(c describe.Config) *reader {
	ctx := build.Default
	ctx.GOOS = cmp.Or(c.GOOS, ctx.GOOS)
	ctx.GOARCH = cmp.Or(c.GOARCH, ctx.GOARCH)
	ctx.BuildTags = c.Tags
	ctx.CgoEnabled = c.Cgo
	return &reader{build: ctx, fset: token.NewFileSet()}
}

// addUses notes at the generated packages what the users do with them.
func (r *reader) addUses(users []describe.Package, found map[string]*servicePackage) error {
	if len(found) == 0 {
		return nil
	}
	names := make(map[string]string, len(found))
	for path, g := range found {
		names[path] = g.name
	}
	for _, pkg := range users {
		references, err := r.references(pkg, names)
		if err != nil {
			return err
		}
		for _, ref := range references {
			s := &found[ref.ImportPath].service
			if ref.Serves {
				s.Served = true
				s.Positions.Served = append(s.Positions.Served, line(ref.Position))
			}
			if ref.Calls {
				s.Called = true
				s.Positions.Called = append(s.Positions.Called, line(ref.Position))
			}
		}
	}
	return nil
}
