//go:build go_merge_added && go1.24

package grpc

import (
	"math/rand/v2"
	"sync/atomic"
	"unsafe"
)

// goMergeMemo remembers what is known of a few names. It is for those that are
// constants of the program, such as the methods of generated code, and finds them by
// their address. Others have no effect on its size.
type goMergeMemo[V any] struct {
	slots [64]atomic.Pointer[goMergeMemoEntry[V]]
}

type goMergeMemoEntry[V any] struct {
	name  string
	value V
}

func (m *goMergeMemo[V]) slot(name string) *atomic.Pointer[goMergeMemoEntry[V]] {
	at := uintptr(unsafe.Pointer(unsafe.StringData(name)))
	return &m.slots[(at^at>>6^at>>12)%uintptr(len(m.slots))]
}

// load returns what is known of a name, nil if that is not remembered.
func (m *goMergeMemo[V]) load(name string) *V {
	if entry := m.slot(name).Load(); entry != nil && entry.name == name {
		return &entry.value
	}
	return nil
}

// store has a name remembered. If it takes the place of another one, that costs both
// less than their calls, since it happens now and then only.
func (m *goMergeMemo[V]) store(name string, value V) *V {
	entry := &goMergeMemoEntry[V]{name, value}
	if slot := m.slot(name); slot.Load() == nil || rand.IntN(16) == 0 {
		slot.Store(entry)
	}
	return &entry.value
}
