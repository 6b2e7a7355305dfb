//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"
	"google.golang.org/grpc/tap"
)

// goMergeBothSides returns options that log the stats events of both sides.
func goMergeBothSides(e **goMergeEnv) ([]ServerOption, []DialOption) {
	return []ServerOption{StatsHandler(goMergeEvents{e, "server"})}, []DialOption{WithStatsHandler(goMergeEvents{e, "client"})}
}

func TestGoMergeUnary(t *testing.T) {
	var env *goMergeEnv
	var inner *ClientConn
	statsServer, statsClient := goMergeBothSides(&env)
	interceptors := func(side string) (UnaryServerInterceptor, UnaryClientInterceptor) {
		return func(ctx context.Context, req interface{}, info *UnaryServerInfo, handler UnaryHandler) (interface{}, error) {
				env.logf("server %s %s", side, info.FullMethod)
				reply, err := handler(ctx, req)
				env.logf("server %s after %s", side, goMergeErr(err))
				return reply, err
			}, func(ctx context.Context, method string, req, reply interface{}, cc *ClientConn, invoker UnaryInvoker, opts ...CallOption) error {
				env.logf("client %s %s", side, method)
				err := invoker(ctx, method, req, reply, cc, opts...)
				env.logf("client %s after %s", side, goMergeErr(err))
				return err
			}
	}
	s1, c1 := interceptors("first")
	s2, c2 := interceptors("second")
	with := func(run func(e *goMergeEnv)) func(e *goMergeEnv) {
		return func(e *goMergeEnv) { env = e; run(e) }
	}
	cases := []goMergeCase{
		{name: "plain", run: func(e *goMergeEnv) {
			for i := 0; i < 3; i++ {
				reply, err := e.call(context.Background(), fmt.Sprint("hello ", i))
				e.logResult("call", reply, err)
			}
		}},
		{name: "statuses", run: func(e *goMergeEnv) {
			detailed, _ := status.New(codes.NotFound, "gone").WithDetails(&errdetails.ErrorInfo{Reason: "R", Domain: "d"}, &errdetails.RetryInfo{})
			errs := map[string]error{
				"a status":           status.Error(codes.InvalidArgument, "bad"),
				"b details":          detailed.Err(),
				"c wrapped":          fmt.Errorf("around: %w", status.Error(codes.Aborted, "inner")),
				"d wrapped details":  fmt.Errorf("around: %w", detailed.Err()),
				"e plain":            errGoMergePlain,
				"f deadline":         context.DeadlineExceeded,
				"g canceled":         context.Canceled,
				"h wrapped deadline": fmt.Errorf("around: %w", context.DeadlineExceeded),
				"i EOF":              io.EOF,
				"j unexpected EOF":   io.ErrUnexpectedEOF,
				"k unknown code":     status.Error(codes.Code(99), "strange"),
				"l invalid UTF-8":    status.Error(codes.Internal, "a\xff\xfeb"),
				"m Unicode":          status.Error(codes.Internal, "ünï\n\t%41 %"),
				"n empty":            status.Error(codes.DataLoss, ""),
				"o OK code":          status.New(codes.OK, "fine").Err(),
				"p long":             status.Error(codes.Internal, strings.Repeat("x", 10000)),
				"q canceled code":    status.Error(codes.Canceled, "by the server"),
				"r deadline code":    status.Error(codes.DeadlineExceeded, "by the server"),
				"s unauthenticated":  status.Error(codes.Unauthenticated, "who"),
				"t client's closing": ErrClientConnClosing,
				"u server's stopped": ErrServerStopped,
			}
			for name := 'a'; name <= 'u'; name++ {
				for key, err := range errs {
					if key[0] == byte(name) {
						e.handleUnary(func(context.Context, string) (string, error) { return "reply beside the error", err })
						var header, trailer metadata.MD
						reply, err := e.call(context.Background(), key, Header(&header), Trailer(&trailer))
						e.logResult(key, reply, err)
						e.logf("%v header %s trailer %s", err, goMergeMD(header), goMergeMD(trailer))
					}
				}
			}
		}},
		{name: "nil replies", run: func(e *goMergeEnv) {
			for _, reply := range []string{"nil", "typed nil", ""} {
				e.handleUnary(func(context.Context, string) (string, error) { return reply, nil })
				got, err := e.call(context.Background(), "x")
				e.logResult("reply "+reply, got, err)
			}
			err := e.cc.Invoke(context.Background(), "/test.S/Get", nil, goMergeText(""))
			e.logResult("nil request", "", err)
			err = e.cc.Invoke(context.Background(), "/test.S/Get", "no message", goMergeText(""))
			e.logf("no message: %v", status.Code(err))
			err = e.cc.Invoke(context.Background(), "/test.S/Get", goMergeText("x"), new(string))
			e.logf("no reply: %v", status.Code(err))
		}},
		{name: "unknown", run: func(e *goMergeEnv) {
			reply, err := e.call(context.Background(), "x")
			e.logResult("first", reply, err)
			for _, method := range []string{"/test.S/Missing", "/test.S/Other", "/test.T/Get", "test.S/Get", "/test.S/", "nothing"} {
				err := e.cc.Invoke(context.Background(), method, goMergeText("x"), goMergeText(""))
				e.logResult(method, "", err)
			}
		}},
		{name: "metadata", run: func(e *goMergeEnv) {
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				md, _ := metadata.FromIncomingContext(ctx)
				e.logf("server %s %s", request, goMergeMD(md))
				out, has := metadata.FromOutgoingContext(ctx)
				e.logf("server outgoing %v %v", out, has)
				SetHeader(ctx, metadata.Pairs("h-one", "1", "user-agent", "mine", "content-type", "mine", "grpc-status", "7", "grpc-foo", "kept"))
				SetHeader(ctx, metadata.Pairs("h-one", "2", "h-bin", "\x00\xff"))
				SetTrailer(ctx, metadata.Pairs("t-one", "1", "te", "x", "grpc-message", "mine"))
				SetTrailer(ctx, metadata.Pairs("t-one", "2", "t-bin", "\x01\xfe", "h-one", "t"))
				e.logf("nothing set: %v", SetHeader(ctx, nil))
				method, ok := Method(ctx)
				e.logf("method %q %v", method, ok)
				return "", nil
			})
			try := func(what string, ctx context.Context) {
				var header, trailer metadata.MD
				_, err := e.call(ctx, what, Header(&header), Trailer(&trailer))
				e.logResult(what, "", err)
				e.logf("header %s", goMergeMD(header))
				e.logf("trailer %s", goMergeMD(trailer))
			}
			try("none", context.Background())
			ctx := metadata.NewOutgoingContext(context.Background(), metadata.MD{
				"many": {"1", "2"}, "empty": {}, "blank": {""}, "bytes-bin": {"\x00\x01\xff", "second"},
				"grpc-previous-rpc-attempts": {"3"}, "grpc-foo": {"bar"}, "te": {"x"}, "content-type": {"x"}, "user-agent": {"x"}, "grpc-timeout": {"1S"},
				"grpc-encoding": {"gzip"}, "grpc-status": {"1"}, ":path": {"/x"}, "with.dots_and-dashes": {"v"},
			})
			try("many", metadata.AppendToOutgoingContext(ctx, "Many", "3", "upper-KEY", "u", "te", "y", "many", "4"))
			try("incoming of another call", metadata.NewIncomingContext(context.Background(), metadata.Pairs("secret", "s")))
			for what, md := range map[string]metadata.MD{
				"key with space": {"a b": {"1"}}, "empty key": {"": {"1"}}, "upper key": {"Upper": {"1"}}, "bad value": {"k": {"a\nb"}}, "high value": {"k": {"é"}},
			} {
				err := e.cc.Invoke(metadata.NewOutgoingContext(context.Background(), md), "/test.S/Get", goMergeText("x"), goMergeText(""))
				e.t.Log(what, err)
				if status.Code(err) != codes.Internal {
					e.t.Errorf("%s: %v", what, err)
				}
			}
		}},
		{name: "header timing", run: func(e *goMergeEnv) {
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				e.logf("send: %v", SendHeader(ctx, metadata.Pairs("a", "1")))
				e.logf("again: %s", goMergeErr(SendHeader(ctx, metadata.Pairs("a", "2"))))
				e.logf("set: %s", goMergeErr(SetHeader(ctx, metadata.Pairs("a", "3"))))
				e.logf("trailer: %s", goMergeErr(SetTrailer(ctx, metadata.Pairs("b", "1"))))
				if request == "fail" {
					return "", status.Error(codes.Aborted, "after the header")
				}
				return "ok", nil
			})
			for _, request := range []string{"ok", "fail"} {
				var header, trailer metadata.MD
				reply, err := e.call(context.Background(), request, Header(&header), Trailer(&trailer))
				e.logResult(request, reply, err)
				e.logf("header %s trailer %s", goMergeMD(header), goMergeMD(trailer))
			}
			var kept context.Context
			e.handleUnary(func(ctx context.Context, request string) (string, error) { kept = ctx; return "", nil })
			e.call(context.Background(), "keep")
			for end := time.Now().Add(10 * time.Second); kept.Err() == nil && time.Now().Before(end); time.Sleep(time.Millisecond) {
			}
			e.logf("context after the call: %v, cause %v", kept.Err(), context.Cause(kept))
			e.logf("set after the call: %s", goMergeErr(SetHeader(kept, metadata.Pairs("a", "3"))))
			e.logf("send after the call: %s", goMergeErr(SendHeader(kept, metadata.Pairs("a", "3"))))
			e.logf("trailer after the call: %s", goMergeErr(SetTrailer(kept, metadata.Pairs("a", "3"))))
		}},
		{name: "invalid response metadata", run: func(e *goMergeEnv) {
			for _, md := range []metadata.MD{{"bad": {"a\nb"}}, {"high": {"\xff"}}, {"Upper": {"x"}}, {"a b": {"x"}}, {"x-bin": {"\n"}}} {
				for _, where := range []string{"header", "trailer", "header of a failure"} {
					e.handleUnary(func(ctx context.Context, request string) (string, error) {
						if where == "trailer" {
							SetTrailer(ctx, md)
						} else {
							SetHeader(ctx, md)
						}
						if where == "header of a failure" {
							return "", status.Error(codes.Aborted, "no")
						}
						return "reply", nil
					})
					var header, trailer metadata.MD
					reply, err := e.call(context.Background(), "x", Header(&header), Trailer(&trailer))
					e.logResult(fmt.Sprintf("%s %q", where, md), reply, err)
					e.logf("header %s trailer %s", goMergeMD(header), goMergeMD(trailer))
				}
			}
		}},
		{name: "deadline", strict: true, run: func(e *goMergeEnv) {
			left, served := make(chan struct{}), make(chan string, 10)
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				deadline, ok := ctx.Deadline()
				until := time.Until(deadline)
				line := fmt.Sprintf("%s: deadline %v, in time %v", request, ok, !ok || until > 0 && until <= 61*time.Second)
				switch {
				case request != "wait":
					e.logf("%s", line)
				case until > 0:
					served <- line
					<-ctx.Done()
					<-left // or its answer might come first
				}
				return "done", nil
			})
			reply, err := e.call(context.Background(), "none")
			e.logResult("none", reply, err)
			ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
			reply, err = e.call(ctx, "minute")
			e.logResult("minute", reply, err)
			cancel()
			reply, err = e.call(ctx, "canceled before")
			e.logResult("canceled before", reply, err)
			ctx, cancel = context.WithTimeout(context.Background(), -time.Second)
			reply, err = e.call(ctx, "expired before")
			e.logResult("expired before", reply, err)
			cancel()
			e.untilServed(served, func(timeout time.Duration) string {
				ctx, cancel := context.WithTimeout(context.Background(), timeout)
				defer cancel()
				// Either side may be the first to notice.
				_, err := e.call(ctx, "wait")
				return fmt.Sprintf("wait: %v", status.Code(err))
			})
			close(left)
		}},
		{name: "caller leaves", strict: true, run: func(e *goMergeEnv) {
			entered, release := make(chan struct{}), make(chan struct{})
			var seen error
			var wg sync.WaitGroup
			wg.Add(1)
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				defer wg.Done()
				close(entered)
				<-ctx.Done()
				seen = context.Cause(ctx)
				<-release
				return "late", nil
			})
			ctx, cancel := context.WithCancelCause(context.Background())
			go func() { <-entered; cancel(errGoMergePlain) }()
			reply, err := e.call(ctx, "x")
			e.logResult("canceled", reply, err)
			close(release)
			wg.Wait()
			e.logf("the handler saw %v", seen)
		}},
		{name: "connection closes", run: func(e *goMergeEnv) {
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				go e.cc.Close()
				<-ctx.Done()
				return "late", nil
			})
			_, err := e.call(context.Background(), "x")
			e.logf("during: %v", status.Code(err)) // the text may have addresses
			reply, err := e.call(context.Background(), "x")
			e.logResult("after", reply, err)
		}},
		{name: "server stops", run: func(e *goMergeEnv) {
			entered, left := make(chan struct{}), make(chan struct{})
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				close(entered)
				<-ctx.Done()
				close(left)
				return "late", nil
			})
			go func() { <-entered; e.server.Stop() }()
			reply, err := e.call(context.Background(), "x")
			e.logResult("during", reply, err)
			<-left
			e.logf("Serve returned %v", <-e.served)
			e.served <- nil
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			_, err = e.call(ctx, "x")
			e.logf("after: %v", status.Code(err))
		}},
		{name: "server stops in a handler", run: func(e *goMergeEnv) {
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				e.server.Stop()
				return "late", nil
			})
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			reply, err := e.call(ctx, "x")
			e.logf("during: %q, %v", reply, status.Code(err))
		}},
		{name: "server stops after all", strict: true, run: func(e *goMergeEnv) {
			entered, release := make(chan struct{}), make(chan struct{})
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				close(entered)
				<-release
				return "late", nil
			})
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			during, graceful := make(chan error), make(chan struct{})
			go func() {
				_, err := e.call(ctx, "x")
				during <- err
			}()
			<-entered
			go func() { e.server.GracefulStop(); close(graceful) }()
			select {
			case <-graceful:
				e.logf("did not wait")
			case <-time.After(50 * time.Millisecond):
			}
			stopped := make(chan struct{})
			go func() { e.server.Stop(); close(stopped) }()
			e.logf("during: %v", status.Code(<-during))
			if !goMergeWaits {
				<-graceful
			}
			select {
			case <-graceful:
				e.logf("GracefulStop returned")
			case <-time.After(50 * time.Millisecond):
				e.logf("GracefulStop waits for the handler") // and by RPC with it sometimes Stop, and Serve
			}
			close(release)
			<-graceful
			<-stopped
			e.logf("Serve returned %v", <-e.served)
			e.served <- nil
		}},
		{name: "server stops gracefully", run: func(e *goMergeEnv) {
			entered, release := make(chan struct{}, 20), make(chan struct{})
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				entered <- struct{}{}
				<-release
				return "in time", ctx.Err()
			})
			var wg sync.WaitGroup
			for i := 0; i < 20; i++ {
				wg.Add(1)
				go func() {
					defer wg.Done()
					reply, err := e.call(context.Background(), "x")
					e.logResult("during", reply, err)
				}()
			}
			for i := 0; i < 20; i++ {
				<-entered
			}
			stopped := make(chan struct{})
			go func() { e.server.GracefulStop(); close(stopped) }()
			select {
			case <-stopped:
				e.logf("did not wait")
			case <-time.After(50 * time.Millisecond):
			}
			e.logf("Serve has returned: %v", len(e.served) > 0)
			close(release)
			<-stopped
			wg.Wait()
			ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
			defer cancel()
			_, err := e.call(ctx, "x")
			e.logf("after: %v", status.Code(err))
		}},
		{
			name: "sizes", server: []ServerOption{MaxRecvMsgSize(1000), MaxSendMsgSize(2000)},
			run: func(e *goMergeEnv) {
				e.handleUnary(func(ctx context.Context, request string) (string, error) {
					n := 0
					fmt.Sscan(request, &n)
					return strings.Repeat("y", n), nil
				})
				for _, size := range []int{10, 997, 998, 1500, 5000} {
					reply, err := e.call(context.Background(), strings.Repeat("x", size))
					e.logResult(fmt.Sprint("request of ", size), reply, err)
				}
				for _, size := range []int{10, 1900, 1997, 1998, 5000} {
					for _, opts := range [][]CallOption{nil, {MaxCallRecvMsgSize(1950)}, {MaxCallSendMsgSize(1)}} {
						reply, err := e.call(context.Background(), fmt.Sprint(size), opts...)
						e.logResult(fmt.Sprint("reply of ", size), fmt.Sprint(len(reply)), err)
					}
				}
			},
		},
		{name: "large", client: []DialOption{WithDefaultCallOptions(MaxCallRecvMsgSize(1 << 28))}, run: func(e *goMergeEnv) {
			reply, err := e.call(context.Background(), strings.Repeat("x", 4<<20-10))
			e.logResult("below 4 MiB", fmt.Sprint(len(reply)), err)
			reply, err = e.call(context.Background(), strings.Repeat("x", 4<<20))
			e.logResult("above 4 MiB", fmt.Sprint(len(reply)), err)
			e.handleUnary(func(ctx context.Context, request string) (string, error) { return strings.Repeat("z", 50<<20), nil })
			reply, err = e.call(context.Background(), "x")
			e.logResult("50 MiB", fmt.Sprint(len(reply)), err)
		}},
		{name: "peer", run: func(e *goMergeEnv) {
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				p, ok := peer.FromContext(ctx)
				e.logf("server %v %s %v", ok, goMergeAddr(p.Addr), p.AuthInfo)
				return "", nil
			})
			var p peer.Peer
			_, err := e.call(context.Background(), "x", Peer(&p))
			e.logf("client %v %s %v %T", err, goMergeAddr(p.Addr), p.AuthInfo, p.AuthInfo)
			e.logf("its port %v", strings.HasSuffix(p.Addr.String(), e.addr[strings.LastIndexByte(e.addr, ':'):]))
		}},
		{name: "values", run: func(e *goMergeEnv) {
			type key struct{}
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				e.logf("the caller's value is %v", ctx.Value(key{}))
				_, ok := peer.FromContext(ctx)
				e.logf("peer %v, server stream %v", ok, ServerTransportStreamFromContext(ctx) != nil)
				return "", nil
			})
			ctx := peer.NewContext(context.WithValue(context.Background(), key{}, "secret"), &peer.Peer{})
			_, err := e.call(ctx, "x")
			e.logf("%v", err)
		}},
		{name: "stats", server: statsServer, client: statsClient, run: with(func(e *goMergeEnv) {
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				e.logf("server tags %v %v", ctx.Value(goMergeTagKey{"server"}), ctx.Value(goMergeTagKey{"server conn"}))
				md, _ := metadata.FromIncomingContext(ctx)
				e.logf("server got %q", md["by-tag"])
				SetHeader(ctx, metadata.Pairs("h", "1"))
				SetTrailer(ctx, metadata.Pairs("t", "1"))
				if request == "fail" {
					return "", status.Error(codes.Aborted, "no")
				}
				return "answer", nil
			})
			for i, request := range []string{"ok", "fail"} {
				reply, err := e.call(metadata.AppendToOutgoingContext(context.Background(), "k", "v"), request, WaitForReady(i == 1))
				e.logf("client got %q %s", reply, goMergeErr(err))
				e.bySide(1)
				for _, line := range e.logged() {
					e.t.Log(line)
					defer e.logf("%s", line)
				}
			}
			e.handleUnary(func(ctx context.Context, request string) (string, error) { return "", errGoMergePlain })
			_, err := e.call(context.Background(), "trailers only")
			e.logf("client got %s", goMergeErr(err))
			e.bySide(1)
		})},
		{name: "two stats handlers", server: append(statsServer, statsServer...), client: append(statsClient, statsClient...), run: with(func(e *goMergeEnv) {
			reply, err := e.call(context.Background(), "x")
			e.logf("client got %q %s", reply, goMergeErr(err))
			e.bySide(2)
		})},
		{
			name: "interceptors", server: []ServerOption{UnaryInterceptor(s1), ChainUnaryInterceptor(s2)}, client: []DialOption{WithUnaryInterceptor(c1), WithChainUnaryInterceptor(c2)},
			run: with(func(e *goMergeEnv) {
				reply, err := e.call(context.Background(), "x")
				e.logResult("call", reply, err)
				e.handleUnary(func(context.Context, string) (string, error) { return "", errGoMergePlain })
				reply, err = e.call(context.Background(), "x")
				e.logResult("failure", reply, err)
			}),
		},
		{name: "call options", run: func(e *goMergeEnv) {
			type satellite struct{ EmptyCallOption }
			reply, err := e.call(context.Background(), "x", EmptyCallOption{}, satellite{}, &satellite{}, WaitForReady(true), CallContentSubtype("Proto"),
				MaxRetryRPCBufferSize(1), OnFinish(func(err error) { e.logf("finished %v", err) }), OnFinish(func(err error) { e.logf("and %v", err) }))
			e.logResult("call", reply, err)
			e.handleUnary(func(context.Context, string) (string, error) { return "", errGoMergePlain })
			reply, err = e.call(context.Background(), "x", OnFinish(func(err error) { e.logf("finished %v", err) }))
			e.logResult("failure", reply, err)
			reply, err = e.call(context.Background(), "x", CallContentSubtype("nobody"), OnFinish(func(err error) { e.logf("finished %v", err) }))
			e.logResult("unknown codec", reply, err)
			reply, err = e.call(context.Background(), "x", UseCompressor("nobody"), OnFinish(func(err error) { e.logf("finished %v", err) }))
			e.logResult("unknown compressor", reply, err)
		}},
		{name: "per-RPC credentials", client: []DialOption{WithPerRPCCredentials(goMergeTestCreds{name: "dial"})}, run: func(e *goMergeEnv) {
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				md, _ := metadata.FromIncomingContext(ctx)
				e.logf("server %s", goMergeMD(md))
				return "", nil
			})
			for _, creds := range []goMergeTestCreds{
				{name: "call"}, {name: "secure", secure: true}, {name: "fails", err: errGoMergePlain},
				{name: "status", err: status.Error(codes.PermissionDenied, "no")}, {name: "restricted", err: status.Error(codes.NotFound, "no")},
			} {
				_, err := e.call(metadata.AppendToOutgoingContext(context.Background(), "authorization", "mine"), "x", PerRPCCredentials(creds))
				host := e.addr
				e.logf("%s: %s", creds.name, strings.ReplaceAll(goMergeErr(err), host, "HOST"))
			}
		}},
		{
			name: "tap handle", server: append(statsServer[:1:1], InTapHandle(goMergeTap(&env))), client: statsClient,
			run: with(func(e *goMergeEnv) {
				e.handleUnary(func(ctx context.Context, request string) (string, error) {
					e.logf("server the tap's value %v", ctx.Value(goMergeTagKey{"tap"}))
					return "re: " + request, nil
				})
				reply, err := e.call(metadata.AppendToOutgoingContext(context.Background(), "refused", ""), "x")
				e.bySide(1)
				e.logResult("tapped", reply, err)
			}),
		},
		{
			// The client has no stats handler: over TCP it may hear of the end before it has sent.
			name: "tap handle refuses", server: append(statsServer[:1:1], InTapHandle(goMergeTap(&env))),
			run: with(func(e *goMergeEnv) {
				for _, refused := range []string{"plain", "status", "details"} {
					ctx := metadata.AppendToOutgoingContext(context.Background(), "refused", refused)
					var header, trailer metadata.MD
					reply, err := e.call(ctx, "x", Header(&header), Trailer(&trailer))
					e.logResult(refused, reply, err)
					e.logf("header %s, trailer %s", goMergeMD(header), goMergeMD(trailer))
				}
			}),
		},
		{
			name: "tap handle makes a call that is tapped", server: []ServerOption{InTapHandle(func(ctx context.Context, info *tap.Info) (context.Context, error) {
				if md, _ := metadata.FromIncomingContext(ctx); md["inner"] == nil {
					ctx, cancel := context.WithTimeout(metadata.AppendToOutgoingContext(context.Background(), "inner", ""), 5*time.Second)
					defer cancel()
					reply := goMergeText("")
					err := inner.Invoke(ctx, "/test.S/Get", goMergeText("inner"), reply)
					env.logResult("inner", reply.Value, err)
				}
				return ctx, nil
			})},
			run: with(func(e *goMergeEnv) {
				outer := e.cc
				e.dial()
				inner, e.cc = e.cc, outer
				defer inner.Close()
				reply, err := e.call(context.Background(), "outer")
				e.logResult("outer", reply, err)
			}),
		},
		{name: "compression", server: statsServer, client: statsClient, run: with(func(e *goMergeEnv) {
			e.handleUnary(func(ctx context.Context, request string) (string, error) {
				names, err := ClientSupportedCompressors(ctx)
				e.logf("server supported %q %v", names, err)
				switch request[0] {
				case 'i':
					e.logf("server set %v", SetSendCompressor(ctx, encoding.Identity))
				case 'g':
					e.logf("server set %v", SetSendCompressor(ctx, gzip.Name))
				case 'n':
					e.logf("server set %v", SetSendCompressor(ctx, "nobody"))
				}
				SendHeader(ctx, nil)
				e.logf("server late %v", SetSendCompressor(ctx, gzip.Name))
				return strings.Repeat("reply ", 50), nil
			})
			calls := 0
			for _, request := range []string{"identity", "gzip", "nobody", "-"} {
				for _, opts := range [][]CallOption{nil, {UseCompressor(gzip.Name)}, {UseCompressor(encoding.Identity)}} {
					reply, err := e.call(context.Background(), strings.Repeat(request, 50), opts...)
					e.logf("client got %q %s", reply, goMergeErr(err))
					calls++
					e.bySide(calls)
				}
			}
			reply, err := e.call(context.Background(), "-"+strings.Repeat("x", 5<<20), UseCompressor(gzip.Name))
			e.logf("client got %q %s", reply, goMergeErr(err))
			e.bySide(calls + 1)
		})},
		{name: "compressed bomb", run: func(e *goMergeEnv) {
			e.handleUnary(func(ctx context.Context, request string) (string, error) { return strings.Repeat("x", 5<<20), nil })
			reply, err := e.call(context.Background(), "x", UseCompressor(gzip.Name))
			e.logResult("reply", reply, err)
		}},
		{
			name: "retries", server: []ServerOption{StatsHandler(goMergeInTurn{goMergeEvents{&env, "server"}, make(chan struct{}, 1)})},
			client: append(statsClient[:1:1], WithDefaultServiceConfig(`{"methodConfig": [{"name": [{}], "retryPolicy": {
				"maxAttempts": 3, "initialBackoff": "0.005s", "maxBackoff": "0.01s", "backoffMultiplier": 2, "retryableStatusCodes": ["UNAVAILABLE", "ABORTED"]}}]}`)),
			run: with(goMergeRetryCases),
		},
		{
			name: "throttled retries",
			client: []DialOption{WithDefaultServiceConfig(`{"retryThrottling": {"maxTokens": 6, "tokenRatio": 0.5}, "methodConfig": [{"name": [{}], "retryPolicy": {
				"maxAttempts": 3, "initialBackoff": "0.001s", "maxBackoff": "0.001s", "backoffMultiplier": 1, "retryableStatusCodes": ["UNAVAILABLE"]}}]}`)},
			run: func(e *goMergeEnv) {
				attempts := 0
				e.handleUnary(func(ctx context.Context, request string) (string, error) {
					attempts++
					switch request {
					case "works":
						return "re", nil
					case "pushback":
						SetTrailer(ctx, metadata.Pairs("grpc-retry-pushback-ms", "-1"))
					case "not found":
						return "", status.Error(codes.NotFound, "no")
					}
					return "", status.Error(codes.Unavailable, "no")
				})
				for _, request := range []string{
					"fails", "fails", "works", "works", "works", "works", "fails", "works", "works", "works", "works", "works", "works", "works", "works", "works", "works",
					"not found", "pushback", "pushback", "fails", "fails",
				} {
					attempts = 0
					reply, err := e.call(context.Background(), request)
					e.logResult(request, reply, err)
					e.logf("%d attempts", attempts)
				}
			},
		},
		{
			name:   "service config",
			client: []DialOption{WithDefaultServiceConfig(`{"methodConfig": [{"name": [{"service": "test.S", "method": "Get"}], "timeout": "0.05s", "maxRequestMessageBytes": 100}]}`)},
			run: func(e *goMergeEnv) {
				s := e.open(context.Background(), "Both") // which has no timeout
				s.CloseSend()
				e.logEnd("stream", s)
				e.handleUnary(func(ctx context.Context, request string) (string, error) { <-ctx.Done(); return "", ctx.Err() })
				_, err := e.call(context.Background(), "x")
				e.logf("timeout: %v", status.Code(err))
				reply, err := e.call(context.Background(), strings.Repeat("x", 200))
				e.logResult("size", reply, err)
			},
		},
	}
	for _, c := range cases {
		goMergeRun(t, c)
	}
}

// goMergeTestCreds are credentials for calls.
type goMergeTestCreds struct {
	name   string
	secure bool
	err    error
}

// goMergeTap returns a handle that refuses calls as their metadata says.
func goMergeTap(e **goMergeEnv) tap.ServerInHandle {
	return func(ctx context.Context, info *tap.Info) (context.Context, error) {
		md, _ := metadata.FromIncomingContext(ctx)
		p, _ := peer.FromContext(ctx)
		(*e).logf("server taps %s %s, peer %v", info.FullMethodName, goMergeMD(goMergeTapHeader(info)), p != nil)
		switch md["refused"][0] {
		case "plain":
			return nil, errGoMergePlain
		case "status":
			return nil, status.Error(codes.ResourceExhausted, "no more")
		case "details":
			st, _ := status.New(codes.NotFound, "none").WithDetails(goMergeText("detail"))
			return nil, st.Err()
		}
		return context.WithValue(ctx, goMergeTagKey{"tap"}, true), nil
	}
}

// goMergeTapHeader returns the header that a tap gets, nil in versions that show none.
func goMergeTapHeader(info *tap.Info) metadata.MD {
	if field := reflect.ValueOf(info).Elem().FieldByName("Header"); field.IsValid() {
		return field.Interface().(metadata.MD)
	}
	return nil
}

func (c goMergeTestCreds) GetRequestMetadata(ctx context.Context, uri ...string) (map[string]string, error) {
	text := c.name
	if len(uri) == 1 {
		text += " " + uri[0][:len("https://")] + uri[0][strings.LastIndexByte(uri[0], '/'):]
	}
	return map[string]string{"Authorization": text, "by-" + c.name: "1", "user-agent": "creds"}, c.err
}

func (c goMergeTestCreds) RequireTransportSecurity() bool { return c.secure }

// TestGoMergeRestart has a server stop between the decision for a call and its start, and
// another one begin at once or a moment later.
func TestGoMergeRestart(t *testing.T) {
	for _, retries := range []bool{false, true} {
		for _, later := range []bool{false, true} {
			h := &goMergeTagged{}
			// Another attempt to connect comes soon.
			soon := backoff.Config{BaseDelay: 20 * time.Millisecond, Multiplier: 1, MaxDelay: 20 * time.Millisecond}
			client := []DialOption{WithStatsHandler(h), WithConnectParams(ConnectParams{Backoff: soon, MinConnectTimeout: 20 * time.Second})}
			if retries {
				client = append(client, WithDefaultServiceConfig(`{"methodConfig": [{"name": [{}], "retryPolicy": {
					"maxAttempts": 3, "initialBackoff": "0.2s", "maxBackoff": "0.2s", "backoffMultiplier": 1, "retryableStatusCodes": ["UNAVAILABLE"]}}]}`))
			}
			goMergeRun(t, goMergeCase{name: fmt.Sprintf("retries %v later %v", retries, later), restarts: true, client: client, run: func(e *goMergeEnv) {
				e.handleUnary(func(ctx context.Context, request string) (string, error) { return "re: " + request, nil })
				ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
				defer cancel()
				for _, ctx := range []context.Context{ctx, context.Background()} {
					reply, err := e.call(ctx, "first")
					e.logResult("before", reply, err)
					restart := func(restarted chan<- struct{}) func() {
						return func() {
							e.server.GracefulStop()
							<-e.served
							if !later {
								e.listen()
								close(restarted)
								return
							}
							time.AfterFunc(50*time.Millisecond, func() { e.listen(); close(restarted) })
						}
					}
					restarted := make(chan struct{})
					h.once = restart(restarted)
					var header metadata.MD
					finished := 0
					reply, err = e.call(ctx, "x", WaitForReady(true), Header(&header), OnFinish(func(err error) { finished++ }))
					e.logResult("meanwhile", reply, err)
					e.logf("header %v, finished %d times", header != nil, finished)
					<-restarted
					restarted = make(chan struct{})
					h.once = restart(restarted)
					s, err := e.tryOpen(ctx, "Both", WaitForReady(true), OnFinish(func(err error) { finished++ }))
					e.logf("stream: %v", err)
					if err == nil {
						e.logf("sent: %v", s.SendMsg(goMergeText("x")))
						reply, err = goMergeRecv(s)
						e.logResult("streamed", reply, err)
						s.CloseSend()
						_, err = goMergeRecv(s)
						e.logResult("end", "", err)
					}
					e.logf("finished %d times", finished)
					<-restarted
					if !retries || later {
						continue
					}
					stopped := make(chan struct{})
					e.handleUnary(func(ctx context.Context, request string) (string, error) {
						e.handleUnary(func(ctx context.Context, request string) (string, error) { return "again: " + request, nil })
						e.server.Stop()
						<-e.served
						e.listen()
						close(stopped)
						return "late", nil
					})
					reply, err = e.call(ctx, "x", WaitForReady(true))
					e.logResult("stopped", reply, err)
					<-stopped
				}
			}})
		}
	}
}

// goMergeTagged does something once when a call begins.
type goMergeTagged struct {
	stats.Handler
	once func()
}

func (h *goMergeTagged) TagRPC(ctx context.Context, _ *stats.RPCTagInfo) context.Context {
	if once := h.once; once != nil {
		h.once = nil
		once()
	}
	return ctx
}

func (h *goMergeTagged) HandleRPC(context.Context, stats.RPCStats) {}

func (h *goMergeTagged) TagConn(ctx context.Context, _ *stats.ConnTagInfo) context.Context {
	return ctx
}

func (h *goMergeTagged) HandleConn(context.Context, stats.ConnStats) {}

// goMergeInTurn logs the events of one call after those of another, which by RPC may still
// be ending when the client makes its next attempt.
type goMergeInTurn struct {
	goMergeEvents
	turn chan struct{}
}

func (h goMergeInTurn) TagRPC(ctx context.Context, info *stats.RPCTagInfo) context.Context {
	h.turn <- struct{}{}
	return h.goMergeEvents.TagRPC(ctx, info)
}

func (h goMergeInTurn) HandleRPC(ctx context.Context, event stats.RPCStats) {
	h.goMergeEvents.HandleRPC(ctx, event)
	if _, ok := event.(*stats.End); ok {
		<-h.turn
	}
}

// goMergeRetryCases makes calls that fail in the ways that a retry policy tells apart.
func goMergeRetryCases(e *goMergeEnv) {
	var all []string
	for _, request := range []string{"at once", "second", "third", "never", "other code", "header", "pushback", "no pushback", "late", "large"} {
		attempt := 0
		e.handleUnary(func(ctx context.Context, _ string) (string, error) {
			attempt++
			md, _ := metadata.FromIncomingContext(ctx)
			e.logf("server attempt %d after %q", attempt, md["grpc-previous-rpc-attempts"])
			if request == "at once" || request == "second" && attempt == 2 || request == "third" && attempt == 3 {
				return "good", nil
			}
			SetTrailer(ctx, metadata.Pairs("attempt", fmt.Sprint(attempt)))
			switch request {
			case "other code":
				return "", status.Error(codes.NotFound, "no")
			case "header":
				SendHeader(ctx, nil)
			case "pushback":
				SetTrailer(ctx, metadata.Pairs("grpc-retry-pushback-ms", "3"))
			case "no pushback":
				SetTrailer(ctx, metadata.Pairs("grpc-retry-pushback-ms", "-1"))
			case "late":
				SetTrailer(ctx, metadata.Pairs("grpc-retry-pushback-ms", "60000"))
			}
			return "", status.Error(codes.Unavailable, "not now")
		})
		timeout := 10 * time.Second
		if request == "late" {
			timeout = 100 * time.Millisecond
		}
		text := request
		if request == "large" {
			text = strings.Repeat("x", 300<<10)
		}
		for ; attempt == 0; timeout *= 4 { // which may be too little to get to the server
			e.logged()
			ctx, cancel := context.WithTimeout(context.Background(), timeout)
			var header, trailer metadata.MD
			reply, err := e.call(ctx, text, Header(&header), Trailer(&trailer), OnFinish(func(err error) { e.logf("client finished %v", err) }))
			cancel()
			e.logf("client %s: %q %s header %s trailer %s", request, reply, goMergeErr(err), goMergeMD(header), goMergeMD(trailer))
		}
		e.bySide(attempt)
		all = append(all, e.logged()...)
	}
	for _, line := range all {
		e.logf("%.500s", line)
	}
}
