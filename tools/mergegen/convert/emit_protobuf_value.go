package convert

import (
	"fmt"
	"go/types"
)

// protobufValue writes what has to be done to convert src, which is on the
// wire, and returns the expression for the converted value.
func (e *Emitter) protobufValue(c *Conversion, src string, st, dt *protobufType) string {
	switch {
	case st.key != nil:
		return e.protobufMap(c, src, st, dt)
	case st.list:
		return e.protobufList(c, src, st, dt)
	case st.kind == pbMessage:
		v := e.variable("v")
		e.printf("%s := new(%s)\n", v, e.Type(dt.named))
		e.message(c, v, src, st, dt)
		return v
	}
	return e.protobufScalar(c, src, st, dt)
}

// message writes the conversion of the message src to dst, both pointers.
func (e *Emitter) message(c *Conversion, dst, src string, st, dt *protobufType) {
	pair := e.plan.pairs[pairKey{src: st.named, dst: dt.named, srcCodec: c.src.protobuf.codec, dstCodec: c.dst.protobuf.codec, alone: c.alone}]
	e.printf("if !%s {\nreturn false\n}\n", e.call(pair, dst, src))
}

func (e *Emitter) protobufScalar(c *Conversion, src string, st, dt *protobufType) string {
	if st.kind == pbString || dt.kind == pbString {
		e.validText(c, src, st, dt)
	}
	switch {
	case st.kind == pbBytes && dt.kind == pbBytes:
		return e.slab(types.Typ[types.Uint8]) + ".clone(" + src + ")"
	case types.Identical(st.goType, dt.goType):
		return src
	case st.kind.signed32() && dt.kind.wide() && c.src.protobuf.codec == Prutal:
		// Prutal does not extend the sign of 32 bit integers.
		src = "uint32(" + src + ")"
	}
	return e.goType(dt.goType) + "(" + src + ")"
}

func (k protobufKind) signed32() bool { return k == pbInt32 || k == pbEnum }
func (k protobufKind) wide() bool     { return k == pbInt64 || k == pbUint64 }

// validText writes the check that ProtobufGo does on both sides.
func (e *Emitter) validText(c *Conversion, src string, st, dt *protobufType) {
	sent := st.kind == pbString && c.src.protobuf.codec == ProtobufGo
	expected := dt.kind == pbString && c.dst.protobuf.codec == ProtobufGo
	if !sent && !expected {
		return
	}
	e.std["unicode/utf8"] = true
	check := "ValidString"
	if st.kind == pbBytes {
		check = "Valid"
	}
	e.printf("if !utf8.%s(%s) {\nreturn false\n}\n", check, src)
}

func (e *Emitter) protobufList(c *Conversion, src string, st, dt *protobufType) string {
	if c.assigned(st.elem, dt.elem) {
		return e.slab(st.elem.goType) + ".clone(" + src + ")"
	}
	list, i, elem := e.variable("list"), e.variable("i"), e.variable("elem")
	e.printf("%s := make(%s, len(%s))\n", list, e.goType(dt.goType), src)
	if st.elem.kind != pbMessage {
		e.printf("for %s, %s := range %s {\n", i, elem, src)
		e.printf("%s[%s] = %s\n}\n", list, i, e.protobufScalar(c, elem, st.elem, dt.elem))
		return list
	}
	values := e.variable("values")
	e.printf("%s := make([]%s, len(%s))\n", values, e.Type(dt.elem.named), src)
	e.printf("for %s, %s := range %s {\nif %s == nil {\nreturn false\n}\n", i, elem, src, elem)
	e.message(c, fmt.Sprintf("&%s[%s]", values, i), elem, st.elem, dt.elem)
	e.printf("%s[%s] = &%s[%s]\n}\n", list, i, values, i)
	return list
}

func (e *Emitter) protobufMap(c *Conversion, src string, st, dt *protobufType) string {
	if c.assigned(st.key, dt.key) && c.assigned(st.elem, dt.elem) {
		return e.cloneMap(src)
	}
	m, key, elem := e.variable("m"), e.variable("key"), e.variable("elem")
	e.printf("%s := make(%s, len(%s))\n", m, e.goType(dt.goType), src)
	e.printf("for %s, %s := range %s {\n", key, elem, src)
	newKey := e.protobufScalar(c, key, st.key, dt.key)
	if st.elem.kind == pbMessage {
		e.printf("if %s == nil {\nreturn false\n}\n", elem)
	}
	e.printf("%s[%s] = %s\n}\n", m, newKey, e.protobufValue(c, elem, st.elem, dt.elem))
	return m
}

// assigned reports whether assignment is the conversion.
func (c *Conversion) assigned(st, dt *protobufType) bool {
	validated := st.kind == pbString && (c.src.protobuf.codec == ProtobufGo || c.dst.protobuf.codec == ProtobufGo)
	return st.kind < pbBytes && !validated && types.Identical(st.goType, dt.goType)
}

// protobufHelpers are like helpers.
var protobufHelpers = []helper{
	{"throughCodec", `
// throughCodec encodes src and decodes it to dst, as an RPC does.
func throughCodec(dst interface{ Unmarshal([]byte) error }, src interface {
	Marshal([]byte) ([]byte, error)
}) (err error) {
	encoded := false
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
		if err != nil && !encoded {
			err = mergeruntime.EncodeError(err.Error())
		}
	}()
	buf, err := src.Marshal(nil)
	if err != nil {
		return err
	}
	encoded = true
	return dst.Unmarshal(buf)
}
`},
}
