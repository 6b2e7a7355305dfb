// Package generated reads the code that Kitex's tool generates: which RPC
// services it defines, and where a program makes servers and clients of them.
package generated

import (
	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/merge/adapter/describe/source"
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

// reader reads packages that Kitex's tool may have generated.
type reader struct {
	*source.Reader

	// validatesSets is Description.ValidatesSets.
	validatesSets []string
	// defaulted is Description.Defaults.
	defaulted []string
}

func newReader(c describe.Config) *reader { return &reader{Reader: source.NewReader(c)} }

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
				s.ServedAt(source.Line(ref.Position))
			}
			if ref.Calls {
				s.CalledAt(source.Line(ref.Position))
			}
		}
	}
	return nil
}
