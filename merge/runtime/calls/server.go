package calls

import (
	"context"
	"net"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/gomerge/rules_go_merge/merge/runtime/limits"
	"github.com/gomerge/rules_go_merge/merge/runtime/stripes"
	"github.com/gomerge/rules_go_merge/merge/runtime/usage"
)

// server is one RPC service that a merged service serves right now.
type server struct {
	ServerConfig
	labels usage.Labels
	limits *limits.Service // nil for none

	// gone ends, and vanished is set, when no call of the server gets an answer any
	// more.
	gone     context.Context
	end      context.CancelFunc
	vanished atomic.Bool
	down     *atomic.Bool // the service is
}

func (t *Table) newServer(service string, c ServerConfig) *server {
	s := &server{ServerConfig: c, labels: usage.LabelsOf(service)}
	s.limits, s.down = t.stateOf(service)
	s.gone, s.end = context.WithCancel(context.Background())
	return s
}

// enter has a call begin, or a stream, unless the server stops.
func (s *server) enter(stripe stripes.Stripe, stream bool) bool {
	if r := s.running(stream); r != nil {
		r.Begin(stripe)
	}
	if s.Enter != nil && !s.Enter() {
		s.leave(stripe, stream)
		return false
	}
	return true
}

// leave ends a call that has entered.
func (s *server) leave(stripe stripes.Stripe, stream bool) {
	if r := s.running(stream); r != nil {
		r.End(stripe)
	}
	if s.Leave != nil {
		s.Leave()
	}
}

func (s *server) running(stream bool) *stripes.Running {
	if stream {
		return s.Streams
	}
	return s.Running
}

func (s *server) vanish() {
	s.vanished.Store(true)
	s.end()
}

// endpoint is the place of an RPC service in the binary, whether its server
// runs or not.
type endpoint struct {
	running   atomic.Pointer[server] // the first that runs and takes inline calls
	byRPC     atomic.Pointer[string] // why a server takes no inline calls
	announced chan struct{}          // closed when a server first ran
	announce  sync.Once

	all []*server // that run, in the order in which they started; guarded by the table
}

func newEndpoint() *endpoint { return &endpoint{announced: make(chan struct{})} }

// notRunning reports why calls are RPCs while no server takes inline calls.
func (e *endpoint) notRunning() string {
	if reason := e.byRPC.Load(); reason != nil {
		return *reason
	}
	return "the callee does not run"
}

// add makes a server known. The table's lock is held.
func (e *endpoint) add(s *server) {
	e.all = append(e.all, s)
	if s.ByRPC == "" {
		e.running.CompareAndSwap(nil, s)
	}
}

// remove forgets a server. The table's lock is held.
func (e *endpoint) remove(s *server) {
	e.all = slices.DeleteFunc(e.all, func(other *server) bool { return other == s })
	var next *server
	if i := slices.IndexFunc(e.all, func(s *server) bool { return s.ByRPC == "" }); i >= 0 {
		next = e.all[i]
	}
	e.running.CompareAndSwap(s, next)
}

// Serve announces that service serves rpcService from now on: links to it turn
// inline. name is the service name that the server was configured with, ""
// when it has none. The returned function takes the server back: calls that
// begin after it returns are RPCs again.
//
// While a service runs several servers for one RPC service, on separate
// addresses, inline calls go to the first. This is logged.
func (t *Table) Serve(service, rpcService, name string, h Handler) (stop func()) {
	return t.ServeFirst(service, rpcService, ServerConfig{Name: name, Handler: h})
}

// ServeFirst is [Table.Serve] for a server of which there is more to say.
func (t *Table) ServeFirst(service, rpcService string, c ServerConfig) (stop func()) {
	e := t.endpoint(service, rpcService)
	s := t.newServer(service, c)
	started := t.announce(service, e, func() bool {
		if len(e.all) > 0 {
			return false
		}
		e.add(s)
		return true
	})
	switch {
	case started:
		return func() { t.stop(e, s) }
	case e.running.Load() != nil:
		t.logger.Printf("%s starts another server for %s: inline calls go to the first", service, rpcService)
	}
	return func() {}
}

// ServerConfig describes a server that clients find by what they dial.
type ServerConfig struct {
	// Name is the service name that the server was configured with, "" for none.
	Name    string
	Handler Handler
	// Lean returns what [Call.DoLean] runs in place of Handler, nil for a method that
	// has nothing of the kind. It is nil if no method has.
	Lean func(method string) LeanHandler
	// Addr is the address at which the server listens, nil if nobody knows.
	Addr net.Addr
	// Unbound is set if the server was given Addr and does not listen there. Clients
	// find it by that as long as no other service of the process has the address.
	Unbound bool
	// Group is equal for servers that are one on several addresses, such as a
	// pointer to what serves. It has to be comparable.
	Group any
	// PerConnection is how many calls a connection may have open at a time, 0 for any
	// number. The callers' adapter sees to it.
	PerConnection int
	// ByRPC says why the server takes no inline calls, "" if it does. The callers'
	// log has it.
	ByRPC string
	// StreamsByRPC says why streams of the server are RPCs, "" if they can be inline.
	// The callers' adapter sees to it, and to the log.
	StreamsByRPC string
	// Leavable is set if callers must be able to leave a call whose handler does not
	// return, such as one that waits for a lock of a service that is down. Their adapter
	// then runs no handler in the caller's goroutine.
	Leavable bool
	// Messages is set if the server's codec is the one whose rules glue follows when it
	// converts messages, so that they may cross in place of bytes.
	Messages bool
	// Running counts the calls of the server, from before their handlers begin until
	// these are over, and Streams those that are streams. Servers may share both. They
	// are nil if nobody wants to know.
	Running, Streams *stripes.Running
	// Enter is called when a call has been counted, and Leave once it no longer is. If
	// Enter returns false the server stops: the call is counted no longer, and is
	// [Withdrawn]. Both are nil if nobody wants to know.
	Enter func() bool
	Leave func()
	// Accept does the server's part of a handshake on conn, and returns what the calls
	// of that connection refer to. gone ends with the server. It is nil if calls need
	// no handshake.
	Accept func(gone context.Context, conn net.Conn) (accepted any, err error)
}

// Server is a server that [Table.StartServer] has started.
type Server struct {
	table    *Table
	endpoint *endpoint
	server   *server
}

// StartServer announces that service serves rpcService from now on. Unlike by
// [Table.Serve], there may be several servers at a time: the clients' targets say
// which is meant.
func (t *Table) StartServer(service, rpcService string, c ServerConfig) *Server {
	e := t.endpoint(service, rpcService)
	s := t.newServer(service, c)
	if !t.announce(service, e, func() bool { e.add(s); return true }) {
		s.vanish()
	}
	return &Server{t, e, s}
}

// Stop takes the server back: calls that begin after it returns are RPCs again.
// Those that run go on.
func (s *Server) Stop() { s.table.stop(s.endpoint, s.server) }

// Close stops the server and ends what it runs: callers that can leave a call
// get no answer, as if the connection was closed.
func (s *Server) Close() {
	s.Stop()
	s.server.vanish()
}

// ServeByRPC announces that service serves rpcService from now on, but not to
// inline calls. The callers' log has the reason. The returned function takes
// the announcement back.
func (t *Table) ServeByRPC(service, rpcService, reason string) (stop func()) {
	e := t.endpoint(service, rpcService)
	t.announce(service, e, func() bool { e.byRPC.Store(&reason); return true })
	return func() {
		e.byRPC.CompareAndSwap(&reason, nil)
		t.changed()
	}
}

// announce makes a server of a service known, if set can, unless the service is
// down.
func (t *Table) announce(service string, e *endpoint, set func() bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.isDown(service).Load() || !set() {
		return false
	}
	t.changed()
	e.announce.Do(func() { close(e.announced) })
	return true
}

func (t *Table) stop(e *endpoint, s *server) {
	t.mu.Lock()
	defer t.mu.Unlock()
	e.remove(s)
	t.changed()
}

// Withdraw makes calls of a service RPCs, and ends the streams that it has opened,
// whatever its goroutines still do.
func (t *Table) Withdraw(service, reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.isDown(service).Store(true)
	if life := t.lives[service]; life != nil {
		life.Load().end()
	}
	t.changed()
	for key, e := range t.endpoints {
		if key.service != service {
			continue
		}
		e.byRPC.Store(&reason)
		e.running.Store(nil)
		for _, s := range e.all {
			s.vanish()
		}
		e.all = nil
	}
}

// Readmit lets a service open streams and announce its servers again, with limits for
// them, nil for none.
func (t *Table) Readmit(service string, limits *limits.Service) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.isDown(service).Store(false)
	t.limits[service] = limits
	if life := t.lives[service]; life != nil {
		life.Store(newLife())
	}
	t.changed()
	for key, e := range t.endpoints {
		if key.service == service {
			e.byRPC.Store(nil)
		}
	}
}

// isDown has whether a service was withdrawn and not readmitted. The table's lock is
// held.
func (t *Table) isDown(service string) *atomic.Bool {
	down := t.down[service]
	if down == nil {
		down = new(atomic.Bool)
		t.down[service] = down
	}
	return down
}

// SetLimits limits the servers that a service starts from now on.
func (t *Table) SetLimits(service string, limits *limits.Service) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.limits[service] = limits
}

// stateOf returns what servers of a service look at while they serve: its limits, nil
// if it has none, and whether it is down.
func (t *Table) stateOf(service string) (*limits.Service, *atomic.Bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.limits[service], t.isDown(service)
}
