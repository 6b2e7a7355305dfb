//go:build go_merge_added

package client

import "github.com/cloudwego/gopkg/protocol/thrift"

// goMergeApplicationException returns the exception that the framework's codec
// makes of a callee's error.
func goMergeApplicationException(kind int32, text string) error {
	return thrift.NewApplicationException(kind, text)
}

// goMergeProtocolException returns the exception of the framework's codec for a
// reply that it cannot decode.
func goMergeProtocolException(err error) error {
	return thrift.NewProtocolException(thrift.INVALID_DATA, err.Error())
}
