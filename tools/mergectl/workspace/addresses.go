package workspace

import (
	"net"
	"slices"

	"github.com/gomerge/rules_go_merge/internal/scan"
)

// Clash is an address at which several services listen. In one process only one
// of them can.
type Clash struct {
	Address string
	// Services and Positions belong together: which listens, and where it does
	// so in its sources, as "file:line".
	Services  []*Service
	Positions []string
	// Servers reports whether only servers of RPC frameworks listen there, which a
	// service may have without an address.
	Servers bool
	// ByOption reports whether all of them are told their address, by an option of the
	// framework. Others are given a listener.
	ByOption bool

	addresses []string // that overlap with one another
}

// Clashes returns the clashes between services, as far as the sources say where
// they listen. Of a service with listen = False, the servers do not.
func Clashes(services []*Service) []Clash {
	var clashes []Clash
	var networks []string // of each clash
	for _, s := range services {
		for _, l := range s.listeners() {
			i := 0
			for i < len(clashes) && !(networks[i] == l.Network && slices.ContainsFunc(clashes[i].addresses, func(a string) bool { return overlap(a, l.Address) })) {
				i++
			}
			if i == len(clashes) {
				clashes = append(clashes, Clash{Address: l.Address, Servers: true, ByOption: true, addresses: []string{l.Address}})
				networks = append(networks, l.Network)
			}
			c := &clashes[i]
			if n := len(c.Services); n > 0 && c.Services[n-1] == s {
				continue // its own matter
			}
			c.Services, c.Positions = append(c.Services, s), append(c.Positions, l.Position)
			c.addresses = append(c.addresses, l.Address)
			c.Servers, c.ByOption = c.Servers && l.server, c.ByOption && l.byOption
		}
	}
	return slices.DeleteFunc(clashes, func(c Clash) bool { return len(c.Services) < 2 })
}

// listener is where a service listens.
type listener struct {
	scan.Listener
	server   bool // by an RPC framework
	byOption bool // which is told the address
}

func (s *Service) listeners() []listener {
	var all []listener
	_, port, err := net.SplitHostPort(s.Program.Address.Text)
	if s.Program.Address.Known && err == nil && port != "0" && !s.Unreachable {
		all = append(all, listener{scan.Listener{Network: "tcp", Address: s.Program.Address.Text, Position: s.Program.Servers[0].Position}, true, true})
	}
	for _, l := range s.Program.Listeners {
		if !l.RPC || !s.Unreachable {
			all = append(all, listener{l, l.RPC, false})
		}
	}
	return all
}

// overlap reports whether nobody can listen at both addresses of a network.
func overlap(a, b string) bool {
	if a == b {
		return true
	}
	hostA, portA, errA := net.SplitHostPort(a)
	hostB, portB, errB := net.SplitHostPort(b)
	if errA != nil || errB != nil {
		return false // paths
	}
	return portA == portB && (hostA == hostB || anyHost(hostA) || anyHost(hostB))
}

func anyHost(host string) bool {
	return host == "" || host == "0.0.0.0" || host == "::"
}

// Settle parts a clash of servers, if services are to be merged. quiet can do without
// an address: others of services call them, and no target says that they are to have
// one. open has the rest of the clash.
func (w *Workspace) Settle(c Clash, services []*Service) (quiet []*Service, open Clash) {
	open = c
	open.Services, open.Positions = nil, nil
	for i, s := range c.Services {
		if !s.Written && w.calledInside(s, services) {
			quiet = append(quiet, s)
		} else {
			open.Services, open.Positions = append(open.Services, s), append(open.Positions, c.Positions[i])
		}
	}
	return quiet, open
}

// calledInside reports whether one of services has a client for an RPC service of s,
// and s does without an address. One that dials itself, as gateways do, needs it.
func (w *Workspace) calledInside(s *Service, services []*Service) bool {
	called := false
	for _, c := range w.Calls {
		if !slices.Contains(services, c.Caller) || !slices.Contains(c.Callees(), s) {
			continue
		}
		if c.Caller == s && c.ByTarget {
			return false
		}
		called = true
	}
	return called
}
