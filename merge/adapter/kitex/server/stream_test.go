//go:build go_merge_added

package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudwego/kitex/client"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2"
	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/codes"
	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/metadata"
	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/status"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/pkg/streaming"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeTestText is a message. Codecs of protobuf leave it to the message how it is
// encoded.
type goMergeTestText struct{ Text string }

func (m *goMergeTestText) Marshal([]byte) ([]byte, error) { return []byte(m.Text), nil }

func (m *goMergeTestText) Unmarshal(in []byte) error {
	if string(in) == "broken" {
		return errors.New("the text is broken")
	}
	m.Text = string(in)
	return nil
}

// goMergeTestStreamer serves streams, and unary calls over gRPC.
type goMergeTestStreamer struct {
	mu     sync.Mutex
	serve  func(stream streaming.Stream) error
	unary  func(ctx context.Context, text string) (string, error)
	events []string
}

func (s *goMergeTestStreamer) note(format string, args ...interface{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.events = append(s.events, fmt.Sprintf(format, args...))
}

func (s *goMergeTestStreamer) handlers() (func(streaming.Stream) error, func(context.Context, string) (string, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.serve, s.unary
}

// handle sets the handlers. The race detector does not see what a connection orders.
func (s *goMergeTestStreamer) handle(serve func(streaming.Stream) error, unary func(context.Context, string) (string, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serve, s.unary = serve, unary
}

// goMergeTestCallee is a server with two clients, of which one makes RPCs.
type goMergeTestCallee struct {
	streamer goMergeTestStreamer
	stop     func() error
	rpc      client.Client
	inline   client.Client
}

func goMergeTestStreams(t *testing.T, options ...Option) *goMergeTestCallee {
	t.Helper()
	c := &goMergeTestCallee{}
	newText := func() interface{} { return new(goMergeTestText) }
	stream := func(_ context.Context, _, args, _ interface{}) error {
		serve, _ := c.streamer.handlers()
		return serve(args.(*streaming.Args).Stream)
	}
	unary := func(ctx context.Context, _, args, result interface{}) error {
		_, answer := c.streamer.handlers()
		stream, streams := args.(*streaming.Args)
		if !streams {
			text, err := answer(ctx, args.(*goMergeTestText).Text)
			result.(*goMergeTestText).Text = text
			return err
		}
		var request goMergeTestText
		if err := stream.Stream.RecvMsg(&request); err != nil {
			return err
		}
		text, err := answer(ctx, request.Text)
		if err != nil {
			return err
		}
		return stream.Stream.SendMsg(&goMergeTestText{text})
	}
	methods := map[string]serviceinfo.MethodInfo{
		"Unary":  serviceinfo.NewMethodInfo(unary, newText, newText, false, serviceinfo.WithStreamingMode(serviceinfo.StreamingUnary)),
		"Client": serviceinfo.NewMethodInfo(stream, newText, newText, false, serviceinfo.WithStreamingMode(serviceinfo.StreamingClient)),
		"Server": serviceinfo.NewMethodInfo(stream, newText, newText, false, serviceinfo.WithStreamingMode(serviceinfo.StreamingServer)),
		"Both":   serviceinfo.NewMethodInfo(stream, newText, newText, false, serviceinfo.WithStreamingMode(serviceinfo.StreamingBidirectional)),
	}
	svcInfo := &serviceinfo.ServiceInfo{
		ServiceName: t.Name(), PayloadCodec: serviceinfo.Protobuf, HandlerType: (*interface{})(nil),
		Extra: map[string]interface{}{"PackageName": "stock"}, Methods: methods,
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := NewServer(append(options, WithListener(ln), WithMetaHandler(transmeta.ServerHTTP2Handler), WithServerBasicInfo(&rpcinfo.EndpointBasicInfo{ServiceName: t.Name()}))...)
	if err := s.RegisterService(svcInfo, new(struct{})); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Run() }()
	c.stop = sync.OnceValue(func() error { return errors.Join(s.Stop(), <-done) })
	t.Cleanup(func() {
		c.hangUp()
		c.stop()
	})
	link := mergeruntime.Link{Caller: goMergeService, Callee: goMergeService, RPCService: t.Name(), Methods: make(map[string]mergeruntime.Method)}
	for name := range methods {
		link.Methods[name] = mergeruntime.Method{Stream: true}
	}
	mergeruntime.AddLink(link)
	dial := func(name string) client.Client {
		made, err := client.NewClient(svcInfo, client.WithDestService(name), client.WithHostPorts(ln.Addr().String()), client.WithTransportProtocol(transport.GRPC), client.WithMetaHandler(transmeta.ClientHTTP2Handler))
		if err != nil {
			t.Fatal(err)
		}
		return made
	}
	// A client of another name goes elsewhere, as far as the runtime knows.
	c.inline, c.rpc = dial(t.Name()), dial("elsewhere")
	c.streamer.handle(nil, func(context.Context, string) (string, error) { return "", nil })
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if c.inline.Call(context.Background(), "Unary", new(goMergeTestText), new(goMergeTestText)) == nil {
			probe := mergeruntime.NewClient(goMergeService, t.Name(), t.Name())
			if _, ok := probe.Bind("Unary"); ok {
				return c
			}
		}
		if time.Now().After(end) {
			t.Fatal("the server takes no inline calls")
		}
	}
}

// hangUp closes the clients, for whose connections a server waits that stops.
func (c *goMergeTestCallee) hangUp() {
	for _, made := range []client.Client{c.inline, c.rpc} {
		made.(io.Closer).Close()
	}
}

func (c *goMergeTestCallee) open(ctx context.Context, made client.Client, method string) (streaming.Stream, error) {
	var result streaming.Result
	err := made.(client.Streaming).Stream(ctx, method, nil, &result)
	return result.Stream, err
}

var goMergeTestAddress = regexp.MustCompile(`(127\.0\.0\.1|\[::1\]|inproc):[0-9]+`)

func goMergeTestError(err error) string {
	if err == nil {
		return "no error"
	}
	text := goMergeTestAddress.ReplaceAllString(err.Error(), "ADDRESS")
	if s, ok := status.FromError(err); ok {
		text += fmt.Sprintf(" (code %d)", s.Code())
	}
	if biz, ok := kerrors.FromBizStatusError(err); ok {
		text += fmt.Sprintf(" (business status %d %s %v)", biz.BizStatusCode(), biz.BizMessage(), biz.BizExtra())
	}
	return text
}

func goMergeTestMD(md metadata.MD, keys ...string) string {
	var text []string
	for _, key := range keys {
		text = append(text, fmt.Sprintf("%s=%q", key, md[key]))
	}
	return strings.Join(text, " ")
}

// goMergeTestStreamCase calls with a client and returns what it sees. The streamer
// notes what the callee sees.
type goMergeTestStreamCase struct {
	name  string
	serve func(s *goMergeTestStreamer, stream streaming.Stream) error
	unary func(s *goMergeTestStreamer, ctx context.Context, text string) (string, error)
	call  func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string
}

// goMergeTestEcho answers each message until there are no more.
func goMergeTestEcho(s *goMergeTestStreamer, stream streaming.Stream) error {
	for {
		var m goMergeTestText
		if err := stream.RecvMsg(&m); err != nil {
			s.note("end: %s", goMergeTestError(err))
			if err == io.EOF {
				return nil
			}
			return err
		}
		if err := stream.SendMsg(&m); err != nil {
			s.note("send: %s", goMergeTestError(err))
			return err
		}
	}
}

// goMergeTestDrain receives until the stream ends.
func goMergeTestDrain(stream streaming.Stream) string {
	var seen strings.Builder
	for {
		var m goMergeTestText
		if err := stream.RecvMsg(&m); err != nil {
			fmt.Fprint(&seen, goMergeTestError(err))
			return seen.String()
		}
		fmt.Fprintf(&seen, "%d %.8s, ", len(m.Text), m.Text)
	}
}

func goMergeTestUnary(_ *testing.T, ctx context.Context, _ *goMergeTestCallee, made client.Client) string {
	var result goMergeTestText
	err := made.Call(ctx, "Unary", &goMergeTestText{"hello"}, &result)
	return fmt.Sprintf("%q, %s", result.Text, goMergeTestError(err))
}

// goMergeTestFailing is a stream that sends two messages and fails.
func goMergeTestFailing(err error) func(*goMergeTestStreamer, streaming.Stream) error {
	return func(_ *goMergeTestStreamer, stream streaming.Stream) error {
		stream.SetTrailer(metadata.Pairs("last", "word"))
		for _, text := range []string{"a", "b"} {
			if err := stream.SendMsg(&goMergeTestText{text}); err != nil {
				return err
			}
		}
		return err
	}
}

func goMergeTestBoth(_ *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
	stream, err := c.open(ctx, made, "Both")
	if err != nil {
		return goMergeTestError(err)
	}
	seen := goMergeTestDrain(stream)
	return seen + goMergeTestMD(stream.Trailer(), "last")
}

var goMergeTestStreamCases = []goMergeTestStreamCase{
	{
		name: "unary",
		unary: func(s *goMergeTestStreamer, ctx context.Context, text string) (string, error) {
			info := rpcinfo.GetRPCInfo(ctx)
			md, _ := metadata.FromIncomingContext(ctx)
			_, limited := ctx.Deadline()
			s.note("%s %s %v, %s, limited %v", info.Invocation().ServiceName(), info.To().Method(), info.Config().TransportProtocol(), goMergeTestMD(md, "user-agent", "content-type", "key", "key-bin", "source-method"), limited)
			return text + " back", nil
		},
		call: func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
			ctx = metadata.AppendToOutgoingContext(ctx, "Key", "one", "key", "two", "key-bin", "\x00\xff")
			return goMergeTestUnary(t, ctx, c, made)
		},
	},
	{
		name: "unary that fails",
		unary: func(*goMergeTestStreamer, context.Context, string) (string, error) {
			return "ignored", errors.New("no\nluck")
		},
		call: goMergeTestUnary,
	},
	{
		name: "unary with a status",
		unary: func(*goMergeTestStreamer, context.Context, string) (string, error) {
			return "", status.Err(codes.ResourceExhausted, "100 % used")
		},
		call: goMergeTestUnary,
	},
	{
		name: "unary with a business status",
		unary: func(*goMergeTestStreamer, context.Context, string) (string, error) {
			return "", kerrors.NewGRPCBizStatusErrorWithExtra(404, "no such item", map[string]string{"item": "7"})
		},
		call: goMergeTestUnary,
	},
	{
		name:  "unary that panics",
		unary: func(*goMergeTestStreamer, context.Context, string) (string, error) { panic("out of order") },
		call: func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
			seen, _, _ := strings.Cut(goMergeTestUnary(t, ctx, c, made), "goroutine ")
			return seen
		},
	},
	{
		name: "unary after its deadline",
		unary: func(s *goMergeTestStreamer, ctx context.Context, _ string) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		},
		call: func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
			ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
			defer cancel()
			seen := goMergeTestUnary(t, ctx, c, made)
			if !strings.Contains(seen, "timeout") && !strings.Contains(seen, "deadline") && !strings.Contains(seen, "Deadline") {
				return seen
			}
			return "it is over"
		},
	},
	{
		name: "unary with metadata that HTTP/2 refuses",
		call: func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
			seen := goMergeTestUnary(t, metadata.AppendToOutgoingContext(ctx, "key", "a\x01b"), c, made)
			if strings.Contains(seen, "PROTOCOL_ERROR") || strings.Contains(seen, "the stream is done") {
				return "it is refused" // before or after the message is written
			}
			return seen
		},
	},
	{
		name:  "messages both ways",
		serve: goMergeTestEcho,
		call: func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
			stream, err := c.open(ctx, made, "Both")
			if err != nil {
				return goMergeTestError(err)
			}
			var seen string
			for _, text := range []string{"a", "", "ccc", strings.Repeat("large", 500_000)} {
				if err := stream.SendMsg(&goMergeTestText{text}); err != nil {
					return seen + goMergeTestError(err)
				}
				var m goMergeTestText
				err := stream.RecvMsg(&m)
				seen += fmt.Sprintf("%v %d %s, ", m.Text == text, len(m.Text), goMergeTestError(err))
			}
			seen += goMergeTestError(stream.Close()) + ", "
			seen += goMergeTestDrain(stream) + ", "
			seen += goMergeTestError(stream.SendMsg(&goMergeTestText{"late"})) + ", "
			return seen + goMergeTestDrain(stream)
		},
	},
	{
		name: "from the client",
		serve: func(s *goMergeTestStreamer, stream streaming.Stream) error {
			seen := goMergeTestDrain(stream)
			return stream.SendMsg(&goMergeTestText{seen})
		},
		call: func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
			stream, err := c.open(ctx, made, "Client")
			if err != nil {
				return goMergeTestError(err)
			}
			for i := 0; i < 100; i++ {
				if err := stream.SendMsg(&goMergeTestText{fmt.Sprint(i)}); err != nil {
					return goMergeTestError(err)
				}
			}
			if err := stream.Close(); err != nil {
				return goMergeTestError(err)
			}
			var m goMergeTestText
			err = stream.RecvMsg(&m)
			return m.Text + goMergeTestError(err)
		},
	},
	{
		name:  "more than the windows hold",
		serve: goMergeTestEcho,
		call: func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
			stream, err := c.open(ctx, made, "Both")
			if err != nil {
				return goMergeTestError(err)
			}
			sent := make(chan error, 1)
			go func() {
				for i := 0; i < 200; i++ {
					if err := stream.SendMsg(&goMergeTestText{strings.Repeat("x", 50_000)}); err != nil {
						sent <- err
						return
					}
				}
				sent <- stream.Close()
			}()
			seen := goMergeTestDrain(stream)
			return seen + goMergeTestError(<-sent)
		},
	},
	{name: "stream that fails", serve: goMergeTestFailing(errors.New("no luck")), call: goMergeTestBoth},
	{name: "stream with a status", serve: goMergeTestFailing(status.Err(codes.FailedPrecondition, "not yet")), call: goMergeTestBoth},
	{name: "stream with a business status", serve: goMergeTestFailing(kerrors.NewGRPCBizStatusError(7, "none left")), call: goMergeTestBoth},
	{name: "stream that ends well", serve: goMergeTestFailing(nil), call: goMergeTestBoth},
	{
		name:  "stream that panics",
		serve: func(*goMergeTestStreamer, streaming.Stream) error { panic("out of order") },
		call: func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
			seen, _, _ := strings.Cut(goMergeTestBoth(t, ctx, c, made), "goroutine ")
			return seen
		},
	},
	{
		name: "header and trailer",
		serve: func(s *goMergeTestStreamer, stream streaming.Stream) error {
			s.note("set: %s", goMergeTestError(stream.SetHeader(metadata.Pairs("first", "1", "bin-bin", "\x00"))))
			s.note("send: %s", goMergeTestError(stream.SendHeader(metadata.Pairs("first", "2"))))
			s.note("set again: %s", goMergeTestError(stream.SetHeader(metadata.Pairs("late", "3"))))
			s.note("send again: %s", goMergeTestError(stream.SendHeader(metadata.Pairs("late", "3"))))
			stream.SetTrailer(metadata.Pairs("last", "4"))
			return goMergeTestEcho(s, stream)
		},
		call: func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
			stream, err := c.open(ctx, made, "Both")
			if err != nil {
				return goMergeTestError(err)
			}
			md, err := stream.Header() // before any message
			seen := goMergeTestMD(md, "first", "bin-bin", "late", "content-type") + goMergeTestError(err)
			stream.Close()
			seen += goMergeTestDrain(stream)
			return seen + goMergeTestMD(stream.Trailer(), "last", "first")
		},
	},
	{
		name:  "header of a stream without one",
		serve: func(*goMergeTestStreamer, streaming.Stream) error { return status.Err(codes.NotFound, "nothing here") },
		call: func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
			stream, err := c.open(ctx, made, "Both")
			if err != nil {
				return goMergeTestError(err)
			}
			md, err := stream.Header()
			return fmt.Sprint(len(md) > 0, goMergeTestError(err))
		},
	},
	{
		name: "the caller cancels",
		serve: func(s *goMergeTestStreamer, stream streaming.Stream) error {
			err := goMergeTestEcho(s, stream)
			<-stream.Context().Done()
			s.note("context: %s", goMergeTestError(stream.Context().Err()))
			return err
		},
		call: func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
			ctx, cancel := context.WithCancel(ctx)
			defer cancel()
			stream, err := c.open(ctx, made, "Both")
			if err != nil {
				return goMergeTestError(err)
			}
			var m goMergeTestText
			err = errors.Join(stream.SendMsg(&goMergeTestText{"a"}), stream.RecvMsg(&m))
			cancel()
			return m.Text + goMergeTestError(err) + goMergeTestDrain(stream)
		},
	},
	{
		name: "the callee ends first",
		serve: func(_ *goMergeTestStreamer, stream streaming.Stream) error {
			return stream.RecvMsg(new(goMergeTestText))
		},
		call: func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
			stream, err := c.open(ctx, made, "Both")
			if err != nil {
				return goMergeTestError(err)
			}
			if err := stream.SendMsg(&goMergeTestText{"a"}); err != nil {
				return goMergeTestError(err)
			}
			seen := goMergeTestDrain(stream)
			return seen + ", " + goMergeTestError(stream.SendMsg(&goMergeTestText{"b"}))
		},
	},
	{
		name: "the caller reads nothing",
		serve: func(s *goMergeTestStreamer, stream streaming.Stream) error {
			for {
				if err := stream.SendMsg(&goMergeTestText{strings.Repeat("x", 10_000)}); err != nil {
					// Before v0.12.0 it depends on whether the callee waits already.
					s.note("send: %s", strings.Replace(goMergeTestError(err), "transport: stream is closing", "context canceled", 1))
					return err
				}
			}
		},
		call: func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
			ctx, cancel := context.WithCancel(ctx)
			stream, err := c.open(ctx, made, "Both")
			if err != nil {
				cancel()
				return goMergeTestError(err)
			}
			_, err = stream.Header()
			cancel()
			seen := goMergeTestError(err)
			for {
				if err := stream.RecvMsg(new(goMergeTestText)); err != nil {
					return seen + goMergeTestError(err)
				}
			}
		},
	},
	{
		name: "a header that the caller refuses",
		serve: func(s *goMergeTestStreamer, stream streaming.Stream) error {
			s.note("send: %s", goMergeTestError(stream.SendHeader(metadata.Pairs("biz-status", "no number"))))
			<-stream.Context().Done()
			s.note("context: %s", goMergeTestError(stream.Context().Err()))
			return nil
		},
		call: goMergeTestBoth,
	},
	{
		name:  "a message that cannot be decoded",
		serve: goMergeTestEcho,
		call: func(t *testing.T, ctx context.Context, c *goMergeTestCallee, made client.Client) string {
			stream, err := c.open(ctx, made, "Both")
			if err != nil {
				return goMergeTestError(err)
			}
			return goMergeTestError(stream.SendMsg(&goMergeTestText{"broken"})) + goMergeTestDrain(stream)
		},
	},
}

// TestGoMergeStreams compares inline streams and unary calls over gRPC with those over
// connections.
func TestGoMergeStreams(t *testing.T) {
	c := goMergeTestStreams(t)
	handler, err := nphttp2.NewSvrTransHandlerFactory().NewTransHandler(&remote.ServerOption{})
	if err != nil {
		t.Fatal(err)
	}
	supported := handler.(goMergeStreamHandler).GoMergeObstacle() == "" // not before v0.11.0
	for _, test := range goMergeTestStreamCases {
		t.Run(test.name, func(t *testing.T) {
			seen := func(made client.Client) (string, []string) {
				s, ended := &goMergeTestStreamer{}, make(chan bool, 1)
				enter := func() func() {
					if inline := strings.Contains(string(debug.Stack()), "GoMergeServe("); inline != (supported && made == c.inline) {
						t.Errorf("the handler runs inline: %v", inline)
					}
					return func() { ended <- true }
				}
				c.streamer.handle(func(stream streaming.Stream) error {
					defer enter()()
					return test.serve(s, stream)
				}, func(ctx context.Context, text string) (string, error) {
					defer enter()()
					return test.unary(s, ctx, text)
				})
				ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
				defer cancel()
				result := test.call(t, ctx, c, made)
				if test.serve != nil || test.unary != nil {
					<-ended // the caller may have left before
				}
				s.mu.Lock()
				defer s.mu.Unlock()
				return result, s.events
			}
			rpc, rpcEvents := seen(c.rpc)
			inline, inlineEvents := seen(c.inline)
			if inline != rpc || !slices.Equal(inlineEvents, rpcEvents) {
				t.Errorf("inline %.2000s\n%.2000q\nby RPC %.2000s\n%.2000q", inline, inlineEvents, rpc, rpcEvents)
			}
		})
	}
}

// TestGoMergeStreamsAtStop compares streams that run when their server stops.
func TestGoMergeStreamsAtStop(t *testing.T) {
	seen := map[string]string{}
	for _, way := range []string{"inline", "RPC"} {
		t.Run(way, func(t *testing.T) {
			c := goMergeTestStreams(t, WithExitWaitTime(200*time.Millisecond))
			made := map[string]client.Client{"inline": c.inline, "RPC": c.rpc}[way]
			ended := make(chan string, 1)
			c.streamer.handle(func(stream streaming.Stream) error {
				err := goMergeTestEcho(&goMergeTestStreamer{}, stream)
				ended <- goMergeTestError(err)
				return err
			}, nil)
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			defer cancel()
			stream, err := c.open(ctx, made, "Both")
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(stream.SendMsg(&goMergeTestText{"a"}), stream.RecvMsg(new(goMergeTestText))); err != nil {
				t.Fatal(err)
			}
			stopped := c.stop()
			if stopped == nil {
				seen[way] = fmt.Sprintf("caller %s, callee %s", goMergeTestDrain(stream), <-ended)
			} else { // before v0.12.0 streams go on
				seen[way] = fmt.Sprintf("stop %v, then %v, ", stopped, errors.Join(stream.SendMsg(&goMergeTestText{"b"}), stream.RecvMsg(new(goMergeTestText))))
				seen[way] += fmt.Sprintf("%v %s", stream.Close(), goMergeTestDrain(stream))
			}
		})
	}
	if seen["inline"] != seen["RPC"] {
		t.Errorf("inline %s\nby RPC %s", seen["inline"], seen["RPC"])
	}
}

// goMergeTestInbound is a handler of connections that counts them.
type goMergeTestInbound struct{ active, read, inactive *atomic.Int32 }

func (h goMergeTestInbound) OnActive(ctx context.Context, _ net.Conn) (context.Context, error) {
	h.active.Add(1)
	return context.WithValue(ctx, goMergeTestInbound{}, "of the connection"), nil
}

func (h goMergeTestInbound) OnInactive(ctx context.Context, _ net.Conn) context.Context {
	h.inactive.Add(1)
	return ctx
}

func (h goMergeTestInbound) OnRead(ctx context.Context, _ net.Conn) (context.Context, error) {
	h.read.Add(1)
	return ctx, nil
}

func (goMergeTestInbound) OnMessage(ctx context.Context, _, _ remote.Message) (context.Context, error) {
	return ctx, nil
}

// TestGoMergeStreamConnection has a handler of connections see one for all streams of a
// caller, whose context they have.
func TestGoMergeStreamConnection(t *testing.T) {
	var active, read, inactive atomic.Int32
	c := goMergeTestStreams(t, WithBoundHandler(goMergeTestInbound{&active, &read, &inactive}))
	handler, _ := nphttp2.NewSvrTransHandlerFactory().NewTransHandler(&remote.ServerOption{})
	if handler.(goMergeStreamHandler).GoMergeObstacle() != "" {
		t.Skip("its streams are RPCs")
	}
	c.streamer.handle(nil, func(ctx context.Context, _ string) (string, error) {
		text, _ := ctx.Value(goMergeTestInbound{}).(string)
		return text, nil
	})
	if seen := goMergeTestUnary(t, context.Background(), c, c.inline); seen != `"of the connection", no error` {
		t.Error(seen)
	}
	before := active.Load()
	for i := 0; i < 3; i++ {
		goMergeTestUnary(t, context.Background(), c, c.inline)
	}
	if n := active.Load(); n != before {
		t.Errorf("%d connections for three calls", n-before)
	}
	c.hangUp()
	if err := c.stop(); err != nil {
		t.Error(err)
	}
	if active.Load() != inactive.Load() || read.Load() < 1 {
		t.Errorf("%d connections began, %d ended, %d were read", active.Load(), inactive.Load(), read.Load())
	}
}

// goMergeTestServed is a handler of connections whose streams end at once.
type goMergeTestServed struct{ errors, served, ended atomic.Int32 }

func (*goMergeTestServed) GoMergeObstacle() string { return "" }

func (h *goMergeTestServed) OnError(context.Context, error, net.Conn) { h.errors.Add(1) }

func (h *goMergeTestServed) GoMergeServe(_ context.Context, _ *mergeruntime.ServerStream, _ interface{}, _ net.Conn, _ func() bool, opened func(func() error)) {
	h.served.Add(1)
	opened(func() error {
		h.ended.Add(1)
		return nil
	})
}

// goMergeTestRefusing has one of its methods do something else.
type goMergeTestRefusing struct {
	goMergeTestInbound
	onActive, onRead func() error
	onInactive       func()
}

func (h goMergeTestRefusing) OnActive(ctx context.Context, conn net.Conn) (context.Context, error) {
	ctx, _ = h.goMergeTestInbound.OnActive(ctx, conn)
	if h.onActive != nil {
		return ctx, h.onActive()
	}
	return ctx, nil
}

func (h goMergeTestRefusing) OnRead(ctx context.Context, conn net.Conn) (context.Context, error) {
	if h.onRead != nil {
		return ctx, h.onRead()
	}
	return ctx, nil
}

func (h goMergeTestRefusing) OnInactive(ctx context.Context, conn net.Conn) context.Context {
	if h.onInactive != nil {
		h.onInactive()
	}
	return h.goMergeTestInbound.OnInactive(ctx, conn)
}

// goMergeTestInbounds returns streams whose connections h handles, and the counters of h.
func goMergeTestInbounds(h goMergeTestRefusing) (*goMergeStreams, *goMergeTestServed, goMergeTestInbound) {
	h.goMergeTestInbound = goMergeTestInbound{new(atomic.Int32), new(atomic.Int32), new(atomic.Int32)}
	served := &goMergeTestServed{}
	g := &goMergeStreams{handler: served, inbounds: []remote.InboundHandler{h}}
	g.init()
	return g, served, h.goMergeTestInbound
}

// TestGoMergeStreamConnectionRefused has handlers of connections refuse callers. A
// limiter counts a connection that it refuses until it is inactive.
func TestGoMergeStreamConnectionRefused(t *testing.T) {
	refuse := func() error { return kerrors.ErrConnOverLimit }
	fail := func() error { panic("out of order") }
	for name, test := range map[string]struct {
		handler goMergeTestRefusing
		errors  int32
	}{
		"OnActive":        {goMergeTestRefusing{onActive: refuse}, 3},
		"OnRead":          {goMergeTestRefusing{onRead: refuse}, 3},
		"OnActive panics": {goMergeTestRefusing{onActive: fail}, 0},
		"OnRead panics":   {goMergeTestRefusing{onRead: fail}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			g, handler, counts := goMergeTestInbounds(test.handler)
			for i := 0; i < 3; i++ {
				if resp := g.serve(mergeruntime.Request{Caller: "item"}); resp.Failure == nil || resp.Failure.Kind != mergeruntime.Closed {
					t.Errorf("response %+v", resp)
				}
			}
			if active, inactive := counts.active.Load(), counts.inactive.Load(); active != 3 || inactive != 3 {
				t.Errorf("%d connections began, %d ended", active, inactive)
			}
			if n := handler.errors.Load(); n != test.errors || handler.served.Load() != 0 {
				t.Errorf("%d errors are logged, %d streams served", n, handler.served.Load())
			}
		})
	}
}

// TestGoMergeStreamConnectionPanics has the end of connections panic.
func TestGoMergeStreamConnectionPanics(t *testing.T) {
	var ended atomic.Int32
	g, handler, _ := goMergeTestInbounds(goMergeTestRefusing{onInactive: func() {
		ended.Add(1)
		panic("out of order")
	}})
	for _, caller := range []string{"item", "order"} {
		g.serve(mergeruntime.Request{Caller: caller})
	}
	if err := g.end(time.Now()); err != nil || ended.Load() != 2 || handler.served.Load() != 2 {
		t.Errorf("error %v, %d connections ended, %d streams served", err, ended.Load(), handler.served.Load())
	}
}

// TestGoMergeStreamsAfterStop has streams begin that were bound before the server stopped.
func TestGoMergeStreamsAfterStop(t *testing.T) {
	entered, release := make(chan bool), make(chan bool)
	g, handler, counts := goMergeTestInbounds(goMergeTestRefusing{onActive: func() error {
		entered <- true
		<-release
		return nil
	}})
	served := make(chan mergeruntime.Response)
	go func() { served <- g.serve(mergeruntime.Request{Caller: "item"}) }()
	<-entered // before there is a stream to end
	stopped := make(chan error)
	go func() { stopped <- g.end(time.Now()) }()
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		g.mu.Lock()
		ended := g.ended
		g.mu.Unlock()
		if ended {
			break
		}
		if time.Now().After(end) {
			t.Fatal("the server does not stop")
		}
	}
	close(release)
	if resp, err := <-served, <-stopped; resp.Failed() || err != nil {
		t.Errorf("response %+v, stop %v", resp, err)
	}
	if handler.served.Load() != 1 || handler.ended.Load() != 1 {
		t.Errorf("%d streams are served, %d are ended", handler.served.Load(), handler.ended.Load())
	}
	if resp := g.serve(mergeruntime.Request{Caller: "item"}); !resp.Failed() || resp.Failure.Kind != mergeruntime.Closed {
		t.Errorf("after the stop, response %+v", resp)
	}
	if active, inactive := counts.active.Load(), counts.inactive.Load(); active != 1 || inactive != 1 {
		t.Errorf("%d connections began, %d ended", active, inactive)
	}
}

// TestGoMergeStreamContextEnds has a service follow the context of a stream that is over.
func TestGoMergeStreamContextEnds(t *testing.T) {
	c := goMergeTestStreams(t)
	contexts := make(chan context.Context, 1)
	c.streamer.handle(func(stream streaming.Stream) error {
		contexts <- stream.Context()
		return nil
	}, nil)
	stream, err := c.open(context.Background(), c.inline, "Both")
	if err != nil {
		t.Fatal(err)
	}
	if seen := goMergeTestDrain(stream); seen != "EOF" {
		t.Error(seen)
	}
	select {
	case <-(<-contexts).Done():
	case <-time.After(20 * time.Second):
		t.Error("the context goes on")
	}
}

// TestGoMergeStreamsByRPC has a server limit the streams of a connection.
func TestGoMergeStreamsByRPC(t *testing.T) {
	c := goMergeTestStreams(t, WithGRPCMaxConcurrentStreams(10))
	var inline atomic.Bool
	c.streamer.handle(nil, func(context.Context, string) (string, error) {
		inline.Store(strings.Contains(string(debug.Stack()), "GoMergeServe("))
		return "", nil
	})
	if seen := goMergeTestUnary(t, context.Background(), c, c.inline); seen != `"", no error` || inline.Load() {
		t.Errorf("%s, inline %v", seen, inline.Load())
	}
}

// TestGoMergeStreamEndsUnread has a callee fail whose caller sends and does not read. Over
// connections the status waits behind the messages.
func TestGoMergeStreamEndsUnread(t *testing.T) {
	c := goMergeTestStreams(t)
	handler, _ := nphttp2.NewSvrTransHandlerFactory().NewTransHandler(&remote.ServerOption{})
	if handler.(goMergeStreamHandler).GoMergeObstacle() != "" {
		t.Skip("its streams are RPCs")
	}
	c.streamer.handle(func(stream streaming.Stream) error {
		for i := 0; i < 3; i++ {
			if err := stream.SendMsg(&goMergeTestText{strings.Repeat("x", 50_000)}); err != nil {
				return err
			}
		}
		return status.Err(codes.FailedPrecondition, "no more")
	}, nil)
	stream, err := c.open(context.Background(), c.inline, "Both")
	if err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(20 * time.Second); stream.SendMsg(&goMergeTestText{"a"}) == nil; {
		if time.Now().After(end) {
			t.Fatal("the caller sends without end")
		}
	}
	if seen := goMergeTestDrain(stream); strings.Count(seen, "50000 xxx") != 3 || !strings.Contains(seen, "no more") {
		t.Error(seen)
	}
}

// TestGoMergeStreamsThatNobodyReads has callers cancel streams in which they wait for
// room. Over connections they would wait on, for some seconds or without end.
func TestGoMergeStreamsThatNobodyReads(t *testing.T) {
	c := goMergeTestStreams(t)
	handler, _ := nphttp2.NewSvrTransHandlerFactory().NewTransHandler(&remote.ServerOption{})
	if handler.(goMergeStreamHandler).GoMergeObstacle() != "" {
		t.Skip("its streams are RPCs")
	}
	fill := func(stream streaming.Stream) error {
		for {
			if err := stream.SendMsg(&goMergeTestText{strings.Repeat("x", 50_000)}); err != nil {
				return err
			}
		}
	}
	for name, serve := range map[string]func(streaming.Stream) error{
		"the callee waits": func(stream streaming.Stream) error {
			<-stream.Context().Done()
			return stream.Context().Err()
		},
		"the callee sends": fill,
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan error, 1)
			c.streamer.handle(func(stream streaming.Stream) error {
				err := serve(stream)
				ended <- err
				return err
			}, nil)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			stream, err := c.open(ctx, c.inline, "Both")
			if err != nil {
				t.Fatal(err)
			}
			time.AfterFunc(50*time.Millisecond, cancel)
			if err := fill(stream); err == nil {
				t.Error("the caller sends without end")
			}
			if err := <-ended; err == nil {
				t.Error("the callee has no error")
			}
		})
	}
}
