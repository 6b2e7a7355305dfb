package idlgen

import "slices"

// schema is an IDL. Its declarations refer to each other by index, so that a
// skewed copy may rename them.
type schema struct {
	decls    []*decl
	services []*service
	options  []string
}

type kind string

const (
	structKind    kind = "struct"
	unionKind     kind = "union"
	exceptionKind kind = "exception"
	enumKind      kind = "enum"
	typedefKind   kind = "typedef"
)

// decl is a declared type.
type decl struct {
	kind kind
	name string
	// shared reports whether the declaration is in the included file, and may
	// therefore use others of that file only.
	shared bool
	fields []*field    // of a struct, union or exception
	values []enumValue // of an enum
	target *typ        // of a typedef
}

type enumValue struct {
	name  string
	value int
}

// field is also an argument, exception or return value of a method.
type field struct {
	id          int
	name        string
	requirement string // "", "required", "optional"
	typ         *typ
	// literal seeds the default value; 0 is none.
	literal int64
}

// typ is a type as a field names it: a base type, "list", "set", "map", or ""
// for the declaration with index ref.
type typ struct {
	base      string
	key, elem *typ
	ref       int
}

type service struct {
	name, extends string
	methods       []*method
}

type method struct {
	name   string
	oneway bool
	// returns is nil for void.
	returns      *typ
	args, throws []*field
}

// resolve follows typedefs.
func (s *schema) resolve(t *typ) *typ {
	for t.base == "" && s.decls[t.ref].kind == typedefKind {
		t = s.decls[t.ref].target
	}
	return t
}

// declared returns the struct, union, exception or enum that t stands for, or
// nil.
func (s *schema) declared(t *typ) *decl {
	if t = s.resolve(t); t.base == "" {
		return s.decls[t.ref]
	}
	return nil
}

func (s *schema) clone() *schema {
	c := &schema{options: slices.Clone(s.options)}
	for _, d := range s.decls {
		d := *d
		d.fields = cloneFields(d.fields)
		d.values = slices.Clone(d.values)
		d.target = d.target.clone()
		c.decls = append(c.decls, &d)
	}
	for _, sv := range s.services {
		sv := *sv
		sv.methods = slices.Clone(sv.methods)
		for i, m := range sv.methods {
			m := *m
			m.returns = m.returns.clone()
			m.args, m.throws = cloneFields(m.args), cloneFields(m.throws)
			sv.methods[i] = &m
		}
		c.services = append(c.services, &sv)
	}
	return c
}

func cloneFields(fields []*field) []*field {
	list := slices.Clone(fields)
	for i, f := range list {
		f := *f
		f.typ = f.typ.clone()
		list[i] = &f
	}
	return list
}

func (t *typ) clone() *typ {
	if t == nil {
		return nil
	}
	c := *t
	c.key, c.elem = t.key.clone(), t.elem.clone()
	return &c
}
