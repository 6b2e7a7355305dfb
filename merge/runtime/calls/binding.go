package calls

import (
	"sync"
	"sync/atomic"
	"unsafe"
)

// binding is what a client's calls of a method lead to. It does not change: once
// they lead to another server, there is another binding.
type binding struct {
	caller string
	method *activeMethod
	server *server
	name   string                  // the method's
	first  *atomic.Pointer[server] // the first of the callee's servers that run
	// lean is nil if the server has none for the method, or if there is more to do for
	// a call than to run it.
	lean LeanHandler
}

func newBinding(caller string, m *activeMethod, s *server) *binding {
	b := &binding{caller: caller, method: m, server: s, name: m.name, first: &m.link.endpoint.running}
	if s.Lean != nil && m.NewResult != nil && m.link.callers == nil && s.limits == nil && s.Enter == nil && s.Leave == nil {
		b.lean = s.Lean(m.name)
	}
	return b
}

// bindings are those of one client.
type bindings struct {
	// recent has some of them at a place that is found without reading the
	// method's name: generated code has one copy of it.
	recent [1 << recentBits]atomic.Pointer[binding]
	all    sync.Map // by the method's name, to *binding
}

const recentBits = 5

// place returns where a method's binding may be among the recent ones.
func (b *bindings) place(method string) *atomic.Pointer[binding] {
	address := uint64(uintptr(unsafe.Pointer(unsafe.StringData(method))))
	return &b.recent[address*0x9e3779b97f4a7c15>>(64-recentBits)]
}

// of returns the binding of a method to a server. The caller and the method are
// the client's.
func (b *bindings) of(caller string, m *activeMethod, s *server, method string) *binding {
	known, _ := b.all.Load(m.name)
	bound, _ := known.(*binding)
	if bound == nil || bound.method != m || bound.server != s {
		bound = newBinding(caller, m, s)
		b.all.Store(m.name, bound)
	}
	place := b.place(method)
	if old := place.Load(); old == nil || old.name == m.name {
		place.Store(bound) // otherwise both methods would store theirs in turn
	}
	return bound
}
