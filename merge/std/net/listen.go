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
	return (*net.ListenConfig)(c).Listen(ctx, network, address)
}

func (c *ListenConfig) ListenPacket(ctx context.Context, network, address string) (net.PacketConn, error) {
	if err := self.MayListen(network, address); err != nil {
		return nil, err
	}
	return (*net.ListenConfig)(c).ListenPacket(ctx, network, address)
}

func (c *ListenConfig) MultipathTCP() bool { return (*net.ListenConfig)(c).MultipathTCP() }

func (c *ListenConfig) SetMultipathTCP(use bool) { (*net.ListenConfig)(c).SetMultipathTCP(use) }

func Listen(network, address string) (net.Listener, error) {
	return new(ListenConfig).Listen(context.Background(), network, address)
}

func ListenPacket(network, address string) (net.PacketConn, error) {
	return new(ListenConfig).ListenPacket(context.Background(), network, address)
}

func ListenTCP(network string, laddr *net.TCPAddr) (*net.TCPListener, error) {
	if laddr == nil {
		laddr = &net.TCPAddr{}
	}
	if err := self.MayListen(network, laddr.String()); err != nil {
		return nil, err
	}
	return net.ListenTCP(network, laddr)
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

func ListenUnix(network string, laddr *net.UnixAddr) (*net.UnixListener, error) {
	if laddr != nil {
		if err := self.MayListen(network, laddr.String()); err != nil {
			return nil, err
		}
	}
	return net.ListenUnix(network, laddr)
}

func ListenUnixgram(network string, laddr *net.UnixAddr) (*net.UnixConn, error) {
	if laddr != nil {
		if err := self.MayListen(network, laddr.String()); err != nil {
			return nil, err
		}
	}
	return net.ListenUnixgram(network, laddr)
}
