package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"github.com/cloudwego/kitex/server"

	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe"
	"github.com/gomerge/rules_go_merge/tests/conformance/service/gen/kitex_gen/probe/lateservice"
)

// late is the server of LateService, which comes and goes.
type late struct {
	mu      sync.Mutex
	svr     server.Server
	stopped chan struct{} // closed when it has stopped
}

// lateHandler serves LateService.
type lateHandler struct{ *prober }

// AskLate implements probe.LateService.
func (h lateHandler) AskLate(ctx context.Context, ask *probe.Probe) (*probe.Answer, error) {
	return h.answer(ctx, ask)
}

// StartLate implements probe.ProbeService. It returns when the server serves.
func (p *prober) StartLate(context.Context) error {
	p.late.mu.Lock()
	defer p.late.mu.Unlock()
	if p.late.svr != nil {
		return errors.New("runs already")
	}
	options, err := listenAt(os.Getenv(lateListenEnv))
	if err != nil {
		return err
	}
	svr, stopped := lateservice.NewServer(&lateHandler{p}, append(options, server.WithExitWaitTime(patience))...), make(chan struct{})
	p.late.svr, p.late.stopped = svr, stopped
	go func() {
		defer close(stopped)
		svr.Run()
	}()
	return serves(os.Getenv(lateListenEnv))
}

// serves returns when a server reads what arrives at the address, which it
// answers by closing the connection. A server that is stopped before it gets
// there does not stop.
func serves(address string) error {
	deadline := time.Now().Add(patience)
	for time.Now().Before(deadline) {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			time.Sleep(time.Millisecond)
			continue
		}
		conn.SetDeadline(deadline)
		conn.Write(make([]byte, 64)) // no message
		_, err = io.Copy(io.Discard, conn)
		conn.Close()
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			return nil
		}
	}
	return fmt.Errorf("nobody serves %s", address)
}

// StopLate implements probe.ProbeService.
func (p *prober) StopLate(context.Context) error {
	p.late.mu.Lock()
	svr, stopped := p.late.svr, p.late.stopped
	p.late.svr = nil
	p.late.mu.Unlock()
	if svr == nil {
		return errors.New("does not run")
	}
	err := svr.Stop()
	select {
	case <-stopped:
		return err
	case <-time.After(2 * patience):
		return errors.New("does not stop")
	}
}
