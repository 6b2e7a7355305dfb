//go:build go_merge_added && go1.24

package grpc

import (
	"net"
	"sync"
	"sync/atomic"
	"time"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeWay is what a connection knows of a server to which its calls go.
type goMergeWay struct {
	key  goMergeWayKey
	call mergeruntime.Call // one of the server

	// Calls that are open, and handlers that run: a server may still have one of a call that
	// its client has left. Both are nil if the server does not limit them.
	calls, handlers chan struct{}

	session atomic.Pointer[goMergeSession] // nil if there is none

	mu       sync.Mutex
	shaking  chan struct{} // closed when the handshake that runs is over, nil if none does
	failure  error         // of the last handshake
	first    error         // of all failures
	failures int           // since the last success
	again    time.Time     // earliest time of the next handshake
}

type goMergeWayKey struct {
	group interface{}
	addr  net.Addr
}

// failing returns until when calls fail since the last handshake has, zero if they do not.
func (w *goMergeWay) failing() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failure == nil || !time.Now().Before(w.again) {
		return time.Time{}
	}
	return w.again
}

// way returns what the connection knows of the server of a call.
func (c *goMergeConn) way(call mergeruntime.Call) *goMergeWay {
	limit, group := call.PerConnection()
	key := goMergeWayKey{group, call.Addr()}
	if last := c.last.Load(); last != nil && last.key == key {
		return last
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.ways[key]
	if w == nil {
		for key, old := range c.ways {
			if !old.call.Serves() {
				delete(c.ways, key)
			}
		}
		if c.ways == nil {
			c.ways = map[goMergeWayKey]*goMergeWay{}
		}
		w = &goMergeWay{key: key, call: call}
		if limit > 0 {
			w.calls, w.handlers = make(chan struct{}, limit), make(chan struct{}, limit)
		}
		c.ways[key] = w
	}
	c.last.Store(w)
	return w
}
