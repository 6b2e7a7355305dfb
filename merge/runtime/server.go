package runtime

import "sync/atomic"

// server is one RPC service that a merged service serves right now.
type server struct {
	name    string // as the service announces itself, "" when it does not
	handler Handler
	labels  profileLabels
}

// endpoint is the place of an RPC service in the binary, whether its server
// runs or not.
type endpoint struct {
	running atomic.Pointer[server]
	byRPC   atomic.Pointer[string] // why a server takes no inline calls
}

// notRunning tells why calls are RPCs while no server takes inline calls.
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
	s := &server{name: name, handler: h, labels: labelsOf(service)}
	if !e.running.CompareAndSwap(nil, s) {
		logger.Printf("%s starts another server for %s: inline calls go to the first", service, rpcService)
		return func() {}
	}
	return func() { e.running.CompareAndSwap(s, nil) }
}

// ServeByRPC announces that service serves rpcService from now on, but not to
// inline calls. The callers' log has the reason. The returned function takes
// the announcement back.
func ServeByRPC(service, rpcService, reason string) (stop func()) {
	e := links.endpoint(service, rpcService)
	e.byRPC.Store(&reason)
	return func() { e.byRPC.CompareAndSwap(&reason, nil) }
}
