//go:build go_merge_added && go1.24

package grpc

import (
	"bytes"
	"context"
	"io"
	"math"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// A message crosses as the bytes that the sender's codec made, unless glue converts
// it. If its direction has a compressor, a byte precedes them that says whether this
// message is compressed.
const (
	goMergePlain      = 0
	goMergeCompressed = 1
)

// goMergePacked is a message that is ready to cross.
type goMergePacked struct {
	bytes []byte      // as they cross
	data  []byte      // as the codec made them
	made  interface{} // by glue in place of the bytes, or nil
	size  int         // the length of the data
	wire  int         // the length of the payload on the wire
}

// message returns the message as the runtime hands it over.
func (p *goMergePacked) message() mergeruntime.Message {
	return mergeruntime.Message{Bytes: p.bytes, Made: p.made, Size: p.size}
}

// goMergePack compresses a message for a direction, which has an encoding or none. An
// empty one is compressed by versions before v1.61 only.
func goMergePack(data []byte, direction string, compressor encoding.Compressor) (goMergePacked, error) {
	if direction == "" {
		return goMergePacked{bytes: data, data: data, size: len(data), wire: len(data)}, nil
	}
	if compressor == nil || len(data) == 0 && goMergeMinor >= 61 {
		return goMergePacked{bytes: append([]byte{goMergePlain}, data...), data: data, size: len(data), wire: len(data)}, nil
	}
	packed := bytes.NewBuffer([]byte{goMergeCompressed})
	w, err := compressor.Compress(packed)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return goMergePacked{}, status.Errorf(codes.Internal, "grpc: error while compressing: %v", err.Error())
	}
	return goMergePacked{bytes: packed.Bytes(), data: data, size: len(data), wire: packed.Len() - 1}, nil
}

// goMergeEncode makes a message ready to cross. A message above max is refused with a
// text that begins as given: it differs between kinds of calls.
func goMergeEncode(codec baseCodec, m interface{}, direction string, compressor encoding.Compressor, max int, begin string) (goMergePacked, error) {
	data, err := goMergeMarshal(codec, m)
	if err != nil {
		return goMergePacked{}, err
	}
	packed, err := goMergePack(data, direction, compressor)
	if err == nil && packed.wire > max {
		err = status.Errorf(codes.ResourceExhausted, "%s send message larger than max (%d vs. %d)", begin, packed.wire, max)
	}
	return packed, err
}

// goMergeOutPayloads returns the event of a message for each of the stats handlers. They
// are made before the message is the receiver's.
func goMergeOutPayloads(handlers []stats.Handler, client bool, m interface{}, packed goMergePacked) []stats.OutPayload {
	if len(handlers) == 0 {
		return nil
	}
	events := make([]stats.OutPayload, len(handlers))
	for i := range events {
		events[i] = goMergeOutPayload(client, m, packed)
	}
	return events
}

// goMergeTell tells each stats handler of its event.
func goMergeTell(ctx context.Context, handlers []stats.Handler, events []stats.OutPayload) {
	for i, handler := range handlers {
		handler.HandleRPC(ctx, &events[i])
	}
}

// goMergeIncoming is a message that has arrived.
type goMergeIncoming struct {
	data []byte // for the codec
	wire int    // the length of the payload on the wire

	// If glue has converted the message, and else nil.
	made interface{}
	take func(message, made interface{}) bool
	size int // the length that data would have
}

// length returns the length of the data.
func (in *goMergeIncoming) length() int {
	if in.made != nil {
		return in.size
	}
	return len(in.data)
}

// read does what the codec does with the data.
func (in *goMergeIncoming) read(codec baseCodec, m interface{}) error {
	if in.made == nil {
		return goMergeUnmarshal(codec, in.data, m)
	}
	if take := in.take; take != nil {
		in.take = nil // another message must not have the same memory
		if take(m, in.made) {
			return nil
		}
	}
	data, err := goMergeMarshal(codec, in.made)
	if err != nil {
		return err
	}
	return goMergeUnmarshal(codec, data, m)
}

// readReply is read for a client, with the error that it returns.
func (in *goMergeIncoming) readReply(codec baseCodec, m interface{}) error {
	if err := in.read(codec, m); err != nil {
		return status.Errorf(codes.Internal, "grpc: failed to unmarshal the received message: %v", err)
	}
	return nil
}

// goMergeConverted returns a message that glue has converted. It refuses one that would
// be larger than max as bytes.
func goMergeConverted(message mergeruntime.Message, max int, take func(message, made interface{}) bool) (goMergeIncoming, error) {
	if message.Size > max {
		return goMergeIncoming{}, goMergeTooLong(message.Size, max)
	}
	return goMergeIncoming{made: message.Made, take: take, size: message.Size, wire: message.Size}, nil
}

func goMergeTooLong(length, max int) error {
	return status.Errorf(codes.ResourceExhausted, "grpc: received message larger than max (%d vs. %d)", length, max)
}

// goMergeUnpack returns a message that crossed as bytes. It refuses one that is larger
// than max.
func goMergeUnpack(message []byte, direction string, max int, server bool) (in goMergeIncoming, err error) {
	data, wire, err := goMergeDecompress(message, direction, max, server)
	return goMergeIncoming{data: data, wire: wire}, err
}

// goMergeDecompress returns the data of a message, and the length of its payload on the
// wire.
func goMergeDecompress(message []byte, direction string, max int, server bool) (data []byte, wire int, err error) {
	compressed := false
	if direction != "" {
		compressed, message = message[0] == goMergeCompressed, message[1:]
	}
	if len(message) > max {
		return nil, 0, goMergeTooLong(len(message), max)
	}
	if !compressed {
		return message, len(message), nil
	}
	compressor := encoding.GetCompressor(direction)
	if compressor == nil {
		code := codes.Internal
		if server {
			code = codes.Unimplemented
		}
		return nil, 0, status.Errorf(code, "grpc: Decompressor is not installed for grpc-encoding %q", direction)
	}
	if sizer, ok := compressor.(interface{ DecompressedSize([]byte) int }); ok && goMergeMinor < 66 {
		if size := sizer.DecompressedSize(message); size > max {
			return nil, 0, goMergeTooLarge(size, max)
		}
	}
	r, err := compressor.Decompress(bytes.NewReader(message))
	if err == nil {
		limit := int64(math.MaxInt64)
		if int64(max) < limit {
			limit = int64(max) + 1
		}
		data, err = io.ReadAll(io.LimitReader(r, limit))
	}
	if err != nil {
		return nil, 0, goMergeDecompressError(err)
	}
	if len(data) > max {
		return nil, 0, goMergeTooLarge(len(data), max)
	}
	return data, len(message), nil
}

func goMergeDecompressError(err error) error {
	if goMergeMinor < 71 {
		return status.Errorf(codes.Internal, "grpc: failed to decompress the received message: %v", err)
	}
	return status.Errorf(codes.Internal, "grpc: failed to decompress the message: %v", err)
}

func goMergeTooLarge(length, max int) error {
	if goMergeMinor < 71 {
		return status.Errorf(codes.ResourceExhausted, "grpc: received message after decompression larger than max (%d vs. %d)", length, max)
	}
	return status.Errorf(codes.ResourceExhausted, "grpc: received message after decompression larger than max %d", max)
}

// goMergeCompressor returns the compressor of an encoding, nil for none.
func goMergeCompressor(name string) encoding.Compressor {
	if name == "" || name == encoding.Identity {
		return nil
	}
	return encoding.GetCompressor(name)
}

// goMergeDirection returns the encoding by which a direction's messages are marked.
func goMergeDirection(name string) string {
	if name == encoding.Identity {
		return ""
	}
	return name
}
