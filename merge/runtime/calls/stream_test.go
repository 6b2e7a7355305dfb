package calls

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/limits"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
	"github.com/gomerge/rules_go_merge/merge/runtime/stripes"
)

// openStream starts a stream of item that stock serves with handler.
func openStream(t *testing.T, ctx context.Context, handler func(s *ServerStream) Response) *Stream {
	t.Helper()
	s, failure := newShop().streamCall(t, handler).Open(ctx, nil)
	if failure != nil {
		t.Fatalf("failure %+v", failure)
	}
	return s
}

// streamCall returns a bound call of a stream.
func (shop *testTable) streamCall(t *testing.T, handler func(s *ServerStream) Response) Call {
	t.Helper()
	shop.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "Feed", Targets: []string{"*"}, Methods: map[string]Method{"Watch": {Stream: true}}})
	server := shop.StartServer("stock", "Feed", ServerConfig{Handler: func(_ context.Context, r Request) Response { return handler(r.Stream) }})
	t.Cleanup(server.Stop)
	call, ok := shop.NewTargetClient("item", "Feed", Target{Spellings: []string{"stock"}}).Bind("Watch")
	if !ok || !call.Streams() {
		t.Fatal("the stream is an RPC")
	}
	return call
}

func echo(s *ServerStream) Response {
	for {
		message, err := s.Recv()
		if err == nil {
			err = s.Send(message)
		}
		if err != nil {
			return Response{}
		}
	}
}

func TestStream(t *testing.T) {
	s := openStream(t, t.Context(), func(s *ServerStream) Response {
		if !s.SendHeader("header") || s.SendHeader("second") {
			t.Error("a stream has one header")
		}
		echo(s)
		if !s.End("trailer", Response{Failure: &Failure{Kind: Answered, Number: 5}}) || s.End("second", Response{}) {
			t.Error("a stream ends once")
		}
		if s.Context().Err() == nil {
			t.Error("the stream's context goes on")
		}
		return Response{}
	})
	if header, ok, err := s.Header(); header != "header" || !ok || err != nil {
		t.Errorf("header %v, %v, %v", header, ok, err)
	}
	for i := range 100 {
		want := []byte{byte(i)}
		if err := s.Send(Message{Bytes: want}); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Recv(); !bytes.Equal(got.Bytes, want) || err != nil {
			t.Fatalf("got %v, %v", got, err)
		}
	}
	s.CloseSend()
	for range 2 {
		if _, err := s.Recv(); err != io.EOF {
			t.Errorf("error %v after the end", err)
		}
	}
	if trailer, resp := s.End(); trailer != "trailer" || resp.Failure == nil || resp.Failure.Number != 5 {
		t.Errorf("trailer %v, response %+v", trailer, resp)
	}
	if err := s.Send(Message{}); err != ErrEnded {
		t.Errorf("Send after the end: %v", err)
	}
}

func TestStreamWithoutHeader(t *testing.T) {
	s := openStream(t, t.Context(), func(*ServerStream) Response { return Response{} })
	if header, ok, err := s.Header(); header != nil || ok || err != nil {
		t.Errorf("header %v, %v, %v", header, ok, err)
	}
}

// TestStreamEndsAfterMessages sends messages and a failure to a caller that does not
// read before.
func TestStreamEndsAfterMessages(t *testing.T) {
	s := openStream(t, t.Context(), func(s *ServerStream) Response {
		for i := range 3 {
			s.Send(Message{Bytes: []byte{byte(i)}})
		}
		return Response{Failure: &Failure{Kind: Answered, Number: 13}}
	})
	<-s.Done()
	s.End()
	for i := range 3 {
		if got, err := s.Recv(); err != nil || got.Bytes[0] != byte(i) {
			t.Errorf("got %v, %v", got, err)
		}
	}
	if _, err := s.Recv(); err != io.EOF {
		t.Errorf("error %v", err)
	}
}

// kinds makes messages that take size bytes, in both ways in which they cross.
var kinds = map[string]func(size int) Message{
	"bytes": func(size int) Message { return Message{Bytes: make([]byte, size)} },
	"made":  func(size int) Message { return Message{Made: new(int), Size: size} },
}

// TestStreamWindow sends to somebody who does not read, on both sides.
func TestStreamWindow(t *testing.T) {
	const size = 1000
	counts := map[int]bool{}
	for kind, message := range kinds {
		synctest.Test(t, func(t *testing.T) {
			sent := 0
			s := openStream(t, t.Context(), func(s *ServerStream) Response {
				for s.Send(message(size)) == nil {
					sent++
				}
				return Response{}
			})
			n := 0
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				for s.Send(message(size)) == nil {
					n++
				}
				cancel()
			}()
			synctest.Wait()
			if min := 190_000 / size; sent < min || n < min {
				t.Errorf("%s: %d and %d messages that take %d bytes are sent ahead", kind, sent, n, size)
			}
			if max := 2 * streamWindow / size; sent > max || n > max {
				t.Errorf("%s: %d and %d messages that take %d bytes are held", kind, sent, n, size)
			}
			counts[sent], counts[n] = true, true
			s.Leave()
			<-ctx.Done()
			synctest.Wait()
		})
	}
	if len(counts) != 1 {
		t.Errorf("the numbers of messages sent ahead differ: %v", counts)
	}
}

// TestStreamLargeMessage sends messages that are larger than the window.
func TestStreamLargeMessage(t *testing.T) {
	for kind, message := range kinds {
		s := openStream(t, t.Context(), echo)
		for _, size := range []int{streamWindow * 3, 0, 1, streamWindow - messageOverhead, streamWindow} {
			sent := message(size)
			if err := s.Send(sent); err != nil {
				t.Fatal(err)
			}
			if got, err := s.Recv(); got.length() != size || got.Made != sent.Made || err != nil {
				t.Fatalf("%s: got %d bytes, %v", kind, got.length(), err)
			}
		}
		s.Leave()
	}
}

func TestStreamCallerLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for name, wait := range map[string]func(s *ServerStream) error{
			"Recv": func(s *ServerStream) error { _, err := s.Recv(); return err },
			"Send": func(s *ServerStream) error {
				for {
					if err := s.Send(Message{Bytes: make([]byte, streamWindow)}); err != nil {
						return err
					}
				}
			},
			"Context": func(s *ServerStream) error { <-s.Context().Done(); return s.Context().Err() },
		} {
			var got error
			ctx, cancel := context.WithCancelCause(t.Context())
			s := openStream(t, ctx, func(s *ServerStream) Response { got = wait(s); return Response{} })
			synctest.Wait()
			cancel(errors.New("the caller's own"))
			synctest.Wait()
			if got != context.Canceled {
				t.Errorf("%s returns %v", name, got)
			}
			if s.Send(Message{}) == nil {
				t.Errorf("%s: the caller sends after it has left", name)
			}
		}
	})
}

// TestStreamCallerLeavesAndCloses has a caller leave and then close: the callee must not
// take that for the end of the messages.
func TestStreamCallerLeavesAndCloses(t *testing.T) {
	for i := range 200 {
		ctx, cancel := context.WithCancel(t.Context())
		begun, received := make(chan struct{}), make(chan error, 1)
		s := openStream(t, ctx, func(s *ServerStream) Response {
			close(begun)
			_, err := s.Recv()
			received <- err
			return Response{}
		})
		<-begun
		if i%2 == 0 {
			s.Leave()
		}
		cancel()
		s.CloseSend()
		if err := <-received; !errors.Is(err, context.Canceled) {
			t.Fatalf("the callee receives %v", err)
		}
		if _, err := s.Recv(); !errors.Is(err, context.Canceled) {
			t.Fatalf("the caller receives %v", err)
		}
	}
}

// TestStreamCallerLeavesWithMessages cancels before it reads what is there.
func TestStreamCallerLeavesWithMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		s := openStream(t, ctx, func(s *ServerStream) Response {
			s.Send(Message{Bytes: []byte("first")})
			<-s.Context().Done()
			return Response{}
		})
		synctest.Wait()
		cancel()
		if got, err := s.Recv(); string(got.Bytes) != "first" || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
		if _, err := s.Recv(); err != context.Canceled && err != io.EOF {
			t.Errorf("then %v", err)
		}
	})
}

// TestStreamServerCloses has a handler that does not look at its context.
func TestStreamServerCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shop := newShop()
		shop.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "Feed", Targets: []string{"*"}, Methods: map[string]Method{"Watch": {Stream: true}}})
		release := make(chan struct{})
		server := shop.StartServer("stock", "Feed", ServerConfig{Handler: func(context.Context, Request) Response { <-release; return Response{} }})
		call, _ := shop.NewTargetClient("item", "Feed", Target{Spellings: []string{"stock"}}).Bind("Watch")
		s, _ := call.Open(t.Context(), nil)
		received := make(chan error)
		go func() { _, err := s.Recv(); received <- err }()
		synctest.Wait()
		server.Close()
		if err := <-received; err != io.EOF {
			t.Errorf("error %v", err)
		}
		if _, resp := s.End(); resp.Failure == nil || resp.Failure.Kind != Closed {
			t.Errorf("response %+v", resp)
		}
		if _, ok, err := s.Header(); ok || err != nil {
			t.Errorf("header %v, %v", ok, err)
		}
		close(release)
		synctest.Wait()
	})
}

// A service that is down has left its streams, and can open others when it is back.
func TestStreamCallerDies(t *testing.T) {
	over := make(chan error, 1)
	shop := newShop()
	call := shop.streamCall(t, func(s *ServerStream) Response {
		_, err := s.Recv()
		over <- err
		return Response{}
	})
	s, _ := call.Open(t.Context(), nil)
	shop.Withdraw("item", "the test says so")
	if err := <-over; err != context.Canceled {
		t.Errorf("the callee receives error %v", err)
	}
	if _, err := s.Recv(); err != context.Canceled {
		t.Errorf("the caller receives error %v", err)
	}
	s, _ = call.Open(t.Context(), nil)
	if _, err := s.Recv(); err != context.Canceled {
		t.Errorf("a stream that the dead opens has error %v", err)
	}
	<-over
	shop.Readmit("item", nil)
	s, _ = call.Open(t.Context(), nil)
	s.CloseSend()
	if err := <-over; err != io.EOF {
		t.Errorf("the callee receives error %v", err)
	}
	s.Recv()
}

// A server that stops withdraws streams and other calls before anything runs.
func TestCallWithdrawn(t *testing.T) {
	shop := newShop()
	shop.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "Feed", Targets: []string{"*"}, Methods: map[string]Method{"Watch": {Stream: true}, "Get": {}}})
	var running stripes.Running
	var stops bool
	entered, left := 0, 0
	server := shop.StartServer("stock", "Feed", ServerConfig{
		Handler: func(context.Context, Request) Response {
			if n := running.N(); n != 1 {
				t.Errorf("%d calls run, want 1", n)
			}
			return Response{}
		},
		Running: &running, Streams: &running,
		Enter: func() bool { entered++; return !stops },
		Leave: func() { left++ },
	})
	t.Cleanup(server.Stop)
	client := shop.NewTargetClient("item", "Feed", Target{Spellings: []string{"stock"}})
	watch, _ := client.Bind("Watch")
	get, _ := client.Bind("Get")
	var result []byte
	if resp := get.Pass(t.Context(), nil, &result, nil); resp.Failed() || running.N() != 0 {
		t.Errorf("response %+v, %d calls run", resp, running.N())
	}
	stops = true
	if resp := get.Pass(t.Context(), nil, &result, nil); !resp.Failed() || resp.Failure.Kind != Withdrawn {
		t.Errorf("response %+v", resp)
	}
	if _, failure := watch.Open(t.Context(), nil); failure == nil || failure.Kind != Withdrawn {
		t.Errorf("failure %+v", failure)
	}
	if running.N() != 0 || entered != 3 || left != 3 {
		t.Errorf("%d calls run, %d entered and %d left, want 0, 3 and 3", running.N(), entered, left)
	}
	checkCounted(t, shop.counted(t, "Get"), reports.Link{Inline: 1})
	checkCounted(t, shop.counted(t, "Watch"), reports.Link{})
}

// Handshakes are the server's part under the callee's labels.
func TestCallAccept(t *testing.T) {
	shop := newShop()
	shop.AddLink(Link{Caller: "item", Callee: "stock", RPCService: "Feed", Targets: []string{"*"}, Methods: map[string]Method{"Get": {}}})
	ours, theirs := net.Pipe()
	server := shop.StartServer("stock", "Feed", ServerConfig{Accept: func(gone context.Context, conn net.Conn) (any, error) {
		if conn != theirs || gone.Err() != nil {
			t.Errorf("connection %v of a server with %v", conn, gone.Err())
		}
		return "accepted", nil
	}})
	client := shop.NewTargetClient("item", "Feed", Target{Spellings: []string{"stock"}})
	call, _ := client.Bind("Get")
	if accepted, err := call.Accept(theirs); accepted != "accepted" || err != nil || !call.Secured() {
		t.Errorf("accepted %v, %v", accepted, err)
	}
	ours.Close()
	if !call.Serves() || call.Callee() != "stock" {
		t.Error("the server does not serve")
	}
	server.Stop()
	if call.Serves() {
		t.Error("a stopped server serves")
	}
}

func TestStreamPanics(t *testing.T) {
	s := openStream(t, t.Context(), func(*ServerStream) Response { panic("broken") })
	if _, err := s.Recv(); err != io.EOF {
		t.Errorf("error %v", err)
	}
	if _, resp := s.End(); resp.Failure == nil || resp.Failure.Kind != Crashed || !strings.Contains(resp.Failure.Message, "broken") {
		t.Errorf("response %+v", resp)
	}
}

func TestStreamLimits(t *testing.T) {
	shop := newShop()
	shop.SetLimits("stock", limits.New("stock", 1, 0))
	call := shop.streamCall(t, echo)
	first, _ := call.Open(t.Context(), nil)
	first.Send(Message{Bytes: []byte("x")})
	if _, err := first.Recv(); err != nil {
		t.Fatal(err)
	}
	second, _ := call.Open(t.Context(), nil)
	if _, err := second.Recv(); err != io.EOF {
		t.Errorf("error %v", err)
	}
	if _, resp := second.End(); resp.Failure == nil || resp.Failure.Kind != Overloaded {
		t.Errorf("response %+v", resp)
	}
	first.CloseSend()
	if _, err := first.Recv(); err != io.EOF {
		t.Errorf("error %v", err)
	}
}

// TestStreamSoak has streams of random traffic that random parties end at random
// times. No side may wait forever, no message may be lost or come twice, and no
// goroutine may stay.
func TestStreamSoak(t *testing.T) {
	before := runtime.NumGoroutine()
	shop := newShop()
	call := shop.streamCall(t, func(s *ServerStream) Response {
		random := rand.New(rand.NewPCG(rand.Uint64(), 1))
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := uint64(0); ; i++ {
				message, err := s.Recv()
				if err != nil {
					return
				}
				if got := binary.LittleEndian.Uint64(message.Bytes); got != i {
					t.Errorf("the callee got message %d in place of %d", got, i)
				}
				if random.IntN(200) == 0 {
					s.End(nil, Response{Failure: &Failure{Kind: Answered}})
				}
			}
		})
		for i := range uint64(rand.IntN(300)) {
			if s.Send(Message{Bytes: binary.LittleEndian.AppendUint64(make([]byte, 0, 8+rand.IntN(2)), i)}) != nil {
				break
			}
		}
		if rand.IntN(2) == 0 {
			wg.Wait()
		}
		return Response{}
	})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 200 {
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(1+rand.IntN(20))*time.Millisecond)
				s, _ := call.Open(ctx, nil)
				var sends sync.WaitGroup
				sends.Go(func() {
					for i := range uint64(rand.IntN(300)) {
						message := make([]byte, 8+rand.IntN(4)*rand.IntN(20000))
						binary.LittleEndian.PutUint64(message, i)
						if s.Send(Message{Bytes: message}) != nil {
							return
						}
					}
					if rand.IntN(4) > 0 {
						s.CloseSend()
					}
				})
				for i := uint64(0); ; i++ {
					message, err := s.Recv()
					if err != nil {
						break
					}
					if got := binary.LittleEndian.Uint64(message.Bytes); got != i {
						t.Errorf("the caller got message %d in place of %d", got, i)
					}
					if rand.IntN(400) == 0 {
						cancel()
					}
				}
				sends.Wait()
				cancel()
			}
		})
	}
	wg.Wait()
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before+2; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines stay:\n%s", runtime.NumGoroutine()-before, stacks[:runtime.Stack(stacks, true)])
		}
	}
	if got := shop.Links(); len(got) == 0 || fmt.Sprint(got[len(got)-1].RPC) != "0" {
		t.Errorf("links %+v", got)
	}
}

func BenchmarkStreamPingPong(b *testing.B) {
	shop := newShop()
	shop.AddLink(Link{Caller: "bench", Callee: "stock", RPCService: "BenchFeed", Targets: []string{"*"}, Methods: map[string]Method{"Watch": {Stream: true}}})
	server := shop.StartServer("stock", "BenchFeed", ServerConfig{Handler: func(_ context.Context, r Request) Response { return echo(r.Stream) }})
	defer server.Stop()
	call, _ := shop.NewTargetClient("bench", "BenchFeed", Target{Spellings: []string{"stock"}}).Bind("Watch")
	s, _ := call.Open(context.Background(), nil)
	message := Message{Bytes: make([]byte, 100)}
	b.ReportAllocs()
	for b.Loop() {
		s.Send(message)
		s.Recv()
	}
	s.Leave()
}
