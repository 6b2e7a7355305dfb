package convert

import "slices"

// A union that does not have exactly one field set cannot be encoded. The
// codec finds that before it sends anything, so it comes before all that the
// receiver may find, and even in fields that the receiver does not know.

// needsCheck reports whether m can hold a union.
func (e *Emitter) needsCheck(m *loadedMessage) bool {
	union, err := e.plan.messageReachesUnion(m, make(map[*loadedMessage]bool))
	return err == nil && union
}

// check returns the name of the function that checks m, and marks it and those
// that it calls for writing.
func (e *Emitter) check(m *loadedMessage) string {
	if !slices.Contains(e.checks, m) {
		e.checks = append(e.checks, m)
		for _, f := range m.fields {
			e.markChecks(f.typ)
		}
	}
	return e.unique(m, "check_"+e.flat(m.named))
}

// markChecks marks the checks of the structs in t. It reports whether there
// are any.
func (e *Emitter) markChecks(t *thriftType) bool {
	if t.wire == wireStruct {
		m := e.plan.message(t.named)
		if !e.needsCheck(m) {
			return false
		}
		e.check(m)
		return true
	}
	key := t.key != nil && e.markChecks(t.key)
	elem := t.elem != nil && e.markChecks(t.elem)
	return key || elem
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
		if !e.markChecks(f.typ) {
			continue
		}
		if f.requirement == optional {
			e.printf("if src.IsSet%s() {\n", f.goName)
		}
		e.checkValue("src."+f.goName, f.typ)
		if f.requirement == optional {
			e.printf("}\n")
		}
	}
	e.printf("return nil\n}\n")
}

func (e *Emitter) checkValue(src string, t *thriftType) {
	switch {
	case !e.markChecks(t):
	case t.wire == wireStruct:
		if t.byValue {
			src = "&" + src
		}
		e.printf("if err := %s(%s); err != nil {\nreturn err\n}\n", e.check(e.plan.message(t.named)), src)
	case t.wire == wireMap:
		key, elem := "_", "_"
		if e.markChecks(t.key) {
			key = e.variable("key")
		}
		if e.markChecks(t.elem) {
			elem = e.variable("elem")
		}
		e.printf("for %s, %s := range %s {\n", key, elem, src)
		e.checkValue(key, t.key)
		e.checkValue(elem, t.elem)
		e.printf("}\n")
	default:
		elem := e.variable("elem")
		e.printf("for _, %s := range %s {\n", elem, src)
		e.checkValue(elem, t.elem)
		e.printf("}\n")
	}
}

// reachesUnion reports whether a value of type t can hold a union. It fails if
// it meets a type that it cannot read.
func (p *Plan) reachesUnion(t *thriftType, seen map[*loadedMessage]bool) (bool, error) {
	switch {
	case t.wire == wireStruct:
		return p.messageReachesUnion(p.message(t.named), seen)
	case t.wire == wireMap:
		key, err := p.reachesUnion(t.key, seen)
		if err != nil || key {
			return key, err
		}
	case t.elem == nil:
		return false, nil
	}
	return p.reachesUnion(t.elem, seen)
}

func (p *Plan) messageReachesUnion(m *loadedMessage, seen map[*loadedMessage]bool) (bool, error) {
	if m.err != nil {
		return false, m.err
	}
	if m.union != nil {
		return *m.union, nil
	}
	if seen[m] {
		return false, nil
	}
	seen[m] = true
	found := m.message.union
	for _, f := range m.fields {
		union, err := p.reachesUnion(f.typ, seen)
		if err != nil {
			return false, err
		}
		found = found || union
	}
	if found || len(seen) == 1 {
		// Not final for a struct inside of a cycle whose first struct is still
		// being looked at, unless the answer is yes.
		m.union = &found
	}
	return found, nil
}
