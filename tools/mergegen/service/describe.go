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
	r := c.reader()
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
	if err := r.addUses(c.Users, found); err != nil {
		return nil, err
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

func (c Config) reader() *reader {
	ctx := build.Default
	ctx.GOOS = cmp.Or(c.GOOS, ctx.GOOS)
	ctx.GOARCH = cmp.Or(c.GOARCH, ctx.GOARCH)
	ctx.BuildTags = c.Tags
	ctx.CgoEnabled = c.Cgo
	return &reader{build: ctx, fset: token.NewFileSet()}
}

// addUses notes at the generated packages what the users do with them.
func (r *reader) addUses(users []Package, found map[string]*generated) error {
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
