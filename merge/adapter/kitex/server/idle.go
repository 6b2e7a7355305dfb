//go:build go_merge_added

package server

import (
	"net"
	"sync"

	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/utils"
)

// goMergeIdleFactory makes the server of a service that does not listen.
type goMergeIdleFactory struct{}

func (goMergeIdleFactory) NewTransServer(*remote.ServerOption, remote.ServerTransHandler) remote.TransServer {
	return &goMergeIdleServer{done: make(chan struct{})}
}

// goMergeIdleServer runs until it is shut down and accepts nothing.
type goMergeIdleServer struct {
	once sync.Once
	done chan struct{}
}

func (s *goMergeIdleServer) CreateListener(net.Addr) (net.Listener, error) {
	return goMergeIdleListener{s}, nil
}

func (s *goMergeIdleServer) BootstrapServer(net.Listener) error {
	<-s.done
	return nil
}

func (s *goMergeIdleServer) Shutdown() error {
	s.once.Do(func() { close(s.done) })
	return nil
}

func (s *goMergeIdleServer) ConnCount() utils.AtomicInt { return 0 }

// goMergeIdleAddr is the address that logs show for a server that does not
// listen.
var goMergeIdleAddr = utils.NewNetAddr("inproc", "in-process")

// goMergeIdleListener has an address to be shown and no connections.
type goMergeIdleListener struct{ server *goMergeIdleServer }

func (l goMergeIdleListener) Accept() (net.Conn, error) {
	<-l.server.done
	return nil, net.ErrClosed
}

func (l goMergeIdleListener) Close() error { return l.server.Shutdown() }

func (l goMergeIdleListener) Addr() net.Addr { return goMergeIdleAddr }
