package runtime

import "context"

// Request is a call on its way from one service to another, as the callee's
// adapter receives it.
type Request struct {
	// Method is the name of the method on the wire, as in the IDL.
	Method string
	// Args points to the callee's generated arguments struct.
	Args any
	// Result points to the callee's generated result struct, to be filled. It
	// is nil for a oneway method.
	Result any
	// Caller is the name of the calling service in the merged binary.
	Caller string
	// Meta is what else the caller's transport would have carried.
	Meta Meta
}

// Meta is what a transport carries in addition to the payload.
type Meta struct {
	// Protocol is the number that the framework gives to the way in which the
	// message would have been framed.
	Protocol int
	// SeqID is the number of the message on its connection.
	SeqID int32
	// Header holds the values of the request's header, Reply takes those of
	// the reply's. Both are nil if the transport has no header. They belong to
	// the caller: the callee must not keep them, nor their maps.
	Header, Reply *Header
}

// Header holds the string and integer keyed values that a header transport
// (TTHeader) carries.
type Header struct {
	Str map[string]string
	Int map[uint16]string
}

// Response is what a [Handler] answers in addition to the result and the reply header
// that it filled in.
type Response struct {
	// Exception is set when the callee would have answered with an exception
	// message in place of a result. The result is then meaningless.
	Exception *Exception
	// Closed is set when the callee would have closed the connection in place
	// of answering, as a server does that cannot encode its result.
	Closed bool
	// Undecodable is set when the callee would have answered with a result
	// that the caller's codec cannot decode.
	Undecodable error
	// Denied is set when the caller has no permission for the call.
	Denied error
	// Panicked is set when the failure stands for a panic in the callee's
	// handler or middleware. It is counted, and does nothing else.
	Panicked bool
}

// Failed reports whether the caller gets no result.
func (r *Response) Failed() bool {
	return r.Exception != nil || r.Closed || r.Undecodable != nil || r.Denied != nil
}

// Exception is a failure as it would have gone over the wire: a number and a
// text, nothing that a namespace owns.
type Exception struct {
	// Type is the number of the exception (TApplicationException's type for
	// thrift).
	Type int32
	// Message is the text that the callee's framework would have written.
	Message string
}

// exceptionInternal is Apache Thrift's TApplicationException type for an
// internal error, the only one that the runtime itself answers with.
const exceptionInternal = 6

// Handler runs one call through the callee's own middleware and handler. ctx is
// the caller's: the handler must show the service no value of it, and its
// deadline and cancellation only until it returns. The adapter that provides a
// Handler answers a panic in the service's code with the exception that an RPC
// would have seen.
type Handler func(ctx context.Context, req Request) Response
