package calls

import (
	"cmp"
	"fmt"
	"log"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gomerge/rules_go_merge/merge/runtime/limits"
	"github.com/gomerge/rules_go_merge/merge/runtime/linkpattern"
	"github.com/gomerge/rules_go_merge/merge/runtime/policy"
	"github.com/gomerge/rules_go_merge/merge/runtime/process"
	"github.com/gomerge/rules_go_merge/merge/runtime/stripes"
)

// linkKey identifies what a client calls. There may be links to several callees.
type linkKey struct{ caller, rpcService string }

type endpointKey struct{ service, rpcService string }

// Table holds the links of a process and the servers that they lead to. It is
// filled in any order by glue, clients and servers.
type Table struct {
	rules   *policy.Switch
	logger  *log.Logger
	started time.Time
	byRPC   rpcLog
	stripes stripes.Pool
	replays replays

	mu        sync.RWMutex
	links     map[linkKey][]*activeLink // to different callees, in the order of their names
	endpoints map[endpointKey]*endpoint
	down      map[string]*atomic.Bool          // services
	lives     map[string]*atomic.Pointer[life] // of services that call others
	limits    map[string]*limits.Service
	// changes counts what may change the meaning of a target.
	changes atomic.Uint64
	// news tells of these changes, and of those of rules.
	news notice

	targetsMu   sync.Mutex
	targets     map[targetKey]*targetCalls // that mean no merged service, or did not
	manyTargets bool                       // there are others, which is logged

	undecided sync.Map // by linkKey, of which it is logged that there are several links

	// Of methods of which calls were to be verified. The lock is taken while rules change.
	verifiedMu sync.Mutex
	verified   []*verified
}

// NewTable returns a table without links. rules set the gates of its methods.
func NewTable(rules *policy.Switch, logger *log.Logger) *Table {
	t := &Table{
		rules: rules, logger: logger, started: time.Now(), replays: newReplays(),
		links: map[linkKey][]*activeLink{}, endpoints: map[endpointKey]*endpoint{}, down: map[string]*atomic.Bool{}, lives: map[string]*atomic.Pointer[life]{}, limits: map[string]*limits.Service{}, targets: map[targetKey]*targetCalls{},
	}
	rules.OnChange(func() {
		t.news.tell()
		t.sumVerified()
	})
	return t
}

// changed takes note that a target may mean something else.
func (t *Table) changed() {
	t.changes.Add(1)
	t.news.tell()
}

// AddLink makes a link known. It is called by generated glue during package
// initialization and panics when the caller has a link to the callee for the RPC
// service already, which the build rules out.
func (t *Table) AddLink(l Link) {
	e := t.endpoint(l.Callee, l.RPCService)
	t.mu.Lock()
	defer t.mu.Unlock()
	key := linkKey{l.Caller, l.RPCService}
	at, known := slices.BinarySearchFunc(t.links[key], l.Callee, func(old *activeLink, callee string) int { return cmp.Compare(old.Callee, callee) })
	if known {
		panic(fmt.Sprintf("rules_go_merge: service %s has two links for %s to %s", l.Caller, l.RPCService, l.Callee))
	}
	if t.lives[l.Caller] == nil {
		t.lives[l.Caller] = new(atomic.Pointer[life])
		t.lives[l.Caller].Store(newLife())
	}
	active := &activeLink{
		Link: l, table: t, endpoint: e, methods: make(map[string]*activeMethod, len(l.Methods)), callers: process.Of(l.Caller).Permissions(), life: t.lives[l.Caller],
	}
	for name, m := range l.Methods {
		active.methods[name] = &activeMethod{Method: m, name: name, link: active}
	}
	for name, reason := range l.Unconverted {
		active.methods[name] = &activeMethod{name: name, link: active, unconverted: reason}
	}
	for name, m := range active.methods {
		m.count.gate.Unverifiable = m.whyUnverifiable()
		t.rules.Add(l.key(), name, &m.count.gate, m.unconverted == "")
	}
	active.unknown = &activeMethod{link: active, unconverted: "the method was not known when the binary was built"}
	if l.AnyMethod != nil {
		active.others = newOtherMethods(active)
		active.unknown = active.others.full
		t.rules.AddOpen(l.key(), &active.others.rest.count.gate)
	}
	t.links[key] = slices.Insert(t.links[key], at, active)
	t.changed()
}

func (t *Table) endpoint(service, rpcService string) *endpoint {
	t.mu.Lock()
	defer t.mu.Unlock()
	key := endpointKey{service, rpcService}
	e := t.endpoints[key]
	if e == nil {
		e = newEndpoint()
		t.endpoints[key] = e
	}
	return e
}

// linksOf returns the caller's links for rpcService: none if no callee is part of
// the binary.
func (t *Table) linksOf(caller, rpcService string) []*activeLink {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return slices.Clone(t.links[linkKey{caller, rpcService}])
}

// link returns the caller's only link for rpcService, nil if there is none. If
// there are several, a client that does not dial a target cannot know which is
// meant. The build lets them be for the sake of clients that do.
func (t *Table) link(caller, rpcService string) *activeLink {
	all := t.linksOf(caller, rpcService)
	if len(all) == 1 {
		return all[0]
	}
	if len(all) > 1 {
		if _, logged := t.undecided.LoadOrStore(linkKey{caller, rpcService}, true); !logged {
			t.logger.Printf("%s by RPC: the client does not dial a target, so it is unclear which of %s is meant; choose one in callees of the go_merged_binary", linkpattern.Over(caller, rpcService), callees(all, "and"))
		}
	}
	return nil
}

// eachLink calls f for all links, in no order. t.mu is held.
func (t *Table) eachLink(f func(l *activeLink)) {
	for _, all := range t.links {
		for _, l := range all {
			f(l)
		}
	}
}

// Awaited returns the RPC services over which one service calls another, and
// whether there are others, which the callee does not announce.
func (t *Table) Awaited(caller, callee string) (rpcServices []string, unannounced bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	t.eachLink(func(l *activeLink) {
		switch {
		case l.Caller != caller || l.Callee != callee || !l.expected():
		case l.Unannounced:
			unannounced = true
		default:
			rpcServices = append(rpcServices, l.RPCService)
		}
	})
	slices.Sort(rpcServices)
	return rpcServices, unannounced
}

// Announced is closed once a service serves an RPC service for the first time,
// inline or not.
func (t *Table) Announced(service, rpcService string) <-chan struct{} {
	return t.endpoint(service, rpcService).announced
}

// Callees returns whom each service calls.
func (t *Table) Callees() map[string][]string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	callees := map[string][]string{}
	t.eachLink(func(l *activeLink) {
		if l.Caller != l.Callee && l.expected() && !slices.Contains(callees[l.Caller], l.Callee) {
			callees[l.Caller] = append(callees[l.Caller], l.Callee)
		}
	})
	return callees
}
