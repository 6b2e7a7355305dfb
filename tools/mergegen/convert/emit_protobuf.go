package convert

import (
	"fmt"
	"strings"
)

// protobufRoot writes the conversion of the arguments or result of a method. A
// nil message is encoded like an empty one and decoded as such.
func (e *Emitter) protobufRoot(c *Conversion) {
	dst, src := e.Type(c.dst.named), e.Type(c.src.named)
	e.printf("\nfunc %s(dst *%s, src *%s%s) error {\n", e.name(c), dst, src, slabsParameter(c))
	e.std["fmt"] = true
	detour := fmt.Sprintf("return %s(dst, src)\n", e.helper("throughCodec"))
	if c.Detour() != "" {
		e.printf("%s}\n", detour)
		return
	}
	message := c.root.message
	e.printf("message := new(%s)\n", e.Type(message.dst.named))
	empty := fmt.Sprintf("src.%s != nil && ", c.root.srcField)
	for _, f := range message.dst.protobuf.fields {
		if f.required && message.dst.protobuf.codec == ProtobufGo {
			empty = fmt.Sprintf("src.%s == nil || ", c.root.srcField)
		}
	}
	e.printf("if %s!%s {\n%s}\n", empty, e.call(message, "message", "src."+c.root.srcField), detour)
	e.printf("dst.%s = message\nreturn nil\n}\n", c.root.dstField)
}

// protobufFunction writes the conversion of a message. It returns false where
// only the codecs know what becomes of a value.
func (e *Emitter) protobufFunction(c *Conversion) {
	from, to := c.src.protobuf, c.dst.protobuf
	e.printf("\nfunc %s(dst *%s, src *%s%s) bool {\n", e.name(c), e.Type(c.dst.named), e.Type(c.src.named), slabsParameter(c))
	if c.shared {
		e.printf("*dst = %s(*src)\nreturn true\n}\n", e.Type(c.dst.named))
		return
	}
	if from.keepsUnknown {
		e.printf("if len(src.ProtoReflect().GetUnknown()) > 0 {\nreturn false\n}\n")
	}
	if neverConverts(from, to) {
		e.printf("return false\n}\n")
		return
	}
	oneofs := make(map[string]bool)
	for _, sf := range from.fields {
		switch {
		case sf.oneof == "":
			e.protobufField(c, sf, to.byNumber[sf.number])
		case !oneofs[sf.oneof]:
			oneofs[sf.oneof] = true
			e.oneof(c, sf.oneof)
		}
	}
	e.printf("return true\n}\n")
}

// neverConverts reports whether a field is required on one side that the other
// does not know, so that all messages make a detour through the codecs.
func neverConverts(from, to *protobufMessage) bool {
	for _, sf := range from.fields {
		if sf.required && from.codec == ProtobufGo && to.keepsUnknown && to.byNumber[sf.number] == nil {
			return true
		}
	}
	for _, df := range to.fields {
		if df.required && to.codec == ProtobufGo && from.byNumber[df.number] == nil {
			return true
		}
	}
	return false
}

// protobufField writes the conversion of a field. df is nil if the receiver
// does not know it.
func (e *Emitter) protobufField(c *Conversion, sf, df *protobufField) {
	from, to := c.src.protobuf, c.dst.protobuf
	src := "src." + sf.goName
	explicit := sf.typ.kind == pbBytes && sf.typ.elem == nil && from.codec == ProtobufGo && !sf.implicit
	cond := written(src, sf)
	if df == nil {
		if explicit {
			cond = src + " != nil"
		}
		e.unknownField(c, sf, cond)
		return
	}
	if explicit {
		e.printf("if %s != nil && len(%s) == 0 {\nreturn false\n}\n", src, src)
	}
	required := sf.required && from.codec == ProtobufGo || df.required && to.codec == ProtobufGo
	if required {
		e.printf("if !(%s) {\nreturn false\n}\n", e.condition(cond))
	}
	scalar := sf.typ.elem == nil && max(sf.typ.kind, df.typ.kind) < pbBytes
	plain := scalar && !sf.pointer && !df.pointer && df.wrapper == nil
	if plain || required {
		e.assign(c, src, sf, df)
		return
	}
	e.printf("if %s {\n", e.condition(cond))
	e.assign(c, src, sf, df)
	e.printf("}\n")
}

// unknownField writes what becomes of a field that the receiver does not know.
func (e *Emitter) unknownField(c *Conversion, sf *protobufField, cond string) {
	if c.dst.protobuf.keepsUnknown || c.src.protobuf.refuses(sf.typ) {
		e.printf("if %s {\nreturn false\n}\n", e.condition(cond))
	} else if sf.required && c.src.protobuf.codec == ProtobufGo {
		e.printf("if !(%s) {\nreturn false\n}\n", e.condition(cond))
	}
}

// oneof writes the conversion of the sender's oneof in field name.
func (e *Emitter) oneof(c *Conversion, name string) {
	from, to := c.src.protobuf, c.dst.protobuf
	e.printf("switch member := src.%s.(type) {\n", name)
	for _, sf := range from.fields {
		if sf.oneof != name {
			continue
		}
		df := to.byNumber[sf.number]
		value := "member." + sf.goName
		e.printf("case *%s:\nif member == nil {\nreturn false\n}\n", e.Type(sf.wrapper))
		cond := "true"
		if from.codec == Prutal { // which does not write zero, even here
			cond = written(value, sf)
		} else if sf.typ.kind == pbMessage && df != nil {
			e.printf("if %s == nil {\nreturn false\n}\n", value)
		}
		switch {
		case df == nil && cond == "true":
			if to.keepsUnknown || from.refuses(sf.typ) {
				e.printf("return false\n")
			}
		case df == nil:
			e.unknownField(c, sf, cond)
		case cond == "true":
			e.assign(c, value, sf, df)
		default:
			e.printf("if %s {\n", e.condition(cond))
			e.assign(c, value, sf, df)
			e.printf("}\n")
		}
	}
	e.printf("}\n")
}

// condition notes what a condition that is written to the file imports.
func (e *Emitter) condition(cond string) string {
	if strings.HasPrefix(cond, "math.") {
		e.std["math"] = true
	}
	return cond
}

// written returns the condition under which the field is written, except that
// bytes which may be set though empty count as not written then.
func written(src string, f *protobufField) string {
	switch kind := f.typ.kind; {
	case f.pointer:
		return src + " != nil"
	case f.typ.key != nil || f.typ.list || kind == pbBytes:
		return "len(" + src + ") > 0"
	case kind == pbMessage:
		return src + " != nil"
	case kind == pbString:
		return src + ` != ""`
	case kind == pbBool:
		return src
	case kind == pbFloat: // negative zero is written
		return "math.Float32bits(" + src + ") != 0"
	case kind == pbDouble:
		return "math.Float64bits(" + src + ") != 0"
	}
	return src + " != 0"
}

// assign writes the conversion of a value that is on the wire to its field.
func (e *Emitter) assign(c *Conversion, src string, sf, df *protobufField) {
	if sf.pointer {
		src = "*" + src
	}
	value := e.protobufValue(c, src, sf.typ, df.typ)
	switch {
	case df.wrapper != nil:
		e.printf("dst.%s = &%s{%s: %s}\n", df.oneof, e.Type(df.wrapper), df.goName, value)
	case df.pointer:
		e.printf("dst.%s = %s.pointer(%s)\n", df.goName, e.slab(df.typ.goType), value)
	default:
		e.printf("dst.%s = %s\n", df.goName, value)
	}
}
