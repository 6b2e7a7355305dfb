package glue

import (
	"github.com/gomerge/rules_go_merge/merge/adapter/describe"
	"github.com/gomerge/rules_go_merge/tools/mergegen/convert"
)

// messages are the conversions of a method's messages, for calls of which the
// adapter knows that the codec is the one whose rules they follow. In all other
// calls the messages cross as bytes.
type messages struct{ request, reply *structs }

// planMessages plans the conversions of a method's messages. It returns nil if
// the types are not known on both sides, or the codec is not one for both.
func (l *link) planMessages(m *method, p *convert.Plan, from Types) *messages {
	served, called := l.served[0], l.called[0]
	callee, caller := findMethod(served, m.name), findMethod(called, m.name)
	if m.oneway || len(l.called) > 1 || !knowsMessages(served, callee) || !knowsMessages(called, caller) {
		return nil
	}
	call := convert.Call{Sender: l.caller.Service, Receiver: l.callee.Service, RPCService: l.name, Method: m.name, Part: "request"}
	request := planMessage(p, from, l.caller, caller.Args, l.callee, callee.Args, call)
	call.Sender, call.Receiver, call.Part = call.Receiver, call.Sender, "result"
	reply := planMessage(p, from, l.callee, callee.Result, l.caller, caller.Result, call)
	if request == nil || reply == nil {
		return nil
	}
	return &messages{request, reply}
}

// knowsMessages reports whether the types of a method's messages are known, and
// that the codec of that side is one whose rules are.
func knowsMessages(s *describe.RPCService, m *describe.Method) bool {
	return s.Codec == describe.Bytes && s.Marshaler == string(convert.ProtobufGo) && m != nil && m.Args != "" && m.Result != ""
}

// planMessage plans one conversion. It returns nil for types that cannot be read,
// such as those of packages that services share.
func planMessage(p *convert.Plan, from Types, sender *describe.Description, sent string, receiver *describe.Description, received string, call convert.Call) *structs {
	src, err := load(from, sender, sent)
	if err != nil {
		return nil
	}
	dst, err := load(from, receiver, received)
	if err != nil {
		return nil
	}
	return &structs{src, dst, p.AddMessage(src, dst, call)}
}

// convert reports whether both messages can be converted.
func (m *messages) convert() bool {
	return m != nil && m.request.conversion.Detour() == "" && m.reply.conversion.Detour() == ""
}

// all returns both conversions.
func (m *messages) all() []*structs {
	if m == nil {
		return nil
	}
	return []*structs{m.request, m.reply}
}

// messages writes a method whose messages may cross in place of bytes. They are
// copied even on a link that shares memory.
func (f *file) messages(m *method) {
	f.printf("%q: {\n", m.name)
	if m.stream {
		f.printf("Stream: true,\n")
	} else {
		bytes := f.bytesMethod(&method{bytes: true})
		f.printf("Args: %s.Args,\nNewResult: %s.NewResult,\nResult: %s.Result,\n", bytes, bytes, bytes)
	}
	f.printf("Messages: &mergeruntime.Messages{\n")
	f.message("Request", m.messages.request)
	f.message("Reply", m.messages.reply)
	f.printf("},\n},\n")
}

// message writes the two functions for one of them.
func (f *file) message(name string, s *structs) {
	src, dst := f.emitter.Type(s.src), f.emitter.Type(s.dst)
	f.printf("%s: func(message any, most int) (any, int, bool) {\nsrc, _ := message.(*%s)\n%s},\n", name, src, f.emitter.MakeMessage(s.conversion, "src", "most"))
	f.printf("Take%s: func(message, made any) bool {\nsrc, _ := made.(*%s)\ndst, _ := message.(*%s)\nif src == nil || dst == nil {\nreturn false\n}\n%sreturn true\n},\n", name, dst, dst, f.emitter.MoveMessage(s.conversion, "dst", "src"))
}
