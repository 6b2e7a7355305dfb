package convert

import "bytes"

// Make returns statements that return a new struct, converted from *src, and an
// error. src is an expression of the conversion's pointer type.
func (e *Emitter) Make(c *Conversion, src string) string {
	return e.statements(c, func() {
		e.rootCheck(c, src, "nil, ")
		if c.same {
			e.printf("return %s, nil\n", e.viewStruct(c, src))
			return
		}
		if sf, df := c.onlyStruct(); df != nil && !c.viewed(sf.typ, df.typ) {
			e.makeBoth(c, sf, df, src)
			return
		}
		e.need(c)
		e.newSlabs(c)
		e.printf("dst := new(%s)\n", e.Type(c.dst.named))
		if c.root == nil {
			e.printf("dst.InitDefault()\n")
		}
		if c.returnsError() {
			e.printf("if err := %s; err != nil {\nreturn nil, err\n}\n", e.call(c, "dst", src))
		} else {
			e.printf("%s\n", e.call(c, "dst", src))
		}
		e.printf("return dst, nil\n")
	})
}

// makeBoth is Make for a struct with one field, a struct, in one allocation.
// Whoever keeps the inner struct keeps at most a pointer's size more.
func (e *Emitter) makeBoth(c *Conversion, sf, df *field, src string) {
	inside := e.pair(sf.typ, df.typ)
	e.need(inside)
	e.newSlabs(inside)
	e.printf("dst := new(struct {\nouter %s\ninner %s\n})\ndst.outer.InitDefault()\n", e.Type(c.dst.named), e.Type(df.typ.named))
	inner := e.structValue("&dst.inner", src+"."+sf.goName, sf.typ, df.typ, "nil, "+e.failure(c, df))
	e.printf("dst.outer.%s = %s\nreturn &dst.outer, nil\n", df.goName, inner)
}

// Fill returns statements that convert *src to *dst and return an error. dst
// and src are expressions of the conversion's pointer types.
func (e *Emitter) Fill(c *Conversion, dst, src string) string {
	return e.statements(c, func() {
		e.rootCheck(c, src, "")
		if c.same {
			e.printf("*%s = *%s\nreturn nil\n", dst, e.viewStruct(c, src))
			return
		}
		e.need(c)
		e.newSlabs(c)
		if c.returnsError() {
			e.printf("return %s\n", e.call(c, dst, src))
		} else {
			e.printf("%s\nreturn nil\n", e.call(c, dst, src))
		}
	})
}

// statements returns what write prints, which becomes the body of a function
// of another file's part.
func (e *Emitter) statements(c *Conversion, write func()) string {
	e.plan.finish()
	functions := e.buf
	e.buf, e.current, e.vars = bytes.Buffer{}, c, 0
	write()
	text := e.buf.String()
	e.buf = functions
	return text
}

// rootCheck writes the encoder's check of all that a call sends.
func (e *Emitter) rootCheck(c *Conversion, src, results string) {
	if e.needsCheck(c.src) {
		e.printf("if err := %s(%s); err != nil {\nreturn %serr\n}\n", e.check(c.src), src, results)
	}
}

// onlyStruct returns the fields of both sides if each side has but one, which
// is a struct that is always written. Otherwise it returns nil.
func (c *Conversion) onlyStruct() (sf, df *field) {
	if len(c.src.fields) != 1 || len(c.dst.fields) != 1 {
		return nil, nil
	}
	sf, df = c.src.fields[0], c.dst.fields[0]
	if sf.id != df.id || sf.requirement == optional || sf.typ.wire != wireStruct {
		return nil, nil
	}
	return sf, df
}
