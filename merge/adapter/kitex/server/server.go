//go:build go_merge_added

package server

import (
	"context"
	"net"
	"sync"
	"time"

	"github.com/cloudwego/kitex/pkg/registry"
	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/serviceinfo"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// Run runs the server. In a merged binary it serves the other services of the
// binary in addition to those that connect to its address, and when the service is
// not to listen it serves them alone: the server is then unknown to its
// registry and proxy.
func (s *server) Run() error {
	opt := s.opt.RemoteOpt
	local := &goMergeServer{server: s, factory: opt.TransServerFactory}
	if !mergeruntime.Listens(goMergeService) {
		local.factory = goMergeIdleFactory{}
		s.opt.Registry = registry.NoopRegistry
		s.opt.Proxy = nil
		if opt.Listener != nil {
			opt.Listener.Close()
			opt.Listener = nil
		}
	}
	opt.TransServerFactory = local
	defer local.withdraw()
	return s.goMergeRun()
}

// goMergeServer adds inline calls to the server that accepts connections. It
// follows that server's life: calls are inline from when it listens until it
// shuts down.
type goMergeServer struct {
	remote.TransServer
	server  *server
	factory remote.TransServerFactory
	opt     *remote.ServerOption

	running mergeruntime.Running // inline calls but streams
	streams goMergeStreams

	mu        sync.Mutex
	announced bool
	stops     []func()
}

// NewTransServer implements remote.TransServerFactory.
func (g *goMergeServer) NewTransServer(opt *remote.ServerOption, handler remote.ServerTransHandler) remote.TransServer {
	g.opt = opt
	g.TransServer = g.factory.NewTransServer(opt, handler)
	return g
}

// CreateListener implements remote.TransServer.
func (g *goMergeServer) CreateListener(addr net.Addr) (net.Listener, error) {
	ln, err := g.TransServer.CreateListener(addr)
	if err != nil {
		return ln, err
	}
	return ln, g.announce()
}

// BootstrapServer implements remote.TransServer.
func (g *goMergeServer) BootstrapServer(ln net.Listener) error {
	// A listener that the service made itself has not passed CreateListener.
	if err := g.announce(); err != nil {
		return err
	}
	return g.TransServer.BootstrapServer(ln)
}

// Shutdown implements remote.TransServer. Inline calls get the same time to
// finish as calls that came in over connections, and those that do not make the
// same error.
func (g *goMergeServer) Shutdown() error {
	deadline := time.Now().Add(g.opt.ExitWaitTime)
	g.withdraw()
	err := g.TransServer.Shutdown()
	if streamsErr := g.streams.end(deadline); err == nil {
		err = streamsErr
	}
	for g.running.N() > 0 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if err == nil && g.running.N() > 0 {
		return context.DeadlineExceeded
	}
	return err
}

// announce makes calls inline, once.
func (g *goMergeServer) announce() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.announced {
		return nil
	}
	g.announced = true
	inlinability := goMergeInspectOptions(g.server.opt)
	transport, err := goMergeTransport(g.opt, g.server.eps)
	if err != nil {
		return err
	}
	streamObstacle, err := g.streams.prepare(g.opt, g.server.eps)
	if err != nil {
		return err
	}
	seen := make(map[string]bool)
	for _, svcInfo := range g.server.GetServiceInfos() { // keyed by method before v0.10.3
		name := svcInfo.ServiceName
		if seen[name] || name == serviceinfo.GenericService || len(svcInfo.Methods) == 0 {
			continue // generic: there are no generated types to convert
		}
		seen[name] = true
		if inlinability.obstacle != "" {
			g.stops = append(g.stops, mergeruntime.ServeByRPC(goMergeService, name, inlinability.obstacle))
			continue
		}
		callee := &goMergeCallee{
			server: g.server, opt: g.opt, svcInfo: svcInfo,
			inlinability: inlinability, transport: transport, streams: &g.streams, methods: goMergeMethodNames(svcInfo),
		}
		callee.lean = goMergeLeanMethods(callee)
		g.stops = append(g.stops, mergeruntime.ServeFirst(goMergeService, name, mergeruntime.ServerConfig{
			Name: g.server.opt.Svr.ServiceName, Handler: callee.serve, Lean: callee.leanHandler, Running: &g.running, StreamsByRPC: streamObstacle,
		}))
	}
	return nil
}

// withdraw makes calls RPCs again, for good.
func (g *goMergeServer) withdraw() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.announced = true
	for _, stop := range g.stops {
		stop()
	}
}
