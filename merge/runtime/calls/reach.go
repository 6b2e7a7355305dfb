package calls

import "sync/atomic"

// Reach is what a connection leads to in this process, whatever RPC service a call is
// of. It is for adapters that have to say whether a connection is ready, and safe for
// concurrent use.
type Reach struct {
	table   *Table
	service string
	target  Target
	known   atomic.Pointer[reached]
}

// reached is what a connection leads to, as long as no server comes or goes.
type reached struct {
	changes uint64 // of the table that it goes by
	servers []reachedServer
}

type reachedServer struct {
	link   *activeLink
	server *server
}

// NewReach returns the reach of a connection of a service. Unlike the clients of
// the connection, it neither counts nor logs anything.
func (t *Table) NewReach(service string, target Target) *Reach {
	return &Reach{table: t, service: service, target: target}
}

// Inline reports whether there are calls that would be inline: the target means a server
// of this process, and the rules make some calls of one of its methods inline. accepts is
// the adapter's say about that method, by a call that it must not run.
func (r *Reach) Inline(accepts func(Call) bool) bool {
	for _, to := range r.servers() {
		for _, m := range to.link.methods {
			if r.admits(to, m, accepts) {
				return true
			}
		}
		if to.link.others == nil {
			continue
		}
		if r.admits(to, to.link.others.rest, accepts) || to.link.others.any(func(m *activeMethod) bool { return r.admits(to, m, accepts) }) {
			return true
		}
	}
	return false
}

func (r *Reach) admits(to reachedServer, m *activeMethod, accepts func(Call) bool) bool {
	return m.unconverted == "" && !m.count.gate.Closed() && accepts(Call{newBinding(r.service, m, to.server)})
}

// Next returns a channel that is closed when [Reach.Inline] may have another answer.
// Who waits for that asks for the channel first.
func (r *Reach) Next() <-chan struct{} { return r.table.news.wait() }

// Tell makes known that accepts has another answer.
func (r *Reach) Tell() { r.table.news.tell() }

// servers returns the servers that the target means.
func (r *Reach) servers() []reachedServer {
	known := r.known.Load()
	if known == nil || known.changes != r.table.changes.Load() {
		known = r.table.reached(r.service, &r.target)
		r.known.Store(known)
	}
	return known.servers
}

// reached finds out what a target means, over all RPC services that a service calls.
func (t *Table) reached(caller string, target *Target) *reached {
	t.mu.RLock()
	defer t.mu.RUnlock()
	r := &reached{changes: t.changes.Load()}
	for key, all := range t.links {
		if key.caller != caller {
			continue
		}
		if d := t.mean(all, target); d.server != nil {
			r.servers = append(r.servers, reachedServer{d.link, d.server})
		}
	}
	return r
}
