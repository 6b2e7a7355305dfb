//go:build go_merge_added

package both

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
}

// goMergeHeader holds the string and integer keyed values of a TTHeader.
type goMergeHeader = struct {
	Str map[string]string
	Int map[uint16]string
}
