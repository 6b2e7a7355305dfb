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
	return newMismatch(call, path, c, int(src.id), src.typ, dst.typ, src.goName, dst.goName,
		"the value would be lost without an error")
}

func newProtobufMismatch(call Call, path string, c *Conversion, src, dst *protobufField) *Mismatch {
	return newMismatch(call, path, c, int(src.number), src.typ, dst.typ, src.goName, dst.goName,
		"the value would be lost, read as another one or fail the call")
}

func newMismatch(call Call, path string, c *Conversion, id int, src, dst fmt.Stringer, srcName, dstName, loss string) *Mismatch {
	return &Mismatch{
		Call: call, Path: path, id: id, message: c.src.name(), loss: loss,
		sent:     fmt.Sprintf("%s (%s.%s)", src, c.src.path(), srcName),
		expected: fmt.Sprintf("%s (%s.%s)", dst, c.dst.path(), dstName),
	}
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
