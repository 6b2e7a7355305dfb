package convert

import (
	"fmt"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// Optional scalars and short lists of scalars are pieces of arrays, of which a
// call's conversion makes few: allocating each for itself takes longer than
// all other work on a struct. The price is that a piece keeps its array. A
// receiver that keeps part of a request keeps no more than the request and 64
// elements of each type.

// slab returns the expression for the slab of a type's values, in a function
// that has slabs.
func (e *Emitter) slab(t types.Type) string {
	elem := e.goType(t)
	name := strings.ReplaceAll(elem, ".", "_") + "s"
	e.slabs[name] = elem
	return "s." + name
}

// newSlabs writes the slabs that a call's conversion starts with.
func (e *Emitter) newSlabs(c *Conversion) {
	if c.slabs {
		e.printf("s := new(slabs)\n")
	}
}

// call returns the call of a conversion's function in a function that has
// slabs, if the conversion needs them.
func (e *Emitter) call(c *Conversion, dst, src string) string {
	if c.slabs {
		src += ", s"
	}
	return fmt.Sprintf("%s(%s, %s)", e.name(c), dst, src)
}

// usesSlabs reports whether the conversion takes pieces of slabs, other than
// in the structs that it holds.
func (c *Conversion) usesSlabs() bool {
	if c.err != nil || c.same || c.shared {
		return false
	}
	return slices.ContainsFunc(c.src.fields, func(sf *field) bool {
		df := c.dst.byID[sf.id]
		return df != nil && (df.pointer && !c.samePointer(sf, df) || c.typeUsesSlab(sf.typ, df.typ))
	})
}

func (c *Conversion) typeUsesSlab(st, dt *thriftType) bool {
	switch {
	case st.wire != dt.wire || c.viewed(st, dt):
		return false
	case st.bytes && dt.bytes:
		return true
	case st.wire == wireMap:
		return c.typeUsesSlab(st.key, dt.key) || c.typeUsesSlab(st.elem, dt.elem)
	case st.elem != nil:
		return clonedList(st, dt) || c.typeUsesSlab(st.elem, dt.elem)
	}
	return false
}

// clonedList reports whether a list is copied as a whole.
func clonedList(st, dt *thriftType) bool {
	return copied(st.elem, dt.elem) && types.Identical(st.goType, dt.goType)
}

// slabsType returns the source of the slabs type, "" if no function uses it.
func (e *Emitter) slabsType() string {
	if len(e.slabs) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("\n// slabs is what one call's conversion allocates small values from.\ntype slabs struct {\n")
	for _, name := range slices.Sorted(maps.Keys(e.slabs)) {
		fmt.Fprintf(&b, "%s slab[%s]\n", name, e.slabs[name])
	}
	b.WriteString("}\n" + slabSource)
	return b.String()
}

const slabSource = `
// slab hands out pieces of arrays, each of which is twice as long as the one
// before, up to 64 elements.
type slab[T any] struct {
	array []T
	used  int
}

func (s *slab[T]) take(n int) []T {
	if n > len(s.array)-s.used {
		s.array, s.used = make([]T, max(n, min(2*len(s.array), 64))), 0
	}
	piece := s.array[s.used : s.used+n : s.used+n]
	s.used += n
	return piece
}

// pointer returns a pointer to a copy of v.
func (s *slab[T]) pointer(v T) *T {
	piece := s.take(1)
	piece[0] = v
	return &piece[0]
}

// clone copies a list of immutable elements. Like a decoder, it returns an
// empty list for nil.
func (s *slab[T]) clone(list []T) []T {
	var copied []T
	switch n := len(list); {
	case n == 0:
		return []T{}
	case n > 32:
		copied = make([]T, n)
	default:
		copied = s.take(n)
	}
	copy(copied, list)
	return copied
}
`
