package runtime

import "github.com/gomerge/rules_go_merge/merge/runtime/calls"

// What glue describes.
type (
	// Link is how one service calls another over one RPC service.
	Link = calls.Link
	// Method carries one method's arguments and result over from one copy of
	// their types to the other.
	Method = calls.Method
	// Messages carries over messages without their bytes.
	Messages = calls.Messages
	// EncodeError is the text of the error with which a sender's codec would have
	// refused a value.
	EncodeError = calls.EncodeError
)

// AddLink makes a link known. It is called by generated glue during package
// initialization and panics when the caller has a link to the callee for the RPC
// service already, which the build rules out.
func AddLink(l Link) { registered.links.AddLink(l) }
