package service

import (
	"cmp"
	"go/build"
	"go/token"
	"slices"
)

// Config says what to describe.
type Config struct {
	// Service and Namespace are copied to the description.
	Service, Namespace string
	// Packages are those that may be generated service packages. Others among
	// them are passed over.
	Packages []Package
	// Users are the packages whose code may make servers and clients.
	Users []Package
	// GOOS, GOARCH, Tags and Cgo select files by their build constraints.
	GOOS, GOARCH string
	Tags         []string
	Cgo          bool
}

// Describe reads the packages. An error names the file and line it is about.
func Describe(c Config) (*Description, error) {
	ctx := build.Default
	ctx.GOOS = cmp.Or(c.GOOS, ctx.GOOS)
	ctx.GOARCH = cmp.Or(c.GOARCH, ctx.GOARCH)
	ctx.BuildTags = c.Tags
	ctx.CgoEnabled = c.Cgo
	r := &reader{build: ctx, fset: token.NewFileSet()}

	found := make(map[string]*generated)
	for _, pkg := range c.Packages {
		g, err := r.generatedPackage(pkg)
		if err != nil {
			return nil, err
		}
		if g != nil {
			found[pkg.ImportPath] = g
		}
	}
	if len(found) > 0 {
		for _, pkg := range c.Users {
			if err := r.usesOf(pkg, found); err != nil {
				return nil, err
			}
		}
	}
	slices.Sort(r.validatesSets)
	slices.Sort(r.defaulted)
	d := &Description{Service: c.Service, Namespace: c.Namespace, RPCServices: []RPCService{}, ValidatesSets: r.validatesSets, Defaults: r.defaulted}
	for _, g := range found {
		d.RPCServices = append(d.RPCServices, g.service)
	}
	slices.SortFunc(d.RPCServices, func(a, b RPCService) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.ImportPath, b.ImportPath))
	})
	return d, nil
}
