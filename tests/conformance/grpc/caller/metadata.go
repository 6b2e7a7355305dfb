package main

import (
	"context"
	"fmt"
	"net"
	"strings"

	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

var crowded = metadata.MD{
	"many": {"1", "2"}, "empty": {}, "blank": {""}, "bytes-bin": {"\x00\x01\xff", "second", ""}, "with.dots_and-dashes": {"v"}, "padded": {" x "},
	// The framework's own.
	"grpc-previous-rpc-attempts": {"3"}, "grpc-foo": {"bar"}, "te": {"x"}, "content-type": {"x"}, "user-agent": {"x"}, "grpc-timeout": {"1S"},
	"grpc-encoding": {"gzip"}, "grpc-status": {"1"}, "grpc-message": {"m"}, "grpc-message-type": {"t"}, ":path": {"/x"},
}

// metadataCases are about what crosses other than messages.
func metadataCases() []testCase {
	return []testCase{
		{name: "metadata", run: func(e *env) {
			e.try("none")
			e.tryIn(metadata.NewOutgoingContext(context.Background(), nil), "nil")
			ctx := metadata.NewOutgoingContext(context.Background(), crowded)
			e.tryIn(ctx, "crowded")
			e.tryIn(metadata.AppendToOutgoingContext(ctx, "Many", "3", "upper-KEY", "u", "te", "y", "many", "4", "Bytes-Bin", "\n"), "appended")
			e.tryIn(metadata.AppendToOutgoingContext(context.Background(), "a", "1"), "appended to nothing")
		}},
		{name: "metadata of an incoming call", run: func(e *env) {
			ctx := metadata.NewIncomingContext(context.Background(), metadata.Pairs("secret", "s"))
			e.tryIn(ctx, "incoming")
			e.tryIn(metadata.AppendToOutgoingContext(ctx, "own", "o"), "incoming and own")
		}},
		{name: "metadata of many keys", run: func(e *env) {
			md := metadata.MD{}
			for i := range 300 {
				key := fmt.Sprintf("key-%d", i%100)
				md[key] = append(md[key], fmt.Sprint(i))
			}
			md["long"] = []string{strings.Repeat("x", 20000)}
			e.tryIn(metadata.NewOutgoingContext(context.Background(), md), "many")
		}},
		{name: "metadata on a stream", run: func(e *env) {
			ctx, cancel := context.WithCancel(metadata.NewOutgoingContext(context.Background(), crowded))
			defer cancel()
			if s, ok := e.begin(metadata.AppendToOutgoingContext(ctx, "many", "3"), "Both"); ok {
				e.drain(s)
			}
		}},
		{name: "bad metadata", run: func(e *env) {
			e.try("none")
			for _, md := range []metadata.MD{{"a b": {"1"}}, {"": {"1"}}, {"k": {"a\nb"}}, {"k": {"é"}}, {"k": {"\x7f"}}, {"ü": {"1"}}, {"x-bin": {"\n"}}} {
				e.tryIn(metadata.NewOutgoingContext(context.Background(), md), observe.MD(md))
				s, ok := e.begin(metadata.NewOutgoingContext(context.Background(), md), "Both")
				if ok {
					e.drain(s)
				}
			}
		}},
		{name: "metadata of replies", run: func(e *env) {
			e.tryMD(context.Background(), "reply")
			e.tryMD(context.Background(), "fail")
		}},
		{name: "bad metadata of replies", run: func(e *env) {
			for _, where := range []string{"header", "trailer", "header of a failure"} {
				for _, what := range []string{"line break", "not ASCII", "upper case", "space in the key", "bytes", "space around"} {
					e.tryMD(context.Background(), where+": "+what)
				}
			}
		}},
		{name: "values of contexts", run: func(e *env) {
			ctx := context.WithValue(context.Background(), "the caller's", "secret")
			ctx = peer.NewContext(ctx, &peer.Peer{Addr: &net.UnixAddr{Name: "x"}})
			e.tryIn(ctx, "x")
		}},
	}
}

// oddMetadata is metadata that HTTP/2 may refuse.
func oddMetadata() []testCase {
	return []testCase{
		{name: "keys of HTTP/2", run: func(e *env) {
			for _, key := range []string{"host", "connection", "grpc-accept-encoding"} {
				ctx, cancel := e.ctx()
				_, err := e.unary(metadata.AppendToOutgoingContext(ctx, key, "x"), key)
				e.Addf("%s: %s", key, observe.Code(err))
				cancel()
			}
		}},
		{name: "2 MiB of metadata", run: func(e *env) {
			ctx, cancel := e.ctx()
			defer cancel()
			_, err := e.unary(metadata.AppendToOutgoingContext(ctx, "large", strings.Repeat("x", 2<<20)), "large")
			e.Addf("%s", observe.Code(err))
		}},
	}
}
