//go:build go_merge_added && go1.26

package net

import (
	"context"
	"net"
	"net/netip"
)

func (d *Dialer) DialIP(ctx context.Context, network string, laddr, raddr netip.Addr) (*net.IPConn, error) {
	if _, err := self.UseToDial(network, raddr.String()); err != nil {
		return nil, err
	}
	return d.GoMergeOriginal().DialIP(ctx, network, laddr, raddr)
}

func (d *Dialer) DialTCP(ctx context.Context, network string, laddr, raddr netip.AddrPort) (*net.TCPConn, error) {
	if _, err := self.UseToDial(network, raddr.String()); err != nil {
		return nil, err
	}
	return d.GoMergeOriginal().DialTCP(ctx, network, laddr, raddr)
}

func (d *Dialer) DialUDP(ctx context.Context, network string, laddr, raddr netip.AddrPort) (*net.UDPConn, error) {
	if _, err := self.UseToDial(network, raddr.String()); err != nil {
		return nil, err
	}
	return d.GoMergeOriginal().DialUDP(ctx, network, laddr, raddr)
}

func (d *Dialer) DialUnix(ctx context.Context, network string, laddr, raddr *net.UnixAddr) (*net.UnixConn, error) {
	return dialUnix(network, laddr, raddr, func(network string, laddr, raddr *net.UnixAddr) (*net.UnixConn, error) {
		return d.GoMergeOriginal().DialUnix(ctx, network, laddr, raddr)
	})
}
