//go:build go_merge_added && go1.24

package grpc

import (
	"math"
	"reflect"
	"strings"
	"sync"

	"google.golang.org/protobuf/proto"
)

// goMergeProtoType is the type of the framework's own codec for protobuf, nil if
// another one has taken its place.
var goMergeProtoType = sync.OnceValue(func() reflect.Type {
	codec := reflect.TypeOf(goMergeDefaultCodec())
	named := codec
	if named != nil && named.Kind() == reflect.Pointer {
		named = named.Elem()
	}
	if named == nil || !strings.HasSuffix(named.PkgPath(), "google.golang.org/grpc/encoding/proto") {
		return nil
	}
	return codec
})

// goMergeIsProto reports whether a codec is the framework's own for protobuf. What it
// makes is in its own memory, and it does not keep what it reads.
func goMergeIsProto(codec baseCodec) bool {
	t := goMergeProtoType()
	return t != nil && reflect.TypeOf(codec) == t
}

// goMergeMarshalProto does what the framework's own codec does, without its buffers. It
// returns false for what that refuses, and for messages without bytes, since versions
// differ in which of them are nil.
func goMergeMarshalProto(codec baseCodec, m interface{}) ([]byte, bool) {
	message, ok := m.(proto.Message)
	if !ok || !goMergeIsProto(codec) {
		return nil, false
	}
	data, err := proto.Marshal(message)
	return data, err == nil && len(data) > 0 && uint64(len(data)) <= math.MaxUint32
}

// goMergeUnmarshalProto does what the framework's own codec does, without its buffers. It
// returns false for what that refuses.
func goMergeUnmarshalProto(codec baseCodec, data []byte, m interface{}) bool {
	message, ok := m.(proto.Message)
	return ok && goMergeIsProto(codec) && proto.Unmarshal(data, message) == nil
}
