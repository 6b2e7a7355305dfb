package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// limits are about sizes and numbers that a side allows.
func limits() []testCase {
	return []testCase{
		{name: "sizes of messages", run: func(e *env) {
			for _, size := range []int{10, 996, 997, 998, 1500, 5000} {
				e.try(strings.Repeat("x", size))
			}
			for _, size := range []int{10, 1947, 1948, 1997, 1998, 5000} {
				for _, options := range [][]grpc.CallOption{nil, {grpc.MaxCallRecvMsgSize(1950)}, {grpc.MaxCallSendMsgSize(1)}} {
					e.try(fmt.Sprint(size), options...)
				}
			}
		}},
		{name: "default sizes", run: func(e *env) {
			for _, size := range []int{4<<20 - 10, 4 << 20} {
				e.try(strings.Repeat("x", size))
				e.try(fmt.Sprint(size))
			}
		}},
		{name: "sizes of the service config", dial: func(*env) []grpc.DialOption {
			return []grpc.DialOption{grpc.WithDefaultServiceConfig(`{"methodConfig": [{"name": [{"service": "conformance.Cases", "method": "Unary"}], "maxRequestMessageBytes": 100, "maxResponseMessageBytes": 50}]}`)}
		}, run: func(e *env) {
			for _, size := range []int{10, 60, 200} {
				e.try(strings.Repeat("x", size))
				e.try(strings.Repeat("x", size), grpc.MaxCallRecvMsgSize(1000))
			}
		}},
		{name: "sizes on streams", run: func(e *env) {
			for _, message := range []string{"10", "3000", strings.Repeat("x", 1500)} {
				opened("Both", func(e *env, s stream) {
					e.Addf("send %v", s.send(message))
					e.drain(s)
				})(e)
				e.arrived("end")
			}
			if s, ok := e.begin(context.Background(), "Both", grpc.MaxCallRecvMsgSize(1000)); ok {
				e.Addf("send %v", s.send("1500"))
				e.drain(s)
				e.arrived("end")
			}
			if s, ok := e.begin(context.Background(), "Both", grpc.MaxCallSendMsgSize(1000)); ok {
				for range 5 { // streams
					e.arrived("handler")
				}
				e.Addf("send %s", observe.Error(s.send(strings.Repeat("x", 1500))))
				e.drain(s)
			}
		}},
		{name: "number of streams", run: func(e *env) {
			e.try("first") // The limit is known once the connection is.
			var open []stream
			var cancels []context.CancelFunc
			for range 2 {
				ctx, cancel := context.WithCancel(context.Background())
				cancels = append(cancels, cancel)
				if s, ok := e.begin(ctx, "Both"); ok {
					e.Addf("send %v", s.send("x"))
					reply, err := s.recv()
					e.Addf("%s", observe.Result(reply, err))
					open = append(open, s)
				}
			}
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			e.tryIn(ctx, "no room")
			cancel()
			done := make(chan struct{})
			go func() {
				defer close(done)
				e.try("waits")
			}()
			time.Sleep(30 * time.Millisecond)
			for i, s := range open {
				s.CloseSend()
				if i == 0 {
					s.recv()
					<-done
				} else {
					e.drain(s)
				}
				cancels[i]()
			}
		}},
	}
}
