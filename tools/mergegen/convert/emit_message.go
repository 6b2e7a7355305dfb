package convert

import (
	"cmp"
	"fmt"
	"go/types"
)

// AddMessage plans the conversion of a message that else crosses as the bytes
// that ProtobufGo makes of it and reads. Thus nothing has to be convertible:
// [Conversion.Detour] says why a message is not, and the functions that are
// generated say of single values that only the codecs know what becomes of them.
func (p *Plan) AddMessage(src, dst *types.Named, call Call) *Conversion {
	p.where, p.alone, p.settled = call, true, false
	c := p.protobufPair(src, dst, ProtobufGo, ProtobufGo, src.Obj().Name())
	if types.NewMethodSet(types.NewPointer(dst)).Lookup(nil, "Reset") == nil {
		c.err = cmp.Or(c.err, fmt.Errorf("%s has no method Reset", typePath(dst)))
	}
	return c
}

// shallowest is the size of the smallest message that the decoder may refuse for
// its depth: it allows 10,000 messages in each other, each of which but the first
// takes two bytes.
const shallowest = 2 * 10_000

// MakeMessage returns statements that return a message, converted from src, its encoded
// size, and true; or false if the message has to cross as bytes, or takes more of them
// than most, which is an expression.
func (e *Emitter) MakeMessage(c *Conversion, src, most string) string {
	return e.statements(c, func() {
		e.need(c)
		e.printf("if %s == nil {\nreturn nil, 0, false\n}\n", src)
		cond := "size > " + most
		if c.nests() {
			cond += fmt.Sprintf(" || size >= %d", shallowest)
		}
		e.printf("size := %s(%s)\nif %s {\nreturn nil, 0, false\n}\n", e.size(c.src), src, cond)
		e.newSlabs(c)
		e.printf("dst := new(%s)\nif !%s {\nreturn nil, 0, false\n}\nreturn dst, size, true\n", e.Type(c.dst.named), e.call(c, "dst", src))
	})
}

// MoveMessage returns statements that move what c has made from src to dst, both
// pointers to its receiver's struct. As a decoder does, they reset dst.
func (e *Emitter) MoveMessage(c *Conversion, dst, src string) string {
	return e.statements(c, func() {
		e.printf("%s.Reset()\n", dst)
		moved := make(map[string]bool)
		for _, f := range c.dst.protobuf.fields {
			name := cmp.Or(f.oneof, f.goName)
			if !moved[name] {
				moved[name] = true
				e.printf("%s.%s = %s.%s\n", dst, name, src, name)
			}
		}
	})
}

// nests reports whether a message can hold others to any depth.
func (c *Conversion) nests() bool {
	path := make(map[*Conversion]bool)
	done := make(map[*Conversion]bool)
	var visit func(c *Conversion) bool
	visit = func(c *Conversion) bool {
		if path[c] {
			return true
		}
		if done[c] {
			return false
		}
		path[c], done[c] = true, true
		for _, dep := range c.deps {
			if visit(dep) {
				return true
			}
		}
		delete(path, c)
		return false
	}
	return visit(c)
}
