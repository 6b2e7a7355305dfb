package convert

import (
	"fmt"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// Optional scalars, short lists of scalars, and small structs in the elements of
// lists and maps are pieces of arrays, of which a call's conversion makes few:
// allocating each for itself takes longer than all other work on a struct. The
// price is that a piece keeps its array. A receiver that keeps part of a request
// keeps no more than the request, and of each type one array, of at most 512
// bytes, with the strings in it: structs that hold more are allocated alone.

// slab returns the expression for the slab of a type's values, in the function
// that is written. It must be one of [Conversion.slabTypes], or calls would have
// none.
func (e *Emitter) slab(t types.Type) string {
	name, elem := e.slabOf(t)
	if !slices.ContainsFunc(e.current.slabTypes(), func(known types.Type) bool { return types.Identical(known, t) }) {
		panic(fmt.Sprintf("no slab of %s in calls of %s", elem, e.name(e.current)))
	}
	e.slabs[name] = elem
	return "s." + name
}

func (e *Emitter) slabOf(t types.Type) (name, elem string) {
	elem = e.goType(t)
	return strings.ReplaceAll(elem, ".", "_") + "s", elem
}

// newSlabs writes the slabs that a call's conversion starts with: those that it
// and the conversions in it use.
func (e *Emitter) newSlabs(c *Conversion) {
	if !c.slabs {
		return
	}
	used := make(map[string]string)
	for _, inner := range Closure([]*Conversion{c}) {
		for _, t := range inner.slabTypes() {
			name, elem := e.slabOf(t)
			used[name] = elem
		}
	}
	e.printf("s := &slabs{\n")
	for _, name := range slices.Sorted(maps.Keys(used)) {
		e.printf("%s: new(slab[%s]),\n", name, used[name])
	}
	e.printf("}\n")
}

// slabsParameter is the end of the parameters of a conversion's function.
func slabsParameter(c *Conversion) string {
	if c.slabs {
		return ", s *slabs"
	}
	return ""
}

// call returns the call of a conversion's function in a function that has
// slabs, if the conversion needs them.
func (e *Emitter) call(c *Conversion, dst, src string) string {
	if c.slabs {
		src += ", s"
	}
	return fmt.Sprintf("%s(%s, %s)", e.name(c), dst, src)
}

// slabTypes returns the types of the pieces of slabs that the conversion takes,
// other than for the structs that it holds.
func (c *Conversion) slabTypes() (list []types.Type) {
	switch {
	case c.err != nil || c.same || c.shared || c.root != nil:
		return nil
	case c.src.protobuf != nil:
		return c.protobufSlabTypes()
	}
	for _, sf := range c.src.fields {
		df := c.dst.byID[sf.id]
		switch {
		case df == nil || c.samePointer(sf, df):
		case df.pointer:
			list = append(list, df.typ.goType)
		case c.slabbed(sf, df):
			list = append(list, df.typ.named)
		default:
			list = append(list, c.slabTypesOf(sf.typ, df.typ)...)
		}
	}
	return list
}

func (c *Conversion) slabTypesOf(st, dt *thriftType) []types.Type {
	switch {
	case st.wire != dt.wire || c.viewed(st, dt):
		return nil
	case st.bytes && dt.bytes:
		return []types.Type{types.Typ[types.Uint8]}
	case st.wire == wireMap:
		return append(c.slabTypesOf(st.key, dt.key), c.slabTypesOf(st.elem, dt.elem)...)
	case st.elem == nil:
		return nil
	case clonedList(st, dt):
		return []types.Type{st.elem.goType}
	}
	return c.slabTypesOf(st.elem, dt.elem)
}

// protobufSlabTypes is slabTypes for a message.
func (c *Conversion) protobufSlabTypes() (list []types.Type) {
	for _, sf := range c.src.protobuf.fields {
		df := c.dst.protobuf.byNumber[sf.number]
		if df == nil {
			continue
		}
		st, dt := sf.typ, df.typ
		if df.pointer {
			list = append(list, dt.goType)
		}
		if st.list && c.assigned(st.elem, dt.elem) {
			list = append(list, st.elem.goType)
		} else if st, dt := st.last(), dt.last(); st.kind == pbBytes && dt.kind == pbBytes {
			list = append(list, types.Typ[types.Uint8])
		}
	}
	return list
}

// clonedList reports whether a list is copied as a whole.
func clonedList(st, dt *thriftType) bool {
	return copied(st.elem, dt.elem) && types.Identical(st.goType, dt.goType)
}

// mostStructSlabs bounds the slabs of structs in a file, each of which takes room
// in the slabs of every call.
const mostStructSlabs = 64

// settleRepeated settles which conversions are called for elements, and which of
// the structs that they hold are pieces of slabs.
func (p *Plan) settleRepeated() {
	for _, c := range p.order {
		if c.err != nil {
			continue
		}
		for _, sf := range c.src.fields {
			if df := c.dst.byID[sf.id]; df != nil {
				p.repeat(c.share, sf.typ, df.typ)
			}
		}
	}
	p.slabStructs = make(map[*types.Named]bool)
	for _, c := range p.order {
		if c.err != nil || !c.repeated {
			continue
		}
		for _, sf := range c.src.fields {
			df := c.dst.byID[sf.id]
			if df != nil && p.flat(df.typ) && len(p.slabStructs) < mostStructSlabs {
				p.slabStructs[df.typ.named] = true
			}
		}
	}
}

// repeat marks the conversions of the structs in a list or map.
func (p *Plan) repeat(share bool, st, dt *thriftType) {
	if st.wire != dt.wire {
		return
	}
	for _, part := range [2][2]*thriftType{{st.key, dt.key}, {st.elem, dt.elem}} {
		if part[0] == nil {
			continue
		}
		if part[0].wire == wireStruct && part[1].wire == wireStruct {
			if c := p.pairs[pairKey{src: part[0].named, dst: part[1].named, share: share}]; c != nil {
				c.repeat()
			}
		}
		p.repeat(share, part[0], part[1])
	}
}

func (c *Conversion) repeat() {
	if c.repeated {
		return
	}
	c.repeated = true
	for _, dep := range c.deps {
		dep.repeat()
	}
}

// flat reports whether t is a pointer to a struct of scalars and strings.
func (p *Plan) flat(t *thriftType) bool {
	if t.wire != wireStruct || t.byValue {
		return false
	}
	m := p.message(t.named)
	return m.err == nil && !slices.ContainsFunc(m.fields, func(f *field) bool { return f.typ.wire >= wireStruct || f.typ.bytes })
}

// slabbed reports whether a field's struct is a piece of a slab.
func (c *Conversion) slabbed(sf, df *field) bool {
	return c.repeated && c.err == nil && sf.typ.wire == wireStruct && c.plan.flat(df.typ) && c.plan.slabStructs[df.typ.named] &&
		!c.viewed(sf.typ, df.typ)
}

// slabsType returns the source of the slabs type, "" if no function uses it.
func (e *Emitter) slabsType() string {
	if len(e.slabs) == 0 {
		return ""
	}
	var b strings.Builder
	e.std["unsafe"] = true
	b.WriteString("\n// slabs is what one call's conversion allocates small values from. Those that it\n// does not use are nil.\ntype slabs struct {\n")
	for _, name := range slices.Sorted(maps.Keys(e.slabs)) {
		fmt.Fprintf(&b, "%s *slab[%s]\n", name, e.slabs[name])
	}
	b.WriteString("}\n" + slabSource)
	return b.String()
}

// Arrays of up to 512 bytes need no header, and the collector scans them faster.
const slabSource = `
// slab hands out pieces of arrays, each of which is four times as long as the
// one before, up to 512 bytes.
type slab[T any] struct {
	array []T
	used  int
}

// most is the size of the largest array.
func (s *slab[T]) most() int { return max(1, 512/max(1, int(unsafe.Sizeof(*new(T))))) }

func (s *slab[T]) grow(n int) {
	s.array, s.used = make([]T, max(n, min(4*len(s.array), s.most()))), 0
}

// one returns a pointer to a zero value.
func (s *slab[T]) one() *T {
	if s.used == len(s.array) {
		s.grow(1)
	}
	s.used++
	return &s.array[s.used-1]
}

// pointer returns a pointer to a copy of v.
func (s *slab[T]) pointer(v T) *T {
	p := s.one()
	*p = v
	return p
}

// clone copies a list of immutable elements. Like a decoder, it returns an
// empty list for nil.
func (s *slab[T]) clone(list []T) []T {
	n := len(list)
	var copied []T
	switch {
	case n == 0:
		return []T{}
	case n > s.most()/2:
		copied = make([]T, n)
	default:
		if n > len(s.array)-s.used {
			s.grow(n)
		}
		copied = s.array[s.used : s.used+n : s.used+n]
		s.used += n
	}
	copy(copied, list)
	return copied
}
`
