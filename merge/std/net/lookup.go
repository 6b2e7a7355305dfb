//go:build go_merge_added

package net

import (
	"context"
	"net"
)

// What finds the addresses of a host tells the permissions, so that a rule with
// the host's name holds for them. The service's resolver answers.

func LookupHost(host string) (addrs []string, err error) {
	addrs, err = DefaultResolver.LookupHost(context.Background(), host)
	self.Permissions().Found(host, addrs...)
	return addrs, err
}

func LookupIP(host string) ([]net.IP, error) {
	addrs, err := DefaultResolver.LookupIPAddr(context.Background(), host)
	if err != nil {
		return nil, err
	}
	ips := make([]net.IP, len(addrs))
	for i, a := range addrs {
		ips[i] = a.IP
		self.Permissions().Found(host, a.IP.String())
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
