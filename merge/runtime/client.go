package runtime

import (
	"context"
	"fmt"
	"sync/atomic"
)

// Client is one RPC client of a merged service. It is safe for concurrent use.
type Client struct {
	table                            *table
	service, rpcService, destination string
	resolved                         atomic.Pointer[activeLink]
}

// NewClient registers an RPC client. service is the name of the service that
// makes the client, rpcService the name of the RPC service in the IDL, and
// destination the service name that the client was told to call.
func NewClient(service, rpcService, destination string) *Client {
	return &Client{table: links, service: service, rpcService: rpcService, destination: destination}
}

func (c *Client) link() *activeLink {
	l := c.resolved.Load()
	if l == nil {
		// Glue may add the link after a package variable made the client.
		if l = c.table.link(c.service, c.rpcService); l != nil {
			c.resolved.Store(l)
		}
	}
	return l
}

// Call is one inline call whose arguments are converted and that is ready to
// run.
type Call struct {
	request Request
	result  any // the caller's
	method  Method
	server  *server
	counter *counters
}

// Bind prepares an inline call. args and result point to the caller's
// generated structs; result is nil for a oneway method. It returns nil when
// the call has to be an RPC: the callee is not in this binary or does not run,
// the client's destination is another service, the method is not converted, or
// the callee could not decode the arguments. All but the first are logged, once
// each.
func (c *Client) Bind(method string, args, result any) *Call {
	l := c.link()
	if l == nil {
		return nil
	}
	count := l.counter(method)
	m, ok := l.Methods[method]
	if !ok {
		count.rpc.Add(1)
		reason := l.Unconverted[method]
		if reason == "" {
			reason = "the method was not known when the binary was built"
		}
		fallback.log(l, method, reason)
		return nil
	}
	s := l.endpoint.running.Load()
	if s == nil {
		count.rpc.Add(1)
		fallback.log(l, "", "the callee does not run")
		return nil
	}
	if c.destination != "" && s.name != "" && c.destination != s.name {
		count.rpc.Add(1)
		fallback.log(l, "", fmt.Sprintf("the client calls %q and the callee is named %q", c.destination, s.name))
		return nil
	}
	call := &Call{
		request: Request{Method: method, Args: m.NewArgs(), Caller: c.service},
		result:  result,
		method:  m,
		server:  s,
		counter: count,
	}
	if err := m.ConvertArgs(call.request.Args, args); err != nil {
		count.rpc.Add(1)
		fallback.log(l, method, err.Error())
		return nil
	}
	return call
}

// Decline counts and logs a call that an adapter leaves to RPC by itself. The
// log has the reason once for each method.
func (c *Client) Decline(method, reason string) {
	if l := c.link(); l != nil {
		l.counter(method).rpc.Add(1)
		fallback.log(l, method, reason)
	}
}

// Do runs the call and fills the caller's result unless the response tells of a
// failure. A oneway call returns at once. Do must be called once.
func (c *Call) Do(ctx context.Context, header Header) Response {
	c.counter.inline.Add(1)
	c.request.Header = header
	if c.method.NewResult == nil {
		go c.run(context.Background())
		return Response{}
	}
	c.request.Result = c.method.NewResult()
	resp := c.run(calleeContext{parent: ctx})
	if !resp.failed() {
		err := c.method.ConvertResult(c.result, c.request.Result)
		if _, ok := err.(EncodeError); ok {
			resp = Response{Closed: true}
		} else {
			resp.Undecodable = err
		}
	}
	if resp.failed() {
		c.counter.errors.Add(1)
	}
	return resp
}

// run calls the handler. The recover is the last line of defence: a callee
// must not take its caller down.
func (c *Call) run(ctx context.Context) (resp Response) {
	defer func() {
		if p := recover(); p != nil {
			resp = Response{Exception: &Exception{Type: exceptionInternal, Message: fmt.Sprint("panic: ", p)}}
		}
	}()
	return c.server.handler(ctx, &c.request)
}
