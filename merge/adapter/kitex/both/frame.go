//go:build go_merge_added

package both

import (
	"context"
	"encoding/binary"

	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/codec"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/transport"
)

// goMergeFrameReader is the framework's own codec.
var goMergeFrameReader = codec.NewDefaultCodec().(remote.MetaDecoder)

// goMergeReadFrame has the framework's codec read what precedes the payload of
// a message: a TTHeader without values when the protocol has one, the frame
// length when it has one, and the magic number of the payload. buf is scratch
// space.
func goMergeReadFrame(ctx context.Context, msg remote.Message, buf []byte, protocol transport.Protocol, payload serviceinfo.PayloadCodec, seqID int32) error {
	frame := buf[:0]
	if protocol&transport.TTHeader != 0 {
		frame = append(frame, 0, 0, 0, 22, 0x10, 0, 0, 0)
		frame = binary.BigEndian.AppendUint32(frame, uint32(seqID))
		frame = append(frame, 0, 1, 0, 0, 0, 0)
	}
	var magic, length uint32 = codec.ThriftV1Magic, 0
	if payload == serviceinfo.Protobuf {
		magic = codec.ProtobufV1Magic
	}
	if protocol&transport.Framed == 0 {
		magic, length = length, magic
	}
	frame = binary.BigEndian.AppendUint32(frame, length)
	frame = binary.BigEndian.AppendUint32(frame, magic)
	in := remote.NewReaderBuffer(frame)
	defer in.Release(nil)
	return goMergeFrameReader.DecodeMeta(ctx, msg, in)
}
