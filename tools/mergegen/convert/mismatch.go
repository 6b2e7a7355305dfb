package convert

import (
	"fmt"
	"strings"
)

// Mismatch is a field whose type on the wire differs between both sides. Over
// RPC the receiver would skip the field, or read garbage if the difference is
// inside a container.
type Mismatch struct {
	Call Call
	// Path leads to the field, as in ReserveRequest.lines[].quantity.
	Path               string
	src, dst           *message
	srcField, dstField *field
}

// Mismatches returns the type pairs that cannot be converted, in the order in
// which they were found.
func (p *Plan) Mismatches() []*Mismatch { return p.mismatches }

// Error names the field, both types and a way out.
func (m *Mismatch) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "a type pair that cannot be converted: field %s (id %d) in the %s of %s.%s\n",
		m.Path, m.srcField.id, m.Call.Part, m.Call.RPCService, m.Call.Method)
	side := func(verb, service string, msg *message, f *field) {
		fmt.Fprintf(&b, "\tservice %q %s %s (%s.%s)\n", service, verb, f.typ, msg.path(), f.goName)
	}
	side("sends", m.Call.Sender, m.src, m.srcField)
	side("expects", m.Call.Receiver, m.dst, m.dstField)
	fmt.Fprintf(&b, "\tOver RPC the value would be lost without an error. Give field %d of %s one type in both IDLs, or a new id in one of them; or leave %q or %q out of the merged binary's services.",
		m.srcField.id, m.src.name(), m.Call.Sender, m.Call.Receiver)
	return b.String()
}
