//go:build go_merge_added

package server

import (
	"context"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
)

// goMergeTestCaller is the context of a client's call as the framework makes it:
// it is done by itself, and asks the context that it was made of for all else.
type goMergeTestCaller struct {
	context.Context
	done  chan struct{}
	asked *int
}

func (c *goMergeTestCaller) Done() <-chan struct{} { return c.done }

func (c *goMergeTestCaller) Err() error {
	*c.asked++
	return c.Context.Err()
}

func (c *goMergeTestCaller) Deadline() (time.Time, bool) {
	*c.asked++
	return c.Context.Deadline()
}

// TestGoMergeContextsAreNested has services call each other in turn.
func TestGoMergeContextsAreNested(t *testing.T) {
	const levels = 1000
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	want, _ := ctx.Deadline()
	asked := 0
	var top *goMergeTestCaller
	for i := 0; i < levels; i++ {
		caller := &goMergeTestCaller{Context: ctx, done: make(chan struct{}), asked: &asked}
		if top == nil {
			top = caller
		}
		callee := &goMergeContext{caller: caller}
		if got, ok := callee.Deadline(); !ok || !got.Equal(want) || callee.Err() != nil {
			t.Fatalf("deadline %v, %t and error %v, want %v", got, ok, callee.Err(), want)
		}
		ctx = callee
	}
	if asked > levels {
		t.Errorf("%d levels ask callers %d times, want once each", levels, asked)
	}
	first := &goMergeContext{caller: top}
	cancel()
	close(top.done)
	if first.Err() != context.Canceled {
		t.Errorf("error %v after the caller was cancelled", first.Err())
	}
	first.end()
	if _, limited := first.Deadline(); limited {
		t.Error("there is a deadline after the end of the call")
	}
}

// TestGoMergeLeanContext has goroutines that a handler left behind ask for the values
// of its context, all for the first time.
func TestGoMergeLeanContext(t *testing.T) {
	var made atomic.Int64
	newInfo := func(rpcinfo.RPCInfo, net.Addr) rpcinfo.RPCInfo {
		made.Add(1)
		return rpcinfo.NewRPCInfo(rpcinfo.EmptyEndpointInfo(), rpcinfo.NewMutableEndpointInfo("stock", "", nil, nil).ImmutableView(),
			rpcinfo.NewServerInvocation(), rpcinfo.NewRPCConfig(), rpcinfo.NewRPCStats())
	}
	callee := &goMergeCallee{
		server: NewServer().(*server), opt: &remote.ServerOption{InitOrResetRPCInfoFunc: newInfo},
		svcInfo: &serviceinfo.ServiceInfo{ServiceName: "StockService", Extra: map[string]interface{}{"PackageName": "stock"}},
	}
	ctx := &goMergeLeanContext{method: &goMergeLeanMethod{callee: callee, name: "Get"}}
	infos := make([]rpcinfo.RPCInfo, 8)
	var wg sync.WaitGroup
	for i := range infos {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			infos[i] = rpcinfo.GetRPCInfo(ctx)
		}(i)
	}
	wg.Wait()
	for _, info := range infos {
		if info != infos[0] || info.Invocation().MethodName() != "Get" {
			t.Errorf("rpcinfo %p of method %q, want %p of Get", info, info.Invocation().MethodName(), infos[0])
		}
	}
	if n := made.Load(); n != 1 {
		t.Errorf("the values were made %d times", n)
	}
}

func TestGoMergeSeqIDs(t *testing.T) {
	var mu sync.Mutex
	seen := make(map[int32]bool)
	var wg sync.WaitGroup
	for g := 0; g < 4; g++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := 0; i < 1000; i++ {
				id := goMergeNextSeqID()
				mu.Lock()
				if seen[id] {
					t.Errorf("number %d was given twice", id)
				}
				seen[id] = true
				mu.Unlock()
			}
		}()
	}
	wg.Wait()
}
