package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// opened runs a function with a stream of a method.
func opened(method string, run func(e *env, s stream)) func(e *env) {
	return func(e *env) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		if s, ok := e.begin(ctx, method); ok {
			run(e, s)
		}
	}
}

// streams are about streams of all kinds.
func streams() []testCase {
	return []testCase{
		{name: "ping-pong", run: opened("Both", func(e *env, s stream) {
			for i := range 100 {
				e.Addf("send %v", s.send(fmt.Sprint(i)))
				reply, err := s.recv()
				e.Addf("%s", observe.Result(reply, err))
			}
			e.Addf("close %v", s.CloseSend())
			e.Addf("again %v", s.CloseSend())
			e.drain(s)
			e.drain(s)
			e.Addf("context %v", s.Context().Err())
		})},
		{name: "client stream", run: opened("Up", func(e *env, s stream) {
			for i := range 10 {
				e.Addf("send %v", s.send(fmt.Sprint(i)))
			}
			e.Addf("close %v", s.CloseSend())
			reply, err := s.recv()
			e.Addf("%s", observe.Result(reply, err))
			e.Addf("context %v", s.Context().Err())
			e.drain(s)
		})},
		{name: "server stream", run: opened("Down", func(e *env, s stream) {
			e.Addf("send %v", s.send("x"))
			e.Addf("close %v", s.CloseSend())
			e.drain(s)
		})},
		{name: "number of replies", run: func(e *env) {
			for _, how := range []string{"", "1", "12"} {
				opened("Up", func(e *env, s stream) {
					e.Addf("send %v", s.send(how))
					s.CloseSend()
					e.drain(s)
				})(e)
			}
		}},
		{name: "number of requests", run: func(e *env) {
			for _, method := range []string{"Down", "Unary"} {
				for n := range 3 {
					inner, err := e.cc.NewStream(context.Background(), descs["Both"], "/conformance.Cases/"+method)
					if err != nil {
						e.Addf("%v", err)
						continue
					}
					s := stream{inner}
					for i := range n {
						if err := s.send(fmt.Sprint(i)); err != nil && err != io.EOF {
							e.Addf("send %s", observe.Error(err))
						}
					}
					s.CloseSend()
					e.Addf("%d messages for %s", n, method)
					e.drain(s)
				}
			}
		}},
		{name: "send after the end", run: func(e *env) {
			opened("Up", func(e *env, s stream) {
				e.arrived("handler")
				e.Addf("close %v", s.CloseSend())
				e.Addf("send %s", observe.Error(s.send("x")))
				e.drain(s)
			})(e)
			opened("Both", func(e *env, s stream) {
				reply, err := s.recv()
				e.Addf("%s", observe.Result(reply, err))
				e.Addf("send %s", observe.Error(s.send("x")))
				e.Addf("close %v", s.CloseSend())
				e.Addf("send %s", observe.Error(s.send("x")))
			})(e)
			opened("Down", func(e *env, s stream) {
				e.Addf("send %v", s.send("x"))
				e.arrived("handler")
				e.Addf("a second one %s", observe.Error(s.send("x")))
				e.drain(s)
			})(e)
		}},
		{name: "messages before an error", run: opened("Both", func(e *env, s stream) {
			e.arrived("handler")
			time.Sleep(20 * time.Millisecond)
			e.drain(s)
		})},
		{name: "cancelled with messages unread", run: func(e *env) {
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			s, ok := e.begin(ctx, "Both")
			if !ok {
				return
			}
			reply, err := s.recv()
			e.Addf("%s", observe.Result(reply, err))
			time.Sleep(50 * time.Millisecond) // the others have arrived
			cancel()
			e.drain(s)
		}},
		{name: "many messages ahead", run: opened("Both", func(e *env, s stream) {
			const n = 600
			for range n {
				if err := s.send(strings.Repeat("c", 90)); err != nil {
					e.Addf("send %s", observe.Error(err))
				}
			}
			for i := 0; ; i++ {
				if _, err := s.recv(); err != nil {
					e.Addf("%d messages, %s", i, observe.Error(err))
					return
				}
			}
		})},
		{name: "a reader that does not read", run: opened("Both", func(e *env, s stream) {
			reply, err := s.recv()
			e.Addf("%s", observe.Result(reply, err))
			time.Sleep(100 * time.Millisecond)
		})},
		{name: "both sides at once", run: opened("Both", func(e *env, s stream) {
			sent := make(chan error, 1)
			go func() {
				for i := range 500 {
					if err := s.send(fmt.Sprint(i)); err != nil {
						sent <- err
						return
					}
				}
				sent <- s.CloseSend()
			}()
			for i := 0; ; i++ {
				reply, err := s.recv()
				if err != nil {
					e.Addf("%d messages, %s, sent %v", i, observe.Error(err), <-sent)
					return
				}
				if reply != fmt.Sprint(i) {
					e.Addf("%q at %d", reply, i)
				}
			}
		})},
		{name: "handler that returns while it sends", run: opened("Both", func(e *env, s stream) {
			e.Addf("send %v", s.send("enough"))
			var err error
			for err == nil {
				_, err = s.recv()
			}
			e.Addf("%s", observe.Error(err))
			e.arrived("over")
		})},
		{name: "1,000 streams at once", run: func(e *env) {
			var all sync.WaitGroup
			var good atomic.Int64
			for i := range 1000 {
				all.Go(func() {
					ctx, cancel := e.ctx()
					defer cancel()
					s, ok := e.begin(ctx, "Both")
					if !ok {
						return
					}
					for j := range 5 {
						text := fmt.Sprint(i, " ", j)
						if err := s.send(text); err != nil {
							e.Addf("send %v", err)
							return
						}
						if reply, err := s.recv(); err != nil || reply != "re: "+text {
							e.Addf("%q: %s", text, observe.Result(reply, err))
							return
						}
					}
					s.CloseSend()
					if _, err := s.recv(); err == io.EOF {
						good.Add(1)
					}
				})
			}
			all.Wait()
			e.Addf("%d streams", good.Load())
		}},
		{name: "storm of cancellations", run: func(e *env) {
			var all sync.WaitGroup
			for i := range 100 {
				all.Go(func() {
					for j := range 10 {
						ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+(i*7+j*3)%13)*time.Millisecond)
						inner, err := e.cc.NewStream(ctx, descs["Both"], "/conformance.Cases/Both")
						for err == nil {
							if err = (stream{inner}).send("x"); err == nil {
								_, err = stream{inner}.recv()
							}
						}
						cancel()
					}
				})
			}
			for i := range 100 {
				all.Go(func() {
					for j := range 10 {
						ctx, cancel := context.WithTimeout(context.Background(), time.Duration((i*5+j)%7)*time.Millisecond/2)
						e.unary(ctx, "x")
						cancel()
					}
				})
			}
			all.Wait()
			e.try("after the storm")
			opened("Both", func(e *env, s stream) {
				e.Addf("send %v", s.send("after"))
				reply, err := s.recv()
				e.Addf("%s", observe.Result(reply, err))
			})(e)
		}},
		{name: "ends of both sides at once", run: func(e *env) {
			for range 200 {
				ctx, cancel := context.WithCancel(context.Background())
				header, trailer := metadata.MD(nil), metadata.MD(nil)
				inner, err := e.cc.NewStream(ctx, descs["Both"], "/conformance.Cases/Both", grpc.Header(&header), grpc.Trailer(&trailer))
				if err == nil {
					inner.CloseSend()
					go cancel()
					_, err = stream{inner}.recv()
					if code := observe.Code(err); code != "EOF" && code != "Canceled" {
						e.Addf("%s", observe.Error(err))
					}
				}
				cancel()
				if len(header)+len(trailer) > 1 {
					e.Addf("%s %s", observe.MD(header), observe.MD(trailer))
				}
			}
			e.Addf("done")
		}},
	}
}
