package calls

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// decision is what a target means, as long as no server comes or goes.
type decision struct {
	changes uint64      // of the table that it goes by
	link    *activeLink // nil if the target means no merged service
	server  *server     // nil if calls are RPCs
	absent  bool        // the link's callee does not run
	reason  string      // why calls are RPCs
	unknown *targetCalls
}

// decided returns what the client's target means.
func (c *Client) decided() *decision {
	d := c.decision.Load()
	if d == nil || d.changes != c.table.changes.Load() {
		d = c.table.decide(c.service, c.rpcService, c.target)
		c.decision.Store(d)
	}
	return d
}

// Absent returns the name of the callee that the client's target is declared to mean and
// that does not run, "" if there is none.
func (c *Client) Absent() string {
	if d := c.decided(); d.absent {
		return d.link.Callee
	}
	return ""
}

// Await waits until no callee is [Client.Absent]. The error is that of ctx.
func (c *Client) Await(ctx context.Context) error {
	for {
		change := c.table.news.wait()
		if c.Absent() == "" {
			return nil
		}
		select {
		case <-change:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// decide finds out what a target means to a client, and takes note of it.
func (t *Table) decide(caller, rpcService string, target *Target) *decision {
	t.mu.RLock()
	defer t.mu.RUnlock()
	all := t.links[linkKey{caller, rpcService}]
	d := t.mean(all, target)
	switch {
	case len(all) == 0:
	case d.link == nil:
		d.unknown = t.targetCalls(caller, rpcService, target, d.reason)
	default:
		t.knowTarget(caller, rpcService, target, d.link.Callee)
	}
	return d
}

// mean finds out which of the links a target means, and why it means no server: what is
// proven comes before what is declared. The table's lock is held.
func (t *Table) mean(all []*activeLink, target *Target) *decision {
	d := &decision{changes: t.changes.Load()}
	if len(all) == 0 {
		return d
	}
	reason, unclear := d.prove(all, target), ""
	if d.server == nil && reason == "" {
		unclear = t.proveUnbound(d, all, target)
	}
	if d.server == nil && reason == "" {
		reason = d.declare(all, target, unclear)
	}
	if d.server != nil && d.server.ByRPC != "" {
		reason, d.server = d.server.ByRPC, nil
	}
	d.reason = reason
	return d
}

// prove finds the one server that listens where the target leads. It returns why
// there cannot be one, "" if it may be known otherwise.
func (d *decision) prove(all []*activeLink, target *Target) (reason string) {
	var links []*activeLink
	for _, l := range all {
		s, several := oneServer(l.endpoint.all, func(s *server) bool { return !s.Unbound && target.reaches(s.Addr) })
		if several {
			return fmt.Sprintf("several servers of %s listen at %s", l.Callee, target.Address)
		}
		if s != nil {
			links = append(links, l)
			d.link, d.server = l, s
		}
	}
	if len(links) > 1 {
		d.link, d.server = nil, nil
		return fmt.Sprintf("several services listen at %s: %s", target.Address, callees(links, "or"))
	}
	return ""
}

// proveUnbound finds the one server that would listen where the target leads, if no
// other service has that address. It returns why there cannot be one, unless
// something else tells. The table's lock is held.
func (t *Table) proveUnbound(d *decision, all []*activeLink, target *Target) (unclear string) {
	if target.Address == "" {
		return ""
	}
	reached := func(s *server) bool { return target.reaches(s.Addr) }
	var holders []string
	for key, e := range t.endpoints {
		if !slices.Contains(holders, key.service) && slices.ContainsFunc(e.all, reached) {
			holders = append(holders, key.service)
		}
	}
	slices.Sort(holders)
	for _, l := range all {
		s, several := oneServer(l.endpoint.all, reached)
		switch {
		case len(holders) > 1 && (s != nil || several):
			return fmt.Sprintf("servers of %s were given %s, and not all bind it; add %q to targets of the go_merge_service that it means", strings.Join(holders, " and "), target.Address, target.Spellings[0])
		case several:
			return fmt.Sprintf("several servers of %s were given %s", l.Callee, target.Address)
		case s != nil:
			d.link, d.server = l, s
		}
	}
	return ""
}

// declare finds the one callee that the target is declared to mean. A service
// does not mean itself by that: its peers may be elsewhere. unclear is why an address
// does not tell it.
func (d *decision) declare(all []*activeLink, target *Target, unclear string) (reason string) {
	var links []*activeLink
	for _, l := range all {
		if l.Caller != l.Callee && target.matches(l.Targets) {
			links = append(links, l)
		}
	}
	switch len(links) {
	case 0:
		if unclear != "" {
			return unclear
		}
		others := slices.DeleteFunc(slices.Clone(all), func(l *activeLink) bool { return l.Caller == l.Callee })
		if len(others) == 0 {
			return "no server of this process listens there"
		}
		return fmt.Sprintf("no merged service listens there or has it among its targets; if it means %s, add %q to targets of its go_merge_service",
			callees(others, "or"), target.Spellings[0])
	case 1:
		d.link = links[0]
	default:
		return "it is among the targets of several services: " + callees(links, "or")
	}
	running := d.link.endpoint.all
	if len(running) == 0 {
		d.absent = true
		return d.link.endpoint.notRunning()
	}
	var several bool
	if d.server, several = oneServer(running, func(*server) bool { return true }); several {
		port := target.port()
		d.server, several = oneServer(running, func(s *server) bool {
			return port != "" && s.Addr != nil && strings.HasSuffix(s.Addr.String(), ":"+port)
		})
		if d.server == nil || several {
			d.server = nil
			return fmt.Sprintf("the callee has several servers for it, and %q does not say which", target.Spellings[0])
		}
	}
	return ""
}

// oneServer returns the first of the servers that fit, and whether they are
// several that are not one group.
func oneServer(servers []*server, fits func(*server) bool) (one *server, several bool) {
	for _, s := range servers {
		switch {
		case !fits(s):
		case one == nil:
			one = s
		case one.Group == nil || one.Group != s.Group:
			return nil, true
		}
	}
	return one, false
}

// callees names the callees of links, with a word between them.
func callees(links []*activeLink, word string) string {
	var names []string
	for _, l := range links {
		names = append(names, l.Callee)
	}
	return strings.Join(names, " "+word+" ")
}

// bindTarget is [Client.Draw] of a client that dials a target.
func (c *Client) bindTarget(method string) (Call, Draw) {
	d := c.decided()
	switch {
	case d.unknown != nil:
		d.unknown.rpc.Add(c.table.stripes.Get())
		return Call{}, Undrawn
	case d.link == nil:
		return Call{}, Undrawn
	}
	m := d.link.method(method)
	admitted := m.count.gate.Admits()
	var why Fallback
	switch {
	case m.unconverted != "":
		why = FallbackUnconverted
		c.table.noteRPC(d.link, method, m.unconverted)
	case d.server == nil:
		if why = FallbackElsewhere; d.absent {
			why = FallbackAbsent
		}
		c.table.noteRPC(d.link, "", d.reason)
	case admitted:
		return Call{c.bindings.of(c.service, m, d.server, method)}, DrawnInline
	}
	if !admitted {
		m.leaveToRPC()
		return Call{}, DrawnRPC
	}
	m.fallBack(why)
	return Call{}, DrawnInline
}
