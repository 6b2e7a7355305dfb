package main

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/cases"
	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/control"
	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// testCase is one case. Its name tells the callee what to do.
type testCase struct {
	name string
	run  func(e *env)
	// dial returns more options of the connection.
	dial func(e *env) []grpc.DialOption
	form string // as in group, "" for the group's
}

// group are cases of one row of the contract, in the order in which they run.
type group struct {
	row   int
	cases []testCase
	form  string // of the calls in a merged binary, "" for inline
}

// Forms of the calls of a case in a merged binary.
const (
	inline        = "inline"
	byRPC         = "rpc"      // at least the calls that the case is about
	varying       = "any"      // RPCs while the callee does not run
	switched      = "switched" // as the case switches them
	byRPCOfNoLink = "unlinked" // RPCs of no link, which nobody counts
)

// observation is what the caller prints of a case. Inline and RPC count the calls of
// all links in a merged binary.
type observation struct {
	Row    int    `json:"row"`
	Case   string `json:"case"`
	Form   string `json:"form"`
	Seen   string `json:"seen"`
	Inline uint64 `json:"inline"`
	RPC    uint64 `json:"rpc"`
	// Verified is there if calls were to be verified.
	Verified *verified `json:"verified,omitempty"`
}

// callee is the other program.
type callee struct {
	host    string
	control cases.ControlClient
}

func dialControl() (*callee, error) {
	target := os.Getenv(calleeEnv)
	host, _, err := net.SplitHostPort(target)
	if err != nil {
		return nil, err
	}
	connected := make(chan struct{}, 1)
	cc, err := grpc.Dial("passthrough:///"+target, append(dialing(), grpc.WithContextDialer(func(ctx context.Context, addr string) (net.Conn, error) {
		conn, err := dial(ctx, addr)
		if err == nil {
			select {
			case connected <- struct{}{}:
			default:
			}
		}
		return conn, err
	}))...)
	if err != nil {
		return nil, err
	}
	c := &callee{host, cases.NewControlClient(cc)}
	if err := control.Await(c.control); err != nil {
		return nil, err
	}
	// From here on the goroutines of the connection are there.
	if os.Getenv(aloneEnv) == "" {
		if err := connect(cc, connected); err != nil {
			return nil, err
		}
	}
	settle()
	return c, nil
}

// connect waits until a connection is there, which may have failed before and be about
// to be tried again. The state does not tell: it is Ready while calls are inline.
func connect(cc *grpc.ClientConn, connected <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(context.Background(), control.Patience)
	defer cancel()
	for {
		cc.Connect()
		select {
		case <-connected:
			return nil
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// settle waits until as many goroutines run as a moment before: services of a merged
// binary may still start.
func settle() {
	for last := -1; last != runtime.NumGoroutine(); time.Sleep(300 * time.Millisecond) {
		last = runtime.NumGoroutine()
	}
}

// dialing returns the options of all connections. They go to this machine, whatever
// the host that they name.
func dialing() []grpc.DialOption {
	return []grpc.DialOption{
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithContextDialer(dial),
	}
}

func dial(ctx context.Context, addr string) (net.Conn, error) {
	if os.Getenv(aloneEnv) != "" {
		return nil, errors.New("a connection in place of an inline call")
	}
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	return new(net.Dialer).DialContext(ctx, "tcp", net.JoinHostPort("127.0.0.1", port))
}

// env is what a case has on the caller's side.
type env struct {
	observe.Log
	*callee
	name     string
	target   string
	cc       *grpc.ClientConn
	client   cases.CasesClient
	patience time.Duration
}

func (c *callee) run(g group, t testCase) (observation, error) {
	o := observation{Row: g.row, Case: t.name, Form: inline}
	for _, form := range []string{t.form, g.form} {
		if form != "" {
			o.Form = form
			break
		}
	}
	before := observe.Goroutines()
	answer, err := control.Do(c.control, control.Order{Kind: control.Start, Case: t.name})
	if err != nil {
		return o, err
	}
	e := &env{callee: c, name: t.name, target: net.JoinHostPort(c.host, answer.Port), patience: control.Patience}
	if o.Form != inline && os.Getenv(aloneEnv) != "" {
		e.patience = time.Second // to wait for an RPC that fails
	}
	options := dialing()
	if t.dial != nil {
		options = append(options, t.dial(e)...)
	}
	if err := e.dial("passthrough:///"+e.target, options...); err != nil {
		return o, err
	}
	counted, err := countCalls()
	if err != nil {
		return o, err
	}
	t.run(e)
	e.replayed()
	now, err := countCalls()
	if err != nil {
		return o, err
	}
	o.Inline, o.RPC = now.inline-counted.inline, now.rpc-counted.rpc
	e.cc.Close()
	if answer, err = control.Do(c.control, control.Order{Kind: control.End, Case: t.name}); err != nil {
		return o, err
	}
	lines := observe.InOrder(observe.ByCall(e.Lines()))
	for _, line := range answer.Lines {
		lines = append(lines, "the callee: "+line)
	}
	o.Seen = strings.Join(lines, "\n")
	if os.Getenv(verifiedEnv) != "" {
		o.Verified = now.verifiedSince(counted, answer.Second)
	}
	return o, observe.Leaks(before, control.Patience)
}

func (e *env) dial(target string, options ...grpc.DialOption) error {
	cc, err := grpc.Dial(target, options...)
	if err != nil {
		return err
	}
	e.cc, e.client = cc, cases.NewCasesClient(cc)
	return nil
}

// order has the callee do something about the case.
func (e *env) order(kind, gate string) {
	if _, err := control.Do(e.control, control.Order{Kind: kind, Case: e.name, Gate: gate}); err != nil {
		e.Addf("order %s %s: %v", kind, gate, err)
	}
}

func (e *env) arrived(gate string) { e.order(control.Arrived, gate) }
func (e *env) open(gate string)    { e.order(control.Open, gate) }

// replayed waits until nothing that was called is called again for verification.
func (e *env) replayed() {
	if err := observe.AwaitReplays(control.Patience); err != nil {
		e.Addf("%v", err)
	}
}

// await waits until something is the case.
func (e *env) await(what string, is func() bool) {
	for end := time.Now().Add(control.Patience); !is(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			e.Addf("too late: %s", what)
			return
		}
	}
}

// ctx returns a context that can end, as those of handlers can.
func (e *env) ctx() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), e.patience)
}

// try makes a unary call with a context that cannot end, and logs what it returns.
func (e *env) try(request string, options ...grpc.CallOption) {
	e.tryIn(context.Background(), request, options...)
}

// tryIn makes a unary call and logs what it returns.
func (e *env) tryIn(ctx context.Context, request string, options ...grpc.CallOption) {
	reply, err := e.unary(ctx, request, options...)
	e.Addf("%.40s: %s", request, observe.Result(reply, err))
}

// unary makes a unary call.
func (e *env) unary(ctx context.Context, request string, options ...grpc.CallOption) (string, error) {
	reply, err := e.client.Unary(ctx, wrapperspb.String(request), options...)
	return reply.GetValue(), err
}

// tryMD makes a unary call and logs the metadata that it returns, too.
func (e *env) tryMD(ctx context.Context, request string, options ...grpc.CallOption) {
	header, trailer := metadata.MD(nil), metadata.MD(nil)
	e.tryIn(ctx, request, append(options, grpc.Header(&header), grpc.Trailer(&trailer))...)
	e.Addf("%.40s: header %s, trailer %s", request, observe.MD(header), observe.MD(trailer))
}

// stream is the caller's end of a stream, whatever its kind.
type stream struct{ grpc.ClientStream }

func (s stream) recv() (string, error) {
	m := wrapperspb.String("before")
	err := s.RecvMsg(m)
	return m.Value, err
}

func (s stream) send(text string) error { return s.SendMsg(wrapperspb.String(text)) }

var descs = map[string]*grpc.StreamDesc{
	"Up":   {StreamName: "Up", ClientStreams: true},
	"Down": {StreamName: "Down", ServerStreams: true},
	"Both": {StreamName: "Both", ClientStreams: true, ServerStreams: true},
}

// begin opens a stream of a method, ok if that succeeds. Otherwise the error is logged.
func (e *env) begin(ctx context.Context, method string, options ...grpc.CallOption) (s stream, ok bool) {
	inner, err := e.cc.NewStream(ctx, descs[method], "/conformance.Cases/"+method, options...)
	if err != nil {
		e.Addf("opening %s: %s", method, observe.Error(err))
	}
	return stream{inner}, err == nil
}

// drain logs all that a stream returns, with the trailer.
func (e *env) drain(s stream) {
	for {
		reply, err := s.recv()
		e.Addf("receives %s", observe.Result(reply, err))
		if err != nil {
			e.Addf("trailer %s", observe.MD(s.Trailer()))
			return
		}
	}
}
