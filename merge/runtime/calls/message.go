package calls

import "context"

// Request is a call on its way from one service to another, as the callee's
// adapter receives it.
type Request struct {
	// Method is the name of the method on the wire, as in the IDL.
	Method string
	// Args is the payload: a pointer to the callee's generated arguments struct, or the
	// bytes that the caller's codec made, a []byte. Those of [Call.Pass] are a *[]byte.
	Args any
	// Result points to what the callee fills: its generated result struct, or a
	// []byte. It is nil for a oneway method.
	Result any
	// Caller is the name of the calling service in the merged binary.
	Caller string
	// Meta is what else the caller's transport would have carried, as the
	// adapter of the framework knows it. Both services have a copy of the adapter,
	// so its type is one that both know: a builtin one, one of the standard library,
	// or a struct without a name, such as the target of a type alias. The two
	// copies of the adapter agree on whose it is: the caller may use it again after the
	// call, unless the adapter lets the callee keep it, for the values of a context that
	// a handler keeps.
	Meta any
	// Stream is the callee's end of a stream, over which its messages go. Args and
	// Result are then nil.
	Stream *ServerStream
}

// Message is a message as it crosses: bytes, or what [Messages] has made in their
// place.
type Message struct {
	// Bytes are what the sender's codec made. They are the receiver's.
	Bytes []byte
	// Made is what [Messages] has made of the sender's message, nil for one that crosses
	// as Bytes. It is the receiver's.
	Made any
	// Size is how many bytes there would be in place of Made. The windows of streams
	// count by it.
	Size int
}

// length returns how many bytes the message has, or would have.
func (m *Message) length() int {
	if m.Made != nil {
		return m.Size
	}
	return len(m.Bytes)
}

// Response is what a [Handler] answers in addition to the result and what it
// writes to the request's Meta.
type Response struct {
	// Failure is why the call has no result, nil if it has one.
	Failure *Failure
	// Way is how much of its framework's code the call has passed through, as far as the
	// handler tells. It is counted, and does nothing else.
	Way Way
	// Panicked is set when the failure, or how a stream has ended, stands for a panic in
	// the callee's handler or middleware. It is counted, and does nothing else.
	Panicked bool
}

// Failed reports whether the caller gets no result.
func (r *Response) Failed() bool { return r.Failure != nil }

// Failure is why a call has no result, in terms that no framework owns. The
// caller's adapter makes the error of it.
type Failure struct {
	Kind FailureKind
	// Number and Message are those of the error that the callee's framework
	// would have sent, if it answered. Otherwise Message says what happened.
	Number  int32
	Message string
	// Err is the error of a call that is denied, or whose result is undecodable.
	Err error
}

// FailureKind says who failed a call, and how.
type FailureKind uint8

const (
	// Answered is a failure that the callee's framework would have sent in place
	// of a result.
	Answered FailureKind = iota + 1
	// Closed means that the callee would have closed the connection in place of
	// answering, as a server does that cannot encode its result.
	Closed
	// Undecodable means that the callee would have answered with a result that
	// the caller's codec cannot decode.
	Undecodable
	// Denied means that the caller has no permission for the call.
	Denied
	// Overloaded means that the callee is above one of its limits.
	Overloaded
	// Crashed means that a panic left the callee's adapter.
	Crashed
	// Withdrawn means that the callee's server stopped before the call began. Nothing
	// has run: the call can be made as an RPC.
	Withdrawn
)

// NoAnswer returns the response of a callee that is gone.
func NoAnswer() Response { return Response{Failure: &Failure{Kind: Closed}} }

// LeanHandler runs one call of a method whose context is empty: it has neither values
// nor an end. It is for calls of a server that has no Enter, Leave or limit. It gets what
// [Request] says of Args, Result and Meta, and returns nil if there is a result.
type LeanHandler func(args, result, meta any) *Response

// Handler runs one call through the callee's own middleware and handler. ctx is
// the caller's: the handler must show the service no value of it, and its
// deadline and cancellation only until it returns. The adapter that provides a
// Handler answers a panic in the service's code as the framework would.
type Handler func(ctx context.Context, req Request) Response
