//go:build go_merge_added && go1.24

package grpc

import (
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// goMergePipe is one direction of a connection in memory. A handshake may write without
// a reader, as it does over a network: nothing limits what the pipe holds.
type goMergePipe struct {
	mu       sync.Mutex
	changed  sync.Cond
	data     []byte
	ended    bool // by the writer
	left     bool // by the reader
	deadline time.Time
	alarm    *time.Timer
}

func goMergeNewPipe() *goMergePipe {
	p := new(goMergePipe)
	p.changed.L = &p.mu
	return p
}

func (p *goMergePipe) write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended || p.left {
		return 0, io.ErrClosedPipe
	}
	p.data = append(p.data, b...)
	p.changed.Broadcast()
	return len(b), nil
}

func (p *goMergePipe) read(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		switch {
		case p.left:
			return 0, io.ErrClosedPipe
		case !p.deadline.IsZero() && !time.Now().Before(p.deadline):
			return 0, os.ErrDeadlineExceeded
		case len(p.data) > 0 || len(b) == 0:
			n := copy(b, p.data)
			p.data = p.data[n:]
			return n, nil
		case p.ended:
			return 0, io.EOF
		}
		p.changed.Wait()
	}
}

func (p *goMergePipe) setDeadline(t time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.alarm != nil {
		p.alarm.Stop()
		p.alarm = nil
	}
	p.deadline = t
	if !t.IsZero() {
		p.alarm = time.AfterFunc(time.Until(t), p.wake)
	}
	p.changed.Broadcast()
}

func (p *goMergePipe) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.changed.Broadcast()
}

// close closes the pipe for one of its sides.
func (p *goMergePipe) close(side *bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*side = true
	p.changed.Broadcast()
}

// goMergePipeConn is an end of a connection in memory, on which both sides' credentials
// shake hands.
type goMergePipeConn struct {
	in, out       *goMergePipe
	local, remote net.Addr
}

// goMergePipeConns returns the ends of a new connection.
func goMergePipeConns(client, server net.Addr) (ofClient, ofServer net.Conn) {
	up, down := goMergeNewPipe(), goMergeNewPipe()
	return &goMergePipeConn{down, up, client, server}, &goMergePipeConn{up, down, server, client}
}

func (c *goMergePipeConn) Read(b []byte) (int, error)  { return c.in.read(b) }
func (c *goMergePipeConn) Write(b []byte) (int, error) { return c.out.write(b) }
func (c *goMergePipeConn) LocalAddr() net.Addr         { return c.local }
func (c *goMergePipeConn) RemoteAddr() net.Addr        { return c.remote }

func (c *goMergePipeConn) Close() error {
	c.SetDeadline(time.Time{})
	c.out.close(&c.out.ended)
	c.in.close(&c.in.left)
	return nil
}

func (c *goMergePipeConn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

func (c *goMergePipeConn) SetReadDeadline(t time.Time) error {
	c.in.setDeadline(t)
	return nil
}

// SetWriteDeadline does nothing: a write never waits.
func (c *goMergePipeConn) SetWriteDeadline(time.Time) error { return nil }
