//go:build go_merge_added && go1.24

package grpc

import (
	"runtime"
	"sync"
)

// goMergeRegistry holds what the adapter knows of a connection or a server, for as
// long as somebody has it.
type goMergeRegistry[K, V any] struct{ entries sync.Map }

// load returns the entry of a key, which make makes the first time. id is what only
// this key has. It does not keep the key in memory.
func (r *goMergeRegistry[K, V]) load(key *K, id interface{}, make func() *V) *V {
	if entry, ok := r.entries.Load(id); ok {
		return entry.(*V)
	}
	entry, known := r.entries.LoadOrStore(id, make())
	if !known {
		runtime.AddCleanup(key, func(id interface{}) { r.entries.Delete(id) }, id)
	}
	return entry.(*V)
}

// has reports whether there is an entry of a key.
func (r *goMergeRegistry[K, V]) has(id interface{}) bool {
	_, ok := r.entries.Load(id)
	return ok
}
