//go:build go_merge_added && go1.24

package grpc

import (
	"runtime"
	"sync"
	"weak"
)

// goMergeRegistry holds what the adapter knows of a connection or a server, for as
// long as somebody has it.
type goMergeRegistry[K, V any] struct{ entries sync.Map }

// load returns the entry of a key, which make makes the first time.
func (r *goMergeRegistry[K, V]) load(key *K, make func() *V) *V {
	id := weak.Make(key)
	if entry, ok := r.entries.Load(id); ok {
		return entry.(*V)
	}
	entry, known := r.entries.LoadOrStore(id, make())
	if !known {
		runtime.AddCleanup(key, func(id weak.Pointer[K]) { r.entries.Delete(id) }, id)
	}
	return entry.(*V)
}
