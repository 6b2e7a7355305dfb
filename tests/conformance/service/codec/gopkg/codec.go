// Package codec has what services write differently for different libraries of
// thrift, as for that of Kitex v0.11 and later.
package codec

import (
	"github.com/cloudwego/gopkg/protocol/thrift"
	"github.com/cloudwego/kitex/pkg/kerrors"
)

// ErrPayloadValidation is what errors of a payload's checksum are.
var ErrPayloadValidation = kerrors.ErrPayloadValidation

// Message is a method's arguments or results.
type Message = thrift.FastCodec

// Marshal encodes a call.
func Marshal(method string, args Message) ([]byte, error) {
	return thrift.MarshalFastMsg(method, thrift.CALL, 1, args)
}

// Unmarshal decodes a reply.
func Unmarshal(reply []byte, result Message) error {
	_, _, err := thrift.UnmarshalFastMsg(reply, result)
	return err
}

// NewException returns the error of a server that cannot carry out a call.
func NewException(code int32, text string) error {
	return thrift.NewApplicationException(code, text)
}
