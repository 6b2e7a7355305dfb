package convert

import (
	"bytes"
	"fmt"
	"go/types"
	"maps"
	"slices"
)

// Emitter writes the functions of a plan.
type Emitter struct {
	plan *Plan
	// qualify returns the name under which the file imports a package.
	qualify func(*types.Package) string
	buf     bytes.Buffer
	emitted map[*Conversion]bool
	names   map[any]string
	taken   map[string]bool
	checks  []*loadedMessage
	sizes   []*loadedMessage
	helpers map[string]bool
	slabs   map[string]string // element types, by name of the slab
	std     map[string]bool   // imports
	// asserted holds the structs whose layouts are asserted to be the same.
	asserted []*Conversion
	// current is the conversion that is written, vars counts the variables of its function.
	current *Conversion
	vars    int
}

// NewEmitter returns an emitter for p, to which nothing may be added any more.
// qualify returns the name under which the file imports a package, and notes
// that it must.
func (p *Plan) NewEmitter(qualify func(*types.Package) string) *Emitter {
	return &Emitter{
		plan:    p,
		qualify: qualify,
		emitted: make(map[*Conversion]bool),
		names:   make(map[any]string),
		taken:   make(map[string]bool),
		helpers: make(map[string]bool),
		slabs:   make(map[string]string),
		std:     make(map[string]bool),
	}
}

// Type returns the name of one of the conversion's structs in the file.
func (e *Emitter) Type(named *types.Named) string {
	return e.qualify(named.Obj().Pkg()) + "." + named.Obj().Name()
}

// pair returns the conversion of a struct that the current one holds.
func (e *Emitter) pair(st, dt *thriftType) *Conversion {
	return e.plan.pairs[pairKey{src: st.named, dst: dt.named, share: e.current.share}]
}

// need marks c and all that it uses for writing.
func (e *Emitter) need(c *Conversion) {
	if e.emitted[c] || c.same {
		return
	}
	e.emitted[c] = true
	for _, dep := range c.uses() {
		e.need(dep)
	}
}

// Conversions returns those that are written, in the order of the file.
func (e *Emitter) Conversions() []*Conversion {
	var list []*Conversion
	for _, c := range e.plan.order {
		if e.emitted[c] {
			list = append(list, c)
		}
	}
	return list
}

// Functions returns the source of all functions that the bodies use, and the
// standard packages it needs.
func (e *Emitter) Functions() (source string, imports []string) {
	e.plan.finish()
	for _, c := range e.Conversions() {
		e.function(c)
	}
	for _, m := range e.checks {
		e.checkFunction(m)
	}
	for i := 0; i < len(e.sizes); i++ { // each may add more
		e.sizeFunction(e.sizes[i])
	}
	for _, c := range e.asserted {
		e.assertion(c)
	}
	source = e.buf.String() + e.slabsType()
	for _, h := range slices.Concat(helpers, protobufHelpers, sizeHelpers) {
		if e.helpers[h.name] {
			source += h.source
		}
	}
	return source, slices.Sorted(maps.Keys(e.std))
}

func (e *Emitter) printf(format string, args ...any) { fmt.Fprintf(&e.buf, format, args...) }

// name returns the name of a conversion's function.
func (e *Emitter) name(c *Conversion) string {
	to := e.flat(c.dst.named)
	if c.src.name() == c.dst.name() {
		to = e.qualify(c.dst.named.Obj().Pkg())
	}
	return e.unique(c, "convert_"+e.flat(c.src.named)+"_to_"+to)
}

func (e *Emitter) flat(named *types.Named) string {
	return e.qualify(named.Obj().Pkg()) + "_" + named.Obj().Name()
}

func (e *Emitter) unique(key any, name string) string {
	if old, ok := e.names[key]; ok {
		return old
	}
	base := name
	for i := 2; e.taken[name]; i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	e.taken[name] = true
	e.names[key] = name
	return name
}

// variable returns a name that is new in the function that is written.
func (e *Emitter) variable(prefix string) string {
	e.vars++
	return fmt.Sprintf("%s%d", prefix, e.vars)
}

// function writes one conversion.
func (e *Emitter) function(c *Conversion) {
	e.current, e.vars = c, 0
	switch {
	case c.root != nil:
		e.protobufRoot(c)
		return
	case c.src.protobuf != nil:
		e.protobufFunction(c)
		return
	}
	result, ok := "", ""
	if c.fails {
		result, ok = "error ", " nil"
	}
	e.printf("\nfunc %s(dst *%s, src *%s%s) %s{\n", e.name(c), e.Type(c.dst.named), e.Type(c.src.named), slabsParameter(c), result)
	if len(c.src.fields) == 0 && !c.fails {
		e.printf("}\n")
		return
	}
	// A nil struct is encoded like one without fields.
	e.printf("if src == nil {\n")
	if !e.missing(c, nil) {
		e.printf("return%s\n", ok)
	}
	e.printf("}\n")
	if c.shared {
		e.printf("*dst = %s(*src)\n", e.Type(c.dst.named))
		if c.fails {
			e.printf("return nil\n")
		}
		e.printf("}\n")
		return
	}
	written := make(map[*field]string)
	for _, df := range c.dst.fields {
		if sf := c.src.byID[df.id]; sf != nil && df.requirement == required {
			written[df] = "true"
			if sf.requirement == optional {
				written[df] = e.variable("set")
				e.printf("var %s bool\n", written[df])
			}
		}
	}
	for _, sf := range c.src.writeOrder() {
		if df := c.dst.byID[sf.id]; df != nil {
			e.field(c, sf, df, written[df])
		}
	}
	if !e.missing(c, written) && c.fails {
		e.printf("return nil\n")
	}
	e.printf("}\n")
}

// missing writes the decoder's check for required fields. written maps fields
// to the condition that they were written; others were not. It reports whether
// the check always fails.
func (e *Emitter) missing(c *Conversion, written map[*field]string) bool {
	for _, f := range c.dst.fields {
		if f.requirement != required {
			continue
		}
		e.std["errors"] = true
		fail := fmt.Sprintf("return errors.New(%q)\n", "required field "+f.name+" is not set")
		switch cond := written[f]; cond {
		case "true":
		case "":
			e.printf("%s", fail)
			return true
		default:
			e.printf("if !%s {\n%s}\n", cond, fail)
		}
	}
	return false
}

// field writes the conversion of one field that both sides know.
func (e *Emitter) field(c *Conversion, sf, df *field, written string) {
	if sf.requirement == optional {
		e.printf("if src.IsSet%s() {\n", sf.goName)
	}
	src, dst := "src."+sf.goName, "dst."+df.goName
	if sf.pointer {
		src = "*" + src
	}
	fail := e.failure(c, df)
	if e.current.samePointer(sf, df) {
		e.printf("%s = (%s)(%s)\n", dst, "*"+e.goType(df.typ.goType), "src."+sf.goName)
	} else if df.pointer {
		e.printf("%s = %s.pointer(%s)\n", dst, e.slab(df.typ.goType), e.scalar(src, sf.typ, df.typ))
	} else if e.current.slabbed(sf, df) {
		e.printf("%s = %s\n", dst, e.structValue(e.slab(df.typ.named)+".one()", src, sf.typ, df.typ, fail))
	} else {
		e.printf("%s = %s\n", dst, e.value(src, sf.typ, df.typ, fail))
	}
	if sf.requirement == optional {
		if written != "" {
			e.printf("%s = true\n", written)
		}
		e.printf("}\n")
	}
}

// failure returns the expression for the error of a conversion of c's field
// that failed with err. The decoder names the field once, however deep the
// error is inside of it.
func (e *Emitter) failure(c *Conversion, df *field) string {
	return fmt.Sprintf("fmt.Errorf(%q, err)", fmt.Sprintf("%s read field %d '%s' error: %%w", c.dst.display(), df.id, df.name))
}
