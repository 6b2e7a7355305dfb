//go:build go_merge_added

package server

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"

	"github.com/cloudwego/kitex/pkg/consts"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/stats"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeTestInfo returns the rpcinfo in one piece, at a level.
func goMergeTestInfo(t *testing.T, level stats.Level) (context.Context, rpcinfo.RPCInfo) {
	t.Helper()
	infos, ok := rpcinfo.NewRPCStats().(interface{ GoMergeNewInfo() any })
	if !ok {
		t.Skip("before v0.16.0 the rpcinfo is not in one piece")
	}
	to := &rpcinfo.EndpointBasicInfo{ServiceName: "stock", Tags: map[string]string{"idc": "north"}}
	info := infos.GoMergeNewInfo().(goMergeInfo)
	info.GoMergeServe(context.Background(), to, rpcinfo.NewRPCConfig(), &level, goMergeAddr)
	return info, info
}

// TestGoMergeInfo has a service read and change its rpcinfo.
func TestGoMergeInfo(t *testing.T) {
	ctx, info := goMergeTestInfo(t, stats.LevelDetailed)
	if rpcinfo.GetRPCInfo(context.WithValue(ctx, consts.CtxKeyMethod, "Get")) != info {
		t.Error("the context has another rpcinfo")
	}
	from, to := rpcinfo.AsMutableEndpointInfo(info.From()), rpcinfo.AsMutableEndpointInfo(info.To())
	if err := errors.Join(from.SetTag("idc", "south"), from.SetServiceName("item"), to.SetTag("stress", "1"), to.SetMethod("Get")); err != nil {
		t.Fatal(err)
	}
	rpcinfo.AsMutableRPCConfig(info.Config()).SetRPCTimeout(time.Second)
	setter := info.Invocation().(rpcinfo.InvocationSetter)
	setter.SetMethodName("Get")
	setter.SetExtra("key", "value")
	setter.SetBizStatusErr(kerrors.NewBizStatusError(7, "sold out"))
	frozen := rpcinfo.GetRPCInfo(rpcinfo.FreezeRPCInfo(ctx))
	rpcinfo.PutRPCInfo(info) // which is kept
	for _, info := range []rpcinfo.RPCInfo{info, frozen} {
		south, _ := info.From().Tag("idc")
		north, _ := info.To().Tag("idc")
		if south != "south" || north != "north" || info.To().DefaultTag("stress", "") != "1" || info.From().ServiceName() != "item" || info.To().Method() != "Get" ||
			info.From().Address() != goMergeAddr || info.Config().RPCTimeout() != time.Second || info.Invocation().MethodName() != "Get" || info.Invocation().BizStatusErr().BizStatusCode() != 7 {
			t.Errorf("rpcinfo from %v, to %v, invocation %v, config %v", info.From(), info.To(), info.Invocation(), info.Config())
		}
	}
	if info.Invocation().Extra("key") != "value" {
		t.Error("the extra is missing")
	}
}

// TestGoMergeEvents has events recorded at each level as Kitex records them.
func TestGoMergeEvents(t *testing.T) {
	all := append(goMergeReadThriftEvents, stats.RPCStart, stats.RPCFinish, stats.ServerHandleStart, stats.WriteStart)
	for _, level := range []stats.Level{stats.LevelDisabled, stats.LevelBase, stats.LevelDetailed} {
		ctx, info := goMergeTestInfo(t, level)
		kitex := rpcinfo.NewRPCStats()
		rpcinfo.AsMutableRPCStats(kitex).SetLevel(level)
		for _, s := range []rpcinfo.RPCStats{info.Stats(), kitex} {
			s.Record(ctx, stats.RPCStart, stats.StatusInfo, "")
			goMergeRecord(ctx, s, goMergeReadThriftEvents)
			s.Record(ctx, stats.ServerHandleStart, stats.StatusError, "broken")
			s.Record(ctx, stats.ServerHandleStart, stats.StatusInfo, "")
			s.Record(ctx, stats.RPCStart, stats.StatusError, "again")
			s.Record(ctx, stats.RPCFinish, stats.StatusWarn, "late")
		}
		for _, e := range all {
			got, want := info.Stats().GetEvent(e), kitex.GetEvent(e)
			if (got == nil) != (want == nil) {
				t.Errorf("level %d: event %v is %v, want %v", level, e, got, want)
				continue
			}
			if want == nil {
				continue
			}
			if got.IsNil() || got.Event() != e || got.Status() != want.Status() || got.Info() != want.Info() || got.Time().IsZero() || time.Since(got.Time()) > time.Hour {
				t.Errorf("level %d: event %v is %v, want %v", level, e, got, want)
			}
		}
		if start := info.Stats().GetEvent(stats.RPCStart); level > stats.LevelDisabled {
			retried := info.Stats().CopyForRetry()
			if e := retried.GetEvent(stats.RPCStart); e == nil || !e.Time().Equal(start.Time()) || retried.GetEvent(stats.ReadStart) != nil || retried.Level() != level {
				t.Errorf("level %d: the copy for a retry starts at %v, want %v", level, e, start)
			}
		}
	}
}

// TestGoMergeStats changes statistics that are not events.
func TestGoMergeStats(t *testing.T) {
	_, info := goMergeTestInfo(t, stats.LevelBase)
	s, broken := rpcinfo.AsMutableRPCStats(info.Stats()), errors.New("broken")
	if panicked, _ := info.Stats().Panicked(); panicked || info.Stats().Error() != nil || info.Stats().SendSize() != 0 {
		t.Error("there are statistics before the call")
	}
	s.SetError(broken)
	s.SetPanicked("panic")
	s.SetSendSize(1)
	s.IncrRecvSize(2)
	if panicked, value := info.Stats().Panicked(); !panicked || value != "panic" || info.Stats().Error() != broken || s.ImmutableView().SendSize() != 1 || info.Stats().RecvSize() != 2 {
		t.Errorf("statistics %+v", info.Stats())
	}
	s.Reset()
	if info.Stats().Error() != nil || info.Stats().Level() != 0 {
		t.Error("Reset leaves something")
	}
}

// TestGoMergeInfoOfCall compares the rpcinfo of a call in one piece with Kitex's.
func TestGoMergeInfoOfCall(t *testing.T) {
	goMergeTestInfo(t, 0)
	var info rpcinfo.RPCInfo
	looks := func(next endpoint.Endpoint) endpoint.Endpoint {
		return func(ctx context.Context, request, response interface{}) error {
			info = rpcinfo.GetRPCInfo(ctx)
			return next(ctx, request, response)
		}
	}
	call := goMergeTestServer(t, WithMiddleware(looks), WithStatsLevel(stats.LevelDetailed))
	for i := 0; i < 2; i++ {
		before := info
		if _, response := call(func() error { return nil }); response.Failed() {
			t.Fatal(response.Failure.Message)
		}
		if info == before || info.To().Method() != "Get" || info.To().ServiceName() != t.Name() || info.Invocation().ServiceName() != t.Name() {
			t.Errorf("rpcinfo to %v, invocation %v", info.To(), info.Invocation())
		}
		for _, e := range append(goMergeReadThriftEvents, stats.RPCStart, stats.ServerHandleStart, stats.ServerHandleFinish, stats.WriteFinish, stats.RPCFinish) {
			if info.Stats().GetEvent(e) == nil {
				t.Errorf("event %v is missing", e)
			}
		}
	}
}

// goMergeTestEnding is the context of a call with a deadline.
type goMergeTestEnding struct{ context.Context }

func (goMergeTestEnding) GoMergeCanEnd() bool { return true }

// TestGoMergePieces has a service keep the contexts of calls, of which each has an
// allocation that no other call gets.
func TestGoMergePieces(t *testing.T) {
	goMergeTestInfo(t, 0)
	var kept []context.Context
	keeps := func(next endpoint.Endpoint) endpoint.Endpoint {
		return func(ctx context.Context, request, response interface{}) error {
			kept = append(kept, ctx)
			_, limited := ctx.Deadline()
			if want := len(kept)%2 == 0; limited != want || (ctx.Done() != nil) != want {
				t.Errorf("call %d has a deadline: %t, a channel: %t", len(kept), limited, ctx.Done() != nil)
			}
			return next(ctx, request, response)
		}
	}
	goMergeTestServer(t, WithMiddleware(keeps), WithMetaHandler(transmeta.ServerTTHeaderHandler))(func() error { return nil })
	kept = nil
	call, _ := mergeruntime.NewClient("item", t.Name(), "").Bind("Get")
	limited, cancel := context.WithTimeout(context.Background(), time.Hour)
	names := []string{"one", "two", "three", "four"}
	for i, name := range names {
		ctx := context.Background()
		if i%2 == 1 {
			ctx = limited
		}
		meta := &goMergeMeta{Protocol: int(transport.TTHeader), Values: &goMergeValues{Persistent: []goMergePair{{"name", name}}, FromService: name}}
		if response := call.Do(ctx, &goMergeTestArgs{func() error { return nil }}, new(goMergeTestResult), meta); response.Failed() || response.Way != mergeruntime.Short {
			t.Errorf("response %+v", response)
		}
	}
	cancel()
	for i, ctx := range kept {
		value, _ := metainfo.GetPersistentValue(ctx, "name")
		if from := rpcinfo.GetRPCInfo(ctx).From().ServiceName(); value != names[i] || from != names[i] || ctx.Err() != nil {
			t.Errorf("call %d has the value %q, comes from %q and has ended with %v", i, value, from, ctx.Err())
		}
	}
}

// TestGoMergeServeAllocates bounds what a call with values allocates at its callee.
func TestGoMergeServeAllocates(t *testing.T) {
	goMergeTestInfo(t, 0)
	pass := func(next endpoint.Endpoint) endpoint.Endpoint { return next }
	goMergeTestServer(t, WithMiddleware(pass), WithMetaHandler(transmeta.ServerTTHeaderHandler))(func() error { return nil })
	call, _ := mergeruntime.NewClient("item", t.Name(), "").Bind("Get")
	limited, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	for name, ctx := range map[string]context.Context{"no deadline": context.Background(), "deadline": goMergeTestEnding{limited}} {
		meta := &goMergeMeta{Protocol: int(transport.TTHeader), Values: &goMergeValues{Persistent: []goMergePair{{"P", "p"}}, FromService: "item"}}
		args, result := &goMergeTestArgs{func() error { return nil }}, new(goMergeTestResult)
		n := testing.AllocsPerRun(1000, func() {
			if response := call.Do(ctx, args, result, meta); response.Failed() || response.Way != mergeruntime.Short {
				t.Errorf("response %+v", response)
			}
		})
		if n > 1 {
			t.Errorf("%s: %v allocations, want at most one", name, n)
		}
	}
}
