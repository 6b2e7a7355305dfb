package main

import (
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/bytedance/gopkg/cloud/metainfo"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/rpcinfo"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/protos"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/observe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/random"
)

// protoHandler serves ProtoService.
type protoHandler struct {
	mu   sync.Mutex
	kept *protos.Message
}

// EchoProto implements protos.ProtoService.
func (*protoHandler) EchoProto(_ context.Context, message *protos.Message) (*protos.Message, error) {
	return message, nil
}

// FailProto implements protos.ProtoService.
func (*protoHandler) FailProto(_ context.Context, failure *protos.Failure) (*protos.Message, error) {
	switch failure.How {
	case "acl":
		return nil, kerrors.ErrACL
	case "wrapped biz":
		return nil, fmt.Errorf("wrapped: %w", fail("biz"))
	case "canceled":
		return nil, context.Canceled
	case "nil pointer":
		var message *protos.Message
		message.Small++
	}
	return &protos.Message{Text: failure.How, Kind: &protos.Message_Id{Id: 1}}, fail(failure.How)
}

// MakeProto implements protos.ProtoService.
func (h *protoHandler) MakeProto(ctx context.Context, wish *protos.Wish) (*protos.Message, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	message := &protos.Message{Kind: &protos.Message_Id{Id: 1}}
	switch wish.What {
	case "nil":
		return nil, nil
	case "zero":
	case "metadata":
		info := rpcinfo.GetRPCInfo(ctx)
		message.Text = fmt.Sprintf("persistent %s, transient %s, from %s over %v", observe.Value(metainfo.GetAllPersistentValues(ctx)),
			observe.Value(metainfo.GetAllValues(ctx)), info.From().ServiceName(), info.Config().TransportProtocol())
	case "random":
		random.Fill(uint64(wish.Seed), message)
	case "oneof without a value":
		message.Kind = nil
	case "nil elements":
		message.Kinds = &protos.Kinds{
			Raws: [][]byte{nil, {}}, Answers: map[bool][]byte{true: nil},
			Wishes: []*protos.Wish{nil}, Named: map[string]*protos.Wish{"nil": nil},
		}
	case "not UTF-8":
		message.Text = "\xff\xfe"
		message.Words = []string{"\x80"}
		message.Counts = map[string]int64{"\xc0": 1}
	case "extremes":
		message.Real, message.Colour = math.Inf(-1), 77
		message.Kinds = &protos.Kinds{Uint64: math.MaxUint64, Sfixed32: math.MinInt32, Float: math.MaxFloat32}
	case "kept":
		return h.kept, nil
	case "changed":
		changeProto(h.kept, "changed")
	default:
		return nil, fmt.Errorf("cannot make %q", wish.What)
	}
	return message, nil
}

// KeepProto implements protos.ProtoService.
func (h *protoHandler) KeepProto(_ context.Context, message *protos.Message) (*protos.Message, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	changeProto(message, "kept")
	h.kept = message
	return message, nil
}

// changeProto changes all that two copies of a message could share.
func changeProto(message *protos.Message, mark string) {
	message.Text = mark
	message.Raw[0]++
	*message.Maybe++
	*message.MaybeText = mark
	message.Child.Small++
	message.Words[0] = mark
	message.Numbers[0]++
	message.Children[0].Small++
	message.Counts[mark] = 1
	message.ById[1].Small++
	message.GetMessage().Small++
	message.Kinds.Raws[0][0]++
	message.Kinds.Answers[true][0]++
	message.Kinds.MaybeRaw[0]++
	message.Kinds.MaybeWish.Seed++
}
