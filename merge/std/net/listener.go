//go:build go_merge_added

package net

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

// TCPListener is a new type, since that of a service that does not listen
// binds its address late. The methods are those of [net.TCPListener] (Go 1.25 to
// 1.27).
type TCPListener struct{ late *late[*net.TCPListener] }

func (l *TCPListener) state() *late[*net.TCPListener] {
	if l == nil {
		return nil
	}
	return l.late
}

func (l *TCPListener) Accept() (net.Conn, error) { return l.state().accept() }

func (l *TCPListener) AcceptTCP() (*net.TCPConn, error) {
	bound, err := l.state().get("accept")
	if err != nil {
		return nil, err
	}
	return bound.AcceptTCP()
}

func (l *TCPListener) Addr() net.Addr { return l.late.address() }

func (l *TCPListener) Close() error { return l.state().close() }

func (l *TCPListener) File() (*os.File, error) { return l.state().file() }

func (l *TCPListener) SetDeadline(t time.Time) error { return l.state().setDeadline(t) }

func (l *TCPListener) SyscallConn() (syscall.RawConn, error) { return l.state().syscallConn() }

// UnixListener is a type of its own as [TCPListener] is.
type UnixListener struct{ late *late[*net.UnixListener] }

func (l *UnixListener) state() *late[*net.UnixListener] {
	if l == nil {
		return nil
	}
	return l.late
}

func (l *UnixListener) Accept() (net.Conn, error) { return l.state().accept() }

func (l *UnixListener) AcceptUnix() (*net.UnixConn, error) {
	bound, err := l.state().get("accept")
	if err != nil {
		return nil, err
	}
	return bound.AcceptUnix()
}

func (l *UnixListener) Addr() net.Addr { return l.late.address() }

func (l *UnixListener) Close() error { return l.state().close() }

func (l *UnixListener) File() (*os.File, error) { return l.state().file() }

func (l *UnixListener) SetDeadline(t time.Time) error { return l.state().setDeadline(t) }

func (l *UnixListener) SyscallConn() (syscall.RawConn, error) { return l.state().syscallConn() }

func (l *UnixListener) SetUnlinkOnClose(unlink bool) {
	l.late.whenBound(func(bound *net.UnixListener) { bound.SetUnlinkOnClose(unlink) })
}

// FileListener returns a listener with the service's type.
func FileListener(f *os.File) (net.Listener, error) {
	l, err := net.FileListener(f)
	if err != nil {
		return nil, err
	}
	return own(l), nil
}

// own returns a bound listener of package net as one of the service's types.
func own(l net.Listener) net.Listener {
	switch l := l.(type) {
	case *net.TCPListener:
		return &TCPListener{bound(l)}
	case *net.UnixListener:
		return &UnixListener{bound(l)}
	}
	return l
}

// socketListener is what the listeners of package net that have a socket have in common.
type socketListener interface {
	comparable
	net.Listener
	File() (*os.File, error)
	SetDeadline(time.Time) error
	SyscallConn() (syscall.RawConn, error)
}

// late is a listener that binds its address when something needs the socket.
type late[L socketListener] struct {
	network string
	addr    net.Addr // that it has when it is bound
	bind    func() (L, error)

	mu     sync.Mutex
	bound  L         // the zero value before
	err    error     // of bind
	closed bool      // before it was bound
	then   []func(L) // what to do when it is
}

// bound returns a listener that is bound.
func bound[L socketListener](l L) *late[L] { return &late[L]{bound: l} }

// unbound returns a listener that is yet to be bound, and will be at addr.
func unbound[L socketListener](network string, addr net.Addr, bind func() (L, error)) *late[L] {
	return &late[L]{network: network, addr: addr, bind: bind}
}

// lateTCPAddr returns the address that a listener of a service that does not listen
// is going to have. It is nil for one that is bound at once: only the system knows a
// free port, and what is wrong with a host is for Listen to say.
func lateTCPAddr(ctx context.Context, network, address string) *net.TCPAddr {
	host, service, err := net.SplitHostPort(address)
	if self.Listens() || err != nil || network != "tcp" && network != "tcp4" && network != "tcp6" {
		return nil
	}
	port, err := net.DefaultResolver.LookupPort(ctx, network, service)
	if err != nil || port == 0 {
		return nil
	}
	// Which IP address a host becomes depends on the machine, as on its IPv6. A port
	// that is free shows it.
	free, err := new(net.ListenConfig).Listen(ctx, network, net.JoinHostPort(host, "0"))
	if err != nil {
		return nil
	}
	defer free.Close()
	addr := *free.Addr().(*net.TCPAddr)
	addr.Port = port
	return &addr
}

// lateUnixAddr is lateTCPAddr for unix sockets, of which err says that they cannot
// be bound yet. The others are bound at once, since code changes the modes of their
// files.
func lateUnixAddr(network, name string, err error) *net.UnixAddr {
	if self.Listens() || !errors.Is(err, syscall.EADDRINUSE) || network != "unix" && network != "unixpacket" {
		return nil
	}
	return &net.UnixAddr{Name: name, Net: network}
}

// get returns the bound listener, and binds the address the first time. op is what
// it is for.
func (l *late[L]) get(op string) (L, error) {
	var none L
	if l == nil {
		return none, syscall.EINVAL
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.closed:
		return none, l.closedError(op)
	case l.bound == none && l.err == nil:
		bound, err := l.bind()
		if err != nil {
			// Servers accept again after a temporary error.
			if e, ok := err.(net.Error); !ok || !e.Temporary() {
				l.err = err
				self.CannotBind(err)
			}
			return none, err
		}
		l.bound = bound
		for _, do := range l.then {
			do(l.bound)
		}
	}
	return l.bound, l.err
}

// whenBound does something to the bound listener as soon as there is one.
func (l *late[L]) whenBound(do func(L)) {
	var none L
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bound != none {
		do(l.bound)
	} else {
		l.then = append(l.then, do)
	}
}

func (l *late[L]) closedError(op string) error {
	return &net.OpError{Op: op, Net: l.network, Addr: l.addr, Err: net.ErrClosed}
}

func (l *late[L]) accept() (net.Conn, error) {
	bound, err := l.get("accept")
	if err != nil {
		return nil, err
	}
	return bound.Accept()
}

func (l *late[L]) close() error {
	var none L
	if l == nil {
		return syscall.EINVAL
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.bound != none:
		return l.bound.Close()
	case l.closed:
		return l.closedError("close")
	}
	l.closed = true
	return nil
}

func (l *late[L]) address() net.Addr {
	var none L
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.bound != none {
		return l.bound.Addr()
	}
	return l.addr
}

func (l *late[L]) file() (*os.File, error) {
	bound, err := l.get("file")
	if err != nil {
		return nil, err
	}
	return bound.File()
}

func (l *late[L]) setDeadline(t time.Time) error {
	bound, err := l.get("set")
	if err != nil {
		return err
	}
	return bound.SetDeadline(t)
}

func (l *late[L]) syscallConn() (syscall.RawConn, error) {
	bound, err := l.get("raw-control")
	if err != nil {
		return nil, err
	}
	return bound.SyscallConn()
}
