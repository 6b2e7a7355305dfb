package convert

import (
	"fmt"
	"go/types"
	"slices"
)

// FilledInPlace reports whether the sender can fill the receiver's struct in
// place of a new one. It cannot where what it fills in has to be checked.
func (e *Emitter) FilledInPlace(c *Conversion) bool {
	return c.Sharing() == Shared && !e.needsCheck(c.src)
}

// SenderView returns the expression for the receiver's struct dst as the
// sender's type.
func (e *Emitter) SenderView(c *Conversion, dst string) string {
	if c.src.named == c.dst.named {
		return dst
	}
	e.assertSame(c)
	return fmt.Sprintf("(*%s)(unsafe.Pointer(%s))", e.Type(c.src.named), dst)
}

// viewStruct returns the expression for the sender's struct src as the
// receiver's type.
func (e *Emitter) viewStruct(c *Conversion, src string) string {
	if c.src.named == c.dst.named {
		return src
	}
	e.assertSame(c)
	return fmt.Sprintf("(*%s)(unsafe.Pointer(%s))", e.Type(c.dst.named), src)
}

// view returns the expression for src, which can be addressed, as a value of
// the receiver's type.
func (e *Emitter) view(src string, st, dt *thriftType) string {
	if types.Identical(st.goType, dt.goType) {
		return src
	}
	if st.wire == wireStruct && !st.byValue {
		return e.viewStruct(e.pair(st, dt), src)
	}
	e.assertSameParts(st, dt)
	return fmt.Sprintf("*(*%s)(unsafe.Pointer(&%s))", e.goType(dt.goType), src)
}

// assertSame marks the layout assertion of c for writing, and those of the
// structs that it holds.
func (e *Emitter) assertSame(c *Conversion) {
	if c.src.named == c.dst.named || slices.Contains(e.asserted, c) {
		return
	}
	e.std["unsafe"] = true
	e.asserted = append(e.asserted, c)
	for i, sf := range c.src.fields {
		e.assertSameParts(sf.typ, c.dst.fields[i].typ)
	}
}

// assertSameParts marks the assertions of the structs in a value.
func (e *Emitter) assertSameParts(st, dt *thriftType) {
	e.std["unsafe"] = true
	if st.wire == wireStruct {
		e.assertSame(e.plan.pairs[pairKey{src: st.named, dst: dt.named, share: true}])
	}
	if st.key != nil {
		e.assertSameParts(st.key, dt.key)
	}
	if st.elem != nil {
		e.assertSameParts(st.elem, dt.elem)
	}
}

// assertion writes a function that nobody calls: it compiles only if both
// structs have one layout.
func (e *Emitter) assertion(c *Conversion) {
	e.vars = 0
	e.printf("\nfunc %s(a *%s, b *%s) {\n", e.assertionName(c), e.Type(c.src.named), e.Type(c.dst.named))
	e.printf("const _ = -(unsafe.Sizeof(*a) ^ unsafe.Sizeof(*b))\n")
	for i, sf := range c.src.fields {
		df := c.dst.fields[i]
		src, dst := "a."+sf.goName, "b."+df.goName
		e.printf("const _ = -(unsafe.Offsetof(%s) ^ unsafe.Offsetof(%s))\n", src, dst)
		if sf.pointer {
			e.assertPointers(src, dst, sf.typ, df.typ)
		} else {
			e.assertValue(src, dst, sf.typ, df.typ)
		}
	}
	e.printf("}\n")
}

// assertValue writes what compiles only if both values have one layout.
func (e *Emitter) assertValue(src, dst string, st, dt *thriftType) {
	switch {
	case st.wire == wireStruct && st.named == dt.named:
		e.printf("_ = []%s{%s, %s}\n", e.goType(st.goType), src, dst)
	case st.wire == wireStruct:
		if st.byValue {
			src, dst = "&"+src, "&"+dst
		}
		e.printf("%s(%s, %s)\n", e.assertionName(e.plan.pairs[pairKey{src: st.named, dst: dt.named, share: true}]), src, dst)
	case st.wire == wireMap:
		e.assertElements(src, dst, [2]*thriftType{st.key, dt.key}, [2]*thriftType{st.elem, dt.elem})
	case st.elem != nil:
		e.assertElements(src, dst, [2]*thriftType{}, [2]*thriftType{st.elem, dt.elem})
	default:
		e.assertPointers("&"+src, "&"+dst, st, dt)
	}
}

// assertPointers converts pointers, which demands identical underlying types.
func (e *Emitter) assertPointers(src, dst string, st, dt *thriftType) {
	e.printf("_ = (*%s)(%s)\n_ = (*%s)(%s)\n", e.goType(dt.goType), src, e.goType(st.goType), dst)
}

func (e *Emitter) assertElements(src, dst string, keys, elems [2]*thriftType) {
	var names [4]string
	for i := range names {
		names[i] = "_"
		if i%2 == 1 || keys[0] != nil {
			names[i] = e.variable("x")
		}
	}
	e.printf("for %s, %s := range %s {\nfor %s, %s := range %s {\n", names[0], names[1], src, names[2], names[3], dst)
	if keys[0] != nil {
		e.assertValue(names[0], names[2], keys[0], keys[1])
	}
	e.assertValue(names[1], names[3], elems[0], elems[1])
	e.printf("}\n}\n")
}

func (e *Emitter) assertionName(c *Conversion) string {
	return e.unique([2]any{"same", c}, "same_"+e.flat(c.src.named)+"_and_"+e.qualify(c.dst.named.Obj().Pkg()))
}
