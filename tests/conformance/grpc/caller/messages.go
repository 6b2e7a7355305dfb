package main

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/codec"
	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// invoke makes a unary call with any messages.
func (e *env) invoke(method string, request, reply any, options ...grpc.CallOption) {
	err := e.cc.Invoke(context.Background(), "/conformance.Cases/"+method, request, reply, options...)
	text := ""
	if m, ok := reply.(proto.Message); ok {
		text = observe.Message(m)
	}
	e.Addf("%s: %s, %s", method, text, observe.Error(err))
}

// messages are about messages and who owns them.
func messages() []testCase {
	return []testCase{
		{name: "text", run: func(e *env) {
			for _, text := range []string{"", "x", "ünï 世界 \x00", strings.Repeat("long", 20000)} {
				e.try(text)
			}
		}},
		{name: "text that is not UTF-8", run: func(e *env) {
			e.try("a\xffb")
			e.try("after")
		}},
		{name: "structs", run: func(e *env) {
			values := map[string]any{
				"null": nil, "bool": true, "number": -1.5, "text": "ü", "list": []any{1.0, nil, "x", []any{}}, "map": map[string]any{"": map[string]any{}},
			}
			s, err := structpb.NewStruct(values)
			if err != nil {
				e.Addf("%v", err)
			}
			s.Fields["nothing"] = &structpb.Value{}
			s.Fields["infinite"] = structpb.NewNumberValue(math.Inf(1))
			for _, m := range []*structpb.Struct{{}, s} {
				reply := &structpb.Struct{Fields: map[string]*structpb.Value{"before": nil}}
				e.invoke("Struct", m, reply)
			}
		}},
		{name: "deep recursion", run: func(e *env) {
			v := structpb.NewNumberValue(1)
			for range 1000 {
				v = structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{v}})
			}
			e.invoke("Struct", &structpb.Struct{Fields: map[string]*structpb.Value{"deep": v}}, &structpb.Struct{})
			for range 9000 {
				v = structpb.NewListValue(&structpb.ListValue{Values: []*structpb.Value{v}})
			}
			e.invoke("Struct", &structpb.Struct{Fields: map[string]*structpb.Value{"too deep": v}}, &structpb.Struct{})
		}},
		{name: "any", run: func(e *env) {
			inner, err := anypb.New(wrapperspb.Int64(-1))
			if err != nil {
				e.Addf("%v", err)
			}
			outer, err := anypb.New(inner)
			if err != nil {
				e.Addf("%v", err)
			}
			for _, m := range []*anypb.Any{{}, inner, outer, {TypeUrl: "nobody.knows/it", Value: []byte{0xff}}} {
				e.invoke("Any", m, &anypb.Any{})
			}
		}},
		{name: "proto2 with unknown fields", run: func(e *env) {
			file := protodesc.ToFileDescriptorProto(descriptorpb.File_google_protobuf_descriptor_proto)
			e.invoke("File", file, &descriptorpb.FileDescriptorProto{})
			small := &descriptorpb.FileDescriptorProto{Name: proto.String(""), Dependency: []string{"a", ""}, Options: &descriptorpb.FileOptions{
				OptimizeFor: descriptorpb.FileOptions_CODE_SIZE.Enum(), JavaMultipleFiles: proto.Bool(false),
				// A name part without its required fields.
				UninterpretedOption: []*descriptorpb.UninterpretedOption{{DoubleValue: proto.Float64(math.NaN())}},
			}}
			small.ProtoReflect().SetUnknown([]byte("\xa2\x7d\x03abc\xa8\x7d\x01"))
			e.invoke("File", small, &descriptorpb.FileDescriptorProto{})
			small.Options.UninterpretedOption[0].Name = []*descriptorpb.UninterpretedOption_NamePart{{NamePart: proto.String("x")}}
			e.invoke("File", small, &descriptorpb.FileDescriptorProto{})
		}},
		{name: "messages of other types", run: func(e *env) {
			any := &anypb.Any{TypeUrl: "text", Value: []byte("x")}
			reply := wrapperspb.String("before")
			e.invoke("Unary", any, reply)
			e.Addf("unknown %x", reply.ProtoReflect().GetUnknown())
			e.invoke("Any", wrapperspb.String("text"), reply)
			e.invoke("Bytes", wrapperspb.Bytes([]byte("\xff")), &anypb.Any{})
			e.invoke("Struct", wrapperspb.Bytes([]byte("\xff\xff\xff")), &structpb.Struct{})
			e.invoke("Bytes", wrapperspb.Bytes([]byte("\xff\xff\xff")), &structpb.Struct{})
			e.try("after")
		}},
		{name: "what is not a message", run: func(e *env) {
			// The texts have addresses and types of the codec.
			code := func(request, reply any) string {
				return observe.Code(e.cc.Invoke(context.Background(), "/conformance.Cases/Unary", request, reply))
			}
			e.Addf("nil %s", code(nil, wrapperspb.String("")))
			e.Addf("text %s", code("text", wrapperspb.String("")))
			e.Addf("typed nil %s", code((*wrapperspb.StringValue)(nil), wrapperspb.String("")))
			e.Addf("text as reply %s", code(wrapperspb.String("x"), new(string)))
			e.try("after")
		}},
		{name: "nil reply", run: func(e *env) { e.try("x") }},
		{name: "messages reused after Send", run: func(e *env) {
			s, ok := e.begin(context.Background(), "Both")
			if !ok {
				return
			}
			m := new(wrapperspb.StringValue)
			for i := range 5 {
				m.Value = fmt.Sprint("message ", i)
				e.Addf("send %v", s.SendMsg(m))
				m.Value = "changed by the caller"
			}
			s.CloseSend()
			e.open("sent")
			e.drain(s)
		}},
		{name: "messages reused after a call", run: func(e *env) {
			m, reply := wrapperspb.String("first"), new(wrapperspb.StringValue)
			for i := range 3 {
				e.invoke("Unary", m, reply)
				m.Value = fmt.Sprint("message ", i)
				reply.Value += " changed by the caller"
			}
		}},
		{name: "raw bytes", dial: func(*env) []grpc.DialOption {
			return []grpc.DialOption{grpc.WithDefaultCallOptions(grpc.ForceCodec(codec.Raw{}))}
		}, run: func(e *env) {
			s, ok := e.begin(context.Background(), "Both")
			if !ok {
				return
			}
			m := []byte("0 message")
			for i := range 5 {
				m[0] = byte('0' + i)
				e.Addf("send %v", s.SendMsg(&m))
			}
			copy(m, "changed!!")
			s.CloseSend()
			e.open("sent")
			for {
				var reply []byte
				err := s.RecvMsg(&reply)
				e.Addf("%q, %v", reply, err)
				if err != nil {
					return
				}
			}
		}},
		{name: "codec of one side", dial: func(*env) []grpc.DialOption {
			return []grpc.DialOption{grpc.WithDefaultCallOptions(grpc.ForceCodec(codec.Lend{}))}
		}, run: func(e *env) {
			request, err := proto.Marshal(wrapperspb.String("encoded by hand"))
			if err != nil {
				e.Addf("%v", err)
			}
			for range 2 {
				var reply []byte
				// The callee does not know the content subtype, and takes protobuf's codec.
				err = e.cc.Invoke(context.Background(), "/conformance.Cases/Unary", &request, &reply)
				e.Addf("%q, %s", reply, observe.Error(err))
				copy(reply, bytes.Repeat([]byte("!"), len(reply)))
			}
		}},
		{name: "json", run: func(e *env) {
			e.try("by json", grpc.CallContentSubtype("json"))
			e.try("by JSON", grpc.CallContentSubtype("JSON"))
			s, err := structpb.NewStruct(map[string]any{"a": []any{1.0, "x"}})
			if err != nil {
				e.Addf("%v", err)
			}
			e.invoke("Struct", s, &structpb.Struct{}, grpc.CallContentSubtype("json"))
			e.invoke("Any", &anypb.Any{TypeUrl: "nobody.knows/it"}, &anypb.Any{}, grpc.CallContentSubtype("json"))
			e.try("by a codec that nobody has", grpc.CallContentSubtype("nobody"))
		}},
		{name: "prepared message", run: func(e *env) {
			s, ok := e.begin(context.Background(), "Both")
			if !ok {
				return
			}
			var m grpc.PreparedMsg
			e.Addf("encode %v", m.Encode(s, wrapperspb.String("prepared")))
			for range 2 {
				e.Addf("send %v", s.SendMsg(&m))
				reply, err := s.recv()
				e.Addf("%s", observe.Result(reply, err))
			}
			s.CloseSend()
			e.drain(s)
		}},
		{name: "100 MB", dial: large, run: func(e *env) {
			e.try(strings.Repeat("x", 100<<20))
		}},
		{name: "100 MB on a stream", dial: large, run: func(e *env) {
			s, ok := e.begin(context.Background(), "Both")
			if !ok {
				return
			}
			e.Addf("send %v", s.send(strings.Repeat("x", 100<<20)))
			s.CloseSend()
			e.drain(s)
		}},
		{name: "compression", dial: withClientEvents, run: func(e *env) {
			for _, request := range []string{"identity ", "gzip ", "nobody ", "plain"} {
				for _, options := range [][]grpc.CallOption{nil, {grpc.UseCompressor(gzip.Name)}, {grpc.UseCompressor("identity")}} {
					e.try(strings.Repeat(request, 50), options...)
				}
			}
			e.try("x", grpc.UseCompressor("nobody"))
			e.try(strings.Repeat("x", 5<<20), grpc.UseCompressor(gzip.Name))
		}},
		{name: "compressed stream", dial: withClientEvents, run: func(e *env) {
			s, ok := e.begin(context.Background(), "Both", grpc.UseCompressor(gzip.Name))
			if !ok {
				return
			}
			for _, text := range []string{strings.Repeat("x", 1000), "", "y"} {
				e.Addf("send %v", s.send(text))
				reply, err := s.recv()
				e.Addf("%s", observe.Result(reply, err))
			}
			s.CloseSend()
			e.drain(s)
		}},
		{name: "compressed reply above the limit", run: func(e *env) { e.try("x", grpc.UseCompressor(gzip.Name)) }},
		{name: "many calls at once", run: func(e *env) {
			var all sync.WaitGroup
			var wrong atomic.Int64
			for worker := range 50 {
				all.Go(func() {
					ctx, cancel := e.ctx()
					defer cancel()
					for i := range 20 {
						request := strings.Repeat(fmt.Sprint(worker, " ", i, ","), i)
						reply, err := e.unary(ctx, request)
						if err != nil || reply != fmt.Sprint(len(request), request) {
							wrong.Add(1)
						}
					}
				})
			}
			all.Wait()
			e.Addf("%d wrong answers", wrong.Load())
		}},
	}
}

func large(*env) []grpc.DialOption {
	return []grpc.DialOption{grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(200 << 20))}
}

// withClientEvents has a connection tell of its events.
func withClientEvents(e *env) []grpc.DialOption {
	return []grpc.DialOption{grpc.WithStatsHandler(observe.NewEvents(&e.Log, "client", ""))}
}
