package idlgen

import (
	"fmt"
	"maps"
	"slices"
)

// Refused is a field that both sides know, but with types that are not written
// alike.
type Refused struct {
	ID int
	// Sends and Expects are the types, as errors name them.
	Sends, Expects string
}

// comparison walks through all that a call can hold.
type comparison struct {
	caller, callee *schema
	refused        []Refused
	seen           map[[2]*decl]bool
}

// compare returns the fields whose types do not fit, of all that both sides know.
func compare(caller, callee *schema) []Refused {
	c := &comparison{caller: caller, callee: callee, seen: make(map[[2]*decl]bool)}
	served := callee.methods()
	called := caller.methods()
	for _, name := range slices.Sorted(maps.Keys(called)) {
		m, other := called[name], served[name]
		if other == nil || other.oneway != m.oneway {
			continue
		}
		c.fields(caller, callee, m.args, other.args)
		c.fields(callee, caller, other.results(), m.results())
	}
	return c.refused
}

func (s *schema) methods() map[string]*method {
	all := make(map[string]*method)
	for _, sv := range s.services {
		for _, m := range sv.methods {
			all[m.name] = m
		}
	}
	return all
}

func (m *method) results() []*field {
	if m.returns == nil {
		return m.throws
	}
	return append([]*field{{typ: m.returns}}, m.throws...)
}

func (c *comparison) fields(from, to *schema, src, dst []*field) {
	for _, sf := range src {
		for _, df := range dst {
			if sf.id == df.id && !c.fit(from, to, sf.typ, df.typ) {
				c.refused = append(c.refused, Refused{sf.id, from.wireText(sf.typ), to.wireText(df.typ)})
			}
		}
	}
}

// fit reports whether two types are written alike, down to structs, whose
// fields it compares.
func (c *comparison) fit(from, to *schema, src, dst *typ) bool {
	if from.wire(src) != to.wire(dst) {
		return false
	}
	if d := from.declared(src); d != nil && d.kind != enumKind {
		other := to.declared(dst)
		if key := [2]*decl{d, other}; !c.seen[key] {
			c.seen[key] = true
			c.fields(from, to, d.fields, other.fields)
		}
		return true
	}
	src, dst = from.resolve(src), to.resolve(dst)
	return (src.key == nil || c.fit(from, to, src.key, dst.key)) && (src.elem == nil || c.fit(from, to, src.elem, dst.elem))
}

// wire returns the name of the type that is written.
func (s *schema) wire(t *typ) string {
	if d := s.declared(t); d != nil && d.kind == enumKind {
		return "i32"
	} else if d != nil {
		return "struct"
	}
	switch base := s.resolve(t).base; base {
	case "i8":
		return "byte"
	case "binary":
		return "string"
	default:
		return base
	}
}

// wireText is how an error names a type, but for the spelling of names, which
// the Kitex tool changes.
func (s *schema) wireText(t *typ) string {
	d := s.declared(t)
	t = s.resolve(t)
	switch {
	case d != nil && d.kind == enumKind:
		return "enum " + d.name
	case d != nil:
		return d.name
	case t.base == "map":
		key := s.wireText(t.key)
		if key == "binary" { // is a string in Go
			key = "string"
		}
		return fmt.Sprintf("map<%s,%s>", key, s.wireText(t.elem))
	case t.elem != nil:
		return fmt.Sprintf("%s<%s>", t.base, s.wireText(t.elem))
	case t.base == "i8":
		return "byte"
	}
	return t.base
}
