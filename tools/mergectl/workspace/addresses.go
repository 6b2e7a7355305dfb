package workspace

import (
	"net"
	"slices"
)

// Clash is an address at which several services listen. In one process only one
// of them can.
type Clash struct {
	Address  string
	Services []*Service
}

// Clashes returns the clashes between services, as far as the sources tell where
// they listen. A service without a server, or with listen = False, does not.
func Clashes(services []*Service) []Clash {
	var clashes []Clash
	for _, s := range services {
		if !s.listens() {
			continue
		}
		i := slices.IndexFunc(clashes, func(c Clash) bool { return overlap(c.Address, s.Program.Address.Text) })
		if i < 0 {
			clashes = append(clashes, Clash{Address: s.Program.Address.Text})
			i = len(clashes) - 1
		}
		clashes[i].Services = append(clashes[i].Services, s)
	}
	return slices.DeleteFunc(clashes, func(c Clash) bool { return len(c.Services) < 2 })
}

func (s *Service) listens() bool {
	_, port, err := net.SplitHostPort(s.Program.Address.Text)
	return s.Program.Address.Known && err == nil && port != "0" && !s.Unreachable
}

// overlap reports whether nobody can listen at both addresses.
func overlap(a, b string) bool {
	hostA, portA, _ := net.SplitHostPort(a)
	hostB, portB, _ := net.SplitHostPort(b)
	return portA == portB && (hostA == hostB || anyHost(hostA) || anyHost(hostB))
}

func anyHost(host string) bool {
	return host == "" || host == "0.0.0.0" || host == "::"
}

// Called reports whether one of services has a client for an RPC service of s.
func (w *Workspace) Called(s *Service, services []*Service) bool {
	return slices.ContainsFunc(w.Calls, func(c *Call) bool {
		return slices.Contains(services, c.Caller) && slices.Contains(c.Callees(), s)
	})
}
