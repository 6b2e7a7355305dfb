package runtime

import (
	"sync"
	"sync/atomic"
)

// server is one RPC service that a merged service serves right now.
type server struct {
	name    string // as the service announces itself, "" when it does not
	handler Handler
	labels  profileLabels
	limits  *limits // nil for none
}

// endpoint is the place of an RPC service in the binary, whether its server
// runs or not.
type endpoint struct {
	running   atomic.Pointer[server]
	byRPC     atomic.Pointer[string] // why a server takes no inline calls
	announced chan struct{}          // closed when a server first ran
	announce  sync.Once
}

func newEndpoint() *endpoint { return &endpoint{announced: make(chan struct{})} }

// notRunning reports why calls are RPCs while no server takes inline calls.
func (e *endpoint) notRunning() string {
	if reason := e.byRPC.Load(); reason != nil {
		return *reason
	}
	return "the callee does not run"
}

// Serve announces that service serves rpcService from now on: links to it turn
// inline. name is the service name that the server was configured with, ""
// when it has none. The returned function takes the server back: calls that
// begin after it returns are RPCs again.
//
// While a service runs several servers for one RPC service, on addresses of
// their own, inline calls go to the first. This is logged.
func Serve(service, rpcService, name string, h Handler) (stop func()) {
	e := links.endpoint(service, rpcService)
	s := &server{name: name, handler: h, labels: labelsOf(service), limits: limitsOf(service)}
	switch {
	case links.announce(service, e, func() bool { return e.running.CompareAndSwap(nil, s) }):
		return func() { e.running.CompareAndSwap(s, nil) }
	case e.running.Load() != nil:
		logger.Printf("%s starts another server for %s: inline calls go to the first", service, rpcService)
	}
	return func() {}
}

// ServeByRPC announces that service serves rpcService from now on, but not to
// inline calls. The callers' log has the reason. The returned function takes
// the announcement back.
func ServeByRPC(service, rpcService, reason string) (stop func()) {
	e := links.endpoint(service, rpcService)
	links.announce(service, e, func() bool { e.byRPC.Store(&reason); return true })
	return func() { e.byRPC.CompareAndSwap(&reason, nil) }
}

// announce makes a server of a service known, if set can, unless the service is
// down.
func (t *table) announce(service string, e *endpoint, set func() bool) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.down[service] || !set() {
		return false
	}
	e.announce.Do(func() { close(e.announced) })
	return true
}

// withdraw makes calls of a service RPCs, whatever its goroutines still do.
func (t *table) withdraw(service, reason string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.down[service] = true
	for key, e := range t.endpoints {
		if key.service == service {
			e.byRPC.Store(&reason)
			e.running.Store(nil)
		}
	}
}

// readmit lets a service announce its servers again.
func (t *table) readmit(service string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.down, service)
	for key, e := range t.endpoints {
		if key.service == service {
			e.byRPC.Store(nil)
		}
	}
}
