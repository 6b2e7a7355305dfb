//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"reflect"
	"regexp"
	"runtime"
	"runtime/debug"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/wrapperspb"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

const goMergeTestService = "test.S"

func TestMain(m *testing.M) {
	methods := map[string]mergeruntime.Method{"Get": {Messages: goMergeTestMessages()}, "Missing": {}}
	for _, name := range []string{"Up", "Down", "Both"} {
		methods[name] = mergeruntime.Method{Stream: true, Messages: goMergeTestMessages()}
	}
	// One copy of the package is both services: literal addresses mean it.
	mergeruntime.AddLink(mergeruntime.Link{Caller: goMergeService, Callee: goMergeService, RPCService: goMergeTestService, Methods: methods})
	goMergeConverts.Store(true)
	os.Exit(m.Run())
}

// goMergeEnv is a server and a connection to it, by RPC or inline.
type goMergeEnv struct {
	t      testing.TB
	inline bool
	server *Server
	addr   string
	cc     *ClientConn
	served chan error

	impl goMergeTestImpl

	mu     sync.Mutex
	lines  []string
	unary  func(ctx context.Context, request string) (string, error)
	stream func(name string, s ServerStream) error
}

// handleUnary sets what handles unary calls from now on.
func (e *goMergeEnv) handleUnary(f func(ctx context.Context, request string) (string, error)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.unary = f
}

// handleStream sets what handles streams from now on.
func (e *goMergeEnv) handleStream(f func(name string, s ServerStream) error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.stream = f
}

func (e *goMergeEnv) handlers() (func(ctx context.Context, request string) (string, error), func(name string, s ServerStream) error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.unary, e.stream
}

// goMergeTestImpl is what handlers are called with.
type goMergeTestImpl struct{ e *goMergeEnv }

// goMergeCase is a test that is run by RPC and inline.
type goMergeCase struct {
	name   string
	server []ServerOption
	client []DialOption
	// restarts is set if servers listen at one address, one after the other.
	restarts bool
	// stays is set if no call runs inline.
	stays bool
	// strict is set if callers have to leave handlers that go on.
	strict bool
	// run uses the connection and logs what a user sees.
	run func(e *goMergeEnv)
}

func (e *goMergeEnv) logf(format string, args ...interface{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.lines = append(e.lines, fmt.Sprintf(format, args...))
}

// logged returns the lines and forgets them.
func (e *goMergeEnv) logged() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	lines := e.lines
	e.lines = nil
	return lines
}

func goMergeText(s string) *wrapperspb.StringValue { return &wrapperspb.StringValue{Value: s} }

// call makes a unary call.
func (e *goMergeEnv) call(ctx context.Context, request string, opts ...CallOption) (string, error) {
	reply := goMergeText("before")
	err := e.cc.Invoke(ctx, "/test.S/Get", goMergeText(request), reply, opts...)
	return reply.Value, err
}

// open opens a stream of a method.
func (e *goMergeEnv) open(ctx context.Context, name string, opts ...CallOption) ClientStream {
	e.t.Helper()
	s, err := e.tryOpen(ctx, name, opts...)
	if err != nil {
		e.t.Fatalf("opening %s: %v", name, err)
	}
	return s
}

func (e *goMergeEnv) tryOpen(ctx context.Context, name string, opts ...CallOption) (ClientStream, error) {
	desc := &StreamDesc{StreamName: name, ClientStreams: name != "Down", ServerStreams: name != "Up"}
	return e.cc.NewStream(ctx, desc, "/test.S/"+name, opts...)
}

// exchange sends one message over a stream and returns the one that comes back.
func (e *goMergeEnv) exchange(ctx context.Context, request string, opts ...CallOption) (string, error) {
	s, err := e.tryOpen(ctx, "Both", opts...)
	if err != nil {
		return "", err
	}
	if err := s.SendMsg(goMergeText(request)); err != nil && err != io.EOF {
		return "", err
	}
	s.CloseSend()
	reply, err := goMergeRecv(s)
	if err == nil {
		if _, err = goMergeRecv(s); err == io.EOF {
			err = nil
		}
	}
	return reply, err
}

func goMergeRecv(s interface{ RecvMsg(interface{}) error }) (string, error) {
	m := goMergeText("before")
	err := s.RecvMsg(m)
	return m.Value, err
}

// untilServed makes a call with a deadline, and logs what its handler sends and what came
// of it. A busy machine may not get to the handler in time: then there is another call,
// with more of it.
func (e *goMergeEnv) untilServed(served <-chan string, call func(timeout time.Duration) string) {
	e.t.Helper()
	for timeout := 40 * time.Millisecond; timeout < time.Minute; timeout *= 4 {
		result := call(timeout)
		select {
		case text := <-served:
			e.logf("%s", text)
			e.logf("%s", result)
			return
		case <-time.After(2 * time.Second):
		}
	}
	e.t.Error("no call gets to its handler")
}

// settle waits until what the server has sent before is there: it makes calls over the
// same connection, whose frames take turns with those of streams.
func (e *goMergeEnv) settle() {
	e.t.Helper()
	for range 5 {
		if _, err := e.call(context.Background(), "settle"); err != nil {
			e.t.Error(err)
		}
	}
}

// logResult logs what a call returned.
func (e *goMergeEnv) logResult(what, reply string, err error) {
	e.logf("%s: %q, %s", what, reply, goMergeErr(err))
}

// goMergeReset is what TCP says in place of EOF if the peer closed with bytes unread.
var goMergeReset = regexp.MustCompile(`(read tcp \S+: read: )?connection reset by peer`)

// goMergeErr describes an error: its status with the details.
func goMergeErr(err error) string {
	if err == nil || err == io.EOF {
		return fmt.Sprint(err)
	}
	st, ok := status.FromError(err)
	if !ok {
		return fmt.Sprintf("%T %v", err, err)
	}
	text := fmt.Sprintf("%v %q", st.Code(), goMergeReset.ReplaceAllString(st.Message(), "EOF"))
	for _, d := range st.Details() {
		text += fmt.Sprintf(" %v", d)
	}
	return text
}

// goMergeMD describes metadata.
func goMergeMD(md metadata.MD) string {
	if md == nil {
		return "nil"
	}
	var parts []string
	for k, v := range md {
		if k == ":authority" {
			v = []string{strings.Split(v[0], ":")[0]}
		}
		parts = append(parts, fmt.Sprintf("%s=%q", k, v))
	}
	sort.Strings(parts)
	return strings.Join(parts, " ")
}

// goMergeAddr describes an address without the port that a connection happens to have.
func goMergeAddr(addr net.Addr) string {
	if tcp, ok := addr.(*net.TCPAddr); ok {
		return "tcp " + tcp.IP.String()
	}
	return fmt.Sprintf("%T", addr)
}

func goMergeTestDesc() *ServiceDesc {
	stream := func(name string) StreamDesc {
		return StreamDesc{
			StreamName: name, ClientStreams: name != "Down", ServerStreams: name != "Up",
			Handler: func(srv interface{}, s ServerStream) error {
				_, handle := srv.(*goMergeTestImpl).e.handlers()
				return handle(name, s)
			},
		}
	}
	return &ServiceDesc{
		ServiceName: goMergeTestService, HandlerType: (*interface{})(nil),
		Methods: []MethodDesc{{MethodName: "Get", Handler: func(srv interface{}, ctx context.Context, dec func(interface{}) error, interceptor UnaryServerInterceptor) (interface{}, error) {
			in := new(wrapperspb.StringValue)
			if err := dec(in); err != nil {
				return nil, err
			}
			handler := func(ctx context.Context, req interface{}) (interface{}, error) {
				handle, _ := srv.(*goMergeTestImpl).e.handlers()
				reply, err := handle(ctx, req.(*wrapperspb.StringValue).Value)
				switch {
				case reply == "typed nil":
					return (*wrapperspb.StringValue)(nil), err
				case reply == "nil":
					return nil, err
				}
				return goMergeText(reply), err
			}
			if interceptor == nil {
				return handler(ctx, in)
			}
			return interceptor(ctx, in, &UnaryServerInfo{Server: srv, FullMethod: "/test.S/Get"}, handler)
		}}},
		Streams: []StreamDesc{stream("Up"), stream("Down"), stream("Both")},
	}
}

// goMergeListen listens at a free port. Where there are several loopback addresses, alone
// has it be one that no other process uses, nor any client's socket: then the port stays
// free between two servers.
func goMergeListen(alone bool) (net.Listener, error) {
	if alone {
		pid := os.Getpid()
		if lis, err := net.Listen("tcp", net.JoinHostPort(net.IPv4(127, byte(pid>>16)+1, byte(pid>>8), byte(pid)).String(), "0")); err == nil {
			return lis, nil
		}
	}
	return net.Listen("tcp", "127.0.0.1:0")
}

// listen has a server serve at the address of the one that has stopped.
func (e *goMergeEnv) listen(opts ...ServerOption) {
	lis, err := net.Listen("tcp", e.addr)
	if err != nil {
		panic(err) // calls without a deadline, and the case, would wait for the server forever
	}
	s := NewServer(opts...)
	s.RegisterService(goMergeTestDesc(), &e.impl)
	e.server = s
	go func() { e.served <- s.Serve(lis) }()
	if e.inline {
		e.awaitServer()
	}
}

// awaitServer waits until inline calls come to the server, if no rule keeps them back. That
// is a moment after Serve was called.
func (e *goMergeEnv) awaitServer() {
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if call, drawn := goMergeConnOf(e.cc).client(goMergeTestService).Draw("Get"); call.Bound() || drawn == mergeruntime.DrawnRPC {
			break
		}
		if time.Now().After(end) {
			e.t.Error("the server takes no inline calls")
			break
		}
	}
}

// goMergeStart starts a server and dials it.
func goMergeStart(t testing.TB, c *goMergeCase, inline bool) *goMergeEnv {
	t.Helper()
	e := &goMergeEnv{t: t, inline: inline, served: make(chan error, 1)}
	e.handleUnary(func(_ context.Context, request string) (string, error) { return "re: " + request, nil })
	e.handleStream(func(_ string, s ServerStream) error {
		for {
			m, err := goMergeRecv(s)
			if err == io.EOF {
				return nil
			}
			if err == nil {
				err = s.SendMsg(goMergeText("re: " + m))
			}
			if err != nil {
				return err
			}
		}
	})
	e.impl.e = e
	lis, err := goMergeListen(c.restarts)
	if err != nil {
		t.Fatal(err)
	}
	e.addr = lis.Addr().String()
	e.server = NewServer(c.server...)
	e.server.RegisterService(goMergeTestDesc(), &e.impl)
	go func() { e.served <- e.server.Serve(lis) }()
	e.dial(c.client...)
	if inline {
		e.awaitServer()
	}
	return e
}

func (e *goMergeEnv) dial(opts ...DialOption) {
	opts = append([]DialOption{WithTransportCredentials(insecure.NewCredentials())}, opts...)
	if !e.inline {
		opts = append(opts, WithContextDialer(func(ctx context.Context, addr string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", addr)
		}))
	}
	cc, err := Dial("passthrough:///"+e.addr, opts...)
	if err != nil {
		e.t.Fatal(err)
	}
	e.cc = cc
}

func (e *goMergeEnv) stop() {
	e.cc.Close()
	e.server.Stop()
	<-e.served
}

// goMergeInline counts the inline calls of the process.
func goMergeInline() (n uint64) {
	for _, l := range mergeruntime.Links() {
		n += l.Inline
	}
	return n
}

// goMergeCooperate makes the deadlines of unary calls cooperative until the returned
// function is called.
func goMergeCooperate(t *testing.T, e *goMergeEnv) (end func()) {
	t.Helper()
	call, ok := goMergeConnOf(e.cc).client(goMergeTestService).Bind("Get")
	if !ok {
		t.Fatal("the call is not inline")
	}
	gate := reflect.ValueOf(goMergeField(reflect.ValueOf(&call), "method")).Elem().FieldByName("count").FieldByName("gate")
	cooperative := (*atomic.Bool)(gate.FieldByName("cooperative").Addr().UnsafePointer())
	cooperative.Store(true)
	return func() { cooperative.Store(false) }
}

// goMergeRun runs a case by RPC, and inline with converted messages, with bytes, and with
// cooperative deadlines, and compares what it logs.
func goMergeRun(t *testing.T, c goMergeCase) {
	t.Run(c.name, func(t *testing.T) {
		var logs [4][]string
		for i := range logs {
			inline := i > 0
			if goMergeRace && !inline {
				continue // the detector takes what goes by TCP for a race
			}
			cooperative := i == 3
			if cooperative && (c.strict || c.stays) {
				logs[i] = logs[1]
				continue
			}
			goMergeConverts.Store(i != 2)
			before, calls := goMergeGoroutines(), goMergeInline()
			e := goMergeStart(t, &c, inline)
			end := func() {}
			if cooperative {
				end = goMergeCooperate(t, e)
			}
			c.run(e)
			end()
			e.stop()
			logs[i] = e.logged()
			if n := goMergeInline() - calls; (n > 0) != (inline && !c.stays) {
				t.Errorf("%d inline calls, inline %v", n, inline)
			}
			goMergeLeaks(t, before)
		}
		if goMergeRace {
			return
		}
		if len(logs[0]) == 0 {
			t.Error("the case logs nothing")
		}
		for i := 0; i < len(logs[0]) || i < len(logs[1]) || i < len(logs[2]) || i < len(logs[3]); i++ {
			var lines [4]string
			for j := range lines {
				lines[j] = "nothing"
				if i < len(logs[j]) {
					lines[j] = logs[j][i]
				}
			}
			if lines[0] != lines[1] || lines[0] != lines[2] || lines[0] != lines[3] {
				t.Errorf("line %d\nby RPC:   %s\ninline:   %s\nas bytes: %s\ncooperative: %s", i+1, lines[0], lines[1], lines[2], lines[3])
			}
		}
	})
}

// goMergeRace reports whether the race detector watches.
var goMergeRace = func() bool {
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, s := range info.Settings {
			if s.Key == "-race" {
				return s.Value == "true"
			}
		}
	}
	return false
}()

// goMergeIdle matches the top of the stack of a goroutine that the runtime keeps for a call.
var goMergeIdle = regexp.MustCompile(`(?m)^goroutine .*\n.*/merge/runtime/handoff\.\(\*worker\)\.work\(`)

// goMergeStacks returns those of all goroutines.
func goMergeStacks() []byte {
	stacks := make([]byte, 1<<20)
	return stacks[:runtime.Stack(stacks, true)]
}

// goMergeGoroutines returns how many goroutines there are, without those that the runtime
// keeps.
func goMergeGoroutines() int {
	return runtime.NumGoroutine() - len(goMergeIdle.FindAll(goMergeStacks(), -1))
}

// goMergeLeaks waits until as many goroutines are there as before.
func goMergeLeaks(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(5 * time.Millisecond) {
		n := goMergeGoroutines()
		if n <= before {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d goroutines stay:\n%s", n-before, goMergeStacks())
		}
	}
}

// goMergeEvents logs the events of a side.
type goMergeEvents struct {
	e    **goMergeEnv
	side string
}

type goMergeTagKey struct{ side string }

func (h goMergeEvents) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	h.logf("TagRPC %s failfast=%v", info.FullMethodName, info.FailFast)
	if h.side == "client" {
		ctx = metadata.AppendToOutgoingContext(ctx, "by-tag", "1")
	}
	return context.WithValue(ctx, goMergeTagKey{h.side}, true)
}

func (h goMergeEvents) TagConn(ctx context.Context, info *stats.ConnTagInfo) context.Context {
	return context.WithValue(ctx, goMergeTagKey{h.side + " conn"}, true)
}

func (h goMergeEvents) HandleConn(context.Context, stats.ConnStats) {}

func (h goMergeEvents) logf(format string, args ...interface{}) {
	(*h.e).logf(h.side+" "+format, args...)
}

func (h goMergeEvents) HandleRPC(ctx context.Context, event stats.RPCStats) {
	if ctx.Value(goMergeTagKey{h.side}) == nil {
		h.logf("%T without the tag", event)
	}
	switch s := event.(type) {
	case *stats.Begin:
		h.logf("Begin client=%v failfast=%v streams=%v,%v", s.Client, s.FailFast, s.IsClientStream, s.IsServerStream)
	case *stats.InHeader:
		h.logf("InHeader client=%v method=%q compression=%q %s remote=%v", s.Client, s.FullMethod, s.Compression, goMergeMD(s.Header), s.RemoteAddr != nil)
	case *stats.OutHeader:
		h.logf("OutHeader client=%v method=%q compression=%q %s remote=%v", s.Client, s.FullMethod, s.Compression, goMergeMD(s.Header), s.RemoteAddr != nil)
	case *stats.InPayload:
		h.logf("InPayload client=%v %v length=%d,%d,%d", s.Client, s.Payload, s.Length, s.CompressedLength, s.WireLength)
	case *stats.OutPayload:
		h.logf("OutPayload client=%v %v length=%d,%d,%d", s.Client, s.Payload, s.Length, s.CompressedLength, s.WireLength)
	case *stats.InTrailer:
		h.logf("InTrailer client=%v %s", s.Client, goMergeMD(s.Trailer))
	case *stats.OutTrailer:
		h.logf("OutTrailer client=%v %s", s.Client, goMergeMD(s.Trailer))
	case *stats.End:
		h.logf("End client=%v %s %s begin=%v", s.Client, goMergeErr(s.Error), goMergeMD(s.Trailer), !s.BeginTime.IsZero())
	}
}

// bySide waits for the ends of n calls and returns the lines of each side by
// themselves: what the other does meanwhile has no order.
func (e *goMergeEnv) bySide(n int) {
	e.t.Helper()
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		e.mu.Lock()
		ends := strings.Count("\n"+strings.Join(e.lines, "\n"), "\nserver End ")
		e.mu.Unlock()
		if ends >= n {
			break
		}
		if time.Now().After(end) {
			e.t.Fatalf("the server has ended %d calls", ends)
		}
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	sort.SliceStable(e.lines, func(i, j int) bool {
		return strings.HasPrefix(e.lines[i], "server ") && !strings.HasPrefix(e.lines[j], "server ")
	})
	// The reader of the network's transport may see the header, or a trailer alone, before
	// the client has told of what it sent, and the trailer before it has decoded the message.
	late := func(first, second string) bool {
		switch {
		case strings.HasPrefix(second, "client OutPayload"), strings.HasPrefix(second, "client OutHeader"):
			return strings.HasPrefix(first, "client InHeader") || strings.HasPrefix(first, "client InTrailer")
		case strings.HasPrefix(second, "client InPayload"):
			return strings.HasPrefix(first, "client InTrailer")
		}
		return false
	}
	for range e.lines {
		for i := 1; i < len(e.lines); i++ {
			if late(e.lines[i-1], e.lines[i]) {
				e.lines[i-1], e.lines[i] = e.lines[i], e.lines[i-1]
			}
		}
	}
}

var errGoMergePlain = errors.New("plain error")
