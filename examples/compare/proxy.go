package compare

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
)

// proxy forwards TCP connections and counts the bytes that pass, in both
// directions.
type proxy struct {
	ln     net.Listener
	target string
	n      atomic.Int64

	mu     sync.Mutex
	conns  map[net.Conn]bool // nil once closed
	copies sync.WaitGroup
}

// newProxy listens on the loopback interface and forwards to target, which it
// dials again for each connection.
func newProxy(target string) (*proxy, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{ln: ln, target: target, conns: make(map[net.Conn]bool)}
	go p.serve()
	return p, nil
}

func (p *proxy) addr() string { return p.ln.Addr().String() }

func (p *proxy) bytes() int64 { return p.n.Load() }

func (p *proxy) serve() {
	for {
		conn, err := p.ln.Accept()
		if err != nil {
			return
		}
		go p.forward(conn)
	}
}

func (p *proxy) forward(from net.Conn) {
	to, err := net.Dial("tcp", p.target)
	if err != nil {
		from.Close()
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.conns == nil {
		from.Close()
		to.Close()
		return
	}
	p.conns[from], p.conns[to] = true, true
	p.copies.Add(2)
	go p.pump(to.(*net.TCPConn), from)
	go p.pump(from.(*net.TCPConn), to)
}

// pump copies until the source ends, and says so to the destination.
func (p *proxy) pump(dst *net.TCPConn, src net.Conn) {
	defer p.copies.Done()
	io.Copy(io.MultiWriter(dst, (*counter)(&p.n)), src)
	dst.CloseWrite()
}

// close ends the proxy and its connections.
func (p *proxy) close() {
	p.ln.Close()
	p.mu.Lock()
	for conn := range p.conns {
		conn.Close()
	}
	p.conns = nil
	p.mu.Unlock()
	p.copies.Wait()
}

// counter counts what is written to it.
type counter atomic.Int64

func (c *counter) Write(b []byte) (int, error) {
	(*atomic.Int64)(c).Add(int64(len(b)))
	return len(b), nil
}
