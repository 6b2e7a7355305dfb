//go:build go_merge_added && go1.24

package grpc

import (
	"math"

	ownproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/grpc/stats"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// Glue converts messages by field, where both sides' codec is the framework's own and
// nobody sees the bytes. What it leaves crosses as bytes.

// converts returns what converts the messages of an attempt, nil if they have to be
// bytes.
func (s *goMergeClientStream) converts(call mergeruntime.Call) *mergeruntime.Messages {
	subtype := s.info.contentSubtype
	switch {
	case s.sends != "" || s.retry != nil:
		return nil
	case subtype != "" && subtype != ownproto.Name || !goMergeIsProto(s.info.codec):
		return nil
	case goMergeShowsBytes && len(s.conn.stats) > 0:
		return nil
	}
	return call.Messages()
}

// goMergeTakesMessages reports whether a server does without the bytes of messages.
func goMergeTakesMessages(s *Server, handlers []stats.Handler) bool {
	return goMergeIsProto(s.getCodec("")) && goMergeIsProto(s.getCodec(ownproto.Name)) && !(goMergeShowsBytes && len(handlers) > 0)
}

// goMergeMake converts a message if it takes at most max bytes. It returns false for
// what has to be bytes.
func goMergeMake(convert func(message interface{}, most int) (interface{}, int, bool), m interface{}, max int) (goMergePacked, bool) {
	made, size, ok := convert(m, max)
	return goMergePacked{made: made, size: size, wire: size}, ok && uint64(size) <= math.MaxUint32
}

// pack makes a message ready to cross.
func (s *goMergeClientStream) pack(m interface{}) (goMergePacked, error) {
	if s.messages != nil {
		if packed, ok := goMergeMake(s.messages.Request, m, s.maxSend); ok {
			return packed, nil
		}
	}
	return goMergeEncode(s.info.codec, m, s.sends, s.compressor, s.maxSend, "trying to")
}

// incoming returns a message that has arrived.
func (s *goMergeClientStream) incoming(message mergeruntime.Message) (goMergeIncoming, error) {
	if message.Made != nil {
		return goMergeConverted(message, s.maxReceive, s.messages.TakeReply)
	}
	return goMergeUnpack(message.Bytes, goMergeDirection(s.seen.Encoding), s.maxReceive, false)
}

// pack makes a message ready to cross. One that is too large is refused with a text that
// begins as given.
func (c *goMergeServedCall) pack(codec baseCodec, m interface{}, begin string) (goMergePacked, error) {
	t, max := &c.t, c.server.opts.maxSendMessageSize
	direction := goMergeDirection(t.sends)
	if messages := t.request.Messages; messages != nil && direction == "" && goMergeIsProto(codec) {
		if packed, ok := goMergeMake(messages.Reply, m, max); ok {
			return packed, nil
		}
	}
	return goMergeEncode(codec, m, direction, goMergeCompressor(t.sends), max, begin)
}
