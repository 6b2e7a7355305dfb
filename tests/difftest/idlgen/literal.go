package idlgen

import (
	"math/rand"
	"slices"
	"strconv"
	"strings"
)

// literal returns a value of type t, or "" if there is none that the Kitex tool
// makes Go code of. inside reports whether it is
// in another literal or an argument's, where the tool resolves no names.
func (s *schema) literal(t *typ, r *rand.Rand, shared, inside bool) string {
	d := s.declared(t)
	if isTypedef := t.base == ""; isTypedef && s.resolve(t).elem != nil {
		return ""
	}
	t = s.resolve(t)
	switch t.base {
	case "":
		return s.declaredLiteral(d, r, shared, inside)
	case "bool":
		return strconv.FormatBool(r.Intn(2) == 0)
	case "double":
		return []string{"1.5", "0.0", "-2", "1e10"}[r.Intn(4)]
	case "string", "binary":
		return []string{`""`, `"hello"`, `'a "b" c'`, `"\u00e4"`}[r.Intn(4)]
	case "list", "set":
		return "[" + literals(r, 3, func() string { return s.literal(t.elem, r, shared, true) }) + "]"
	case "map": // one entry, for keys must differ
		return "{" + literals(r, 1, func() string {
			key, elem := s.literal(t.key, r, shared, true), s.literal(t.elem, r, shared, true)
			if key == "" || elem == "" {
				return ""
			}
			return key + ": " + elem
		}) + "}"
	}
	return strconv.Itoa(r.Intn(256) - 128)
}

func (s *schema) declaredLiteral(d *decl, r *rand.Rand, shared, inside bool) string {
	switch {
	case d.kind == enumKind && inside:
		return strconv.Itoa(d.values[r.Intn(len(d.values))].value)
	case d.kind == enumKind:
		return s.qualified(d, shared) + "." + d.values[r.Intn(len(d.values))].name
	case d.kind != structKind || inside && slices.Contains(s.options, byValue):
		return ""
	}
	// Base types only, or the literal could go on forever.
	var list []string
	for _, f := range d.fields {
		if s.declared(f.typ) == nil && s.resolve(f.typ).elem == nil && r.Intn(2) == 0 {
			list = append(list, strconv.Quote(f.name)+": "+s.literal(f.typ, r, shared, true))
		}
	}
	return "{" + strings.Join(list, ", ") + "}"
}

func literals(r *rand.Rand, most int, one func() string) string {
	var list []string
	for range r.Intn(most + 1) {
		if l := one(); l != "" {
			list = append(list, l)
		}
	}
	return strings.Join(list, ", ")
}
