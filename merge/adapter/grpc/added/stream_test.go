//go:build go_merge_added && go1.24

package grpc

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/wrapperspb"
)

// logEnd receives until a stream ends, and logs it all.
func (e *goMergeEnv) logEnd(what string, s ClientStream) {
	for {
		reply, err := goMergeRecv(s)
		e.logResult(what, reply, err)
		if err != nil {
			break
		}
	}
	e.logf("%s: trailer %s, context %v", what, goMergeMD(s.Trailer()), s.Context().Err())
}

func TestGoMergeStreams(t *testing.T) {
	var env *goMergeEnv
	statsServer, statsClient := goMergeBothSides(&env)
	with := func(run func(e *goMergeEnv)) func(e *goMergeEnv) {
		return func(e *goMergeEnv) { env = e; run(e) }
	}
	cases := []goMergeCase{
		{name: "ping-pong", run: func(e *goMergeEnv) {
			s := e.open(context.Background(), "Both")
			for i := 0; i < 100; i++ {
				if err := s.SendMsg(goMergeText(fmt.Sprint(i))); err != nil {
					e.t.Fatal(err)
				}
				reply, err := goMergeRecv(s)
				e.logResult("reply", reply, err)
			}
			e.logf("close %v", s.CloseSend())
			e.logf("close again %v", s.CloseSend())
			e.logEnd("end", s)
			reply, err := goMergeRecv(s)
			e.logResult("after the end", reply, err)
		}},
		{name: "ends at both ends", run: func(e *goMergeEnv) {
			// The race detector sees if the last does not wait for what the first writes.
			e.handleStream(func(string, ServerStream) error { return nil })
			for i := 0; i < 200; i++ {
				ctx, cancel := context.WithCancel(context.Background())
				var header, trailer metadata.MD
				s, err := e.tryOpen(ctx, "Both", Header(&header), Trailer(&trailer))
				if err != nil {
					cancel()
					continue
				}
				go cancel()
				goMergeRecv(s)
				if len(header) > 0 {
					e.logf("header %v, trailer %v", header, trailer)
				}
			}
			e.logf("done")
		}},
		{name: "client stream", run: func(e *goMergeEnv) {
			e.handleStream(func(name string, s ServerStream) error {
				var all []string
				for {
					m, err := goMergeRecv(s)
					if err != nil {
						e.logf("server got %v, again %s", err, func() string { _, err := goMergeRecv(s); return goMergeErr(err) }())
						break
					}
					all = append(all, m)
				}
				return s.SendMsg(goMergeText(strings.Join(all, ",")))
			})
			s := e.open(context.Background(), "Up")
			for i := 0; i < 10; i++ {
				e.logf("send %v", s.SendMsg(goMergeText(fmt.Sprint(i))))
			}
			s.CloseSend()
			reply, err := goMergeRecv(s)
			e.logResult("reply", reply, err)
			e.logf("context %v", s.Context().Err())
			reply, err = goMergeRecv(s)
			e.logResult("again", reply, err)
		}},
		{name: "server stream", run: func(e *goMergeEnv) {
			seen := make(chan string, 1)
			e.handleStream(func(name string, s ServerStream) error {
				m, err := goMergeRecv(s)
				seen <- fmt.Sprintf("server got %q %v", m, err)
				for i := 0; i < 10; i++ {
					if err := s.SendMsg(goMergeText(fmt.Sprint(m, i))); err != nil {
						return err
					}
				}
				s.SetTrailer(metadata.Pairs("t", "1"))
				return nil
			})
			s := e.open(context.Background(), "Down")
			e.logf("send %v", s.SendMsg(goMergeText("x")))
			e.logf("close %v", s.CloseSend())
			e.logEnd("reply", s)
			e.logf("%s", <-seen)
		}},
		{name: "cardinality", run: func(e *goMergeEnv) {
			for replies := 0; replies < 3; replies++ {
				e.handleStream(func(name string, s ServerStream) error {
					for i := 0; i < replies; i++ {
						s.SendMsg(goMergeText("reply"))
					}
					return nil
				})
				s := e.open(context.Background(), "Up")
				s.CloseSend()
				reply, err := goMergeRecv(s)
				e.logResult(fmt.Sprint(replies, " replies"), reply, err)
			}
			// A stream without a message, for a method that takes one. The client may have the
			// error before the handler goes on.
			seen := make(chan string, 1)
			for _, name := range []string{"Down", "Get"} {
				e.handleStream(func(name string, s ServerStream) error {
					m, err := goMergeRecv(s)
					seen <- fmt.Sprintf("server got %q %s", m, goMergeErr(err))
					return err
				})
				s, err := e.cc.NewStream(context.Background(), &StreamDesc{ClientStreams: true, ServerStreams: true}, "/test.S/"+name)
				if err != nil {
					e.t.Fatal(err)
				}
				s.CloseSend()
				e.logEnd("no message for "+name, s)
				if name != "Get" { // which has no such handler
					e.logf("%s", <-seen)
				}
			}
			e.handleStream(func(name string, s ServerStream) error {
				m, err := goMergeRecv(s)
				seen <- fmt.Sprintf("server got %q %s", m, goMergeErr(err))
				return err
			})
			for _, name := range []string{"Down", "Get"} {
				s, _ := e.cc.NewStream(context.Background(), &StreamDesc{ClientStreams: true, ServerStreams: true}, "/test.S/"+name)
				s.SendMsg(goMergeText("first"))
				s.SendMsg(goMergeText("second"))
				s.CloseSend()
				e.logEnd("two messages for "+name, s)
				if name != "Get" {
					e.logf("%s", <-seen)
				}
			}
			// A unary call of a stream.
			e.handleStream(func(name string, s ServerStream) error {
				m, err := goMergeRecv(s)
				e.logf("server got %q %v", m, err)
				return s.SendMsg(goMergeText("reply"))
			})
			reply := goMergeText("before")
			err := e.cc.Invoke(context.Background(), "/test.S/Both", goMergeText("x"), reply)
			e.logResult("unary call of a stream", reply.Value, err)
		}},
		{name: "send after", run: func(e *goMergeEnv) {
			waits := func(_ string, s ServerStream) error { <-s.Context().Done(); return nil }
			e.handleStream(waits)
			s := e.open(context.Background(), "Both")
			s.CloseSend()
			e.logf("after CloseSend: %s", goMergeErr(s.SendMsg(goMergeText("x"))))
			e.logEnd("then", s)

			e.handleStream(func(string, ServerStream) error { return status.Error(codes.Aborted, "no more") })
			for _, closes := range []bool{false, true} {
				s = e.open(context.Background(), "Both")
				for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
					if err := s.SendMsg(goMergeText("x")); err != nil {
						e.logf("after the end: %v", err)
						break
					}
				}
				if closes { // what the server has said before counts
					s.CloseSend()
					e.logf("after both: %s", goMergeErr(s.SendMsg(goMergeText("x"))))
				}
				e.logEnd("then", s)
				e.logEnd("and again", s)
			}

			e.handleStream(waits)
			s = e.open(context.Background(), "Down")
			e.logf("the only message: %v", s.SendMsg(goMergeText("x")))
			e.logf("a second one: %s", goMergeErr(s.SendMsg(goMergeText("x"))))
			e.logEnd("then", s)
		}},
		{name: "messages before an error", run: func(e *goMergeEnv) {
			ended := make(chan struct{})
			e.handleStream(func(name string, s ServerStream) error {
				defer close(ended)
				for i := 0; i < 5; i++ {
					s.SendMsg(goMergeText(fmt.Sprint(i)))
				}
				return status.Error(codes.OutOfRange, "enough")
			})
			s := e.open(context.Background(), "Both")
			<-ended
			time.Sleep(20 * time.Millisecond)
			e.logEnd("late reader", s)
		}},
		{name: "headers", run: func(e *goMergeEnv) {
			step := make(chan struct{})
			e.handleStream(func(name string, s ServerStream) error {
				e.logf("server sets %v", s.SetHeader(metadata.Pairs("a", "1")))
				<-step
				e.logf("server sends %v", s.SendHeader(metadata.Pairs("a", "2")))
				e.logf("server again %s", goMergeErr(s.SendHeader(nil)))
				e.logf("server sets %s", goMergeErr(s.SetHeader(metadata.Pairs("a", "3"))))
				e.logf("server sets nothing %s", goMergeErr(s.SetHeader(nil)))
				e.logf("server bad %s", goMergeErr(s.SendHeader(metadata.MD{"Upper": {"x"}})))
				<-step
				<-step
				s.SetTrailer(metadata.Pairs("t", "1"))
				SetTrailer(s.Context(), metadata.Pairs("t", "2"))
				<-step
				return nil
			})
			s := e.open(context.Background(), "Both")
			got := make(chan struct{})
			go func() {
				s.Header()
				close(got)
			}()
			select {
			case <-got:
				e.logf("the header did not wait")
			case <-time.After(30 * time.Millisecond):
			}
			step <- struct{}{}
			step <- struct{}{} // the server has logged
			<-got
			md, err := s.Header()
			e.logf("header %s %v", goMergeMD(md), err)
			e.logf("trailer before the end %v", len(s.Trailer()))
			step <- struct{}{}
			step <- struct{}{}
			e.logEnd("end", s)
			md, err = s.Header()
			e.logf("header after the end %s %v", goMergeMD(md), err)
		}},
		{name: "no headers", run: func(e *goMergeEnv) {
			for _, result := range []error{nil, status.Error(codes.Aborted, "at once")} {
				for _, set := range []bool{false, true} {
					e.handleStream(func(name string, s ServerStream) error {
						if set {
							s.SetHeader(metadata.Pairs("h", "1"))
						}
						s.SetTrailer(metadata.Pairs("t", "1"))
						return result
					})
					s := e.open(context.Background(), "Both")
					md, err := s.Header()
					e.logf("header %s %s", goMergeMD(md), goMergeErr(err))
					e.logEnd("end", s)
					md, err = s.Header()
					e.logf("header %s %s", goMergeMD(md), goMergeErr(err))
				}
			}
		}},
		{name: "options", run: func(e *goMergeEnv) {
			var header, trailer metadata.MD
			var p peer.Peer
			s := e.open(context.Background(), "Both", Header(&header), Trailer(&trailer), Peer(&p), OnFinish(func(err error) { e.logf("finished %v", err) }))
			s.SendMsg(goMergeText("x"))
			reply, err := goMergeRecv(s)
			e.logResult("reply", reply, err)
			e.logf("before the end %v %v %v", header, trailer, p.Addr)
			fromContext, ok := peer.FromContext(s.Context())
			e.logf("peer %v %s", ok, goMergeAddr(fromContext.Addr))
			s.CloseSend()
			e.logEnd("end", s)
			e.logf("after the end %s %s %s", goMergeMD(header), goMergeMD(trailer), goMergeAddr(p.Addr))
		}},
		{name: "caller cancels", run: func(e *goMergeEnv) {
			for _, what := range []string{"Recv", "Send", "Context"} {
				var saw sync.WaitGroup
				saw.Add(1)
				begun := make(chan struct{})
				e.handleStream(func(name string, s ServerStream) error {
					defer saw.Done()
					close(begun)
					var err error
					switch what {
					case "Recv":
						_, err = goMergeRecv(s)
					case "Send":
						for err == nil {
							err = s.SendMsg(goMergeText(strings.Repeat("x", 10000)))
						}
					default:
						<-s.Context().Done()
						err = context.Cause(s.Context())
					}
					e.logf("server %s: %s", what, goMergeErr(err))
					_, err = goMergeRecv(s)
					e.logf("server then receives %s", goMergeErr(err))
					e.logf("server then sends %s", goMergeErr(s.SendMsg(goMergeText("x"))))
					e.logf("server then sets %s", goMergeErr(s.SetHeader(metadata.Pairs("a", "1"))))
					return err
				})
				ctx, cancel := context.WithCancelCause(context.Background())
				s := e.open(ctx, "Both")
				<-begun
				time.Sleep(30 * time.Millisecond) // in which the handler begins to wait, as a rule
				cancel(errors.New("the client's own"))
				saw.Wait()
				for err := error(nil); err == nil; {
					_, err = goMergeRecv(s)
					if err != nil {
						e.logf("client receives %s", goMergeErr(err))
					}
				}
				e.logf("client sends %v", s.SendMsg(goMergeText("x")))
				e.logf("client closes %v", s.CloseSend())
				e.logf("trailer %s", goMergeMD(s.Trailer()))
			}
		}},
		{name: "cancelled with messages", run: func(e *goMergeEnv) {
			sent := make(chan struct{})
			e.handleStream(func(name string, s ServerStream) error {
				for i := 0; i < 3; i++ {
					s.SendMsg(goMergeText(fmt.Sprint(i)))
				}
				close(sent)
				<-s.Context().Done()
				return nil
			})
			ctx, cancel := context.WithCancel(context.Background())
			s := e.open(ctx, "Both")
			reply, err := goMergeRecv(s)
			e.logResult("first", reply, err)
			<-sent
			e.settle()
			cancel()
			e.logEnd("then", s)
		}},
		{name: "deadline", run: func(e *goMergeEnv) {
			var ctx context.Context
			var s ClientStream
			for timeout, err := 50*time.Millisecond, error(io.EOF); err != nil; timeout *= 4 { // which may be too little to connect
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeout(context.Background(), timeout)
				defer cancel()
				if s, err = e.tryOpen(ctx, "Both"); timeout > time.Minute {
					e.t.Fatal(err)
				}
			}
			_, err := goMergeRecv(s)
			e.logf("%v", status.Code(err))
			e.logf("send %v", s.SendMsg(goMergeText("x")))
			s, err = e.tryOpen(ctx, "Both")
			if err == nil {
				_, err = goMergeRecv(s) // versions differ in where they look
			}
			e.logf("another %s", goMergeErr(err))
		}},
		{name: "connection closes", run: func(e *goMergeEnv) {
			s := e.open(context.Background(), "Both")
			s.SendMsg(goMergeText("x"))
			goMergeRecv(s)
			e.cc.Close()
			_, err := goMergeRecv(s)
			code := status.Code(err)
			if !e.inline && strings.Contains(err.Error(), "use of closed network connection") {
				code = codes.Canceled // the reader was the first to notice
			}
			e.logf("then %v", code)
			e.logf("send %v", s.SendMsg(goMergeText("x")))
			_, err = e.tryOpen(context.Background(), "Both")
			e.logf("open %s", goMergeErr(err))
		}},
		{name: "server stops", run: func(e *goMergeEnv) {
			left := make(chan struct{})
			e.handleStream(func(name string, s ServerStream) error {
				defer close(left)
				s.SendMsg(goMergeText("x"))
				<-s.Context().Done()
				e.logf("server's context %v", s.Context().Err())
				return nil
			})
			s := e.open(context.Background(), "Both")
			goMergeRecv(s)
			e.server.Stop()
			<-left
			_, err := goMergeRecv(s)
			e.logf("receive %v", status.Code(err)) // the text has the addresses, or not
			e.logf("send %v", s.SendMsg(goMergeText("x")))
		}},
		{name: "server stops gracefully", run: func(e *goMergeEnv) {
			s := e.open(context.Background(), "Both")
			s.SendMsg(goMergeText("x"))
			goMergeRecv(s)
			stopped := make(chan struct{})
			go func() { e.server.GracefulStop(); close(stopped) }()
			select {
			case <-stopped:
				e.logf("did not wait")
			case <-time.After(30 * time.Millisecond):
			}
			s.SendMsg(goMergeText("y"))
			reply, err := goMergeRecv(s)
			e.logResult("while it stops", reply, err)
			s.CloseSend()
			e.logEnd("end", s)
			<-stopped
		}},
		{name: "sizes", server: []ServerOption{MaxRecvMsgSize(1000), MaxSendMsgSize(2000)}, run: func(e *goMergeEnv) {
			for _, size := range []int{900, 1500} {
				s := e.open(context.Background(), "Both")
				s.SendMsg(goMergeText(strings.Repeat("x", size)))
				reply, err := goMergeRecv(s)
				e.logResult(fmt.Sprint("request of ", size), fmt.Sprint(len(reply)), err)
				s.CloseSend()
				e.logEnd("then", s)
			}
			var wg sync.WaitGroup
			wg.Add(1)
			e.handleStream(func(name string, s ServerStream) error {
				defer wg.Done()
				e.logf("server sends %s", goMergeErr(s.SendMsg(goMergeText(strings.Repeat("y", 3000)))))
				e.logf("server sends more %s", goMergeErr(s.SendMsg(goMergeText("y"))))
				return status.Error(codes.Aborted, "the handler's own")
			})
			s := e.open(context.Background(), "Both")
			wg.Wait()
			e.logEnd("too large a reply", s)
			e.handleStream(func(name string, s ServerStream) error { return s.SendMsg(goMergeText(strings.Repeat("y", 1500))) })
			s = e.open(context.Background(), "Both", MaxCallRecvMsgSize(1000))
			e.logEnd("too large for the client", s)
			s = e.open(context.Background(), "Both", MaxCallSendMsgSize(1000))
			e.logf("too large to send %s", goMergeErr(s.SendMsg(goMergeText(strings.Repeat("y", 1500)))))
			e.logf("then %s", goMergeErr(s.SendMsg(goMergeText("y"))))
		}},
		{name: "reused messages", run: func(e *goMergeEnv) {
			release := make(chan struct{})
			e.handleStream(func(name string, s ServerStream) error {
				<-release
				reply := goMergeText("")
				for {
					m, err := goMergeRecv(s)
					if err != nil {
						return nil
					}
					reply.Value = m
					s.SendMsg(reply)
					reply.Value = "changed by the server"
				}
			})
			s := e.open(context.Background(), "Both")
			m := goMergeText("")
			for i := 0; i < 5; i++ {
				m.Value = fmt.Sprint("message ", i)
				s.SendMsg(m)
				m.Value = "changed by the client"
			}
			s.CloseSend()
			close(release)
			e.logEnd("reply", s)
		}},
		{name: "invalid text", run: func(e *goMergeEnv) {
			served := make(chan string, 3)
			e.handleStream(func(name string, s ServerStream) error {
				m, err := goMergeRecv(s)
				served <- fmt.Sprintf("server got %q, %s", m, goMergeErr(err))
				served <- "server sends " + goMergeErr(s.SendMsg(goMergeText("\xff")))
				served <- "server sends more " + goMergeErr(s.SendMsg(goMergeText("y")))
				return nil
			})
			s := e.open(context.Background(), "Both")
			e.logf("valid %v", s.SendMsg(goMergeText("x")))
			e.logEnd("reply", s)
			e.logf("%s, %s, %s", <-served, <-served, <-served)
			e.handleStream(func(name string, s ServerStream) error { goMergeRecv(s); return nil })
			s = e.open(context.Background(), "Up")
			e.logf("invalid %s", goMergeErr(s.SendMsg(goMergeText("\xff"))))
			e.logf("then %s", goMergeErr(s.SendMsg(goMergeText("y"))))
		}},
		{name: "nil messages", run: func(e *goMergeEnv) {
			served := make(chan string, 2)
			e.handleStream(func(name string, s ServerStream) error {
				m, err := goMergeRecv(s)
				served <- fmt.Sprintf("server got %q, %s", m, goMergeErr(err))
				served <- "server sends " + goMergeErr(s.SendMsg((*wrapperspb.StringValue)(nil)))
				return nil
			})
			s := e.open(context.Background(), "Both")
			e.logf("nothing %s", goMergeErr(s.SendMsg(goMergeText(""))))
			e.logEnd("reply", s)
			e.logf("%s, %s", <-served, <-served)
			e.handleStream(func(name string, s ServerStream) error {
				m, err := goMergeRecv(s)
				if err != nil {
					return err
				}
				return s.SendMsg(goMergeText("re: " + m))
			})
			for _, m := range []interface{}{(*wrapperspb.StringValue)(nil), nil} {
				s = e.open(context.Background(), "Down")
				e.logf("send %s", goMergeErr(s.SendMsg(m)))
				e.logEnd("reply", s)
			}
		}},
		{name: "other types", run: func(e *goMergeEnv) {
			e.handleStream(func(name string, s ServerStream) error {
				for i := 0; ; i++ {
					var m proto.Message = goMergeText("before")
					if i%2 == 0 {
						m = &wrapperspb.BytesValue{Value: []byte("before")}
					}
					if s.RecvMsg(m) != nil {
						return nil
					}
					e.logf("server %T %v", m, proto.Size(m))
					s.SendMsg(m)
				}
			})
			s := e.open(context.Background(), "Both")
			for i := 0; i < 12; i++ {
				var sent, got proto.Message = goMergeText(fmt.Sprint(i)), goMergeText("before")
				if i/2%2 == 0 {
					sent = &wrapperspb.BytesValue{Value: []byte(fmt.Sprint(i))}
				}
				switch i / 4 {
				case 1:
					got = &wrapperspb.BytesValue{Value: []byte("before")}
				case 2:
					got = wrapperspb.Int64(5)
				}
				if err := s.SendMsg(sent); err != nil {
					e.t.Error(err)
				}
				err := s.RecvMsg(got)
				text, _ := proto.Marshal(got)
				e.logf("got %T %q %s", got, text, goMergeErr(err))
			}
			s.CloseSend()
			e.logEnd("end", s)
		}},
		{name: "raw bytes", server: []ServerOption{ForceServerCodec(goMergeRawCodec{})}, client: []DialOption{WithDefaultCallOptions(ForceCodec(goMergeRawCodec{}))}, run: func(e *goMergeEnv) {
			release := make(chan struct{})
			e.handleStream(func(name string, s ServerStream) error {
				<-release
				var m []byte
				for s.RecvMsg(&m) == nil {
					s.SendMsg(&m)
					for i := range m {
						m[i] = '!'
					}
				}
				return nil
			})
			s := e.open(context.Background(), "Both")
			m := []byte("0 buffer")
			for i := 0; i < 5; i++ {
				m[0] = byte('0' + i)
				s.SendMsg(&m)
			}
			copy(m, "********")
			s.CloseSend()
			close(release)
			for {
				var reply []byte
				err := s.RecvMsg(&reply)
				e.logf("%q %v", reply, err)
				if err != nil {
					break
				}
			}
		}},
		{name: "prepared", run: func(e *goMergeEnv) {
			s := e.open(context.Background(), "Both")
			var m PreparedMsg
			e.logf("encode %v", m.Encode(s, goMergeText("prepared")))
			for i := 0; i < 2; i++ {
				e.logf("send %v", s.SendMsg(&m))
				reply, err := goMergeRecv(s)
				e.logResult("reply", reply, err)
			}
			s.CloseSend()
			e.logEnd("end", s)
		}},
		{name: "compressed", server: statsServer, client: statsClient, run: with(func(e *goMergeEnv) {
			s := e.open(context.Background(), "Both", UseCompressor(gzip.Name))
			for _, m := range []string{strings.Repeat("x", 1000), "", "y"} {
				s.SendMsg(goMergeText(m))
				reply, err := goMergeRecv(s)
				e.logf("client got %q %s", reply, goMergeErr(err))
			}
			s.CloseSend()
			_, err := goMergeRecv(s)
			e.logf("client got %s", goMergeErr(err))
			e.bySide(1)
		})},
		{name: "stats", server: statsServer, client: statsClient, run: with(func(e *goMergeEnv) {
			s := e.open(context.Background(), "Both")
			for i := 0; i < 2; i++ {
				s.SendMsg(goMergeText("x"))
				goMergeRecv(s)
			}
			s.CloseSend()
			goMergeRecv(s)
			e.bySide(1)
			e.handleStream(func(name string, s ServerStream) error { return errGoMergePlain })
			s = e.open(context.Background(), "Down")
			goMergeRecv(s)
			e.bySide(2)
		})},
		{
			name: "interceptors",
			server: []ServerOption{StreamInterceptor(func(srv interface{}, s ServerStream, info *StreamServerInfo, handler StreamHandler) error {
				env.logf("server %s %v %v", info.FullMethod, info.IsClientStream, info.IsServerStream)
				err := handler(srv, s)
				env.logf("server after %v", err)
				return err
			})},
			client: []DialOption{WithStreamInterceptor(func(ctx context.Context, desc *StreamDesc, cc *ClientConn, method string, streamer Streamer, opts ...CallOption) (ClientStream, error) {
				env.logf("client %s", method)
				return streamer(metadata.AppendToOutgoingContext(ctx, "k", "v"), desc, cc, method, opts...)
			})},
			run: with(func(e *goMergeEnv) {
				s := e.open(context.Background(), "Both")
				s.SendMsg(goMergeText("x"))
				goMergeRecv(s)
				s.CloseSend()
				e.logEnd("end", s)
			}),
		},
		{name: "unknown service handler", server: []ServerOption{UnknownServiceHandler(func(srv interface{}, s ServerStream) error {
			method, _ := MethodFromServerStream(s)
			env.logf("server unknown %s %v", method, srv)
			return s.SendMsg(goMergeText("unknown"))
		})}, run: with(func(e *goMergeEnv) {
			s := e.open(context.Background(), "Both")
			s.CloseSend()
			e.logEnd("known", s)
			for _, method := range []string{"/test.S/Missing", "/test.T/Get"} {
				reply := goMergeText("before")
				err := e.cc.Invoke(context.Background(), method, goMergeText("x"), reply)
				e.logResult(method, reply.Value, err)
			}
		})},
		{name: "a lot ahead", run: func(e *goMergeEnv) {
			// Neither side reads before it has sent all: programs that rely on buffers. A
			// connection's have room for that before its windows grow.
			const n = 1300
			e.handleStream(func(name string, s ServerStream) error {
				for i := 0; i < n; i++ {
					if err := s.SendMsg(goMergeText(strings.Repeat("s", 90))); err != nil {
						return err
					}
				}
				for i := 0; i < n; i++ {
					if _, err := goMergeRecv(s); err != nil {
						return err
					}
				}
				return nil
			})
			s := e.open(context.Background(), "Both")
			for i := 0; i < n; i++ {
				if err := s.SendMsg(goMergeText(strings.Repeat("c", 90))); err != nil {
					e.t.Fatal(err)
				}
			}
			got := 0
			for {
				if _, err := goMergeRecv(s); err != nil {
					e.logf("%d messages, %v", got, err)
					break
				}
				got++
			}
		}},
		{name: "many streams", run: func(e *goMergeEnv) {
			const n = 1000
			var wg sync.WaitGroup
			var mu sync.Mutex
			good := 0
			for i := 0; i < n; i++ {
				wg.Add(1)
				go func() {
					defer wg.Done()
					s, err := e.tryOpen(context.Background(), "Both")
					if err != nil {
						e.t.Error(err)
						return
					}
					for j := 0; j < 3; j++ {
						text := fmt.Sprint(i, " ", j)
						s.SendMsg(goMergeText(text))
						if reply, err := goMergeRecv(s); err != nil || reply != "re: "+text {
							e.t.Errorf("%s: %q %v", text, reply, err)
						}
					}
					s.CloseSend()
					if _, err := goMergeRecv(s); err == io.EOF {
						mu.Lock()
						good++
						mu.Unlock()
					}
				}()
			}
			wg.Wait()
			e.logf("%d streams", good)
		}},
		{name: "limit of streams", server: []ServerOption{MaxConcurrentStreams(2)}, run: func(e *goMergeEnv) {
			// The limit is known once the connection is.
			reply, err := e.call(context.Background(), "first")
			e.logResult("first", reply, err)
			var open []ClientStream
			for i := 0; i < 2; i++ {
				s := e.open(context.Background(), "Both")
				s.SendMsg(goMergeText(fmt.Sprint(i)))
				reply, err := goMergeRecv(s)
				e.logResult("reply", reply, err)
				open = append(open, s)
			}
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			_, err = e.call(ctx, "no room")
			e.logf("no room: %s", goMergeErr(err))
			cancel()
			_, err = e.tryOpen(ctx, "Both")
			e.logf("no room: %v", status.Code(err))
			done := make(chan struct{})
			go func() {
				defer close(done)
				reply, err := e.call(context.Background(), "waits")
				e.logResult("waits", reply, err)
			}()
			time.Sleep(30 * time.Millisecond)
			open[0].CloseSend()
			goMergeRecv(open[0])
			<-done
			open[1].CloseSend()
			e.logEnd("end", open[1])
		}},
		{name: "limit of handlers", strict: true, server: []ServerOption{MaxConcurrentStreams(1)}, run: func(e *goMergeEnv) {
			reply, err := e.call(context.Background(), "first")
			e.logResult("first", reply, err)
			for _, kind := range []string{"unary", "stream"} {
				begun, end := make(chan struct{}, 10), make(chan struct{})
				handle := func() { // whatever its context
					begun <- struct{}{}
					<-end
				}
				e.handleUnary(func(context.Context, string) (string, error) {
					handle()
					return "at last", nil
				})
				e.handleStream(func(string, ServerStream) error {
					handle()
					return nil
				})
				ctx, cancel := context.WithCancel(context.Background())
				var left sync.WaitGroup
				left.Add(1)
				go func() {
					defer left.Done()
					if kind == "unary" {
						_, err := e.call(ctx, "leaves")
						e.logResult("leaves", "", err)
						return
					}
					_, err := goMergeRecv(e.open(ctx, "Both"))
					e.logResult("leaves", "", err)
				}()
				<-begun
				cancel()
				left.Wait()
				ctx, cancel = context.WithTimeout(context.Background(), 100*time.Millisecond)
				_, err := e.call(ctx, "no room")
				e.logf("no room: %v, %d handlers", status.Code(err), len(begun))
				cancel()
				time.AfterFunc(20*time.Millisecond, func() { close(end) })
				reply, err = e.call(context.Background(), "direct")
				e.logResult("direct", reply, err)
			}
		}},
		{name: "cancel storm", run: func(e *goMergeEnv) {
			var wg sync.WaitGroup
			for i := 0; i < 200; i++ {
				wg.Add(1)
				go func() {
					defer wg.Done()
					for j := 0; j < 10; j++ {
						ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+(i*7+j*3)%13)*time.Millisecond)
						s, err := e.tryOpen(ctx, "Both")
						for n := 0; err == nil; n++ {
							if n < 50 { // and then the deadline meets a stream at rest
								err = s.SendMsg(goMergeText("x"))
							}
							if err == nil {
								_, err = goMergeRecv(s)
							}
						}
						cancel()
					}
				}()
			}
			wg.Wait()
			reply, err := e.call(context.Background(), "after the storm")
			e.logResult("call", reply, err)
		}},
	}
	for _, c := range cases {
		goMergeRun(t, c)
	}
}

// goMergeRawCodec hands over the bytes that it gets, as proxies do.
type goMergeRawCodec struct{}

func (goMergeRawCodec) Marshal(v interface{}) ([]byte, error) { return bytes.Clone(*v.(*[]byte)), nil }

func (goMergeRawCodec) Unmarshal(data []byte, v interface{}) error {
	*v.(*[]byte) = bytes.Clone(data)
	return nil
}

func (goMergeRawCodec) Name() string { return "raw" }

func (goMergeRawCodec) String() string { return "raw" }
