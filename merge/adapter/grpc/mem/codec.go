//go:build go_merge_added && go1.24

package grpc

import (
	"time"

	"google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/stats"
)

// goMergeShowsBytes reports whether stats handlers see the bytes of messages.
const goMergeShowsBytes = false

func goMergeDefaultCodec() interface{} { return getCodec(proto.Name) }

// goMergeMarshal returns the bytes of a message, which belong to the caller.
func goMergeMarshal(codec baseCodec, m interface{}) ([]byte, error) {
	if prepared, ok := m.(*PreparedMsg); ok {
		return prepared.encodedData.Materialize(), nil
	}
	if data, ok := goMergeMarshalProto(codec, m); ok {
		return data, nil
	}
	buffers, err := encode(codec, m)
	if err != nil {
		return nil, err
	}
	defer buffers.Free()
	return buffers.Materialize(), nil
}

func goMergeUnmarshal(codec baseCodec, data []byte, m interface{}) error {
	if goMergeUnmarshalProto(codec, data, m) {
		return nil
	}
	return codec.Unmarshal(mem.BufferSlice{mem.SliceBuffer(data)}, m)
}

func goMergeOutPayload(client bool, m interface{}, p goMergePacked) stats.OutPayload {
	return stats.OutPayload{
		Client: client, Payload: m, Length: p.size, WireLength: p.wire + headerLen, CompressedLength: p.wire, SentTime: time.Now(),
	}
}

func goMergeInPayload(client bool, m interface{}, in *goMergeIncoming) *stats.InPayload {
	return &stats.InPayload{
		Client: client, Payload: m, Length: in.length(), WireLength: in.wire + headerLen, CompressedLength: in.wire, RecvTime: time.Now(),
	}
}
