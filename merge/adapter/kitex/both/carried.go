//go:build go_merge_added

package both

import "time"

// goMergeMeta is what Kitex's transports carry in addition to the payload. Both services
// have a copy of this file and hand over pointers to it: the struct has no name.
type goMergeMeta = struct {
	// Protocol is the number that Kitex gives to the way in which the message
	// would have been framed.
	Protocol int
	// SeqID is the number of the message on its connection.
	SeqID int32
	// Header holds the values of the request's header, Reply takes those of the
	// reply's. Both are nil if the transport has no header (TTHeader).
	Header, Reply *goMergeHeader
	// Values stand for the request's header, which is then nil. The callee makes the
	// reply's if it has something to put into it.
	Values *goMergeValues
	// Transport is set if the call passes through the client's transport.
	Transport bool
}

// goMergeHeader holds the string and integer keyed values of a TTHeader.
type goMergeHeader = struct {
	Str map[string]string
	Int map[uint16]string
}

// goMergeValues is what a server's own meta handlers read from a header that those of a
// client have written.
type goMergeValues = struct {
	// Persistent and Transient are lists of metainfo, which nobody writes to.
	Persistent, Transient []goMergePair
	// FromService and FromMethod say who calls, "" if nobody knows.
	FromService, FromMethod string
	// Timeout is that of the call, in whole milliseconds, if Timed is set.
	Timeout time.Duration
	Timed   bool
	// Client makes the headers for a callee that needs them.
	Client interface {
		GoMergeHeaders() (header, reply *goMergeHeader)
	}
}

// goMergePair is a key of metainfo and its value.
type goMergePair = struct{ Key, Value string }
