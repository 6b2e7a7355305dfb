package closure

import (
	"go/types"
)

// Shows finds a type in what a package exports: where it is, and the type.
func Shows(pkg *types.Package, wanted func(*types.TypeName) bool) (place string, shown types.Type) {
	w := walker{pkg: pkg, wanted: wanted, seen: map[types.Type]bool{}}
	for _, name := range pkg.Scope().Names() {
		if o := pkg.Scope().Lookup(name); o.Exported() && w.walk(name, o.Type()) {
			break
		}
	}
	return w.place, w.shown
}

type walker struct {
	pkg    *types.Package
	wanted func(*types.TypeName) bool
	seen   map[types.Type]bool
	place  string
	shown  types.Type
}

// walk looks at the types of what is called at, and reports whether it found one.
func (w *walker) walk(at string, ts ...types.Type) bool {
	for _, t := range ts {
		t = types.Unalias(t)
		if !w.seen[t] {
			w.seen[t] = true
			if w.find(at, t) {
				return true
			}
		}
	}
	return false
}

func (w *walker) find(at string, t types.Type) bool {
	switch t := t.(type) {
	case *types.Named:
		return w.named(at, t)
	case *types.Map:
		return w.walk(at, t.Key(), t.Elem())
	case interface{ Elem() types.Type }:
		return w.walk(at, t.Elem())
	case *types.Struct:
		for f := range t.Fields() {
			if (f.Exported() || f.Embedded()) && w.walk(at+"."+f.Name(), f.Type()) {
				return true
			}
		}
	case *types.Interface:
		for m := range t.Methods() {
			if w.walk(at+"."+m.Name(), m.Type()) {
				return true
			}
		}
	case *types.Signature:
		return w.walk(at, t.Params(), t.Results())
	case *types.Tuple:
		for v := range t.Variables() {
			if w.walk(at, v.Type()) {
				return true
			}
		}
	}
	return false
}

func (w *walker) named(at string, t *types.Named) bool {
	o := t.Obj()
	if o.Pkg() != nil && w.wanted(o) {
		w.place, w.shown = at, t
		return true
	}
	for arg := range t.TypeArgs().Types() {
		if w.walk(at, arg) {
			return true
		}
	}
	if o.Pkg() != w.pkg {
		return false
	}
	at = o.Name()
	for m := range t.Methods() {
		if m.Exported() && w.walk(at+"."+m.Name(), m.Type()) {
			return true
		}
	}
	return w.walk(at, t.Underlying())
}
