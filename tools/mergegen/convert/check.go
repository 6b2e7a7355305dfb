package convert

import (
	"fmt"
	"slices"
)

// A union that does not have exactly one field set cannot be encoded, nor can a
// set with duplicates where the encoder was generated to look for them. The
// codec finds that before it sends anything, so it comes before all that the
// receiver may find, and even in fields that the receiver does not know.

// needsCheck reports whether m can hold what cannot be encoded.
func (e *Emitter) needsCheck(m *loadedMessage) bool {
	check, err := e.plan.messageReachesCheck(m, make(map[*loadedMessage]bool))
	return err == nil && check
}

// check returns the name of the function that checks m, and marks it and those
// that it calls for writing.
func (e *Emitter) check(m *loadedMessage) string {
	if !slices.Contains(e.checks, m) {
		e.checks = append(e.checks, m)
		for _, f := range m.fields {
			e.markChecks(m, f.typ)
		}
	}
	return e.unique(m, "check_"+e.flat(m.named))
}

// markChecks marks the checks of the structs in t, the type of a field of m or
// of a part of one. It reports whether there is anything to check.
func (e *Emitter) markChecks(m *loadedMessage, t *thriftType) bool {
	if t.wire == wireStruct {
		inner := e.plan.message(t.named)
		if !e.needsCheck(inner) {
			return false
		}
		e.check(inner)
		return true
	}
	key := t.key != nil && e.markChecks(m, t.key)
	elem := t.elem != nil && e.markChecks(m, t.elem)
	return key || elem || t.wire == wireSet && m.validatesSets
}

// checkFunction writes the check of one struct.
func (e *Emitter) checkFunction(m *loadedMessage) {
	e.vars = 0
	e.printf("\nfunc %s(src *%s) error {\nif src == nil {\nreturn nil\n}\n", e.check(m), e.Type(m.named))
	if m.message.union {
		e.std["fmt"] = true
		e.printf("if n := src.CountSetFields%s(); n != 1 {\nreturn mergeruntime.EncodeError(fmt.Sprintf(\"%s write union: exactly one field must be set (%%d set).\", n))\n}\n",
			m.name(), m.display())
	}
	for _, f := range m.fields {
		if !e.markChecks(m, f.typ) {
			continue
		}
		if f.requirement == optional {
			e.printf("if src.IsSet%s() {\n", f.goName)
		}
		e.checkValue(m, "src."+f.goName, f.typ)
		if f.requirement == optional {
			e.printf("}\n")
		}
	}
	e.printf("return nil\n}\n")
}

// checkValue writes the check of src, the value of a field of m or of a part of
// one.
func (e *Emitter) checkValue(m *loadedMessage, src string, t *thriftType) {
	switch {
	case !e.markChecks(m, t):
	case t.wire == wireStruct:
		if t.byValue {
			src = "&" + src
		}
		e.printf("if err := %s(%s); err != nil {\nreturn err\n}\n", e.check(e.plan.message(t.named)), src)
	case t.wire == wireMap:
		key, elem := "_", "_"
		if e.markChecks(m, t.key) {
			key = e.variable("key")
		}
		if e.markChecks(m, t.elem) {
			elem = e.variable("elem")
		}
		e.printf("for %s, %s := range %s {\n", key, elem, src)
		e.checkValue(m, key, t.key)
		e.checkValue(m, elem, t.elem)
		e.printf("}\n")
	default:
		if t.wire == wireSet && m.validatesSets {
			e.checkSet(src, t)
		}
		if e.markChecks(m, t.elem) {
			elem := e.variable("elem")
			e.printf("for _, %s := range %s {\n", elem, src)
			e.checkValue(m, elem, t.elem)
			e.printf("}\n")
		}
	}
}

// checkSet writes the check for duplicates, which compares as the encoder does.
func (e *Emitter) checkSet(src string, t *thriftType) {
	e.std["fmt"] = true
	i, j := e.variable("i"), e.variable("j")
	one, other := fmt.Sprintf("%s[%s]", src, i), fmt.Sprintf("%s[%s]", src, j)
	e.printf("for %s := range %s {\nfor %s := %s + 1; %s < len(%s); %s++ {\nif %s {\n", i, src, j, i, j, src, j, e.equal(one, other, t.elem))
	e.printf("return mergeruntime.EncodeError(fmt.Sprintf(\"%%T error writing set field: slice is not unique\", %s))\n}\n}\n}\n", one)
}

// equal returns an expression that compares two values of a set, which are
// addressable.
func (e *Emitter) equal(a, b string, t *thriftType) string {
	switch {
	case t.wire == wireStruct && t.byValue:
		return fmt.Sprintf("%s.DeepEqual(&%s)", a, b)
	case t.wire == wireStruct:
		return fmt.Sprintf("%s.DeepEqual(%s)", a, b)
	case t.bytes:
		e.std["bytes"] = true
		return fmt.Sprintf("bytes.Equal(%s, %s)", a, b)
	case t.elem == nil:
		return a + " == " + b
	}
	x, y, i := e.variable("x"), e.variable("y"), e.variable("i")
	v, w := e.variable("v"), e.variable("w")
	typ := e.goType(t.goType)
	return fmt.Sprintf("func(%s, %s %s) bool {\nif len(%s) != len(%s) {\nreturn false\n}\nfor %s, %s := range %s {\n%s := %s[%s]\nif !(%s) {\nreturn false\n}\n}\nreturn true\n}(%s, %s)",
		x, y, typ, x, y, i, v, x, w, y, i, e.equal(v, w, t.elem), a, b)
}

// reachesCheck reports whether a value of type t, which is that of a field of m
// or of a part of one, can hold what cannot be encoded. It fails if it meets a
// type that it cannot read.
func (p *Plan) reachesCheck(m *loadedMessage, t *thriftType, seen map[*loadedMessage]bool) (bool, error) {
	switch {
	case t.wire == wireStruct:
		return p.messageReachesCheck(p.message(t.named), seen)
	case t.wire == wireSet && m.validatesSets:
		_, err := p.reachesCheck(m, t.elem, seen)
		return true, err
	case t.wire == wireMap:
		key, err := p.reachesCheck(m, t.key, seen)
		if err != nil || key {
			return key, err
		}
	case t.elem == nil:
		return false, nil
	}
	return p.reachesCheck(m, t.elem, seen)
}

func (p *Plan) messageReachesCheck(m *loadedMessage, seen map[*loadedMessage]bool) (bool, error) {
	if m.err != nil {
		return false, m.err
	}
	if m.needsCheck != nil {
		return *m.needsCheck, nil
	}
	if seen[m] {
		return false, nil
	}
	seen[m] = true
	found := m.message.union
	for _, f := range m.fields {
		check, err := p.reachesCheck(m, f.typ, seen)
		if err != nil {
			return false, err
		}
		found = found || check
	}
	if found || len(seen) == 1 {
		// Not final for a struct inside of a cycle whose first struct is still
		// being looked at, unless the answer is yes.
		m.needsCheck = &found
	}
	return found, nil
}
