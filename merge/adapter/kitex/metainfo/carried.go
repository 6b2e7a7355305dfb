//go:build go_merge_added

package metainfo

import (
	"context"
	"strings"
	"sync"
	"unsafe"
)

// The packages client and server find these methods by their names, at the values that
// a context holds: where this package is not hooked, they do without.

// goMergePair is a kv in a form that the copies of this package in two services share.
type goMergePair = struct{ Key, Value string }

// A kv is as large as a goMergePair and has its strings in the same places.
var (
	_ [unsafe.Sizeof(goMergePair{})]struct{}         = [unsafe.Sizeof(kv{})]struct{}{}
	_ [unsafe.Offsetof(goMergePair{}.Value)]struct{} = [unsafe.Offsetof(kv{}.val)]struct{}{}
	_ *string                                        = &(&kv{}).key
	_ *string                                        = &(&kv{}).val
)

// GoMergeSend returns what a request carries of n, which is never written to. It
// returns false if a header would not give the callee the same.
func (n *node) GoMergeSend() (persistent, transient []goMergePair, ok bool) {
	for i, e := range n.transient {
		if strings.HasPrefix(e.key, PrefixTransientUpstream[len(PrefixTransient):]) || goMergeLost(n.transient, i) {
			return nil, nil, false
		}
	}
	for i := range n.persistent {
		if goMergeLost(n.persistent, i) {
			return nil, nil, false
		}
	}
	return goMergePairs(n.persistent), goMergePairs(n.transient), true
}

// goMergeLost reports whether a header has no room for an entry: it is empty, or another
// has its key.
func goMergeLost(kvs []kv, i int) bool {
	if kvs[i].key == "" || kvs[i].val == "" {
		return true
	}
	_, ok := search(kvs[:i], kvs[i].key)
	return ok
}

func goMergePairs(kvs []kv) []goMergePair {
	kvs = kvs[:len(kvs):len(kvs)]
	return *(*[]goMergePair)(unsafe.Pointer(&kvs))
}

func goMergeKVs(pairs []goMergePair) []kv { return *(*[]kv)(unsafe.Pointer(&pairs)) }

// GoMergeNewReceived returns a context of a request that is to be received.
func (*node) GoMergeNewReceived() any { return new(goMergeReceived) }

// GoMergeReceive makes c the context in which a server handles a request: with what it
// carries, room for backward values, and one other value.
func (c *goMergeReceived) GoMergeReceive(ctx context.Context, persistent, transient []goMergePair, key, value any) {
	c.Context, c.key, c.value = ctx, key, value
	c.node = node{persistent: goMergeKVs(persistent), stale: goMergeKVs(transient)}
}

// goMergeReceived is what SetMetaInfoFromMap, TransferForward, WithBackwardValuesToSend and
// context.WithValue make of a context, in one piece. The server makes it a part of a
// larger one.
type goMergeReceived struct {
	context.Context
	node       node
	key, value any

	mu       sync.Mutex
	backward *bwCtxValue // nil until somebody asks for it
}

// Value implements context.Context.
func (c *goMergeReceived) Value(key any) any {
	switch key {
	case any(ctxKey):
		if c.node.size() > 0 {
			return &c.node
		}
	case any(bwCtxKeySend):
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.backward == nil {
			c.backward = newBackwardCtxValues()
		}
		return c.backward
	case c.key:
		return c.value
	}
	return c.Context.Value(key)
}

// GoMergeReplies reports whether there are backward values to send.
func (c *goMergeReceived) GoMergeReplies() bool {
	c.mu.Lock()
	backward := c.backward
	c.mu.Unlock()
	if backward == nil {
		return false
	}
	backward.RLock()
	defer backward.RUnlock()
	return len(backward.kvs) > 0
}
