//go:build go_merge_added

package net

import (
	"context"
	"net"
)

// ListenConfig is a type of its own, since its methods ask for permission.
type ListenConfig net.ListenConfig

func (c *ListenConfig) Listen(ctx context.Context, network, address string) (net.Listener, error) {
	if err := self.MayListen(network, address); err != nil {
		return nil, err
	}
	config, address := net.ListenConfig(*c), self.Address(network, address)
	late := func() (net.Listener, error) { return config.Listen(context.Background(), network, address) }
	if addr := lateTCPAddr(ctx, network, address); addr != nil {
		return &TCPListener{unbound(network, addr, as[*net.TCPListener](late))}, nil
	}
	if addr := lateUnixAddr(network, address); addr != nil {
		return &UnixListener{unbound(network, addr, as[*net.UnixListener](late))}, nil
	}
	l, err := config.Listen(ctx, network, address)
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
	if err := self.MayListen(network, address); err != nil {
		return nil, err
	}
	return (*net.ListenConfig)(c).ListenPacket(ctx, network, self.Address(network, address))
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
	if err := self.MayListen(network, laddr.String()); err != nil {
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
	if err := self.MayListen(network, laddr.String()); err != nil {
		return nil, err
	}
	return net.ListenUDP(network, laddr)
}

func ListenIP(network string, laddr *net.IPAddr) (*net.IPConn, error) {
	if laddr == nil {
		laddr = &net.IPAddr{}
	}
	if err := self.MayListen(network, laddr.String()); err != nil {
		return nil, err
	}
	return net.ListenIP(network, laddr)
}

func ListenMulticastUDP(network string, ifi *net.Interface, gaddr *net.UDPAddr) (*net.UDPConn, error) {
	if gaddr != nil {
		if err := self.MayListen(network, gaddr.String()); err != nil {
			return nil, err
		}
	}
	return net.ListenMulticastUDP(network, ifi, gaddr)
}

func ListenUnix(network string, laddr *net.UnixAddr) (*UnixListener, error) {
	if laddr != nil {
		if err := self.MayListen(network, laddr.String()); err != nil {
			return nil, err
		}
		at := *socket(laddr)
		if addr := lateUnixAddr(network, at.Name); addr != nil {
			return &UnixListener{unbound(network, addr, func() (*net.UnixListener, error) { return net.ListenUnix(network, &at) })}, nil
		}
	}
	l, err := net.ListenUnix(network, socket(laddr))
	if err != nil {
		return nil, err
	}
	return &UnixListener{bound(l)}, nil
}

func ListenUnixgram(network string, laddr *net.UnixAddr) (*net.UnixConn, error) {
	if laddr != nil {
		if err := self.MayListen(network, laddr.String()); err != nil {
			return nil, err
		}
	}
	return net.ListenUnixgram(network, socket(laddr))
}

// socket returns the address of a unix socket as the process finds it.
func socket(addr *net.UnixAddr) *net.UnixAddr {
	if addr == nil || self.SocketPath(addr.Name) == addr.Name {
		return addr
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
