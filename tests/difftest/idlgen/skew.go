package idlgen

import "slices"

// skew changes the schema in ways that thrift lets pass.
func (g *generator) skew() {
	for _, d := range g.decls {
		switch d.kind {
		case enumKind:
			if g.chance(30) {
				g.addValue(d)
			}
			if len(d.values) > 1 && g.chance(30) {
				d.values = d.values[1:]
			}
		case structKind, unionKind:
			g.skewFields(&d.fields, d.shared)
			if len(d.fields) > 0 && g.chance(5) { // they are written alike
				d.kind = pick(g, []kind{structKind, unionKind})
			}
		case exceptionKind:
			g.skewFields(&d.fields, d.shared)
		}
		if g.chance(10) {
			d.name = g.typeName()
		}
	}
	for _, s := range g.services {
		for _, m := range s.methods {
			g.skewMethod(m)
		}
		if len(s.methods) > 1 && g.chance(20) {
			s.methods = s.methods[1:]
		}
		if g.chance(20) {
			g.addMethod(s)
		}
	}
}

func (g *generator) skewMethod(m *method) {
	g.skewFields(&m.args, false)
	if m.oneway {
		return
	}
	if m.returns != nil {
		g.skewType(m.returns, false)
	}
	if g.chance(5) {
		m.returns = nil
	}
	if len(m.throws) > 0 && g.chance(15) {
		m.throws = m.throws[1:]
	}
	if g.chance(15) {
		g.addException(m)
	}
}

func (g *generator) skewFields(fields *[]*field, shared bool) {
	if len(*fields) > 1 && g.chance(15) {
		i := g.Intn(len(*fields))
		*fields = slices.Delete(*fields, i, i+1)
	}
	for _, f := range *fields {
		if g.chance(10) {
			f.requirement = g.requirement()
		}
		if g.chance(10) {
			f.name = g.fieldName(*fields)
		}
		if g.chance(10) {
			f.literal = pick(g, []int64{0, g.Int63()})
		}
		g.skewType(f.typ, false)
	}
	if g.chance(25) {
		g.addField(fields, shared)
	}
	if g.chance(10) {
		g.Shuffle(len(*fields), func(i, j int) { (*fields)[i], (*fields)[j] = (*fields)[j], (*fields)[i] })
	}
}

// skewType replaces parts of a type by others that are written alike.
func (g *generator) skewType(t *typ, key bool) {
	if t.key != nil {
		g.skewType(t.key, true)
	}
	if t.elem != nil {
		g.skewType(t.elem, false)
	}
	if !g.chance(10) {
		return
	}
	d := g.declared(t)
	switch {
	case d != nil && d.kind == enumKind:
		*t = typ{base: "i32"}
	case d != nil || key:
		*t = *g.resolve(t).clone()
	default:
		*t = *g.resolve(t).clone()
		if other := map[string]string{"string": "binary", "binary": "string", "byte": "i8", "i8": "byte"}[t.base]; other != "" {
			t.base = other
		}
	}
}

// breakFields gives some fields another type.
func (g *generator) breakFields() {
	for range 1 + g.Intn(3) {
		var fields []*field
		shared := false
		if d := pick(g, g.decls); g.chance(60) {
			fields, shared = d.fields, d.shared
		} else {
			fields = pick(g, pick(g, g.services).methods).args
		}
		if len(fields) > 0 {
			f := pick(g, fields)
			f.typ, f.literal = g.typ(0, shared), 0
		}
	}
}
