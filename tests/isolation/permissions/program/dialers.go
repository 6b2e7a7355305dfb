//go:build go1.26

package main

import (
	"context"
	"net"
	"net/netip"
)

// dialers are ways through net.Dialer's methods for one network each.
func dialers(port string) []way {
	return []way{
		{"net.Dialer.DialTCP", toAddress(port, func(a *net.TCPAddr) error {
			return closed(new(net.Dialer).DialTCP(context.Background(), "tcp4", netip.AddrPort{}, a.AddrPort()))
		})},
	}
}
