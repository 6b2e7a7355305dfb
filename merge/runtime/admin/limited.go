package admin

import (
	"net"
	"sync"
)

// maxConnections is how many clients a listener serves at a time. Others wait, and
// leave the process's files to the services.
const maxConnections = 32

// limited is a listener that serves few connections at a time.
type limited struct {
	net.Listener
	places chan struct{} // has one for each connection
	closed chan struct{}
	once   sync.Once
}

func limit(l net.Listener) *limited {
	return &limited{Listener: l, places: make(chan struct{}, maxConnections), closed: make(chan struct{})}
}

func (l *limited) Accept() (net.Conn, error) {
	select {
	case l.places <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	conn, err := l.Listener.Accept()
	if err != nil {
		<-l.places
		return nil, err
	}
	return &served{Conn: conn, leave: sync.OnceFunc(func() { <-l.places })}, nil
}

func (l *limited) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

// served is a connection with a place.
type served struct {
	net.Conn
	leave func()
}

// CloseWrite lets net/http end an answer to a request that it has not read.
func (c *served) CloseWrite() error {
	if conn, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return conn.CloseWrite()
	}
	return nil
}

func (c *served) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
