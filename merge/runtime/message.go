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
	// Header is what the caller's transport would have carried besides the
	// payload.
	Header Header
}

// Response is what a [Handler] answers besides the result it filled in.
type Response struct {
	// Header is what the callee's transport would have carried back.
	Header Header
	// Exception is set when the callee would have answered with an exception
	// message in place of a result. The result is then meaningless.
	Exception *Exception
	// Closed is set when the callee would have closed the connection in place
	// of answering, as a server does that cannot encode its result.
	Closed bool
	// Undecodable is set when the callee would have answered with a result
	// that the caller's codec cannot decode.
	Undecodable error
}

// failed tells whether the caller gets no result.
func (r *Response) failed() bool {
	return r.Exception != nil || r.Closed || r.Undecodable != nil
}

// Header holds the string and integer keyed values that a header transport
// (TTHeader) carries. Both maps are nil when the client's transport carries
// none.
type Header struct {
	// Carried tells whether the transport carries headers at all.
	Carried bool
	Str     map[string]string
	Int     map[uint16]string
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

// Handler runs one call through the callee's own middleware and handler. The
// context carries the caller's deadline and cancellation and none of its
// values. The adapter that provides a Handler answers a panic in the service's
// code with the exception that an RPC would have seen.
type Handler func(ctx context.Context, req *Request) Response
