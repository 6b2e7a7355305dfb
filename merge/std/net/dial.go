//go:build go_merge_added

// Package net is a service's view of package net: it dials and listens where
// the service's permissions allow, and has its own DefaultResolver.
package net

import (
	"context"
	"net"
	"syscall"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/process"
)

var self = process.Of("@SERVICE@")

// Dialer is a new type, since its methods ask for permission, and since it
// has the service's type of resolver. The fields are those of [net.Dialer] (Go 1.25
// to 1.27).
type Dialer struct {
	Timeout         time.Duration
	Deadline        time.Time
	LocalAddr       net.Addr
	DualStack       bool
	FallbackDelay   time.Duration
	KeepAlive       time.Duration
	KeepAliveConfig net.KeepAliveConfig
	Resolver        *Resolver
	Cancel          <-chan struct{}
	Control         func(network, address string, c syscall.RawConn) error
	ControlContext  func(ctx context.Context, network, address string, c syscall.RawConn) error

	multipath net.Dialer // knows what SetMultipathTCP was called with
}

// GoMergeOriginal returns the dialer of package net with the service's
// resolver.
func (d *Dialer) GoMergeOriginal() *net.Dialer {
	if d == nil {
		return nil
	}
	original := d.multipath
	original.Timeout = d.Timeout
	original.Deadline = d.Deadline
	original.LocalAddr = located(d.LocalAddr)
	original.DualStack = d.DualStack
	original.FallbackDelay = d.FallbackDelay
	original.KeepAlive = d.KeepAlive
	original.KeepAliveConfig = d.KeepAliveConfig
	original.Resolver = (*net.Resolver)(d.Resolver)
	original.Cancel = d.Cancel
	original.Control = d.Control
	original.ControlContext = d.ControlContext
	if d.Resolver == nil {
		original.Resolver = (*net.Resolver)(DefaultResolver)
	}
	return &original
}

func (d *Dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

func (d *Dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	found, err := self.UseToDial(network, address)
	if err != nil {
		return nil, err
	}
	original := d.GoMergeOriginal()
	conn, err := original.DialContext(ctx, network, found)
	return conn, process.AsNamedAddress(named(err, d.LocalAddr, original.LocalAddr), address, found)
}

func (d *Dialer) MultipathTCP() bool { return d.multipath.MultipathTCP() }

func (d *Dialer) SetMultipathTCP(use bool) { d.multipath.SetMultipathTCP(use) }

func Dial(network, address string) (net.Conn, error) {
	return new(Dialer).Dial(network, address)
}

func DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	return (&Dialer{Timeout: timeout}).Dial(network, address)
}

// mayDial asks for a resolved address. None is an error of package net.
func mayDial[A interface {
	comparable
	net.Addr
}](network string, address A) error {
	var none A
	if address == none {
		return nil
	}
	_, err := self.UseToDial(network, address.String())
	return err
}

func DialTCP(network string, laddr, raddr *net.TCPAddr) (*net.TCPConn, error) {
	if err := mayDial(network, raddr); err != nil {
		return nil, err
	}
	return net.DialTCP(network, laddr, raddr)
}

func DialUDP(network string, laddr, raddr *net.UDPAddr) (*net.UDPConn, error) {
	if err := mayDial(network, raddr); err != nil {
		return nil, err
	}
	return net.DialUDP(network, laddr, raddr)
}

func DialIP(network string, laddr, raddr *net.IPAddr) (*net.IPConn, error) {
	if err := mayDial(network, raddr); err != nil {
		return nil, err
	}
	return net.DialIP(network, laddr, raddr)
}

func DialUnix(network string, laddr, raddr *net.UnixAddr) (*net.UnixConn, error) {
	return dialUnix(network, laddr, raddr, net.DialUnix)
}

// dialUnix calls a function of package net with the addresses as the process finds
// them, if the service may connect.
func dialUnix(network string, laddr, raddr *net.UnixAddr, call func(network string, laddr, raddr *net.UnixAddr) (*net.UnixConn, error)) (*net.UnixConn, error) {
	local, remote := socket(laddr), raddr
	if raddr != nil {
		found, err := self.UseToDial(network, raddr.String())
		if err != nil {
			return nil, err
		}
		remote = &net.UnixAddr{Name: found, Net: raddr.Net}
	}
	conn, err := call(network, local, remote)
	return conn, named(named(err, laddr, local), raddr, remote)
}
