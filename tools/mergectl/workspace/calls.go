package workspace

import (
	"cmp"
	"maps"
	"slices"

	"github.com/gomerge/rules_go_merge/internal/naming"
	"github.com/gomerge/rules_go_merge/internal/scan"
)

// Call is an RPC service that a service has clients for.
type Call struct {
	Caller     *Service
	RPCService string
	// Clients are the places where clients are made.
	Clients []scan.Endpoint
	// Servers are the services of the repository that serve it.
	Servers []*Service
	// ByTarget is set if what the clients dial decides who is called.
	ByTarget bool
	// Callee is the one of them to which calls go if all are merged. It is nil
	// if there is none, or if it takes a choice that the sources do not tell.
	Callee *Service
}

// Server returns the place where a service makes a server for an RPC service,
// or its BUILD file says that it does.
func (s *Service) Server(rpcService string) (scan.Endpoint, bool) {
	listed := slices.Contains(s.listed, rpcService)
	i := slices.IndexFunc(s.Program.Servers, func(e scan.Endpoint) bool { return e.Service == rpcService })
	switch {
	case len(s.listed) > 0 && !listed || i < 0 && !listed:
		return scan.Endpoint{}, false
	case i < 0:
		return scan.Endpoint{Service: rpcService, Position: s.listedAt}, true
	}
	return s.Program.Servers[i], true
}

// findCalls matches clients with servers by RPC service, as a merged binary
// does. Clients of generic calls and of RPC services that are generated in other
// repositories are not part of it.
func (w *Workspace) findCalls() {
	for _, s := range w.Services {
		calls := make(map[string]*Call)
		for _, client := range s.Program.Clients {
			if client.Service == "" {
				continue
			}
			call := calls[client.Service]
			if call == nil {
				call = &Call{Caller: s, RPCService: client.Service}
				calls[client.Service] = call
			}
			call.Clients = append(call.Clients, client)
			call.ByTarget = call.ByTarget || client.ByTarget
		}
		for _, name := range slices.Sorted(maps.Keys(calls)) {
			call := calls[name]
			for _, other := range w.Services {
				if _, serves := other.Server(name); serves {
					call.Servers = append(call.Servers, other)
				}
			}
			call.choose()
			w.Calls = append(w.Calls, call)
		}
	}
}

// Dialled returns what some services dial for each other, by the folder of the
// service that it is for.
func Dialled(services []*Service) map[string]scan.Dialled {
	var list []scan.Service
	for _, s := range services {
		service := scan.Service{Dir: s.Dir, Names: naming.Hosts(s.Target, s.Binary), Clients: s.Program.Clients}
		for _, server := range s.Program.Servers {
			if server.ByTarget && server.Service != "" && !slices.Contains(service.Serves, server.Service) {
				service.Serves = append(service.Serves, server.Service)
			}
		}
		list = append(list, service)
	}
	return scan.DialledOf(list)
}

// choose finds the callee: the only server, or the only one that has the name
// by which every client calls it. Where targets decide, the caller is none.
func (c *Call) choose() {
	if others := c.others(); c.ByTarget && len(others) == 1 {
		c.Callee = others[0]
		return
	}
	if c.ByTarget {
		return
	}
	if len(c.Servers) == 1 {
		c.Callee = c.Servers[0]
		return
	}
	for _, s := range c.Servers {
		server, _ := s.Server(c.RPCService)
		named := func(client scan.Endpoint) bool { return client.Name == server.Name && client.Name.Known }
		if slices.ContainsFunc(c.Clients, func(client scan.Endpoint) bool { return !named(client) }) {
			continue
		}
		if c.Callee != nil {
			c.Callee = nil
			return
		}
		c.Callee = s
	}
}

// others returns the servers without the caller.
func (c *Call) others() []*Service {
	return slices.DeleteFunc(slices.Clone(c.Servers), func(s *Service) bool { return s == c.Caller })
}

// Callees returns the callee, or the servers of which it is one.
func (c *Call) Callees() []*Service {
	if c.Callee != nil {
		return []*Service{c.Callee}
	}
	return c.Servers
}

// Chosen reports whether the callee is one of several, so that a merged binary
// has to be told.
func (c *Call) Chosen() bool {
	return c.Callee != nil && len(c.Servers) > 1 && !c.ByTarget
}

// StartOrder returns the services, those that are called before those that call
// them as far as there is such an order.
func (w *Workspace) StartOrder() []*Service {
	layers := w.Layers()
	order := slices.Clone(w.Services)
	slices.SortStableFunc(order, func(a, b *Service) int { return cmp.Compare(layers[a], layers[b]) })
	return order
}

// Layers returns for each service the length of the longest way that calls can
// take from there, without the calls that close a circle.
func (w *Workspace) Layers() map[*Service]int {
	layers := make(map[*Service]int)
	visiting := make(map[*Service]bool)
	var visit func(s *Service) int
	visit = func(s *Service) int {
		if layer, done := layers[s]; done {
			return layer
		}
		visiting[s] = true
		layer := 0
		for _, call := range w.Calls {
			if call.Caller != s {
				continue
			}
			for _, callee := range call.Callees() {
				if !visiting[callee] {
					layer = max(layer, visit(callee)+1)
				}
			}
		}
		visiting[s] = false
		layers[s] = layer
		return layer
	}
	for _, s := range w.Services {
		visit(s)
	}
	return layers
}
