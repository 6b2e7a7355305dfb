//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeAwaitState waits as programs do until a connection has a state, or has it no more.
func goMergeAwaitState(cc *ClientConn, state connectivity.State, has bool) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cc.Connect()
	for s := cc.GetState(); (s == state) != has; s = cc.GetState() {
		if !cc.WaitForStateChange(ctx, s) {
			return fmt.Errorf("the state stays %v", s)
		}
	}
	return nil
}

// goMergeMirror declares a callee that nobody listens for, and dials it.
func goMergeMirror(t *testing.T, callee string) (cc *ClientConn, start func() *mergeruntime.Server) {
	t.Helper()
	target := callee + ".invalid:1"
	mergeruntime.AddLink(mergeruntime.Link{
		Caller: goMergeService, Callee: callee, RPCService: "test.Late", Targets: []string{target},
		Methods: map[string]mergeruntime.Method{"Late": {}},
	})
	quick := backoff.Config{BaseDelay: time.Millisecond, Multiplier: 1, MaxDelay: time.Millisecond}
	cc, err := Dial(target, WithTransportCredentials(insecure.NewCredentials()),
		WithConnectParams(ConnectParams{Backoff: quick, MinConnectTimeout: time.Minute}),
		WithContextDialer(func(context.Context, string) (net.Conn, error) {
			return nil, errors.New("nobody listens")
		}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cc.Close() })
	return cc, func() *mergeruntime.Server { return goMergeStartServer(callee) }
}

func goMergeCheck(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestGoMergeState has a callee that does not listen come and go.
func TestGoMergeState(t *testing.T) {
	cc, start := goMergeMirror(t, "comes")
	if state := cc.GetState(); state == connectivity.Ready {
		t.Errorf("%v before the callee serves", state)
	}
	var group sync.WaitGroup
	await := func(has bool) {
		for range 50 {
			group.Add(1)
			go func() {
				defer group.Done()
				if err := goMergeAwaitState(cc, connectivity.Ready, has); err != nil {
					t.Error(err)
				}
			}()
		}
	}
	await(true)
	server := start()
	group.Wait()
	if state := cc.GetState(); state != connectivity.Ready {
		t.Errorf("%v while calls are inline", state)
	}
	reply := goMergeText("")
	if err := cc.Invoke(context.Background(), "/test.Late/Late", goMergeText("x"), reply); err != nil || reply.Value != "x" {
		t.Errorf("reply %q, %v", reply.Value, err)
	}

	await(false)
	server.Stop()
	group.Wait()
	if state := cc.GetState(); state == connectivity.Ready {
		t.Errorf("%v after the callee has stopped", state)
	}
	server = start()
	defer server.Stop()
	goMergeCheck(t, goMergeAwaitState(cc, connectivity.Ready, true))

	closed := make(chan error)
	go func() { closed <- goMergeAwaitState(cc, connectivity.Shutdown, true) }()
	cc.Close()
	goMergeCheck(t, <-closed)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if cc.WaitForStateChange(ctx, connectivity.Shutdown) {
		t.Error("a closed connection changes")
	}
	if state := cc.GetState(); state != connectivity.Shutdown {
		t.Errorf("a closed connection is %v", state)
	}
}

// TestGoMergeStateHidesDialling has the connection fail to connect again and again while
// calls are inline. Nobody who waits for a change sees that.
func TestGoMergeStateHidesDialling(t *testing.T) {
	cc, start := goMergeMirror(t, "hides")
	defer start().Stop()
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	dialled := make(chan struct{})
	go func() {
		defer close(dialled)
		for ctx.Err() == nil {
			cc.csMgr.updateState(connectivity.Connecting)
			cc.csMgr.updateState(connectivity.TransientFailure)
		}
	}()
	if cc.WaitForStateChange(ctx, connectivity.Ready) {
		t.Error("a change although the state stays Ready")
	}
	<-dialled
	if cc.WaitForStateChange(ctx, connectivity.Ready) {
		t.Error("a change after the context has ended")
	}
	if !cc.WaitForStateChange(ctx, connectivity.Idle) {
		t.Error("the state is said to be Idle")
	}
}

// TestGoMergeStateOfConnections is of calls that are RPCs: the state is the connection's.
func TestGoMergeStateOfConnections(t *testing.T) {
	if goMergeRace {
		t.Skip("the detector takes what goes by TCP for a race")
	}
	e := goMergeStart(t, &goMergeCase{}, false)
	goMergeCheck(t, goMergeAwaitState(e.cc, connectivity.Ready, true))
	if own := e.cc.goMergeGetState(); own != connectivity.Ready {
		t.Errorf("the connection is %v", own)
	}
	e.server.Stop()
	goMergeCheck(t, goMergeAwaitState(e.cc, connectivity.Ready, false))
	e.cc.Close()
	<-e.served
}

// TestGoMergeStateObstacle has a connection of which no call can be inline.
func TestGoMergeStateObstacle(t *testing.T) {
	const target = "obstacle.invalid:1"
	mergeruntime.AddLink(mergeruntime.Link{
		Caller: goMergeService, Callee: "obstacle", RPCService: "test.Late", Targets: []string{target}, Methods: map[string]mergeruntime.Method{"Late": {}},
	})
	defer goMergeStartServer("obstacle").Stop()
	for limited, want := range map[bool]bool{false: true, true: false} {
		opts := []DialOption{WithTransportCredentials(insecure.NewCredentials())}
		if limited {
			opts = append(opts, WithMaxHeaderListSize(1000))
		}
		cc, err := Dial(target, opts...)
		goMergeCheck(t, err)
		if got := cc.GetState() == connectivity.Ready; got != want {
			t.Errorf("with an obstacle %v: ready %v", limited, got)
		}
		cc.Close()
	}
}

// TestGoMergeStateHandshakes has handshakes fail.
func TestGoMergeStateHandshakes(t *testing.T) {
	a := goMergeNewAuthority(t)
	stock := a.issue(t, "stock.example")
	var whole atomic.Bool
	creds := credentials.NewTLS(&tls.Config{GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		if !whole.Load() {
			return nil, errors.New("not yet")
		}
		return &stock, nil
	}})
	pause := func(d time.Duration) DialOption {
		config := backoff.Config{BaseDelay: d, Multiplier: 1, MaxDelay: d}
		return WithConnectParams(ConnectParams{Backoff: config, MinConnectTimeout: time.Minute})
	}
	for _, again := range []bool{false, true} {
		whole.Store(false)
		client := []DialOption{WithTransportCredentials(credentials.NewTLS(&tls.Config{RootCAs: a.pool})), pause(time.Hour)}
		if again {
			client[1] = pause(time.Millisecond)
		}
		e := goMergeStart(t, &goMergeCase{server: []ServerOption{Creds(creds)}, client: client}, true)
		if state := e.cc.GetState(); state != connectivity.Ready {
			t.Errorf("%v before the first handshake", state)
		}
		failed := make(chan error)
		if !again {
			go func() { failed <- goMergeAwaitState(e.cc, connectivity.Ready, false) }()
		}
		conn := goMergeConnOf(e.cc)
		call, _ := conn.client(goMergeTestService).Bind("Get")
		if err := conn.tryConnect(context.Background(), e.cc, call, time.Time{}); err == nil {
			t.Error("the handshake succeeds")
		}
		if !again {
			goMergeCheck(t, <-failed)
		} else {
			goMergeCheck(t, goMergeAwaitState(e.cc, connectivity.Ready, true))
			whole.Store(true)
			for conn.tryConnect(context.Background(), e.cc, call, time.Time{}) != nil {
				time.Sleep(time.Millisecond) // until the next handshake
			}
			if state := e.cc.GetState(); state != connectivity.Ready {
				t.Errorf("%v after a handshake", state)
			}
		}
		e.stop()
	}
}

// TestGoMergeStateUnbound calls a service that does not listen, in a process whose
// services run as in a merged binary, while rules change.
func TestGoMergeStateUnbound(t *testing.T) {
	if os.Getenv(goMergeSilentEnv) != "" {
		goMergeMain(func() {
			goMergeStateLines(t, func(format string, args ...interface{}) { fmt.Printf(goMergeSilentLine+format+"\n", args...) })
		})
	}
	dir, err := os.MkdirTemp("", "") // whose name is short
	goMergeCheck(t, err)
	defer os.RemoveAll(dir)
	t.Setenv("GO_MERGE_ADMIN_SOCKET", filepath.Join(dir, "s"))
	lines, out := goMergeInMain(t)
	want := []string{
		"at once: READY", "blocking dial: <nil>",
		"kill on: <nil>", "kill off: <nil>", "blocking dial: context deadline exceeded",
		"a rule: <nil>", "part of a rule: <nil>", "no rule: <nil>",
		"stopped: <nil>", "dialled early: <nil>", "started again: <nil>", "own state: not READY",
		"x, <nil>",
	}
	if strings.Join(lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("output\n%s", out)
	}
}

func goMergeStateLines(t *testing.T, logf func(format string, args ...interface{})) {
	admin := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", os.Getenv("GO_MERGE_ADMIN_SOCKET"))
	}}}
	rules := func(text string) {
		request, _ := http.NewRequest(http.MethodPut, "http://admin/rules", strings.NewReader(text))
		response, err := admin.Do(request)
		if err != nil || response.StatusCode != http.StatusOK {
			panic(fmt.Sprint(response, err))
		}
		response.Body.Close()
	}
	e := goMergeStart(t, &goMergeCase{restarts: true}, true)
	own := e.cc.goMergeGetState()
	logf("at once: %v", e.cc.GetState())
	dial := func(patience time.Duration) error {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		cc, err := DialContext(ctx, e.addr, WithTransportCredentials(insecure.NewCredentials()), WithBlock())
		if err == nil {
			cc.Close()
		}
		return err
	}
	logf("blocking dial: %v", dial(time.Minute))

	waits := make(chan error, 1)
	await := func(state connectivity.State, has bool) {
		go func() { waits <- goMergeAwaitState(e.cc, state, has) }()
	}
	await(connectivity.Ready, false)
	rules("kill on")
	logf("kill on: %v", <-waits)
	await(connectivity.Ready, true)
	rules("")
	logf("kill off: %v", <-waits)
	rules("kill on")
	logf("blocking dial: %v", dial(20*time.Millisecond))
	rules("")
	await(connectivity.Ready, false)
	rules("* off")
	logf("a rule: %v", <-waits)
	await(connectivity.Ready, true)
	rules("* off\n*->*/test.S/Get on")
	logf("part of a rule: %v", <-waits)
	rules("")
	logf("no rule: %v", goMergeAwaitState(e.cc, connectivity.Ready, true))

	await(connectivity.Ready, false)
	e.server.Stop()
	<-e.served
	logf("stopped: %v", <-waits)
	await(connectivity.Ready, true)
	early := make(chan error)
	go func() { early <- dial(time.Minute) }()
	e.listen()
	logf("dialled early: %v", <-early)
	logf("started again: %v", <-waits)
	if own != connectivity.Ready && e.cc.goMergeGetState() != connectivity.Ready {
		logf("own state: not READY")
	}
	reply := goMergeText("")
	err := e.cc.Invoke(context.Background(), "/test.S/Get", goMergeText("x"), reply)
	logf("%v, %v", strings.TrimPrefix(reply.Value, "re: "), err)
	e.stop()
}
