package calls

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// maxOthers is how many methods that the build did not know a link may have.
// A caller may take names from what it is sent.
const maxOthers = 1000

// otherMethods are those of a link that were called and that the build did not
// know, each with its gate and counters.
type otherMethods struct {
	byName sync.Map // to *activeMethod
	count  atomic.Int64
	mu     sync.Mutex    // for adding one
	full   *activeMethod // stands for those beyond maxOthers
	rest   *activeMethod // stands for those that were not called
}

func newOtherMethods(l *activeLink) *otherMethods {
	return &otherMethods{
		full: &activeMethod{link: l, unconverted: fmt.Sprintf("%d methods of the RPC service were called already that the build did not know", maxOthers)},
		rest: &activeMethod{Method: *l.AnyMethod, link: l},
	}
}

// method returns the method of a name that the build did not know.
func (o *otherMethods) method(l *activeLink, name string) *activeMethod {
	if m, ok := o.byName.Load(name); ok {
		return m.(*activeMethod)
	}
	if o.count.Load() >= maxOthers {
		return o.full
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if m, ok := o.byName.Load(name); ok {
		return m.(*activeMethod)
	}
	m := &activeMethod{Method: *l.AnyMethod, name: name, link: l}
	m.count.gate.Unverifiable = m.whyUnverifiable()
	l.table.rules.Add(l.key(), name, &m.count.gate, true)
	o.byName.Store(name, m)
	o.count.Add(1)
	l.table.news.tell() // rules may name it
	return m
}

// each calls f for all methods.
func (o *otherMethods) each(f func(m *activeMethod)) {
	o.byName.Range(func(_, m any) bool {
		f(m.(*activeMethod))
		return true
	})
}

// any reports whether f returns true for one of the methods.
func (o *otherMethods) any(f func(m *activeMethod) bool) (found bool) {
	o.byName.Range(func(_, m any) bool {
		found = f(m.(*activeMethod))
		return !found
	})
	return found
}
