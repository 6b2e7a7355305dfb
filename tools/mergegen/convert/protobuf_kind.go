package convert

import (
	"fmt"
	"go/types"
)

// ProtobufCodec is the import path of the package that encodes and decodes the
// messages of an RPC service.
type ProtobufCodec string

// The codecs whose rules are known.
const (
	// Prutal is CloudWeGo's, which does without protoc.
	Prutal ProtobufCodec = "github.com/cloudwego/prutal"
	// ProtobufGo is Google's.
	ProtobufGo ProtobufCodec = "google.golang.org/protobuf/proto"
)

// protobufKind is a type of the protobuf language, other than a map.
type protobufKind int

const (
	pbBool protobufKind = iota
	pbInt32
	pbInt64
	pbUint32
	pbUint64
	pbEnum
	pbSint32
	pbSint64
	pbFixed32
	pbSfixed32
	pbFloat
	pbFixed64
	pbSfixed64
	pbDouble
	pbString
	pbBytes
	pbMessage
)

var protobufKindNames = [...]string{
	"bool", "int32", "int64", "uint32", "uint64", "enum", "sint32", "sint64",
	"fixed32", "sfixed32", "float", "fixed64", "sfixed64", "double", "string", "bytes", "message",
}

func (k protobufKind) String() string { return protobufKindNames[k] }

// encoding is how a value looks on the wire. Two kinds with one encoding are
// read as each other.
type encoding int

const (
	varint encoding = iota
	zigzag
	fixed32
	float32bits
	fixed64
	float64bits
	text
	nested
)

func (k protobufKind) encoding() encoding {
	switch {
	case k <= pbEnum:
		return varint
	case k <= pbSint64:
		return zigzag
	case k <= pbSfixed32:
		return fixed32
	case k == pbFloat:
		return float32bits
	case k <= pbSfixed64:
		return fixed64
	case k == pbDouble:
		return float64bits
	case k <= pbBytes:
		return text
	}
	return nested
}

// protobufKinds maps what a struct tag says of the wire and the basic type in
// Go to the kind.
var protobufKinds = map[string]map[types.BasicKind]protobufKind{
	"varint":   {types.Bool: pbBool, types.Int32: pbInt32, types.Int64: pbInt64, types.Uint32: pbUint32, types.Uint64: pbUint64},
	"zigzag32": {types.Int32: pbSint32},
	"zigzag64": {types.Int64: pbSint64},
	"fixed32":  {types.Uint32: pbFixed32, types.Int32: pbSfixed32, types.Float32: pbFloat},
	"fixed64":  {types.Uint64: pbFixed64, types.Int64: pbSfixed64, types.Float64: pbDouble},
	"bytes":    {types.String: pbString},
}

// newProtobufType joins what a struct tag says of the wire with the Go type of
// a value, which is not a list or map.
func newProtobufType(wireName string, t types.Type) (*protobufType, error) {
	t = types.Unalias(t)
	if wireName == "bytes" {
		if isBytes(t) {
			return &protobufType{kind: pbBytes, goType: t}, nil
		}
		if s := structType(t); s != nil && !s.byValue {
			return &protobufType{kind: pbMessage, goType: t, named: s.named}, nil
		}
	}
	if basic, ok := t.Underlying().(*types.Basic); ok {
		if kind, ok := protobufKinds[wireName][basic.Kind()]; ok {
			if _, named := t.(*types.Named); named {
				if kind != pbInt32 {
					return nil, fmt.Errorf("Go type %s is not one that is generated for protobuf's %s", t, wireName)
				}
				kind = pbEnum
			}
			return &protobufType{kind: kind, goType: t}, nil
		}
	}
	return nil, fmt.Errorf("Go type %s does not stand for wire type %s", t, wireName)
}
