package main

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/wrapperspb"

	_ "google.golang.org/grpc/encoding/gzip" // registers the compressor

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/codec"
)

// messages are about messages and who owns them.
func messages() map[string]behaviour {
	return map[string]behaviour{
		"nil reply": {unary: func(e *env, _ context.Context, request string) (string, error) {
			return nilReply, nil
		}},
		"messages reused after Send": {stream: func(e *env, _, _ string, s stringStream) error {
			e.wait("sent")
			reply := new(wrapperspb.StringValue)
			for {
				m, err := s.recv()
				if err != nil {
					return nil
				}
				reply.Value = "re: " + m
				if err := s.SendMsg(reply); err != nil {
					return err
				}
				reply.Value = "changed by the callee"
			}
		}},
		"raw bytes": {
			options: func(*env) []grpc.ServerOption { return []grpc.ServerOption{grpc.ForceServerCodec(codec.Raw{})} },
			stream: func(e *env, _, _ string, s stringStream) error {
				e.wait("sent")
				var m []byte
				for s.RecvMsg(&m) == nil {
					e.Addf("%q", m)
					if err := s.SendMsg(&m); err != nil {
						return err
					}
					copy(m, bytes.Repeat([]byte("!"), len(m)))
				}
				return nil
			},
		},
		"100 MB": {
			options: func(*env) []grpc.ServerOption { return []grpc.ServerOption{grpc.MaxRecvMsgSize(200 << 20)} },
			unary: func(e *env, _ context.Context, request string) (string, error) {
				e.Addf("%d bytes", len(request))
				return request, nil
			},
		},
		"100 MB on a stream": {
			options: func(*env) []grpc.ServerOption { return []grpc.ServerOption{grpc.MaxRecvMsgSize(200 << 20)} },
		},
		"compression": {
			unary: func(e *env, ctx context.Context, request string) (string, error) {
				names, err := grpc.ClientSupportedCompressors(ctx)
				e.Addf("supported %q %v", names, err)
				if name, _, ok := strings.Cut(request, " "); ok {
					e.Addf("set %s: %v", name, grpc.SetSendCompressor(ctx, name))
				}
				if err := grpc.SendHeader(ctx, nil); err != nil {
					return "", err
				}
				e.Addf("set after the header: %v", grpc.SetSendCompressor(ctx, "gzip"))
				return strings.Repeat("reply ", 50), nil
			},
			options: withEvents,
		},
		"compressed stream": {options: withEvents},
		"compressed reply above the limit": {unary: func(*env, context.Context, string) (string, error) {
			return strings.Repeat("x", 5<<20), nil
		}},
		"many calls at once": {unary: func(_ *env, _ context.Context, request string) (string, error) {
			return fmt.Sprint(len(request), request), nil
		}},
	}
}
