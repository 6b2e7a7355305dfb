package calls

import (
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
)

// Target is what a client dials, for frameworks whose clients are connections.
type Target struct {
	// Spellings are texts that mean the target, first the one that was dialled. A
	// pattern with "://" is compared with those that have it, another one with the
	// others.
	Spellings []string
	// Network and Address are where a connection goes if the target says so by
	// itself: "tcp", with a host and a port, or "unix", with a path. Both are empty
	// if something else has a say, such as a resolver, a proxy or a dialer.
	Network, Address string
}

// matches reports whether one of the patterns covers the target.
func (t *Target) matches(patterns []string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if pattern == "*" {
			return true
		}
		hasScheme := strings.Contains(pattern, "://")
		return slices.ContainsFunc(t.Spellings, func(text string) bool {
			return strings.Contains(text, "://") == hasScheme && permission.MatchName(pattern, text)
		})
	})
}

// reaches reports whether connections to the target arrive at an address at which
// this process listens.
func (t *Target) reaches(addr net.Addr) bool {
	if addr == nil || t.Address == "" {
		return false
	}
	if t.Network == "unix" {
		return addr.Network() == "unix" && socketPath(addr.String()) == socketPath(t.Address)
	}
	listens, err := netip.ParseAddrPort(addr.String())
	if err != nil || addr.Network() != "tcp" {
		return false
	}
	host, port, err := net.SplitHostPort(t.Address)
	if err != nil || port != fmt.Sprint(listens.Port()) {
		return false
	}
	at := listens.Addr().Unmap()
	if host == "" || host == "localhost" {
		return at.IsUnspecified() || isLocalhost(at)
	}
	to, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	to = to.Unmap()
	switch {
	case to.IsUnspecified():
		return at.IsUnspecified() || isLocalhost(at)
	case to.IsLoopback() && at.IsUnspecified():
		return to.Is4() || at.Is6()
	}
	return to == at
}

// isLocalhost reports whether localhost means an address. The other loopback
// addresses, such as 127.0.0.2, are reached only by themselves.
func isLocalhost(addr netip.Addr) bool {
	return addr == netip.AddrFrom4([4]byte{127, 0, 0, 1}) || addr == netip.IPv6Loopback()
}

// port returns the port that the target ends with, "" if there is none.
func (t *Target) port() string {
	for _, text := range t.Spellings {
		if !strings.Contains(text, "://") {
			_, port, _ := net.SplitHostPort(text)
			return port
		}
	}
	return ""
}

// Declares reports whether a target of a service is among those of a service in
// this binary.
func (t *Table) Declares(service string, target Target) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	found := false
	t.eachLink(func(l *activeLink) {
		found = found || l.Caller == service && l.Callee != service && target.matches(l.Targets)
	})
	return found
}

// socketPath returns the address of a unix socket as an absolute path, if it has
// a place among the files.
func socketPath(address string) string {
	if strings.HasPrefix(address, "@") {
		return address
	}
	abs, err := filepath.Abs(address)
	if err != nil {
		return address
	}
	return abs
}
