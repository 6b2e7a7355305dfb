//go:build go_merge_added

package net

import (
	"context"
	"net"
	"net/netip"
)

// DefaultResolver is the process's unless the service sets another.
var DefaultResolver = (*Resolver)(net.DefaultResolver)

// Resolver is a new type, since its methods tell the permissions what a
// host's addresses are.
type Resolver net.Resolver

// What finds the addresses of a host tells the permissions, so that a rule with
// the host's name holds for them.

func (r *Resolver) LookupHost(ctx context.Context, host string) (addrs []string, err error) {
	addrs, err = (*net.Resolver)(r).LookupHost(ctx, host)
	self.Permissions().Found(host, addrs...)
	return addrs, err
}

func (r *Resolver) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	addrs, err := (*net.Resolver)(r).LookupIPAddr(ctx, host)
	for _, a := range addrs {
		self.Permissions().Found(host, a.IP.String())
	}
	return addrs, err
}

func (r *Resolver) LookupIP(ctx context.Context, network, host string) ([]net.IP, error) {
	ips, err := (*net.Resolver)(r).LookupIP(ctx, network, host)
	for _, ip := range ips {
		self.Permissions().Found(host, ip.String())
	}
	return ips, err
}

func (r *Resolver) LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error) {
	addrs, err := (*net.Resolver)(r).LookupNetIP(ctx, network, host)
	for _, a := range addrs {
		self.Permissions().Found(host, a.Unmap().String())
	}
	return addrs, err
}

func (r *Resolver) LookupAddr(ctx context.Context, addr string) (names []string, err error) {
	return (*net.Resolver)(r).LookupAddr(ctx, addr)
}

func (r *Resolver) LookupCNAME(ctx context.Context, host string) (string, error) {
	return (*net.Resolver)(r).LookupCNAME(ctx, host)
}

func (r *Resolver) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	return (*net.Resolver)(r).LookupMX(ctx, name)
}

func (r *Resolver) LookupNS(ctx context.Context, name string) ([]*net.NS, error) {
	return (*net.Resolver)(r).LookupNS(ctx, name)
}

func (r *Resolver) LookupPort(ctx context.Context, network, service string) (port int, err error) {
	return (*net.Resolver)(r).LookupPort(ctx, network, service)
}

func (r *Resolver) LookupSRV(ctx context.Context, service, proto, name string) (string, []*net.SRV, error) {
	return (*net.Resolver)(r).LookupSRV(ctx, service, proto, name)
}

func (r *Resolver) LookupTXT(ctx context.Context, name string) ([]string, error) {
	return (*net.Resolver)(r).LookupTXT(ctx, name)
}

// The service's resolver answers for the functions, too.

func LookupHost(host string) (addrs []string, err error) {
	return DefaultResolver.LookupHost(context.Background(), host)
}

func LookupIP(host string) ([]net.IP, error) {
	addrs, err := DefaultResolver.LookupIPAddr(context.Background(), host)
	if err != nil {
		return nil, err
	}
	ips := make([]net.IP, len(addrs))
	for i, a := range addrs {
		ips[i] = a.IP
	}
	return ips, nil
}

func ResolveTCPAddr(network, address string) (*net.TCPAddr, error) {
	addr, err := net.ResolveTCPAddr(network, address)
	if err == nil {
		found(address, addr.IP)
	}
	return addr, err
}

func ResolveUDPAddr(network, address string) (*net.UDPAddr, error) {
	addr, err := net.ResolveUDPAddr(network, address)
	if err == nil {
		found(address, addr.IP)
	}
	return addr, err
}

func ResolveIPAddr(network, address string) (*net.IPAddr, error) {
	addr, err := net.ResolveIPAddr(network, address)
	if err == nil {
		self.Permissions().Found(address, addr.IP.String())
	}
	return addr, err
}

func found(address string, ip net.IP) {
	if host, _, err := net.SplitHostPort(address); err == nil && host != "" && ip != nil {
		self.Permissions().Found(host, ip.String())
	}
}

func LookupAddr(addr string) (names []string, err error) {
	return DefaultResolver.LookupAddr(context.Background(), addr)
}

func LookupCNAME(host string) (cname string, err error) {
	return DefaultResolver.LookupCNAME(context.Background(), host)
}

func LookupMX(name string) ([]*net.MX, error) {
	return DefaultResolver.LookupMX(context.Background(), name)
}

func LookupNS(name string) ([]*net.NS, error) {
	return DefaultResolver.LookupNS(context.Background(), name)
}

func LookupPort(network, service string) (port int, err error) {
	return DefaultResolver.LookupPort(context.Background(), network, service)
}

func LookupSRV(service, proto, name string) (cname string, addrs []*net.SRV, err error) {
	return DefaultResolver.LookupSRV(context.Background(), service, proto, name)
}

func LookupTXT(name string) ([]string, error) {
	return DefaultResolver.LookupTXT(context.Background(), name)
}
