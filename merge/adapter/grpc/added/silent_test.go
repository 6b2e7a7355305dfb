//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

const (
	goMergeSilentEnv  = "GO_MERGE_TEST_SILENT"
	goMergeSilentLine = "line: "
)

// TestGoMergeSilent calls a service that does not listen, in a process whose services run
// as in a merged binary. What it says about handshakes that fail is what happens by RPC.
func TestGoMergeSilent(t *testing.T) {
	if os.Getenv(goMergeSilentEnv) != "" {
		goMergeMain(func() {
			for _, line := range goMergeSilentLines(t, true) {
				fmt.Println(goMergeSilentLine + line)
			}
		})
	}
	inline, out := goMergeInMain(t)
	if goMergeRace {
		return
	}
	rpc := goMergeSilentLines(t, false)
	if len(rpc) < 20 || len(inline) != len(rpc) {
		t.Fatalf("%d lines by RPC, %d inline:\n%s", len(rpc), len(inline), out)
	}
	for i, line := range rpc {
		if inline[i] != line {
			t.Errorf("line %d\nby RPC: %s\ninline: %s", i+1, line, inline[i])
		}
	}
}

// goMergeMain runs a function as the main function of the service, which does not listen,
// beside another one of that kind. It does not return.
func goMergeMain(main func()) {
	end := make(chan struct{})
	mergeruntime.Main(mergeruntime.Binary{Name: "test", StartAsListed: true, Services: []mergeruntime.Service{
		{Name: goMergeService, KeepOthers: true, Main: func() {
			defer close(end)
			main()
		}},
		{Name: "late", Main: func() { <-end }},
	}})
}

// goMergeInMain runs a test in a separate process, where it calls goMergeMain. It returns
// the lines that are marked in the output, and all of it.
func goMergeInMain(t *testing.T) (lines []string, out []byte) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), goMergeSilentEnv+"=1")
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "DATA RACE") {
		t.Fatalf("error %v, output\n%s", err, out)
	}
	for _, line := range strings.Split(string(out), "\n") {
		if text, ok := strings.CutPrefix(line, goMergeSilentLine); ok {
			lines = append(lines, text)
		}
	}
	return lines, out
}

func goMergeSilentLines(t *testing.T, inline bool) (lines []string) {
	a, other := goMergeNewAuthority(t), goMergeNewAuthority(t)
	stock := a.issue(t, "stock.example")
	server := func(c *tls.Config) []ServerOption {
		c = c.Clone()
		c.Certificates = []tls.Certificate{stock}
		return []ServerOption{Creds(credentials.NewTLS(c))}
	}
	client := func(c *tls.Config) []DialOption {
		return []DialOption{WithTransportCredentials(credentials.NewTLS(c))}
	}
	plain := []DialOption{WithTransportCredentials(insecure.NewCredentials())}
	for _, c := range []goMergeCase{
		{name: "plain", client: plain},
		{name: "TLS", server: server(&tls.Config{}), client: client(&tls.Config{RootCAs: a.pool})},
		{name: "wrong name", server: server(&tls.Config{}), client: client(&tls.Config{RootCAs: a.pool, ServerName: "shop.example"})},
		{name: "unknown authority", server: server(&tls.Config{}), client: client(&tls.Config{RootCAs: other.pool})},
		{name: "plain client", server: server(&tls.Config{}), client: plain},
		{name: "plain server", client: client(&tls.Config{RootCAs: a.pool})},
	} {
		e := goMergeStart(t, &c, inline)
		e.logf("%s", c.name)
		e.logCall("first")
		ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
		reply, err := e.call(ctx, "waits", WaitForReady(true))
		e.logResult("waits", reply, err)
		cancel()
		lines = append(lines, e.logged()...)
		e.stop()
	}

	var e *goMergeEnv
	var whole atomic.Bool
	creds := credentials.NewTLS(&tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		if !whole.Load() {
			return nil, errors.New("not yet")
		}
		return &stock, nil
	}})
	e = goMergeStart(t, &goMergeCase{
		server: []ServerOption{Creds(creds)},
		client: append(client(&tls.Config{RootCAs: a.pool}), WithStatsHandler(goMergeEvents{&e, "client"})),
	}, inline)
	_, err := e.call(context.Background(), "x")
	e.logf("%v", status.Code(err))
	time.AfterFunc(100*time.Millisecond, func() { whole.Store(true) })
	reply, err := e.call(context.Background(), "x", WaitForReady(true))
	e.logResult("at last", reply, err)
	entered, release := make(chan struct{}), make(chan struct{})
	e.handleUnary(func(context.Context, string) (string, error) { // whatever its context
		close(entered)
		<-release
		return "late", nil
	})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		reply, err := e.call(context.Background(), "x")
		e.logResult("stopped", reply, err)
	}()
	<-entered
	e.server.Stop()
	<-stopped
	close(release)
	for _, line := range e.logged() {
		if !strings.HasPrefix(line, "client In") { // whose order is by chance
			lines = append(lines, line)
		}
	}
	e.stop()
	return lines
}

// TestGoMergeAwait calls a service that does not listen and serves only later, or again.
// Calls that wait for a connection wait for it, inline.
func TestGoMergeAwait(t *testing.T) {
	if os.Getenv(goMergeSilentEnv) != "" {
		goMergeMain(func() {
			goMergeAwaitLines(func(format string, args ...interface{}) { fmt.Printf(goMergeSilentLine+format+"\n", args...) })
		})
	}
	lines, out := goMergeInMain(t)
	want := []string{
		"fails fast: Unavailable",
		"deadline: DeadlineExceeded",
		"timeout of the service config: DeadlineExceeded",
		"closing: Canceled",
		"waits: x, <nil>", "stream waits: x, <nil>",
		"waits: x, <nil>", "stream waits: x, <nil>",
		"4 inline calls, 1 RPCs",
	}
	if got := strings.Join(lines, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("output\n%s", out)
	}
}

func goMergeAwaitLines(logf func(format string, args ...interface{})) {
	mergeruntime.AddLink(mergeruntime.Link{
		Caller: goMergeService, Callee: "late", RPCService: "test.Late", Targets: []string{"late.invalid:1"},
		Methods: map[string]mergeruntime.Method{"Late": {}, "Lates": {Stream: true}},
	})
	dial := func(opts ...DialOption) *ClientConn {
		cc, err := Dial("late.invalid:1", append(opts, WithTransportCredentials(insecure.NewCredentials()))...)
		if err != nil {
			panic(err)
		}
		return cc
	}
	call := func(ctx context.Context, cc *ClientConn, opts ...CallOption) (string, error) {
		reply := goMergeText("")
		err := cc.Invoke(ctx, "/test.Late/Late", goMergeText("x"), reply, opts...)
		return reply.Value, err
	}
	cc := dial()
	defer cc.Close()
	_, err := call(context.Background(), cc)
	logf("fails fast: %v", status.Code(err))
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	_, err = call(ctx, cc, WaitForReady(true))
	cancel()
	logf("deadline: %v", status.Code(err))
	limited := dial(WithDefaultServiceConfig(`{"methodConfig": [{"name": [{}], "waitForReady": true, "timeout": "0.02s"}]}`))
	_, err = call(context.Background(), limited)
	logf("timeout of the service config: %v", status.Code(err))
	limited.Close()
	closing := dial()
	time.AfterFunc(20*time.Millisecond, func() { closing.Close() })
	_, err = call(context.Background(), closing, WaitForReady(true))
	logf("closing: %v", status.Code(err))

	for range 2 { // the second time after a restart
		started := make(chan *mergeruntime.Server)
		time.AfterFunc(20*time.Millisecond, func() { started <- goMergeStartLate() })
		reply, err := call(context.Background(), cc, WaitForReady(true))
		logf("waits: %v, %v", reply, err)
		(<-started).Stop()
		time.AfterFunc(20*time.Millisecond, func() { started <- goMergeStartLate() })
		s, err := cc.NewStream(context.Background(), &StreamDesc{StreamName: "Lates", ClientStreams: true, ServerStreams: true}, "/test.Late/Lates", WaitForReady(true))
		if err == nil {
			s.SendMsg(goMergeText("x"))
			s.CloseSend()
			reply, err = goMergeRecv(s)
			goMergeRecv(s)
		}
		logf("stream waits: %v, %v", reply, err)
		(<-started).Stop()
	}
	inline, rpc := uint64(0), uint64(0)
	for _, l := range mergeruntime.Links() {
		if l.Callee == "late" {
			inline, rpc = inline+l.Inline, rpc+l.RPC
		}
	}
	logf("%d inline calls, %d RPCs", inline, rpc)
}

func goMergeStartLate() *mergeruntime.Server { return goMergeStartServer("late") }

// goMergeStartServer starts a server of a callee that echoes, as another version of the
// package would.
func goMergeStartServer(callee string) *mergeruntime.Server {
	return mergeruntime.StartServer(callee, "test.Late", mergeruntime.ServerConfig{
		Handler: func(_ context.Context, r mergeruntime.Request) mergeruntime.Response {
			header, trailer := &goMergeHeader{MD: map[string][]string{}}, &goMergeTrailer{MD: map[string][]string{}}
			if s := r.Stream; s != nil {
				message, _ := s.Recv()
				s.SendHeader(header)
				s.Send(message)
				s.End(trailer, mergeruntime.Response{})
				return mergeruntime.Response{}
			}
			request := r.Meta.(*goMergeRequest)
			request.Reply.Header, request.Reply.Messages, request.Reply.Trailer = header, 1, trailer
			*r.Result.(*[]byte) = *r.Args.(*[]byte)
			return mergeruntime.Response{}
		},
	})
}
