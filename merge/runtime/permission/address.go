package permission

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// unixPrefix begins an address that is the path of a socket.
const unixPrefix = "unix:"

// addressRule allows addresses: HOST:PORT or unix:PATH. HOST is a name, in which
// * stands for any text, an IP address or a range such as 10.0.0.0/8, and may
// be missing for a server at all addresses of the machine. PORT is a number
// or *.
func addressRule(text, dir string, getenv func(string) string) (rule, error) {
	if path, ok := strings.CutPrefix(text, unixPrefix); ok {
		if strings.HasPrefix(path, "@") {
			return rule{text, func(u use) bool { return MatchName(text, u.what) }}, nil
		}
		socket, err := pathRule(path, dir, getenv)
		return rule{text, func(u use) bool { return u.path != "" && socket.matches(u) }}, err
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil {
		return rule{}, fmt.Errorf("address %q: write HOST:PORT or unix:PATH", text)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil && port != "*" {
		return rule{}, fmt.Errorf("address %q: the port %q is neither a number nor *", text, port)
	}
	matches := hostRule(host)
	return rule{text, func(u use) bool {
		return u.path == "" && (port == "*" || port == u.port) && (matches(u.host) || slices.ContainsFunc(u.also, matches))
	}}, nil
}

func hostRule(pattern string) func(host string) bool {
	if all, err := netip.ParsePrefix(pattern); err == nil {
		return func(host string) bool {
			ip, err := netip.ParseAddr(host)
			return err == nil && all.Contains(ip.WithZone(""))
		}
	}
	return func(host string) bool { return MatchName(anyHost(pattern), host) }
}

// addressUse reads an address as functions of package net take it.
func addressUse(network, address string) use {
	switch network {
	case "unix", "unixgram", "unixpacket":
		if strings.HasPrefix(address, "@") || address == "" {
			return use{what: unixPrefix + address}
		}
		path := absolute(address)
		return use{what: unixPrefix + path, path: path}
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil { // such as the address of a network without ports
		host, port = address, "*"
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.Unmap().String()
	}
	if number, err := net.LookupPort(network, port); err == nil {
		port = strconv.Itoa(number)
	}
	host = anyHost(host)
	return use{what: net.JoinHostPort(host, port), host: host, port: port}
}

// anyHost returns "" for the addresses that stand for all of the machine's.
func anyHost(host string) string {
	if host == "0.0.0.0" || host == "::" {
		return ""
	}
	return host
}
