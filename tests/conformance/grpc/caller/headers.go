package main

import (
	"context"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// headers are about when headers and trailers may be set and are seen.
func headers() []testCase {
	return []testCase{
		{name: "header and trailer of a call", run: func(e *env) {
			e.tryMD(context.Background(), "ok")
			e.tryMD(context.Background(), "fail")
		}},
		{name: "header and trailer after a call", run: func(e *env) {
			e.try("x")
			e.arrived("late") // before the connection closes
		}},
		{name: "header and trailer of a stream", run: func(e *env) {
			s, ok := e.begin(context.Background(), "Both")
			if !ok {
				return
			}
			got := make(chan struct{})
			go func() {
				s.Header()
				close(got)
			}()
			e.arrived("nothing sent")
			select {
			case <-got:
				e.Addf("the header did not wait")
			case <-time.After(30 * time.Millisecond):
			}
			e.open("nothing sent")
			<-got
			md, err := s.Header()
			e.Addf("header %s %v", observe.MD(md), err)
			e.arrived("header sent")
			e.Addf("trailer before the end %d", len(s.Trailer()))
			e.open("header sent")
			e.drain(s)
			md, err = s.Header()
			e.Addf("header after the end %s %v", observe.MD(md), err)
		}},
		{name: "no header", run: func(e *env) {
			for _, how := range []string{"nothing", "set", "fail", "set and fail"} {
				s, ok := e.begin(context.Background(), "Both")
				if !ok {
					continue
				}
				e.Addf("%s: send %v", how, s.send(how))
				md, err := s.Header()
				e.Addf("header %s %s", observe.MD(md), observe.Error(err))
				e.drain(s)
				md, err = s.Header()
				e.Addf("header %s %s", observe.MD(md), observe.Error(err))
			}
		}},
		{name: "header before a message", run: func(e *env) {
			if s, ok := e.begin(context.Background(), "Both"); ok {
				reply, err := s.recv()
				e.Addf("%s", observe.Result(reply, err))
				md, err := s.Header()
				e.Addf("header %s %s", observe.MD(md), observe.Error(err))
				e.drain(s)
			}
		}},
		{name: "options of calls", run: func(e *env) {
			type own struct{ grpc.EmptyCallOption }
			e.try("x", grpc.EmptyCallOption{}, own{}, &own{}, grpc.WaitForReady(true), grpc.CallContentSubtype("Proto"), grpc.MaxRetryRPCBufferSize(1),
				grpc.OnFinish(func(err error) { e.Addf("finished %v", err) }), grpc.OnFinish(func(err error) { e.Addf("and %v", err) }))
			e.try("x", grpc.UseCompressor("nobody"), grpc.OnFinish(func(err error) { e.Addf("finished %s", observe.Error(err)) }))
			var p peer.Peer
			e.try("x", grpc.Peer(&p))
			e.Addf("%s", observe.Peer(&p))
		}},
		{name: "options of a stream", run: func(e *env) {
			header, trailer, p := metadata.MD(nil), metadata.MD(nil), peer.Peer{}
			s, ok := e.begin(context.Background(), "Both", grpc.Header(&header), grpc.Trailer(&trailer), grpc.Peer(&p), grpc.OnFinish(func(err error) { e.Addf("finished %v", err) }))
			if !ok {
				return
			}
			e.Addf("send %v", s.send("x"))
			reply, err := s.recv()
			e.Addf("%s", observe.Result(reply, err))
			e.Addf("before the end %v %v %v", header, trailer, p.Addr)
			inContext, ok := peer.FromContext(s.Context())
			e.Addf("peer %t %s", ok, observe.Peer(inContext))
			s.CloseSend()
			e.drain(s)
			e.Addf("after the end %s %s %s", observe.MD(header), observe.MD(trailer), observe.Peer(&p))
		}},
	}
}
