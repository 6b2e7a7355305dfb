package calls

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/gomerge/rules_go_merge/merge/runtime/limits"
	"github.com/gomerge/rules_go_merge/merge/runtime/permission"
	"github.com/gomerge/rules_go_merge/merge/runtime/reports"
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

// decision is what a target means, as long as no server comes or goes.
type decision struct {
	changes uint64      // of the table that it goes by
	link    *activeLink // nil if the target means no merged service
	server  *server     // nil if calls are RPCs
	absent  bool        // the link's callee does not run
	reason  string      // why calls of the link are RPCs
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
		arrival := c.table.nextArrival()
		if c.Absent() == "" {
			return nil
		}
		select {
		case <-arrival:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// nextArrival returns a channel that is closed when a server comes.
func (t *Table) nextArrival() <-chan struct{} {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.arrival == nil {
		t.arrival = make(chan struct{})
	}
	return t.arrival
}

// decide finds out what a target means, and why it means no server: what is proven
// comes before what is declared.
func (t *Table) decide(caller, rpcService string, target *Target) *decision {
	t.mu.RLock()
	defer t.mu.RUnlock()
	d := &decision{changes: t.changes.Load()}
	all := t.links[linkKey{caller, rpcService}]
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
	if d.link == nil {
		d.unknown = t.targetCalls(caller, rpcService, target, reason)
		return d
	}
	t.knowTarget(caller, rpcService, target, d.link.Callee)
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

// maxTargets bounds how many targets are remembered: a service may dial any
// number, such as one for each instance of another.
const maxTargets = 1000

type targetKey struct{ caller, rpcService, target string }

// targetCalls counts the calls over a target that means no merged service.
type targetCalls struct {
	reason atomic.Pointer[string]
	rpc    atomic.Uint64
	_      [limits.FalseSharing]byte
}

// targetCalls returns where the calls of an unknown target count, and logs it the
// first time.
func (t *Table) targetCalls(caller, rpcService string, target *Target, reason string) *targetCalls {
	key := targetKey{caller, rpcService, target.Spellings[0]}
	t.targetsMu.Lock()
	defer t.targetsMu.Unlock()
	calls := t.targets[key]
	if calls == nil {
		if len(t.targets) >= maxTargets {
			if !t.manyTargets {
				t.manyTargets = true
				t.logger.Printf("more than %d targets mean no merged service: further ones are neither logged nor counted by mergectl links", maxTargets)
			}
			return new(targetCalls) // which nobody reads
		}
		calls = new(targetCalls)
		t.targets[key] = calls
	}
	if old := calls.reason.Swap(&reason); old == nil || *old != reason {
		t.logger.Printf("%s dials %q: %s by RPC: %s", caller, target.Spellings[0], rpcService, reason)
	}
	return calls
}

// knowTarget takes note that a target means a service by now, if it did not before.
func (t *Table) knowTarget(caller, rpcService string, target *Target, callee string) {
	t.targetsMu.Lock()
	defer t.targetsMu.Unlock()
	if calls := t.targets[targetKey{caller, rpcService, target.Spellings[0]}]; calls != nil {
		reason := "it meant none when they were made, and means " + callee + " by now"
		calls.reason.Store(&reason)
	}
}

// Targets returns the targets that mean no merged service.
func (t *Table) Targets() []reports.Target {
	t.targetsMu.Lock()
	defer t.targetsMu.Unlock()
	stats := []reports.Target{}
	for key, calls := range t.targets {
		stats = append(stats, reports.Target{Caller: key.caller, RPCService: key.rpcService, Target: key.target, Reason: *calls.reason.Load(), RPC: calls.rpc.Load()})
	}
	slices.SortFunc(stats, func(a, b reports.Target) int {
		return cmp.Or(cmp.Compare(a.Caller, b.Caller), cmp.Compare(a.RPCService, b.RPCService), cmp.Compare(a.Target, b.Target))
	})
	return stats
}

// bindTarget is [Client.Bind] of a client that dials a target.
func (c *Client) bindTarget(method string) (Call, bool) {
	d := c.decided()
	switch {
	case d.unknown != nil:
		d.unknown.rpc.Add(1)
		return Call{}, false
	case d.link == nil:
		return Call{}, false
	}
	m := d.link.method(method)
	if !m.count.gate.Admits() || m.unconverted != "" || d.server == nil {
		m.count.rpc.Add(1)
		switch {
		case m.unconverted != "":
			c.table.noteRPC(d.link, method, m.unconverted)
		case d.server == nil:
			c.table.noteRPC(d.link, "", d.reason)
		}
		return Call{}, false
	}
	return Call{caller: c.service, method: m, server: d.server}, true
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
