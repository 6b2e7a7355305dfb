package idlgen

import (
	"fmt"
	"math/rand"
	"slices"
)

// generator makes random schemas.
type generator struct {
	*rand.Rand
	*schema
	// structKeys allows structs as keys of maps, which do not compile with
	// value_type_in_container.
	structKeys bool
	// typedefs allows all typedefs; with use_type_alias=false, only those of
	// containers and binary compile.
	typedefs bool
	names    int
}

// Names that have a meaning in Go, in generated code or for the generator.
var oddNames = []string{
	"type", "func", "range", "id", "url", "http_api", "new_thing", "do_args", "the_result", "get_a", "is_set_b",
	"FooBar", "camelCase", "p", "err", "offset", "l", "x", "buf", "field1", "src", "dst", "values", "Args_",
}

var (
	oddTypes   = []string{"New", "lower_case", "URL", "Type", "HTTPApi", "Id", "camel"}
	endings    = []string{"", "", "", "", "Args", "Result", "_x"}
	bases      = []string{"bool", "byte", "i8", "i16", "i32", "i64", "double", "string", "binary"}
	keyBases   = []string{"bool", "byte", "i16", "i32", "i64", "double", "string", "binary"}
	fieldIDs   = []int{-1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 16, 100, 127, 128, 255, 256, 32767}
	enumValues = []int{-5, 0, 1, 2, 3, 5, 7, 8, 9, 100, 1 << 20, 1<<31 - 1}
)

func (g *generator) chance(percent int) bool { return g.Intn(100) < percent }

func pick[T any](g *generator, list []T) T { return list[g.Intn(len(list))] }

// schema fills the generator's schema.
func (g *generator) generate() {
	for range 2 + g.Intn(3) {
		g.declare(pick(g, []kind{structKind, enumKind, typedefKind, unionKind}), true)
	}
	for range 4 + g.Intn(6) {
		g.declare(pick(g, []kind{structKind, structKind, structKind, enumKind, typedefKind, unionKind, exceptionKind}), false)
	}
	// Fields come last, so that types may refer to later ones and to themselves.
	for _, d := range g.decls {
		switch d.kind {
		case structKind, exceptionKind, unionKind:
			n := g.Intn(9)
			for range max(n, 1) {
				g.addField(&d.fields, d.shared)
			}
			// Pointers to structs without fields may all be one, and so one key.
			if n == 0 && d.kind != unionKind && !g.structKeys {
				d.fields = nil
			}
		}
	}
	parent := &service{name: "Parent"}
	for range 1 + g.Intn(2) {
		g.addMethod(parent)
	}
	g.services = []*service{parent, {name: "Store"}}
	if g.chance(50) {
		g.services[1].extends = parent.name
	} else {
		g.services = g.services[1:]
	}
	for range 2 + g.Intn(4) {
		g.addMethod(g.services[len(g.services)-1])
	}
}

func (g *generator) declare(k kind, shared bool) {
	d := &decl{kind: k, shared: shared, name: g.typeName()}
	switch k {
	case enumKind:
		for range 1 + g.Intn(5) {
			g.addValue(d)
		}
	case typedefKind:
		d.target = g.typ(0, shared)
		for !g.typedefs && d.target.elem == nil && d.target.base != "binary" {
			d.target = g.typ(0, shared)
		}
	}
	g.decls = append(g.decls, d)
}

func (g *generator) typeName() string {
	g.names++
	name := "T"
	if g.chance(30) {
		name = pick(g, oddTypes)
	}
	return fmt.Sprint(name, g.names, pick(g, endings))
}

// addValue may find no new number, and then adds none.
func (g *generator) addValue(d *decl) {
	n := pick(g, enumValues)
	if !slices.ContainsFunc(d.values, func(v enumValue) bool { return v.value == n }) {
		d.values = append(d.values, enumValue{fmt.Sprintf("V%d", uint32(n)), n})
	}
}

// addField may find no new id, and then adds none.
func (g *generator) addField(fields *[]*field, shared bool) {
	id := pick(g, fieldIDs)
	if slices.ContainsFunc(*fields, func(f *field) bool { return f.id == id }) {
		return
	}
	f := &field{id: id, typ: g.typ(0, shared), requirement: g.requirement()}
	f.name = g.fieldName(*fields)
	if g.chance(25) {
		f.literal = g.Int63()
	}
	*fields = append(*fields, f)
}

func (g *generator) requirement() string {
	return pick(g, []string{"", "", "", "optional", "optional", "required"})
}

func (g *generator) fieldName(fields []*field) string {
	g.names++
	if g.chance(50) {
		return fmt.Sprint("f", g.names)
	}
	name := pick(g, oddNames)
	if slices.ContainsFunc(fields, func(f *field) bool { return f.name == name }) {
		return fmt.Sprint(name, g.names)
	}
	return name
}

// typ returns a type that is held by depth containers.
func (g *generator) typ(depth int, shared bool) *typ {
	n := g.Intn(100)
	switch {
	case n < 25 && depth < 3:
		return &typ{base: pick(g, []string{"list", "list", "set"}), elem: g.typ(depth+1, shared)}
	case n < 37 && depth < 3:
		return &typ{base: "map", key: g.key(shared), elem: g.typ(depth+1, shared)}
	case n < 75:
		if t := g.reference(shared, func(*typ) bool { return true }); t != nil {
			return t
		}
	}
	return &typ{base: pick(g, bases)}
}

// key returns the type of a map's keys.
func (g *generator) key(shared bool) *typ {
	if g.chance(40) {
		t := g.reference(shared, func(t *typ) bool {
			if d := g.declared(t); d != nil {
				return d.kind == enumKind || g.structKeys
			}
			return slices.Contains(keyBases, g.resolve(t).base) && g.resolve(t).base != "binary"
		})
		if t != nil {
			return t
		}
	}
	return &typ{base: pick(g, keyBases)}
}

// reference returns a declared type that is good, or nil.
func (g *generator) reference(shared bool, good func(*typ) bool) *typ {
	var list []*typ
	for i, d := range g.decls {
		t := &typ{ref: i}
		if d.kind != exceptionKind && (d.shared || !shared) && good(t) {
			list = append(list, t)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return pick(g, list)
}

func (g *generator) addMethod(s *service) {
	g.names++
	m := &method{name: fmt.Sprint(pick(g, []string{"Do", "get", "snake_case_", "New", "URL"}), g.names)}
	s.methods = append(s.methods, m)
	for range g.Intn(4) {
		g.addField(&m.args, false)
	}
	if m.oneway = g.chance(10); m.oneway {
		return
	}
	if !g.chance(15) {
		m.returns = g.typ(0, false)
	}
	for range g.Intn(3) {
		g.addException(m)
	}
}

// addException may find no exception, and then adds none.
func (g *generator) addException(m *method) {
	var list []int
	for i, d := range g.decls {
		if d.kind == exceptionKind && !slices.ContainsFunc(m.throws, func(f *field) bool { return f.typ.ref == i }) {
			list = append(list, i)
		}
	}
	id := pick(g, fieldIDs)
	if len(list) == 0 || slices.ContainsFunc(m.throws, func(f *field) bool { return f.id == id }) {
		return
	}
	m.throws = append(m.throws, &field{id: id, name: g.fieldName(m.throws), typ: &typ{ref: pick(g, list)}})
}
