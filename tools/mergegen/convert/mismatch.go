package convert

import (
	"fmt"
	"strings"
)

// Mismatch is a field whose type on the wire differs between both sides.
type Mismatch struct {
	Call Call
	// Path leads to the field, as in ReserveRequest.lines[].quantity.
	Path string
	// id is the field's id or number in message.
	id      int
	message string
	// sent and expected are the types and where they are declared.
	sent, expected string
	// loss is what RPC would do.
	loss string
}

func newThriftMismatch(call Call, path string, c *Conversion, src, dst *field) *Mismatch {
	return &Mismatch{
		Call: call, Path: path, id: int(src.id), message: c.src.name(),
		sent:     declared(src.typ, c.src.path(), src.goName),
		expected: declared(dst.typ, c.dst.path(), dst.goName),
		loss:     "the value would be lost without an error",
	}
}

func newProtobufMismatch(call Call, path string, c *Conversion, src, dst *protobufField) *Mismatch {
	return &Mismatch{
		Call: call, Path: path, id: int(src.number), message: c.src.name(),
		sent:     declared(src.typ, c.src.path(), src.goName),
		expected: declared(dst.typ, c.dst.path(), dst.goName),
		loss:     "the value would be lost, read as another one or fail the call",
	}
}

// declared says which type the field of a struct has.
func declared(typ fmt.Stringer, path, field string) string {
	return fmt.Sprintf("%s (%s.%s)", typ, path, field)
}

// Mismatches returns the type pairs that cannot be converted, in the order in
// which they were found.
func (p *Plan) Mismatches() []*Mismatch { return p.mismatches }

// Error names the field, both types and a way out.
func (m *Mismatch) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "a type pair that cannot be converted: field %s (id %d) in the %s of %s/%s\n",
		m.Path, m.id, m.Call.Part, m.Call.RPCService, m.Call.Method)
	fmt.Fprintf(&b, "\tservice %q sends %s\n", m.Call.Sender, m.sent)
	fmt.Fprintf(&b, "\tservice %q expects %s\n", m.Call.Receiver, m.expected)
	fmt.Fprintf(&b, "\tOver RPC %s. Give field %d of %s one type in both IDLs, or a new id in one of them; or leave %q or %q out of the merged binary's services.",
		m.loss, m.id, m.message, m.Call.Sender, m.Call.Receiver)
	return b.String()
}
