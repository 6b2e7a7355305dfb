package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/structpb"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/control"
	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// code makes a unary call and logs its code.
func (e *env) code(what string, options ...grpc.CallOption) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	_, err := e.unary(ctx, what, options...)
	e.Addf("%s: %s", what, observe.Code(err))
}

// background runs a function and returns one that waits for it.
func background(run func()) (wait func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		run()
	}()
	return func() { <-done }
}

// lifecycle is about servers that stop and start, and connections that close.
func lifecycle() []testCase {
	return []testCase{
		{name: "Stop", form: varying, run: func(e *env) {
			for _, cancellable := range []bool{false, true} {
				ctx, cancel := context.Background(), context.CancelFunc(func() {})
				if cancellable {
					ctx, cancel = e.ctx()
					e.order(control.Again, "")
					e.await("the new server", func() bool { return e.ready() })
				}
				done := background(func() {
					_, err := e.unary(ctx, "x")
					e.Addf("during: %s", observe.Code(err))
				})
				e.arrived("handler")
				e.order(control.Stop, "")
				done()
				cancel()
			}
			e.code("after")
		}},
		{name: "Stop and streams", form: varying, run: func(e *env) {
			opened("Both", func(e *env, s stream) {
				e.arrived("handler")
				e.order(control.Stop, "")
				_, err := s.recv()
				e.Addf("during: %s", observe.Code(err))
				e.Addf("send %v", s.send("x"))
			})(e)
			e.code("after")
		}},
		{name: "closed connection", run: func(e *env) {
			done := background(func() {
				_, err := e.unary(context.Background(), "x")
				e.Addf("during: %s", observe.Code(err))
			})
			e.arrived("handler")
			err := e.cc.Close()
			done()
			e.Addf("close %v", err)
			e.try("after")
			e.Addf("close again %s", observe.Error(e.cc.Close()))
		}},
		{name: "closed connection and streams", run: func(e *env) {
			opened("Both", func(e *env, s stream) {
				e.arrived("handler")
				e.Addf("close %v", e.cc.Close())
				_, err := s.recv()
				e.Addf("during: %s", observe.Code(err))
				e.Addf("send %v", s.send("x"))
				e.begin(context.Background(), "Both")
			})(e)
		}},
		{name: "GracefulStop", form: varying, run: func(e *env) {
			var calls sync.WaitGroup
			for range 20 {
				calls.Go(func() { e.try("x") })
			}
			for range 20 {
				e.arrived("handler")
			}
			stopped := make(chan struct{})
			go func() {
				defer close(stopped)
				e.order(control.Drain, "")
			}()
			select {
			case <-stopped:
				e.Addf("did not wait")
			case <-time.After(50 * time.Millisecond):
			}
			e.code("while it stops")
			e.open("handler")
			<-stopped
			calls.Wait()
			e.code("after")
		}},
		{name: "GracefulStop and streams", run: opened("Both", func(e *env, s stream) {
			e.arrived("handler")
			stopped := make(chan struct{})
			go func() {
				defer close(stopped)
				e.order(control.Drain, "")
			}()
			select {
			case <-stopped:
				e.Addf("did not wait")
			case <-time.After(50 * time.Millisecond):
			}
			e.Addf("send %v", s.send("y"))
			reply, err := s.recv()
			e.Addf("%s", observe.Result(reply, err))
			s.CloseSend()
			e.drain(s)
			<-stopped
		})},
		{name: "GracefulStop under load", form: varying, run: func(e *env) { e.load(control.Drain, false) }},
		{name: "Stop under load", form: varying, run: func(e *env) { e.load(control.Stop, true) }},
		{name: "Stop and start", form: varying, run: func(e *env) {
			e.code("first")
			e.order(control.Stop, "")
			e.code("stopped")
			e.order(control.Again, "")
			e.await("the new server", func() bool { return e.ready() })
			e.code("again")
		}},
		{name: "callee not started", form: varying, run: func(e *env) {
			e.code("before")
			if _, err := e.cc.NewStream(context.Background(), descs["Both"], "/conformance.Cases/Both"); err != nil {
				e.Addf("stream: %s", observe.Code(err))
			}
			e.order(control.Again, "")
			e.await("the server", func() bool { return e.ready() })
			e.code("after")
		}},
		{name: "wait for ready with a deadline", form: byRPC, run: func(e *env) {
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			defer cancel()
			_, err := e.unary(ctx, "x", grpc.WaitForReady(true))
			e.Addf("%s", observe.Code(err))
		}},
		{name: "wait for ready", form: byRPC, run: func(e *env) {
			done := background(func() {
				ctx, cancel := e.ctx()
				defer cancel()
				e.tryIn(ctx, "x", grpc.WaitForReady(true))
			})
			time.Sleep(50 * time.Millisecond)
			e.order(control.Again, "")
			done()
		}},
		{name: "wait for ready, started in time", run: func(e *env) {
			e.order(control.Again, "")
			ctx, cancel := e.ctx()
			defer cancel()
			e.tryIn(ctx, "x", grpc.WaitForReady(true))
		}},
	}
}

// ready reports whether a call succeeds.
func (e *env) ready() bool {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, err := e.client.Struct(ctx, &structpb.Struct{})
	return err == nil
}

// load has a server stop while calls and streams begin and end, and start again: each
// succeeds, or is refused as one is that finds nobody. Some may break off.
func (e *env) load(stop string, breaks bool) {
	var over atomic.Bool
	var good, refused, wrong atomic.Int64
	count := func(reply, want string, err error) {
		switch code := observe.Code(err); {
		case err == nil && reply == want:
			good.Add(1)
		case code == "Unavailable", breaks && code == "Canceled":
			refused.Add(1)
		default:
			if wrong.Add(1) < 5 {
				e.Addf("%s", observe.Result(reply, err))
			}
		}
	}
	var all sync.WaitGroup
	for worker := range 10 {
		all.Go(func() {
			for i := 0; !over.Load(); i++ {
				ctx, cancel := e.ctx()
				text := fmt.Sprint(worker, " ", i)
				if i%2 == 0 {
					reply, err := e.unary(ctx, text)
					count(reply, "re: "+text, err)
				} else if s, err := e.client.Both(ctx); err != nil {
					count("", "", err)
				} else {
					reply, err := "", (stream{s}).send(text)
					if reply2, recvErr := (stream{s}).recv(); err == nil || recvErr != nil {
						reply, err = reply2, recvErr
					}
					count(reply, "re: "+text, err)
				}
				cancel()
			}
		})
	}
	for range 2 {
		before := good.Load()
		e.await("calls", func() bool { return good.Load() > before+20 })
		e.order(stop, "")
		e.order(control.Again, "")
	}
	before := good.Load()
	e.await("calls", func() bool { return good.Load() > before+20 })
	over.Store(true)
	all.Wait()
	e.Addf("%d wrong, some good %t", wrong.Load(), good.Load() > 0)
}
