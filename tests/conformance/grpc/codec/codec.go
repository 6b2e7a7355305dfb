// Package codec has codecs other than protobuf's, as services bring them along.
package codec

import (
	"bytes"
	"encoding/json"

	"google.golang.org/grpc/encoding"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// Raw hands over bytes that it gets by a pointer, as proxies do.
type Raw struct{}

// Marshal implements encoding.Codec.
func (Raw) Marshal(v any) ([]byte, error) { return bytes.Clone(*v.(*[]byte)), nil }

// Unmarshal implements encoding.Codec.
func (Raw) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = bytes.Clone(data)
	return nil
}

// Name implements encoding.Codec.
func (Raw) Name() string { return "raw" }

// Lend hands over the bytes that it gets, not a copy, which its user may change afterwards.
type Lend struct{ Raw }

// Marshal implements encoding.Codec.
func (Lend) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }

// Unmarshal implements encoding.Codec.
func (Lend) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = data
	return nil
}

// jsonCodec is registered as "json" on both sides.
type jsonCodec struct{}

func (jsonCodec) Marshal(v any) ([]byte, error) {
	data, err := protojson.Marshal(v.(proto.Message))
	if err != nil {
		return nil, err
	}
	var compact bytes.Buffer
	err = json.Compact(&compact, data)
	return compact.Bytes(), err
}

func (jsonCodec) Unmarshal(data []byte, v any) error {
	return protojson.Unmarshal(data, v.(proto.Message))
}

func (jsonCodec) Name() string { return "json" }

func init() { encoding.RegisterCodec(jsonCodec{}) }
