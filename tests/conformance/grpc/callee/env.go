package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/peer"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/anypb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/cases"
	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/control"
	"github.com/gomerge/rules_go_merge/tests/conformance/grpc/observe"
)

// behaviour is what the callee does in a case. A zero one echoes.
type behaviour struct {
	options func(e *env) []grpc.ServerOption
	unary   func(e *env, ctx context.Context, request string) (string, error)
	// stream handles streams of a method. For Down, request is the message.
	stream func(e *env, method, request string, s stringStream) error
	// late has the case begin without a server.
	late bool
}

// env is what a case has on the callee's side.
type env struct {
	behaviour
	observe.Log
	before int // goroutines
	// second is what calls have that are made for verification, so that the case does not
	// notice them. It is nil where none are.
	second *env
	passes bool // nobody waits at gates

	mu     sync.Mutex
	gates  map[string]*gate
	addr   string
	server *grpc.Server
	served chan error
	calls  sync.WaitGroup // handlers
}

// gate is where handlers wait until the caller lets them go on.
type gate struct {
	arrivals chan struct{}
	opened   chan struct{}
	once     sync.Once
}

func (e *env) gate(name string) *gate {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.gates[name] == nil {
		e.gates[name] = &gate{arrivals: make(chan struct{}, 10000), opened: make(chan struct{})}
	}
	return e.gates[name]
}

// verifiedEnv is set if a merged binary verifies the calls of the cases, all of which are
// RPCs. What is inline then is there to be compared.
const verifiedEnv = "CONFORMANCE_VERIFIED"

func newEnv(b behaviour) *env {
	e := &env{behaviour: b, before: observe.Goroutines(), gates: map[string]*gate{}}
	if os.Getenv(verifiedEnv) != "" {
		e.second = &env{behaviour: b, passes: true}
	}
	return e
}

// of returns the env of a call.
func (e *env) of(ctx context.Context) *env {
	if p, ok := peer.FromContext(ctx); ok && e.second != nil && !hasPort(p.Addr) {
		return e.second
	}
	return e
}

// arrive tells the caller that a handler is somewhere.
func (e *env) arrive(name string) {
	if !e.passes {
		e.gate(name).arrivals <- struct{}{}
	}
}

// wait waits until the caller opens a gate.
func (e *env) wait(name string) {
	if e.passes {
		return
	}
	e.arrive(name)
	select {
	case <-e.gate(name).opened:
	case <-time.After(control.Patience):
		e.Addf("nobody opened %s", name)
	}
}

// ended waits until a context ends, and returns how.
func (e *env) ended(ctx context.Context) string {
	select {
	case <-ctx.Done():
		return fmt.Sprintf("%v, cause %v", ctx.Err(), context.Cause(ctx))
	case <-time.After(control.Patience):
		return "the context does not end"
	}
}

// calleeCases are the cases that run.
type calleeCases struct {
	mu   sync.Mutex
	envs map[string]*env
}

func newCases() *calleeCases { return &calleeCases{envs: map[string]*env{}} }

func (c *calleeCases) follow(o control.Order) (control.Answer, error) {
	switch o.Kind {
	case control.Hello:
		return control.Answer{}, nil
	case control.Start:
		e := newEnv(behaviours[o.Case])
		c.mu.Lock()
		c.envs[o.Case] = e
		c.mu.Unlock()
		return e.start("127.0.0.1:0")
	}
	c.mu.Lock()
	e := c.envs[o.Case]
	c.mu.Unlock()
	if e == nil {
		return control.Answer{}, fmt.Errorf("case %q has not started", o.Case)
	}
	switch o.Kind {
	case control.Again:
		return e.start(e.addr)
	case control.Stop:
		e.server.Stop()
		return control.Answer{}, nil
	case control.Drain:
		e.server.GracefulStop()
		return control.Answer{}, nil
	case control.Arrived:
		select {
		case <-e.gate(o.Gate).arrivals:
			return control.Answer{}, nil
		case <-time.After(control.Patience):
			return control.Answer{}, fmt.Errorf("nobody comes to gate %q", o.Gate)
		}
	case control.Open:
		g := e.gate(o.Gate)
		g.once.Do(func() { close(g.opened) })
		return control.Answer{}, nil
	case control.End:
		c.mu.Lock()
		delete(c.envs, o.Case)
		c.mu.Unlock()
		return e.end()
	}
	return control.Answer{}, fmt.Errorf("order %q is unknown", o.Kind)
}

// start starts a server, and returns when it serves.
func (e *env) start(addr string) (control.Answer, error) {
	lis, err := net.Listen("tcp", addr)
	if err != nil {
		return control.Answer{}, err
	}
	e.addr = lis.Addr().String()
	_, port, err := net.SplitHostPort(e.addr)
	if err != nil {
		return control.Answer{}, err
	}
	if e.late {
		e.late = false
		return control.Answer{Port: port}, lis.Close()
	}
	var options []grpc.ServerOption
	if e.options != nil {
		options = e.options(e)
	}
	e.server = grpc.NewServer(options...)
	cases.RegisterCasesServer(e.server, &handler{e: e})
	registerOthers(e.server)
	watched := &watchedListener{Listener: lis, accepting: make(chan struct{})}
	served := make(chan error, 1)
	e.served = served
	go func() { served <- e.server.Serve(watched) }()
	select {
	case <-watched.accepting:
		return control.Answer{Port: port}, nil
	case err := <-served:
		return control.Answer{}, errors.Join(errors.New("the server does not serve"), err)
	}
}

// end ends a case. The error is about what it leaves behind.
func (e *env) end() (control.Answer, error) {
	var served error
	if e.server != nil {
		e.server.Stop()
		served = <-e.served
	}
	e.calls.Wait()
	var second []string
	if e.second != nil {
		e.second.calls.Wait()
		second = e.second.Lines()
	}
	// Handlers have told of their ends when their goroutines are gone.
	err := observe.Leaks(e.before, control.Patience)
	e.Addf("Serve returned %v", served)
	return control.Answer{Lines: observe.ByCall(e.Lines()), Second: second}, err
}

// watchedListener tells when a server has begun to accept connections.
type watchedListener struct {
	net.Listener
	accepting chan struct{}
	once      sync.Once
}

func (l *watchedListener) Accept() (net.Conn, error) {
	l.once.Do(func() { close(l.accepting) })
	return l.Listener.Accept()
}

// stringStream is the callee's end of a stream, whatever its kind.
type stringStream struct{ grpc.ServerStream }

func (s stringStream) recv() (string, error) {
	m := new(wrapperspb.StringValue)
	err := s.RecvMsg(m)
	return m.Value, err
}

func (s stringStream) send(text string) error { return s.SendMsg(wrapperspb.String(text)) }

// handler is what the server of a case has registered.
type handler struct {
	cases.UnimplementedCasesServer
	e *env
}

// Replies of a behaviour that stand for something else.
const (
	nilReply = "reply nil"
)

func (h *handler) Unary(ctx context.Context, in *wrapperspb.StringValue) (*wrapperspb.StringValue, error) {
	e := h.e.of(ctx)
	e.calls.Add(1)
	defer e.calls.Done()
	if e.unary == nil {
		return wrapperspb.String("re: " + in.Value), nil
	}
	reply, err := e.unary(e, ctx, in.Value)
	if reply == nilReply {
		return nil, err
	}
	return wrapperspb.String(reply), err
}

func (h *handler) serve(method, request string, s grpc.ServerStream) error {
	h.e.calls.Add(1)
	defer h.e.calls.Done()
	if h.e.stream != nil {
		return h.e.stream(h.e, method, request, stringStream{s})
	}
	return echo(request, stringStream{s})
}

func (h *handler) Up(s cases.Cases_UpServer) error { return h.serve("Up", "", s) }

func (h *handler) Down(in *wrapperspb.StringValue, s cases.Cases_DownServer) error {
	return h.serve("Down", in.Value, s)
}

func (h *handler) Both(s cases.Cases_BothServer) error { return h.serve("Both", "", s) }

// echo answers each message, first the one that is given.
func echo(request string, s stringStream) error {
	if request != "" {
		return s.send("re: " + request)
	}
	for {
		m, err := s.recv()
		if err != nil {
			if code := observe.Code(err); code == "EOF" {
				return nil
			}
			return err
		}
		if err := s.send("re: " + m); err != nil {
			return err
		}
	}
}

func (h *handler) Struct(ctx context.Context, in *structpb.Struct) (*structpb.Struct, error) {
	h.e.of(ctx).Addf("struct %s", observe.Message(in))
	return in, nil
}

func (h *handler) Any(ctx context.Context, in *anypb.Any) (*anypb.Any, error) {
	h.e.of(ctx).Addf("any %s", observe.Message(in))
	return in, nil
}

func (h *handler) File(ctx context.Context, in *descriptorpb.FileDescriptorProto) (*descriptorpb.FileDescriptorProto, error) {
	h.e.of(ctx).Addf("file %s", observe.Message(in))
	return in, nil
}

func (h *handler) Bytes(ctx context.Context, in *wrapperspb.BytesValue) (*wrapperspb.BytesValue, error) {
	h.e.of(ctx).Addf("bytes %s", observe.Message(in))
	return in, nil
}
