package convert

import (
	"fmt"
	"go/types"
)

// value writes what has to be done to convert src, and returns the expression
// for the converted value. fail is the expression that a failed conversion
// returns for its err.
func (e *Emitter) value(src string, st, dt *thriftType, fail string) string {
	if e.current.viewed(st, dt) {
		return e.view(src, st, dt)
	}
	switch st.wire {
	case wireStruct:
		return e.structValue("new("+e.Type(dt.named)+")", src, st, dt, fail)
	case wireList, wireSet:
		return e.list(src, st, dt, fail)
	case wireMap:
		return e.mapValue(src, st, dt, fail)
	}
	return e.scalar(src, st, dt)
}

// scalar returns the expression for the converted src.
func (e *Emitter) scalar(src string, st, dt *thriftType) string {
	switch {
	case st.bytes && dt.bytes:
		return e.slab(types.Typ[types.Uint8]) + ".clone(" + src + ")"
	case st.enum: // 64 bits wide in Go, 32 on the wire
		src = "int32(" + src + ")"
		if basic, ok := dt.goType.(*types.Basic); ok && basic.Kind() == types.Int32 {
			return src
		}
	case types.Identical(st.goType, dt.goType):
		return src
	}
	return e.goType(dt.goType) + "(" + src + ")"
}

// structValue writes the conversion of a struct to *place, which is zero.
func (e *Emitter) structValue(place, src string, st, dt *thriftType, fail string) string {
	if st.byValue {
		src = "&" + src
	}
	v := e.variable("v")
	e.printf("%s := %s\n%s.InitDefault()\n", v, place, v)
	if c := e.pair(st, dt); c.same {
		// Held by pointer on one side and by value on the other.
		e.printf("if src := %s; src != nil {\n*%s = *%s\n}\n", src, v, e.viewStruct(c, "src"))
	} else if c.fails {
		e.std["fmt"] = true
		e.printf("if err := %s; err != nil {\nreturn %s\n}\n", e.call(c, v, src), fail)
	} else {
		e.printf("%s\n", e.call(c, v, src))
	}
	if dt.byValue {
		return "*" + v
	}
	return v
}

// list writes lists and sets. FastCodec does not look for duplicates in sets.
func (e *Emitter) list(src string, st, dt *thriftType, fail string) string {
	if clonedList(st, dt) {
		return e.slab(st.elem.goType) + ".clone(" + src + ")"
	}
	list, i, elem := e.variable("list"), e.variable("i"), e.variable("elem")
	e.printf("%s := make(%s, len(%s))\n", list, e.goType(dt.goType), src)
	if e.bulk(st.elem, dt.elem) {
		e.std["unsafe"] = true
		e.printf("copy(%s, unsafe.Slice((*%s)(unsafe.Pointer(unsafe.SliceData(%s))), len(%s)))\n", list, e.Type(dt.elem.named), src, src)
		return list
	}
	if st.elem.wire != wireStruct {
		e.printf("for %s, %s := range %s {\n", i, elem, src)
		e.printf("%s[%s] = %s\n}\n", list, i, e.value(elem, st.elem, dt.elem, fail))
		return list
	}
	// Like the decoder, allocate all structs at once.
	values := list
	if !dt.elem.byValue {
		values = e.variable("values")
		e.printf("%s := make([]%s, len(%s))\n", values, e.Type(dt.elem.named), src)
	}
	if st.elem.byValue {
		elem = src + "[" + i + "]"
		e.printf("for %s := range %s {\n", i, src)
	} else {
		e.printf("for %s, %s := range %s {\n", i, elem, src)
	}
	v := e.structValue("&"+values+"["+i+"]", elem, st.elem, dt.elem, fail)
	if !dt.elem.byValue {
		e.printf("%s[%s] = %s\n", list, i, v)
	}
	e.printf("}\n")
	return list
}

// bulk reports whether a list of structs can be copied as a whole.
func (e *Emitter) bulk(st, dt *thriftType) bool {
	return st.wire == wireStruct && st.byValue && dt.byValue && e.pair(st, dt).shared
}

func (e *Emitter) mapValue(src string, st, dt *thriftType, fail string) string {
	if copied(st.key, dt.key) && copied(st.elem, dt.elem) && types.Identical(st.goType, dt.goType) {
		return e.cloneMap(src)
	}
	m, key, elem := e.variable("m"), e.variable("key"), e.variable("elem")
	e.printf("%s := make(%s, len(%s))\n", m, e.goType(dt.goType), src)
	var values string
	if st.elem.wire == wireStruct && !dt.elem.byValue && !e.current.viewed(st.elem, dt.elem) {
		values = e.variable("values")
		e.printf("%s := make([]%s, 0, len(%s))\n", values, e.Type(dt.elem.named), src)
	}
	e.printf("for %s, %s := range %s {\n", key, elem, src)
	newKey := e.value(key, st.key, dt.key, fail)
	var newElem string
	if values != "" {
		e.printf("%s = append(%s, %s{})\n", values, values, e.Type(dt.elem.named))
		newElem = e.structValue(fmt.Sprintf("&%s[len(%s)-1]", values, values), elem, st.elem, dt.elem, fail)
	} else {
		newElem = e.value(elem, st.elem, dt.elem, fail)
	}
	e.printf("%s[%s] = %s\n}\n", m, newKey, newElem)
	return m
}

func (e *Emitter) cloneMap(src string) string {
	e.std["maps"] = true
	return e.helper("cloneMap") + "(" + src + ")"
}

// copied reports whether assignment is the conversion.
func copied(st, dt *thriftType) bool {
	return st.wire < wireStruct && !st.enum && !st.bytes && types.Identical(st.goType, dt.goType)
}

// goType returns the source of a type.
func (e *Emitter) goType(t types.Type) string {
	switch t := types.Unalias(t).(type) {
	case *types.Named:
		return e.Type(t)
	case *types.Pointer:
		return "*" + e.goType(t.Elem())
	case *types.Slice:
		return "[]" + e.goType(t.Elem())
	case *types.Map:
		return "map[" + e.goType(t.Key()) + "]" + e.goType(t.Elem())
	}
	return types.TypeString(t, e.qualify)
}

// helper is a function that a file holds if it uses it.
type helper struct{ name, source string }

var helpers = []helper{
	{"cloneMap", `
// cloneMap copies a map of immutable keys and elements. Like a decoder, it
// returns an empty map for nil.
func cloneMap[M ~map[K]E, K comparable, E any](m M) M {
	if m == nil {
		return M{}
	}
	return maps.Clone(m)
}
`},
}

func (e *Emitter) helper(name string) string {
	e.helpers[name] = true
	return name
}
