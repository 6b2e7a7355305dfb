package runtime

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// maxOthers is how many methods that the build did not know a link may have.
// A caller may take names from what it is sent.
const maxOthers = 1000

// otherMethods are those of a link that were called and that the build did not
// know, with gates and counters of their own.
type otherMethods struct {
	byName sync.Map // to *activeMethod
	count  atomic.Int64
	full   *activeMethod // stands for those beyond maxOthers
}

func newOtherMethods(l *activeLink) *otherMethods {
	return &otherMethods{full: &activeMethod{link: l, unconverted: fmt.Sprintf("%d methods of the RPC service were called already that the build did not know", maxOthers)}}
}

// method returns the method of a name that the build did not know.
func (o *otherMethods) method(l *activeLink, name string) *activeMethod {
	if m, ok := o.byName.Load(name); ok {
		return m.(*activeMethod)
	}
	if o.count.Load() >= maxOthers {
		return o.full
	}
	m := &activeMethod{Method: *l.AnyMethod, name: name, link: l}
	l.table.admit(m, func() {
		if old, loaded := o.byName.LoadOrStore(name, m); loaded {
			m = old.(*activeMethod)
		} else {
			o.count.Add(1)
		}
	})
	return m
}

// each calls f for all methods.
func (o *otherMethods) each(f func(m *activeMethod)) {
	o.byName.Range(func(_, m any) bool {
		f(m.(*activeMethod))
		return true
	})
}

// admit calls add, which adds a method to the table, when the method goes by the
// rules there are. No change of the rules is lost between the two.
func (t *table) admit(m *activeMethod, add func()) {
	t.mu.Lock()
	rules := t.rules
	if rules == nil {
		// The rules that come are applied to it then.
		add()
	}
	t.mu.Unlock()
	if rules != nil {
		rules.admit(m, add)
	}
}

func (s *linkSwitch) admit(m *activeMethod, add func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.count.gate.set(s.ruling(m, s.killed()))
	add()
}
