package convert

import (
	"fmt"
	"math/bits"
)

// The encoded size of a message is summed up field by field, as ProtobufGo's Size does.
// That one finds the fields by reflection, which takes as long as all of the conversion
// where messages hold maps.

// sizeKey is the key of the name of a message's size function.
type sizeKey struct{ *loadedMessage }

// size returns the name of the function that returns the encoded size of a message
// which converts: what makes a conversion fail may be left out, such as unknown fields.
func (e *Emitter) size(m *loadedMessage) string {
	key := sizeKey{m}
	if _, ok := e.names[key]; !ok {
		e.sizes = append(e.sizes, m)
	}
	return e.unique(key, "size_"+e.flat(m.named))
}

// sizeFunction writes the size function of a message. It returns 0 for nil.
func (e *Emitter) sizeFunction(m *loadedMessage) {
	e.vars = 0
	e.printf("\nfunc %s(src *%s) (n int) {\nif src == nil {\nreturn 0\n}\n", e.size(m), e.Type(m.named))
	oneofs := make(map[string]bool)
	for _, f := range m.protobuf.fields {
		switch {
		case f.oneof == "":
			src := "src." + f.goName
			e.printf("if %s {\n", e.condition(written(src, f)))
			if f.pointer {
				src = "*" + src
			}
			e.fieldSize(src, f)
			e.printf("}\n")
		case !oneofs[f.oneof]:
			oneofs[f.oneof] = true
			e.oneofSize(m, f.oneof)
		}
	}
	e.printf("return n\n}\n")
}

// oneofSize writes what adds the size of the member in the field with a name.
func (e *Emitter) oneofSize(m *loadedMessage, name string) {
	e.printf("switch member := src.%s.(type) {\n", name)
	for _, f := range m.protobuf.fields {
		if f.oneof == name {
			e.printf("case *%s:\nif member != nil {\n", e.Type(f.wrapper))
			e.fieldSize("member."+f.goName, f)
			e.printf("}\n")
		}
	}
	e.printf("}\n")
}

// fieldSize writes what adds the size of src to n, the value of a field that is written.
func (e *Emitter) fieldSize(src string, f *protobufField) {
	t, tag := f.typ, tagSize(f.number)
	switch {
	case t.key != nil:
		e.mapSize(src, t, tag)
	case !t.list:
		if size, ok := e.valueSize(src, t); ok {
			e.printf("n += %d + %s\n", tag, size)
		}
	case t.packed:
		n := e.variable("n")
		e.printf("%s := 0\n", n)
		e.elementSizes(n, src, t.elem, 0)
		e.printf("n += %d + %s(%s)\n", tag, e.delimitedSize(), n)
	default:
		e.elementSizes("n", src, t.elem, tag)
	}
}

// elementSizes writes what adds the sizes of a list's elements to the variable sum, with
// tag bytes for each.
func (e *Emitter) elementSizes(sum, src string, elem *protobufType, tag int) {
	if n := elem.kind.fixedSize(); n > 0 {
		e.printf("%s += %d * len(%s)\n", sum, tag+n, src)
		return
	}
	v := e.variable("elem")
	if size, ok := e.valueSize(v, elem); ok {
		e.printf("for _, %s := range %s {\n%s += %s\n}\n", v, src, sum, plus(tag, size))
	}
}

// mapSize writes what adds the size of a map to n. Each entry is a message in which both
// the key, with number 1, and the value, with number 2, are written.
func (e *Emitter) mapSize(src string, t *protobufType, tag int) {
	if k, v := t.key.kind.fixedSize(), t.elem.kind.fixedSize(); k > 0 && v > 0 {
		e.printf("n += %d * len(%s)\n", tag+1+tagSize(1)+k+tagSize(2)+v, src) // a length is one byte
		return
	}
	key, elem := e.variable("key"), e.variable("elem")
	keySize, _ := e.valueSize(key, t.key)
	elemSize, ok := e.valueSize(elem, t.elem)
	if !ok {
		return
	}
	if t.key.kind.fixedSize() > 0 {
		key = "_"
	}
	if t.elem.kind.fixedSize() > 0 {
		elem = "_"
	}
	e.printf("for %s, %s := range %s {\nn += %d + %s(%d + %s + %s)\n}\n", key, elem, src,
		tag, e.delimitedSize(), tagSize(1)+tagSize(2), keySize, elemSize)
}

// valueSize returns an expression for the size of src, without a tag. It returns false
// for a message that has no size, since it is never converted.
func (e *Emitter) valueSize(src string, t *protobufType) (size string, ok bool) {
	if n := t.kind.fixedSize(); n > 0 {
		return fmt.Sprint(n), true
	}
	switch t.kind {
	case pbSint32:
		return fmt.Sprintf("%s(uint64(uint32(%s)<<1^uint32(%[2]s>>31)))", e.varintSize(), src), true
	case pbSint64:
		return fmt.Sprintf("%s(uint64(%s)<<1^uint64(%[2]s>>63))", e.varintSize(), src), true
	case pbString, pbBytes:
		return fmt.Sprintf("%s(len(%s))", e.delimitedSize(), src), true
	case pbMessage:
		m := e.plan.protobufMessage(t.named, ProtobufGo)
		if m.err != nil {
			return "", false
		}
		return fmt.Sprintf("%s(%s(%s))", e.delimitedSize(), e.size(m), src), true
	}
	return fmt.Sprintf("%s(uint64(%s))", e.varintSize(), src), true
}

// fixedSize returns how many bytes a value of a kind takes if all take as many, else 0.
func (k protobufKind) fixedSize() int {
	switch {
	case k == pbBool:
		return 1
	case pbFixed32 <= k && k <= pbFloat:
		return 4
	case pbFixed64 <= k && k <= pbDouble:
		return 8
	}
	return 0
}

// tagSize returns how many bytes the tag of a field takes, whose lowest three bits say
// how the value is written.
func tagSize(number int32) int { return (bits.Len32(uint32(number)) + 3 + 6) / 7 }

func plus(n int, expression string) string {
	if n == 0 {
		return expression
	}
	return fmt.Sprintf("%d + %s", n, expression)
}

func (e *Emitter) varintSize() string {
	e.std["math/bits"] = true
	return e.helper("varintSize")
}

func (e *Emitter) delimitedSize() string {
	e.varintSize()
	return e.helper("delimitedSize")
}

// sizeHelpers are like helpers.
var sizeHelpers = []helper{
	{"delimitedSize", `
// delimitedSize returns how many bytes a field of n bytes takes with its length.
func delimitedSize(n int) int { return varintSize(uint64(n)) + n }
`},
	{"varintSize", `
// varintSize returns how many bytes v takes, seven bits in each.
func varintSize(v uint64) int { return (bits.Len64(v|1) + 6) / 7 }
`},
}
