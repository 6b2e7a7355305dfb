//go:build go_merge_added

package net

import (
	"context"
	"net"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

// ListenConfig is a new type, since its methods ask for permission.
type ListenConfig net.ListenConfig

func (c *ListenConfig) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	found, err := self.UseToListen(network, address)
	if err != nil {
		return nil, err
	}
	config := net.ListenConfig(*c)
	listen := func(ctx context.Context) (net.Listener, error) {
		l, err := config.Listen(ctx, network, found)
		return l, process.AsNamedAddress(err, address, found)
	}
	late := func() (net.Listener, error) { return listen(context.Background()) }
	if addr := lateTCPAddr(ctx, network, found); addr != nil {
		return &TCPListener{unbound(network, addr, as[*net.TCPListener](late))}, nil
	}
	l, err := listen(ctx)
	if addr := lateUnixAddr(network, found, err); addr != nil {
		return &UnixListener{unbound(network, addr, as[*net.UnixListener](late))}, nil
	}
	if err != nil {
		return nil, err
	}
	return own(l), nil
}

// as gives a listener its type.
func as[L net.Listener](listen func() (net.Listener, error)) func() (L, error) {
	return func() (typed L, err error) {
		l, err := listen()
		if err == nil {
			typed = l.(L)
		}
		return typed, err
	}
}

func (c *ListenConfig) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	found, err := self.UseToListen(network, address)
	if err != nil {
		return nil, err
	}
	conn, err := (*net.ListenConfig)(c).ListenPacket(ctx, network, found)
	return conn, process.AsNamedAddress(err, address, found)
}

func (c *ListenConfig) MultipathTCP() bool { return (*net.ListenConfig)(c).MultipathTCP() }

func (c *ListenConfig) SetMultipathTCP(use bool) { (*net.ListenConfig)(c).SetMultipathTCP(use) }

func Listen(network, address string) (net.Listener, error) {
	return new(ListenConfig).Listen(context.Background(), network, address)
}

func ListenPacket(network, address string) (net.PacketConn, error) {
	return new(ListenConfig).ListenPacket(context.Background(), network, address)
}

func ListenTCP(network string, laddr *net.TCPAddr) (*TCPListener, error) {
	if laddr == nil {
		laddr = &net.TCPAddr{}
	}
	if _, err := self.UseToListen(network, laddr.String()); err != nil {
		return nil, err
	}
	if addr := lateTCPAddr(context.Background(), network, laddr.String()); addr != nil {
		laddr := *laddr
		return &TCPListener{unbound(network, addr, func() (*net.TCPListener, error) { return net.ListenTCP(network, &laddr) })}, nil
	}
	l, err := net.ListenTCP(network, laddr)
	if err != nil {
		return nil, err
	}
	return &TCPListener{bound(l)}, nil
}

func ListenUDP(network string, laddr *net.UDPAddr) (*net.UDPConn, error) {
	if laddr == nil {
		laddr = &net.UDPAddr{}
	}
	if _, err := self.UseToListen(network, laddr.String()); err != nil {
		return nil, err
	}
	return net.ListenUDP(network, laddr)
}

func ListenIP(network string, laddr *net.IPAddr) (*net.IPConn, error) {
	if laddr == nil {
		laddr = &net.IPAddr{}
	}
	if _, err := self.UseToListen(network, laddr.String()); err != nil {
		return nil, err
	}
	return net.ListenIP(network, laddr)
}

func ListenMulticastUDP(network string, ifi *net.Interface, gaddr *net.UDPAddr) (*net.UDPConn, error) {
	if gaddr != nil {
		if _, err := self.UseToListen(network, gaddr.String()); err != nil {
			return nil, err
		}
	}
	return net.ListenMulticastUDP(network, ifi, gaddr)
}

func ListenUnix(network string, laddr *net.UnixAddr) (*UnixListener, error) {
	return listenUnix(network, laddr, func(network string, at *net.UnixAddr) (*UnixListener, error) {
		l, err := net.ListenUnix(network, at)
		if err == nil {
			return &UnixListener{bound(l)}, nil
		}
		addr := lateUnixAddr(network, at.String(), err)
		if addr == nil {
			return nil, err
		}
		given := *laddr
		return &UnixListener{unbound(network, addr, func() (*net.UnixListener, error) {
			l, err := net.ListenUnix(network, at)
			return l, named(err, &given, at)
		})}, nil
	})
}

func ListenUnixgram(network string, laddr *net.UnixAddr) (*net.UnixConn, error) {
	return listenUnix(network, laddr, net.ListenUnixgram)
}

// listenUnix calls a function of package net with the address as the process finds
// it, if the service may serve there.
func listenUnix[L any](network string, laddr *net.UnixAddr, call func(network string, laddr *net.UnixAddr) (L, error)) (L, error) {
	at := laddr
	if laddr != nil {
		found, err := self.UseToListen(network, laddr.String())
		if err != nil {
			var none L
			return none, err
		}
		at = &net.UnixAddr{Name: found, Net: laddr.Net}
	}
	l, err := call(network, at)
	return l, named(err, laddr, at)
}

// socket returns the address of a unix socket as the process finds it.
func socket(addr *net.UnixAddr) *net.UnixAddr {
	if addr == nil {
		return nil
	}
	return &net.UnixAddr{Name: self.SocketPath(addr.Name), Net: addr.Net}
}

// located is socket for any address.
func located(addr net.Addr) net.Addr {
	if unix, ok := addr.(*net.UnixAddr); ok {
		return socket(unix)
	}
	return addr
}

// named returns an error of package net with an address of a unix socket as the
// service gave it.
func named(err error, given, found net.Addr) error {
	g, _ := given.(*net.UnixAddr)
	f, _ := found.(*net.UnixAddr)
	if g == nil || f == nil {
		return err
	}
	return process.AsNamedAddress(err, g.Name, f.Name)
}
