//go:build go_merge_added && go1.24

package grpc

import (
	"context"
	"time"

	"google.golang.org/grpc/connectivity"
	"google.golang.org/grpc/internal/binarylog"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// GetState returns the connectivity.State of ClientConn. In a merged binary it is Ready
// while calls would be inline, whether there is a connection or not.
func (cc *ClientConn) GetState() connectivity.State {
	state, _, _ := goMergeState(cc)
	return state
}

// WaitForStateChange waits until the connectivity.State of ClientConn, as GetState returns
// it, changes from sourceState or ctx expires. A true value is returned in former case and
// false in latter.
func (cc *ClientConn) WaitForStateChange(ctx context.Context, sourceState connectivity.State) bool {
	conn := goMergeConnOf(cc)
	for {
		own, merged := cc.csMgr.getNotifyChan(), conn.reach.Next()
		state, inline, again := goMergeState(cc)
		if state != sourceState {
			return true
		}
		var retry <-chan time.Time
		if !again.IsZero() {
			retry = time.After(time.Until(again))
		}
		select {
		case <-ctx.Done():
			return false
		case <-own:
			if !inline { // else nobody has seen the change
				return true
			}
		case <-merged:
		case <-retry:
		}
	}
}

// goMergeState returns the state of a connection, and whether that is Ready only since
// calls would be inline. If handshakes have failed, again is when that may change.
func goMergeState(cc *ClientConn) (state connectivity.State, inline bool, again time.Time) {
	state = cc.goMergeGetState()
	if state == connectivity.Ready || state == connectivity.Shutdown || !goMergeIsMade(cc) {
		return state, false, again
	}
	if inline, again = goMergeConnOf(cc).reaches(); inline {
		return connectivity.Ready, true, time.Time{}
	}
	return state, false, again
}

// goMergeIsMade reports whether a connection is complete. In older versions channelz asks for
// the state of those that are not.
func goMergeIsMade(cc *ClientConn) bool {
	if goMergeConns.has(cc.ctx) {
		return true
	}
	cc.mu.Lock()
	defer cc.mu.Unlock()
	return cc.balancerWrapper != nil
}

// reaches reports whether there are calls that would be inline. If only the last handshakes
// are against that, again is when the first may be tried again.
func (c *goMergeConn) reaches() (inline bool, again time.Time) {
	if c.obstacle != "" || EnableTracing {
		return false, again
	}
	inline = c.reach.Inline(func(call mergeruntime.Call) bool {
		rpcService, method := call.Method()
		if binarylog.GetMethodLogger("/"+rpcService+"/"+method) != nil {
			return false
		}
		if !c.shakes(call) {
			return true
		}
		until := c.way(call).failing()
		if !until.IsZero() && (again.IsZero() || until.Before(again)) {
			again = until
		}
		return until.IsZero()
	})
	return inline, again
}
