package calls

import (
	"context"
	"fmt"
	"net"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/stripes"
	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
)

// Client is one RPC client of a merged service. It is safe for concurrent use.
type Client struct {
	table                            *Table
	service, rpcService, destination string
	resolved                         atomic.Pointer[activeLink]
	// target decides in place of destination, if there is one.
	target   *Target
	decision atomic.Pointer[decision]
	bindings bindings
}

// NewClient registers an RPC client. service is the name of the service that
// makes the client, rpcService the name of the RPC service in the IDL, and
// destination the service name that the client was told to call.
func (t *Table) NewClient(service, rpcService, destination string) *Client {
	return &Client{table: t, service: service, rpcService: rpcService, destination: destination}
}

// NewTargetClient registers a client for one RPC service on a connection. The
// connection's target decides which service it calls: the one of whose servers it
// is literally the address, or else the one among whose targets it is.
func (t *Table) NewTargetClient(service, rpcService string, target Target) *Client {
	return &Client{table: t, service: service, rpcService: rpcService, target: &target}
}

func (c *Client) link() *activeLink {
	if c.target != nil {
		return c.decided().link
	}
	l := c.resolved.Load()
	if l == nil {
		// Glue may add the link after a package variable made the client.
		if l = c.table.link(c.service, c.rpcService); l != nil {
			c.resolved.Store(l)
		}
	}
	return l
}

// Call is one call that is decided to run inline. The zero Call is none.
type Call struct{ *binding }

// Bind decides whether a call of method runs inline. It returns false when the
// call has to be an RPC: the callee is not in this binary or does not run, the
// client's destination or target is another service, the method is not converted,
// or a rule keeps the call back. All but the first and the last are logged, once
// each. A call that is bound stays inline whatever becomes of the rules.
func (c *Client) Bind(method string) (Call, bool) {
	call, _ := c.Draw(method)
	return call, call.Bound()
}

// Bound reports whether the call runs inline. The zero Call does not.
func (c Call) Bound() bool { return c.binding != nil }

// Draw is [Client.Bind] that also says what the gate drew: a call may have been drawn
// inline, and be an RPC anyway.
func (c *Client) Draw(method string) (Call, Draw) {
	b := c.bindings.place(method).Load()
	if b == nil || b.name != method || c.target == nil && b.first.Load() != b.server || c.target != nil && !c.means(b) {
		return c.bind(method)
	}
	if !b.method.count.gate.Admits() {
		b.method.leaveToRPC()
		return Call{}, DrawnRPC
	}
	return Call{b}, DrawnInline
}

// means reports whether the client's target still means what calls were bound to.
func (c *Client) means(b *binding) bool {
	d := c.decided()
	return d.server == b.server && d.link == b.method.link
}

// bind is Draw for a method that has no binding, or one that does not hold any more.
func (c *Client) bind(method string) (Call, Draw) {
	if c.target != nil {
		return c.bindTarget(method)
	}
	l := c.link()
	if l == nil {
		return Call{}, Undrawn
	}
	m := l.method(method)
	if !m.count.gate.Admits() {
		m.leaveToRPC()
		return Call{}, DrawnRPC
	}
	s := l.endpoint.running.Load()
	if m.unconverted != "" || !c.accepts(s) {
		c.fallBack(m, method, s)
		return Call{}, DrawnInline
	}
	return Call{c.bindings.of(c.service, m, s, method)}, DrawnInline
}

// Cooperative reports whether the deadline of a call of method is cooperative: whoever
// makes the call returns when the handler does, and may run it in its own goroutine. It
// is false if [Client.Bind] makes no such call inline. If it is true, Bind may still keep
// the call back, for a rule does so with some, or has changed meanwhile: the deadline of
// an RPC is strict. It counts and logs nothing.
func (c *Client) Cooperative(method string) bool {
	if c.target != nil {
		d := c.decided()
		return d.server != nil && d.link.method(method).cooperative()
	}
	l := c.link()
	if l == nil {
		return false
	}
	m := l.method(method)
	return m.cooperative() && c.accepts(l.endpoint.running.Load())
}

// accepts reports whether the client means a server, nil for one that does not run.
func (c *Client) accepts(s *server) bool {
	return s != nil && (c.destination == s.Name || c.destination == "" || s.Name == "")
}

// Cooperative reports whether the deadline of the call is cooperative, as
// [Client.Cooperative] does.
func (c Call) Cooperative() bool { return c.method.count.gate.Cooperative() && !c.method.Stream }

// Gone is closed when the server to which calls of the client lead, as things stand,
// gives no answer any more. It is nil if there is none.
func (c *Client) Gone() <-chan struct{} {
	if l := c.link(); l != nil {
		if s := l.endpoint.running.Load(); s != nil {
			return s.gone.Done()
		}
	}
	return nil
}

// Oneway reports whether the method is oneway.
func (c Call) Oneway() bool { return c.method.NewResult == nil }

// fallBack counts a call of m that is an RPC while s runs, and logs why.
func (c *Client) fallBack(m *activeMethod, method string, s *server) {
	switch {
	case m.unconverted != "":
		m.fallBack(FallbackUnconverted)
		c.table.noteRPC(m.link, method, m.unconverted)
	case s == nil:
		m.fallBack(FallbackAbsent)
		c.table.noteRPC(m.link, "", m.link.endpoint.notRunning())
	default:
		m.fallBack(FallbackElsewhere)
		c.table.noteRPC(m.link, "", fmt.Sprintf("the client calls %q and the callee is named %q", c.destination, s.Name))
	}
}

// Decline counts and logs a call that an adapter leaves to RPC by itself after it was
// bound. The log has the reason once for each method.
func (c *Client) Decline(method, reason string) {
	if l := c.link(); l != nil {
		l.method(method).fallBack(FallbackDeclined)
		c.table.noteRPC(l, method, reason)
	}
}

// DrawDeclined is [Client.Decline] for a call that was not bound. The gate is asked
// nevertheless: calls of either draw are declined, so that what is left of both can be
// compared.
func (c *Client) DrawDeclined(method, reason string) Draw {
	l := c.link()
	if l == nil {
		return Undrawn
	}
	m := l.method(method)
	c.table.noteRPC(l, method, reason)
	if !m.count.gate.Admits() {
		m.leaveToRPC()
		return DrawnRPC
	}
	m.fallBack(FallbackDeclined)
	return DrawnInline
}

// Refusal is the error of arguments that cannot be converted, since the
// caller's codec cannot encode them or the callee's not decode them. Nothing has
// run: the call can be made as an RPC, which meets the error in its place.
type Refusal struct{ error }

// Convert returns the callee's copy of args, the caller's generated struct. The
// error is a [Refusal].
func (c Call) Convert(args any) (any, error) {
	converted, err := c.method.Args(args)
	if err != nil {
		c.method.fallBack(FallbackRefused)
		c.method.link.table.noteRPC(c.method.link, c.method.name, err.Error())
		return nil, Refusal{err}
	}
	return converted, nil
}

// Do runs the call with converted arguments. result points to the caller's
// generated struct, which is filled unless the response tells of a failure; it
// is nil for a oneway method, which Do starts and leaves to run, unless it is
// denied: nobody but the callee may then hold what meta refers to. Do must be
// called once for each conversion.
func (c Call) Do(ctx context.Context, args, result, meta any) Response {
	stripe, start, failure := c.begin(false)
	if failure != nil {
		return Response{Failure: failure}
	}
	if c.Oneway() {
		c.leave(Request{Method: c.method.name, Args: args, Caller: c.caller, Meta: meta}, stripe, start)
		return Response{}
	}
	return c.do(ctx, Observation{stripe: stripe}, start, args, result, meta)
}

// do runs a call that has begun and has a result, and counts its outcome. See attempt
// for o.
func (c Call) do(ctx context.Context, o Observation, start time.Duration, args, result, meta any) Response {
	m := c.method
	req := Request{Method: m.name, Args: args, Caller: c.caller, Meta: meta}
	var inPlace bool
	req.Result, inPlace = m.resultFor(result)
	resp := c.attempt(ctx, o, start, req)
	if !inPlace && !resp.Failed() {
		m.takeResult(result, req.Result, &resp)
	}
	m.end(o.stripe, start, &resp)
	return resp
}

// DoLean is [Call.Do] for a caller whose framework has nothing to do between the
// call and its callee: nothing in its context could be seen by the callee, or ends the
// call. The method is not oneway. o is the observation of the call, which ends if there
// is a result, or the handler ends the caller's goroutine; such a call is counted once it
// is over.
func (c Call) DoLean(ctx context.Context, o Observation, args, result, meta any) (resp Response) {
	m := c.method
	if c.lean == nil {
		start, failure := c.beginIn(o.stripe, false)
		if failure != nil {
			return Response{Failure: failure}
		}
		if resp = c.do(ctx, o, start, args, result, meta); !resp.Failed() {
			o.End(DrawnInline, EndedOK)
		}
		return resp
	}
	made, inPlace := m.resultFor(result)
	if failed := c.runLean(&o, args, made, meta); failed != nil {
		resp = *failed
	} else if !inPlace {
		m.takeResult(result, made, &resp)
	}
	if resp.Failure != nil {
		o.cell.calls.Add(1)
		m.end(o.stripe, 0, &resp)
		return resp
	}
	o.cell.lean.Add(1)
	if o.start != 0 {
		o.cell.arm(DrawnInline).latency.record(m.now() - o.start)
	}
	return resp
}

// resultFor returns what the callee fills: its own result, or in place the caller's.
func (m *activeMethod) resultFor(result any) (made any, inPlace bool) {
	if m.ResultView != nil {
		if view := m.ResultView(result); view != nil {
			return view, true
		}
	}
	return m.NewResult(), false
}

// takeResult fills the caller's result from the callee's, or makes resp a failure.
func (m *activeMethod) takeResult(result, made any, resp *Response) {
	err := m.Result(result, made)
	if err == nil {
		return
	}
	if _, ok := err.(EncodeError); ok {
		*resp = NoAnswer()
	} else {
		resp.Failure = &Failure{Kind: Undecodable, Message: err.Error(), Err: err}
	}
}

// begin counts an attempt that is inline, or returns why there is none. See beginIn.
func (c Call) begin(stream bool) (stripe stripes.Stripe, start time.Duration, failure *Failure) {
	stripe = c.method.link.table.stripes.Get()
	start, failure = c.beginIn(stripe, stream)
	return stripe, start, failure
}

// beginIn is begin in a stripe. What is withdrawn does not count: the caller makes the
// attempt again, wherever that leads.
func (c Call) beginIn(stripe stripes.Stripe, stream bool) (start time.Duration, failure *Failure) {
	failure = c.admit(stripe, stream)
	if failure != nil && failure.Kind == Withdrawn {
		return 0, failure
	}
	start = c.method.begin(stripe)
	if failure != nil {
		c.method.end(stripe, start, &Response{Failure: failure})
	}
	return start, failure
}

// admit returns the failure of a call that the caller may not make, or whose server
// stops, or nil. Then run has to follow.
func (c Call) admit(stripe stripes.Stripe, stream bool) *Failure {
	if err := c.method.link.mayCall(); err != nil {
		return &Failure{Kind: Denied, Message: err.Error(), Err: err}
	}
	if !c.server.enter(stripe, stream) {
		return &Failure{Kind: Withdrawn, Message: "the server stops"}
	}
	return nil
}

// Denied reports whether the caller may not make the call, which then fails by itself
// before the callee's server hears of it. There is no point in preparing it further.
func (c Call) Denied() bool { return c.method.link.mayCall() != nil }

// Pass runs a call whose payload is bytes, which are handed over: args points to what
// the caller's codec made, and result to what takes what the callee's made. In all else
// it is as Do.
func (c Call) Pass(ctx context.Context, args, result *[]byte, meta any) Response {
	m := c.method
	stripe, start, failure := c.begin(false)
	if failure != nil {
		return Response{Failure: failure}
	}
	resp := c.attempt(ctx, Observation{stripe: stripe}, start, Request{Method: m.name, Args: args, Result: result, Caller: c.caller, Meta: meta})
	m.end(stripe, start, &resp)
	return resp
}

// Messages returns what can carry over the messages of the call, those of a stream in
// both directions, in place of bytes. It is nil if glue has nothing for the method or
// the callee's server is not one of [ServerConfig.Messages]. The caller's adapter uses
// it if its codec for the call is the one whose rules glue follows, and lets the
// callee's know, say by the request's Meta.
func (c Call) Messages() *Messages {
	if !c.server.Messages {
		return nil
	}
	return c.method.Method.Messages
}

// Streams reports whether the method is a stream.
func (c Call) Streams() bool { return c.method.Stream }

// StreamsByRPC says why streams of the callee's server are RPCs, "" if they can be
// inline.
func (c Call) StreamsByRPC() string { return c.server.StreamsByRPC }

// Addr is where the callee's server listens, nil if nobody knows.
func (c Call) Addr() net.Addr { return c.server.Addr }

// PerConnection returns how many calls of one connection to the callee's server may be
// open at a time, 0 for any number, and the server's group.
func (c Call) PerConnection() (limit int, group any) { return c.server.PerConnection, c.server.Group }

// Callee is the name of the service that is called.
func (c Call) Callee() string { return c.method.link.Callee }

// Method names the RPC service and the method that is called. The method is "" in a call
// that [Reach.Inline] tells of if it was not called before and the build did not know it.
func (c Call) Method() (rpcService, method string) {
	return c.method.link.RPCService, c.method.name
}

// Serves reports whether further calls come to the server of this one.
func (c Call) Serves() bool {
	t := c.method.link.table
	t.mu.RLock()
	defer t.mu.RUnlock()
	return slices.Contains(c.method.link.endpoint.all, c.server)
}

// Secured reports whether the callee's server takes calls of those connections only that
// it has accepted.
func (c Call) Secured() bool { return c.server.Accept != nil }

// Accept has the callee's server, which is [Call.Secured], do its part of a handshake on
// conn, and returns what its adapter does. Once the server is gone it has no use.
func (c Call) Accept(conn net.Conn) (accepted any, err error) {
	callers := usage.SwapLabels(c.server.labels)
	defer usage.SwapLabels(callers)
	return c.server.Accept(c.server.gone, conn)
}

// Leavable reports whether the call must not run in the caller's goroutine.
func (c Call) Leavable() bool { return c.server.Leavable }

// Server ends when the callee gives no answer any more, since it is down or its server
// was closed. It has no values.
func (c Call) Server() context.Context { return c.server.gone }

// Gone is closed when Server ends. A caller that waits for another goroutine can leave
// then.
func (c Call) Gone() <-chan struct{} { return c.server.gone.Done() }

// leave starts a oneway call. It is apart from Do, whose request would else be
// allocated for the goroutine that holds it here.
func (c Call) leave(req Request, stripe stripes.Stripe, start time.Duration) {
	go func() {
		resp := c.attempt(context.Background(), Observation{stripe: stripe}, start, req)
		c.method.end(stripe, start, &resp)
	}()
}

// attempt is run for an attempt that counts. A handler that ends its goroutine by
// [runtime.Goexit] does not return: attempt then counts the outcome, and ends o, if that
// observes something. To the caller of an RPC the connection was closed.
func (c Call) attempt(ctx context.Context, o Observation, start time.Duration, req Request) (resp Response) {
	returned := false
	defer func() {
		if !returned {
			resp = NoAnswer()
			c.method.end(o.stripe, start, &resp)
			o.End(DrawnInline, EndedUnavailable)
		}
	}()
	resp = c.run(ctx, o.stripe, req)
	returned = true
	return resp
}

// run calls the handler under the callee's profile labels.
func (c Call) run(ctx context.Context, stripe stripes.Stripe, req Request) (resp Response) {
	if overload := c.limit(ctx, stripe, req.Stream != nil); overload != nil {
		return Response{Failure: overload}
	}
	callers := usage.SwapLabels(c.server.labels)
	defer c.over(callers, stripe, req.Stream != nil, &resp)
	return c.server.Handler(ctx, req)
}

// runLean is run without a [Request], for a server that is not asked whether the call
// may begin. It returns nil if there is a result. A handler that ends its goroutine is
// counted as by attempt.
func (c Call) runLean(o *Observation, args, result, meta any) (failed *Response) {
	s := c.server
	var running stripes.Begun
	if s.Running != nil {
		running = s.Running.Begin(o.stripe)
	}
	callers := usage.CurrentLabels()
	usage.SetLabels(s.labels)
	failed = &unreturned
	defer func() {
		usage.SetLabels(callers)
		p, exited := recover(), c.calleeExited()
		if p == nil && failed == &unreturned {
			c.left(o)
		}
		if p != nil || exited {
			failed = c.spoiled(p, exited)
		}
		running.End()
	}()
	return c.lean(args, result, meta)
}

// unreturned stands for the response of a lean handler that has not returned.
var unreturned Response

// left counts a lean call whose handler has ended the caller's goroutine.
func (c Call) left(o *Observation) {
	resp := NoAnswer()
	o.cell.calls.Add(1)
	c.method.end(o.stripe, 0, &resp)
	o.End(DrawnInline, EndedUnavailable)
}

// limit returns the failure of a call that is beyond a limit of the callee, and over.
func (c Call) limit(ctx context.Context, stripe stripes.Stripe, stream bool) *Failure {
	if c.server.limits == nil {
		return nil
	}
	overload := c.server.limits.Enter(ctx, stripe)
	if overload == "" {
		return nil
	}
	c.server.leave(stripe, stream)
	return &Failure{Kind: Overloaded, Message: overload}
}

// over is deferred for the end of a handler.
func (c Call) over(callers usage.Labels, stripe stripes.Stripe, stream bool, resp *Response) {
	p := recover()
	usage.SetLabels(callers)
	s := c.server
	if s.limits != nil {
		s.limits.Leave(stripe)
	}
	if exited := c.calleeExited(); p != nil || exited {
		panicked := resp.Panicked && resp.Failed() && resp.Failure.Kind == Closed // which has taken the callee down
		*resp = *c.spoiled(p, exited)
		resp.Panicked = resp.Panicked || panicked
	}
	s.leave(stripe, stream)
}

// spoiled is the response of a callee that has exited, or whose handler panicked with
// p. It is the last line of defence: a callee must not take its caller down.
func (c Call) spoiled(p any, exited bool) *Response {
	if exited { // and so would have the connection
		resp := NoAnswer()
		return &resp
	}
	c.method.link.table.logger.Printf("panic in %s: %v\n%s", c.method.link.Callee, p, debug.Stack())
	return &Response{Failure: &Failure{Kind: Crashed, Message: fmt.Sprint("panic: ", p)}, Panicked: true}
}

// calleeExited reports whether the callee has ended since the call was bound.
func (c Call) calleeExited() bool {
	s := c.server
	return s.vanished.Load() || s.down.Load() && c.first.Load() != s
}

// RunsCallee reports whether a function, named as in a stack trace, is one of those
// below which the callee's part of every inline call runs.
func RunsCallee(function string) bool {
	method, ok := strings.CutPrefix(function, reflect.TypeFor[Call]().PkgPath()+".Call.")
	return ok && (method == "run" || method == "runLean")
}
