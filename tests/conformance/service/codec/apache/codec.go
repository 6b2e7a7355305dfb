// Package codec has what services write differently for different libraries of
// thrift, as for that of Kitex v0.10.
package codec

import (
	"github.com/apache/thrift/lib/go/thrift"
	"github.com/cloudwego/kitex/pkg/utils"
)

// ErrPayloadValidation is nil: this Kitex has no checksums.
var ErrPayloadValidation error

// Message is a method's arguments or results.
type Message = thrift.TStruct

// Marshal encodes a call.
func Marshal(method string, args Message) ([]byte, error) {
	return utils.NewThriftMessageCodec().Encode(method, thrift.CALL, 1, args)
}

// Unmarshal decodes a reply.
func Unmarshal(reply []byte, result Message) error {
	_, _, err := utils.NewThriftMessageCodec().Decode(reply, result)
	return err
}

// NewException returns the error of a server that cannot carry out a call.
func NewException(code int32, text string) error {
	return thrift.NewTApplicationException(code, text)
}
