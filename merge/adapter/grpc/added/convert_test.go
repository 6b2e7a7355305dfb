//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"unicode/utf8"

	"google.golang.org/grpc/encoding/gzip"
	ownproto "google.golang.org/grpc/encoding/proto"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/dynamicpb"
	"google.golang.org/protobuf/types/known/emptypb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

var (
	// goMergeConverts is set while messages are converted.
	goMergeConverts atomic.Bool
	// goMergeMade and goMergeTaken count what was converted, and what of that was taken.
	goMergeMade, goMergeTaken atomic.Int64
)

// goMergeTestMessages does what glue does for wrapperspb.StringValue on both sides.
func goMergeTestMessages() *mergeruntime.Messages {
	convert := func(message interface{}, most int) (interface{}, int, bool) {
		src, _ := message.(*wrapperspb.StringValue)
		if src == nil || !goMergeConverts.Load() || !utf8.ValidString(src.Value) || len(src.ProtoReflect().GetUnknown()) > 0 {
			return nil, 0, false
		}
		size := proto.Size(src)
		if size > most {
			return nil, 0, false
		}
		goMergeMade.Add(1)
		return &wrapperspb.StringValue{Value: src.Value}, size, true
	}
	take := func(message, made interface{}) bool {
		src, _ := made.(*wrapperspb.StringValue)
		dst, _ := message.(*wrapperspb.StringValue)
		if src == nil || dst == nil {
			return false
		}
		goMergeTaken.Add(1)
		dst.Reset()
		dst.Value = src.Value
		return true
	}
	return &mergeruntime.Messages{Request: convert, Reply: convert, TakeRequest: take, TakeReply: take}
}

// goMergeOwnCodec does what the framework's codec does, and is not that one.
type goMergeOwnCodec struct{}

func (goMergeOwnCodec) Name() string { return ownproto.Name }

func (goMergeOwnCodec) Marshal(m interface{}) ([]byte, error) {
	return proto.Marshal(m.(proto.Message))
}

func (goMergeOwnCodec) Unmarshal(data []byte, m interface{}) error {
	return proto.Unmarshal(data, m.(proto.Message))
}

// TestGoMergeConverted counts which messages of a call are converted.
func TestGoMergeConverted(t *testing.T) {
	handlers := 2
	if goMergeShowsBytes {
		handlers = 0
	}
	const retry = `{"methodConfig": [{"name": [{}], "retryPolicy": {"maxAttempts": 2, "initialBackoff": "1s", "maxBackoff": "1s", "backoffMultiplier": 1, "retryableStatusCodes": ["ABORTED"]}}]}`
	for name, test := range map[string]struct {
		goMergeCase
		opts    []CallOption
		request string
		made    int
	}{
		"plain":             {made: 2},
		"subtype":           {opts: []CallOption{CallContentSubtype(ownproto.Name)}, made: 2},
		"limits":            {opts: []CallOption{MaxCallSendMsgSize(100), MaxCallRecvMsgSize(100)}, made: 2},
		"stats of client":   {goMergeCase: goMergeCase{client: []DialOption{WithStatsHandler(goMergeNoEvents{})}}, made: handlers},
		"stats of server":   {goMergeCase: goMergeCase{server: []ServerOption{StatsHandler(goMergeNoEvents{})}}, made: handlers},
		"codec of call":     {opts: []CallOption{ForceCodec(goMergeOwnCodec{})}},
		"codec of conn":     {goMergeCase: goMergeCase{client: []DialOption{WithDefaultCallOptions(ForceCodec(goMergeOwnCodec{}))}}},
		"codec of server":   {goMergeCase: goMergeCase{server: []ServerOption{ForceServerCodec(goMergeOwnCodec{})}}},
		"compressor":        {opts: []CallOption{UseCompressor(gzip.Name)}},
		"retry":             {goMergeCase: goMergeCase{client: []DialOption{WithDefaultServiceConfig(retry)}}},
		"invalid request":   {request: "\xff"},
		"compressed reply":  {request: "compress", made: 1},
		"invalid reply":     {request: "invalid", made: 1},
		"failure":           {request: "fail", made: 1},
		"request too large": {opts: []CallOption{MaxCallSendMsgSize(3)}, request: "long text"},
		"reply too large":   {opts: []CallOption{MaxCallRecvMsgSize(3)}, request: "long text", made: 2},
		"limit of server":   {goMergeCase: goMergeCase{server: []ServerOption{MaxRecvMsgSize(3)}}, request: "long text", made: 1},
		"reply not sent":    {goMergeCase: goMergeCase{server: []ServerOption{MaxSendMsgSize(3)}}, request: "long text", made: 1},
	} {
		for _, kind := range []string{"plain", "cancellable", "stream"} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				var results [2]string
				for i := range results {
					goMergeConverts.Store(i == 1)
					e := goMergeStart(t, &test.goMergeCase, true)
					handle := func(ctx context.Context, request string) (string, error) {
						switch request {
						case "compress":
							return "re: ", SetSendCompressor(ctx, gzip.Name)
						case "invalid":
							return "\xff", nil
						case "fail":
							return "", errors.New("failed")
						}
						return "re: " + request, nil
					}
					e.handleUnary(handle)
					e.handleStream(func(_ string, s ServerStream) error {
						request, err := goMergeRecv(s)
						if err != nil {
							return err
						}
						reply, err := handle(s.Context(), request)
						if err != nil {
							return err
						}
						return s.SendMsg(goMergeText(reply))
					})
					ctx, call := context.Background(), e.call
					switch kind {
					case "cancellable":
						var cancel context.CancelFunc
						ctx, cancel = context.WithCancel(ctx)
						defer cancel()
					case "stream":
						call = e.exchange
					}
					before := goMergeMade.Load()
					reply, err := call(ctx, test.request, test.opts...)
					results[i] = fmt.Sprintf("%q, %s", reply, goMergeErr(err))
					if n := int(goMergeMade.Load() - before); n != i*test.made {
						t.Errorf("%d messages are converted, want %d", n, i*test.made)
					}
					e.stop()
				}
				if results[0] != results[1] {
					t.Errorf("as bytes:  %s\nconverted: %s", results[0], results[1])
				}
			})
		}
	}
}

// TestGoMergeOtherTypes has callers and handlers with messages that glue does not know.
func TestGoMergeOtherTypes(t *testing.T) {
	goMergeConverts.Store(true)
	e := goMergeStart(t, &goMergeCase{}, true)
	defer e.stop()
	request := goMergeText("x")
	request.ProtoReflect().SetUnknown([]byte{0x10, 1})
	dynamic := func(text string) proto.Message {
		m := dynamicpb.NewMessage(request.ProtoReflect().Descriptor())
		proto.Merge(m, goMergeText(text))
		return m
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	stream := e.open(ctx, "Both")
	calls := map[string]func(request, reply interface{}) error{
		"unary": func(request, reply interface{}) error {
			return e.cc.Invoke(context.Background(), "/test.S/Get", request, reply)
		},
		"stream": func(request, reply interface{}) error {
			return errors.Join(stream.SendMsg(request), stream.RecvMsg(reply))
		},
	}
	for _, test := range []struct {
		request, reply, want proto.Message
		made, taken          int
	}{
		{goMergeText("x"), goMergeText("old"), goMergeText("re: x"), 2, 2},
		{goMergeText("x"), &wrapperspb.BytesValue{Value: []byte("old")}, &wrapperspb.BytesValue{Value: []byte("re: x")}, 2, 1},
		{&wrapperspb.BytesValue{Value: []byte("x")}, goMergeText("old"), goMergeText("re: x"), 1, 1},
		{&emptypb.Empty{}, goMergeText("old"), goMergeText("re: "), 1, 1},
		{request, goMergeText("old"), goMergeText("re: x"), 1, 1},
		{dynamic("x"), goMergeText("old"), goMergeText("re: x"), 1, 1},
		{goMergeText("x"), dynamic("old"), dynamic("re: x"), 2, 1},
	} {
		for kind, call := range calls {
			made, taken := goMergeMade.Load(), goMergeTaken.Load()
			reply := proto.Clone(test.reply)
			if err := call(test.request, reply); err != nil || !proto.Equal(reply, test.want) {
				t.Errorf("%s %T %v: %v, want %v; error %v", kind, test.request, test.request, reply, test.want, err)
			}
			made, taken = goMergeMade.Load()-made, goMergeTaken.Load()-taken
			if made != int64(test.made) || taken != int64(test.taken) {
				t.Errorf("%s %T %v: %d messages are converted and %d taken, want %d and %d", kind, test.request, test.request, made, taken, test.made, test.taken)
			}
		}
	}
}

// TestGoMergeDecodedTwice has a handler that decodes its request twice: the two messages
// share no memory.
func TestGoMergeDecodedTwice(t *testing.T) {
	in := goMergeIncoming{made: &wrapperspb.BytesValue{Value: []byte("abc")}, take: func(message, made interface{}) bool {
		message.(*wrapperspb.BytesValue).Value = made.(*wrapperspb.BytesValue).Value
		return true
	}}
	codec := (&Server{}).getCodec("")
	var first, second wrapperspb.BytesValue
	for _, m := range []*wrapperspb.BytesValue{&first, &second} {
		if err := in.read(codec, m); err != nil {
			t.Fatal(err)
		}
	}
	first.Value[0] = 'x'
	if string(second.Value) != "abc" {
		t.Errorf("got %q", second.Value)
	}
}
