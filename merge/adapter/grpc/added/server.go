//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"fmt"
	"maps"
	"math"
	"net"
	"net/http"
	"reflect"
	"sync"
	"sync/atomic"
	"weak"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/internal/binarylog"
	"google.golang.org/grpc/peer"
	"google.golang.org/grpc/stats"
	"google.golang.org/grpc/status"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeServer is a server's side of its inline calls.
type goMergeServer struct {
	running mergeruntime.Running // inline calls and streams
	leaving atomic.Bool          // the server stops: no call is bound to it
	patient atomic.Bool          // the server stops when all calls are over
	over    atomic.Bool          // they are: no call begins
	left    chan struct{}
	stopped chan struct{} // closed when Stop returns, which nothing outlasts but handlers
	stop    sync.Once

	httpOnce sync.Once

	mu       sync.Mutex
	services map[string]*goMergeServed
	serving  map[*mergeruntime.Server]bool
}

// goMergeServed is a service that a server has registered.
type goMergeServed struct {
	impl    interface{}
	methods map[string]*MethodDesc
	streams map[string]*StreamDesc
}

var goMergeServers goMergeRegistry[Server, goMergeServer]

// goMergeServerOf returns the adapter's side of a server. It holds the server, so that
// an entry lives as long as its calls.
func goMergeServerOf(s *Server) *goMergeServer {
	return goMergeServers.load(s, weak.Make(s), func() *goMergeServer {
		return &goMergeServer{services: map[string]*goMergeServed{}, serving: map[*mergeruntime.Server]bool{}, left: make(chan struct{}, 1), stopped: make(chan struct{})}
	})
}

// RegisterService registers a service and its implementation to the gRPC server. It is
// called from the IDL generated code. This must be called before invoking Serve.
func (s *Server) RegisterService(sd *ServiceDesc, ss interface{}) {
	s.goMergeRegisterService(sd, ss)
	served := &goMergeServed{impl: ss, methods: map[string]*MethodDesc{}, streams: map[string]*StreamDesc{}}
	for i := range sd.Methods {
		served.methods[sd.Methods[i].MethodName] = &sd.Methods[i]
	}
	for i := range sd.Streams {
		served.streams[sd.Streams[i].StreamName] = &sd.Streams[i]
	}
	g := goMergeServerOf(s)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.services[sd.ServiceName] = served
}

// Serve accepts incoming connections on the listener lis. In a merged binary it serves
// the other services of the binary, too, and when the service is not to listen it
// serves them alone.
func (s *Server) Serve(lis net.Listener) error {
	g := goMergeServerOf(s)
	addr := lis.Addr()
	if !mergeruntime.Listens(goMergeService) {
		lis.Close()
		lis = &goMergeIdleListener{addr: addr, done: make(chan struct{})}
	}
	defer g.announce(s, addr)()
	err := s.goMergeServe(lis)
	if g.patient.Load() {
		g.wait(g.stopped)
	}
	return err
}

// announce has inline calls come until the returned function is called.
func (g *goMergeServer) announce(s *Server, addr net.Addr) (withdraw func()) {
	if !reflect.TypeOf(addr).Comparable() {
		addr = &goMergeOddAddr{addr}
	}
	perConnection := 0
	if limit := s.opts.maxConcurrentStreams; limit != defaultServerOptions.maxConcurrentStreams && limit < math.MaxInt32 {
		perConnection = int(limit)
	}
	obstacle := goMergeServerObstacle(s)
	own, client := goMergeAddrs(addr)
	var auth credentials.AuthInfo
	creds := s.opts.creds
	if creds != nil && goMergeIsInsecure(creds) {
		_, auth, _ = creds.ServerHandshake(nil)
	}
	line := goMergeNewLine(s, context.Background(), own, client, auth)
	var accept func(context.Context, net.Conn) (interface{}, error)
	if creds != nil && !goMergeIsInsecure(creds) {
		accept = func(gone context.Context, conn net.Conn) (interface{}, error) { return g.accept(gone, s, line, conn) }
	}
	messages := goMergeTakesMessages(s, line.stats)
	g.mu.Lock()
	defer g.mu.Unlock()
	line.services = maps.Clone(g.services)
	var started []*mergeruntime.Server
	for name := range line.services {
		server := mergeruntime.StartServer(goMergeService, name, mergeruntime.ServerConfig{
			Addr: addr, Unbound: !mergeruntime.Listens(goMergeService), Group: g, PerConnection: perConnection, ByRPC: obstacle, Leavable: mergeruntime.Survives(goMergeService), Messages: messages, Running: &g.running, Streams: &g.running, Enter: g.enter, Leave: g.leave, Accept: accept,
			Handler: func(caller context.Context, r mergeruntime.Request) mergeruntime.Response {
				return g.serve(caller, s, line, r)
			},
		})
		started = append(started, server)
		g.serving[server] = true
	}
	return func() {
		g.mu.Lock()
		for _, server := range started {
			delete(g.serving, server)
		}
		g.mu.Unlock()
		for _, server := range started {
			server.Stop()
		}
		line.end()
	}
}

// goMergeServerObstacle says why a server takes no inline calls, "" if it does.
func goMergeServerObstacle(s *Server) string {
	o := &s.opts
	switch {
	case o.creds != nil && goMergeIsXDS(o.creds):
		return "the server has xDS credentials"
	case EnableTracing:
		return "tracing is enabled in the server"
	case o.binaryLogger != nil || goMergeBinaryLog():
		return "the server has a binary log"
	case o.cp != nil || o.dc != nil:
		return "the server has a compressor set by RPCCompressor or RPCDecompressor"
	case o.maxHeaderListSize != nil:
		return "the server has a header limit set by MaxHeaderListSize"
	case !goMergeIsNil(goMergeField(reflect.ValueOf(o), "streamWrapper")):
		return "the server has xDS interceptors"
	}
	return ""
}

// goMergeBinaryLog reports whether the binary log is enabled by the environment.
func goMergeBinaryLog() bool { return binarylog.GetLogger() != nil }

// ServeHTTP implements the Go standard library's http.Handler interface. What it
// serves is served by RPC.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g := goMergeServerOf(s)
	g.httpOnce.Do(func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		for name := range g.services {
			mergeruntime.ServeByRPC(goMergeService, name, "the server serves by ServeHTTP")
		}
	})
	s.goMergeServeHTTP(w, r)
}

// Stop stops the gRPC server. It ends inline calls as it ends those of connections.
func (s *Server) Stop() {
	g := goMergeServerOf(s)
	defer g.stop.Do(func() { close(g.stopped) })
	g.patient.Store(false)
	g.leaving.Store(true)
	for _, server := range g.servers() {
		server.Close()
	}
	s.goMergeStop()
	g.forget()
	if wait, ok := goMergeField(reflect.ValueOf(&s.opts), "waitForHandlers").(bool); ok && wait {
		g.wait(nil)
	}
}

// GracefulStop stops the gRPC server gracefully. It waits for inline calls, too.
func (s *Server) GracefulStop() {
	g := goMergeServerOf(s)
	g.patient.Store(true)
	g.leaving.Store(true)
	for _, server := range g.servers() {
		server.Stop()
	}
	s.goMergeGracefulStop()
	g.forget()
	if goMergeWaits {
		g.wait(nil)
	} else {
		g.wait(g.stopped)
	}
}

// goMergeWaits reports whether GracefulStop waits for handlers although Stop has ended
// their calls, as since v1.61.
var goMergeWaits = func() bool {
	_, has := reflect.TypeOf((*Server)(nil)).Elem().FieldByName("handlersWG")
	return has
}()

// forget lets go of the implementations of a server that serves no more. They may refer to
// the server, which the registry would keep then.
func (g *goMergeServer) forget() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.services = map[string]*goMergeServed{}
}

func (g *goMergeServer) servers() []*mergeruntime.Server {
	g.mu.Lock()
	defer g.mu.Unlock()
	var servers []*mergeruntime.Server
	for server := range g.serving {
		servers = append(servers, server)
	}
	return servers
}

// enter lets a call begin that is among those that run. It returns false if the server
// stops. One that is patient runs the calls that were bound to it before.
func (g *goMergeServer) enter() bool {
	return !g.leaving.Load() || g.patient.Load() && !g.over.Load()
}

// leave takes note that a call is not among those that run any more.
func (g *goMergeServer) leave() {
	if g.leaving.Load() && g.running.N() == 0 {
		g.wake()
	}
}

// wait waits for the handlers of a server that stops, but not when enough is closed.
func (g *goMergeServer) wait(enough <-chan struct{}) {
	for {
		if g.running.N() != 0 {
			select {
			case <-g.left:
			case <-enough:
				return
			}
		} else if g.over.Swap(true) {
			break // nobody has begun since the first time
		}
	}
	g.wake() // somebody else may wait
}

func (g *goMergeServer) wake() {
	select {
	case g.left <- struct{}{}:
	default:
	}
}

// goMergeLine is what inline calls to an address of a server come by, in place of a
// connection: all of them, or those of a connection on which both sides have shaken hands.
type goMergeLine struct {
	services    map[string]*goMergeServed
	own, client net.Addr
	ctx         context.Context // with what stats handlers have put there
	stats       []stats.Handler
	auth        credentials.AuthInfo
	peer        *peer.Peer
	routes      goMergeMemo[goMergeRoute]

	shaken bool // it is of one connection
	age    atomic.Pointer[goMergeAge]
	aging  sync.Mutex

	life context.Context
	end  context.CancelFunc
}

// goMergeRoute is what runs the calls of a method, or the status of those that nothing
// runs.
type goMergeRoute struct {
	impl   interface{}
	unary  *MethodDesc // or
	stream *StreamDesc
	status *status.Status
}

// route returns what runs the calls of a method.
func (l *goMergeLine) route(server *Server, method string) *goMergeRoute {
	if r := l.routes.load(method); r != nil {
		return r
	}
	var r goMergeRoute
	rpcService, name, _ := goMergeSplit(method)
	served := l.services[rpcService]
	switch {
	case served != nil && served.methods[name] != nil && goMergeFolded:
		r = goMergeRoute{impl: served.impl, stream: goMergeFold(server, served.methods[name])}
	case served != nil && served.methods[name] != nil:
		r = goMergeRoute{impl: served.impl, unary: served.methods[name]}
	case served != nil && served.streams[name] != nil:
		r = goMergeRoute{impl: served.impl, stream: served.streams[name]}
	case server.opts.unknownStreamDesc != nil:
		r.stream = server.opts.unknownStreamDesc
	case served != nil:
		r.status = status.New(codes.Unimplemented, fmt.Sprintf("unknown method %v for service %v", name, rpcService))
	default:
		r.status = status.New(codes.Unimplemented, fmt.Sprintf("unknown service %v", rpcService))
	}
	return l.routes.store(method, r)
}

// goMergeNewLine returns a line that ends with another, or when its end is called.
func goMergeNewLine(s *Server, outer context.Context, own, client net.Addr, auth credentials.AuthInfo) *goMergeLine {
	l := &goMergeLine{
		own: own, client: client, auth: auth, ctx: context.Background(),
		stats: goMergeStatsHandlers(goMergeField(reflect.ValueOf(s), "statsHandler"), goMergeField(reflect.ValueOf(&s.opts), "statsHandlers")),
	}
	l.peer = goMergeNewPeer(client, own, auth)
	l.life, l.end = context.WithCancel(outer)
	for _, handler := range l.stats {
		l.ctx = handler.TagConn(l.ctx, &stats.ConnTagInfo{RemoteAddr: l.client, LocalAddr: l.own})
		handler.HandleConn(l.ctx, &stats.ConnBegin{})
	}
	if len(l.stats) > 0 {
		context.AfterFunc(l.life, func() {
			for _, handler := range l.stats {
				handler.HandleConn(l.ctx, &stats.ConnEnd{})
			}
		})
	}
	return l
}

// goMergeOddAddr makes an address comparable.
type goMergeOddAddr struct{ net.Addr }

// goMergeIdleListener is the listener of a service that does not listen.
type goMergeIdleListener struct {
	addr net.Addr
	once sync.Once
	done chan struct{}
}

func (l *goMergeIdleListener) Accept() (net.Conn, error) {
	<-l.done
	return nil, net.ErrClosed
}

func (l *goMergeIdleListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *goMergeIdleListener) Addr() net.Addr { return l.addr }
