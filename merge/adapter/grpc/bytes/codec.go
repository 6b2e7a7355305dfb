//go:build go_merge_added && go1.24

package grpc

import (
	"bytes"
	"time"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/stats"
)

// goMergeShowsBytes reports whether stats handlers see the bytes of messages.
const goMergeShowsBytes = true

func goMergeDefaultCodec() interface{} { return encoding.GetCodec(proto.Name) }

// goMergeMarshal returns the bytes of a message, which belong to the caller. A codec
// may keep those that it returns, except for the package's own.
func goMergeMarshal(codec baseCodec, m interface{}) ([]byte, error) {
	if prepared, ok := m.(*PreparedMsg); ok {
		return bytes.Clone(prepared.encodedData), nil
	}
	if data, ok := goMergeMarshalProto(codec, m); ok {
		return data, nil
	}
	data, err := encode(codec, m)
	if err == nil {
		data = bytes.Clone(data)
	}
	return data, err
}

func goMergeUnmarshal(codec baseCodec, data []byte, m interface{}) error {
	if goMergeUnmarshalProto(codec, data, m) {
		return nil
	}
	return codec.Unmarshal(data, m)
}

// goMergeOutPayload copies the data, which are the other side's once they are sent.
func goMergeOutPayload(client bool, m interface{}, p goMergePacked) stats.OutPayload {
	return stats.OutPayload{
		Client: client, Payload: m, Data: bytes.Clone(p.data), Length: p.size, WireLength: p.wire + headerLen, CompressedLength: p.wire, SentTime: time.Now(),
	}
}

func goMergeInPayload(client bool, m interface{}, in *goMergeIncoming) *stats.InPayload {
	return &stats.InPayload{
		Client: client, Payload: m, Data: in.data, Length: in.length(), WireLength: in.wire + headerLen, CompressedLength: in.wire, RecvTime: time.Now(),
	}
}
