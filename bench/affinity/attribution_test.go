package main

import (
	"math"
	"testing"
)

func TestPartOf(t *testing.T) {
	for _, tt := range []struct {
		what  string
		stack []string // innermost first
		want  string
	}{
		{
			"generated code that decodes, in a namespace",
			[]string{"runtime.mallocgc", "callee/github.com/gomerge/rules_go_merge/bench/kitex_gen/bench.(*Order).FastRead", "callee/github.com/cloudwego/kitex/pkg/remote/codec/thrift.thriftCodec.Unmarshal"},
			codec,
		},
		{
			"the frame's header",
			[]string{"encoding/binary.bigEndian.Uint32", "github.com/cloudwego/kitex/pkg/remote/codec.(*defaultCodec).DecodeMeta"},
			codec,
		},
		{
			"writing to a socket",
			[]string{"internal/runtime/syscall.Syscall6", "github.com/cloudwego/netpoll.(*connection).flush", "github.com/cloudwego/kitex/pkg/remote/trans.(*cliTransHandler).Write"},
			network,
		},
		{
			"waiting for sockets, with Go 1.27",
			[]string{"internal/runtime/syscall/linux.EpollWait", "runtime.netpoll", "runtime.findRunnable", "runtime.mcall"},
			network,
		},
		{
			"the transport",
			[]string{"github.com/cloudwego/kitex/pkg/remote/remotecli.NewClient", "github.com/cloudwego/kitex/client.invokeHandleEndpoint"},
			network,
		},
		{
			"a client's rpcinfo",
			[]string{"sync.(*Pool).Get", "github.com/cloudwego/kitex/pkg/rpcinfo.NewRPCInfo", "github.com/cloudwego/kitex/client.(*kClient).Call"},
			governance,
		},
		{
			"generated code around a call",
			[]string{"github.com/gomerge/rules_go_merge/bench/kitex_gen/bench/benchservice.(*kClient).Place", "github.com/gomerge/rules_go_merge/bench/caller.(*front).Place"},
			governance,
		},
		{
			"glue",
			[]string{"runtime.makeslice", "merged.glue/caller.convert_caller_bench_Order_to_callee_bench", "caller/github.com/cloudwego/kitex/client.(*goMergeLink).choose"},
			conversion,
		},
		{
			"the callee's handler",
			[]string{"callee/github.com/gomerge/rules_go_merge/bench/setup.(*Handler).Place", "callee/github.com/cloudwego/kitex/server.(*server).invokeHandleEndpoint"},
			own,
		},
		{"the collector", []string{"runtime.scanobject", "runtime.gcDrain", "runtime.gcBgMarkWorker"}, collection},
		{"the scheduler", []string{"runtime.futex", "runtime.findRunnable", "runtime.schedule", "runtime.mcall"}, scheduler},
		{"what nobody knows", []string{"time.Now"}, other},
	} {
		if got := partOf(tt.stack); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.what, got, tt.want)
		}
	}
}

func TestIsCall(t *testing.T) {
	for _, tt := range []struct {
		what  string
		stack []string
		want  bool
	}{
		{
			"the callee, for the caller",
			[]string{"callee/github.com/cloudwego/kitex/server.(*server).invokeHandleEndpoint", "caller/github.com/cloudwego/kitex/client.(*kClient).Call", "caller/github.com/gomerge/rules_go_merge/bench/caller.(*front).Place"},
			true,
		},
		{
			"the callee, on another goroutine",
			[]string{"callee/github.com/cloudwego/kitex/server.(*server).invokeHandleEndpoint", "github.com/gomerge/rules_go_merge/merge/runtime/handoff.(*worker).run"},
			true,
		},
		{
			"the callee, for requests from outside",
			[]string{"callee/github.com/cloudwego/kitex/server.(*server).invokeHandleEndpoint", "callee/github.com/cloudwego/kitex/pkg/remote/trans.(*svrTransHandler).OnRead"},
			false,
		},
		{
			"the caller's server",
			[]string{"caller/github.com/cloudwego/kitex/pkg/rpcinfo.NewRPCInfo", "caller/github.com/cloudwego/kitex/pkg/remote/trans.(*svrTransHandler).OnRead"},
			false,
		},
	} {
		if got := isCall(tt.stack); got != tt.want {
			t.Errorf("%s: %t, want %t", tt.what, got, tt.want)
		}
	}
}

// TestWithoutCalls has calls that are a quarter of the work for requests, and so of
// what the collector does.
func TestWithoutCalls(t *testing.T) {
	s := shares{
		all:   map[string]float64{network: 0.5, governance: 0.3, collection: 0.2},
		calls: map[string]float64{governance: 0.2},
	}
	for part, want := range map[string]float64{network: 0.5, governance: 0.1, collection: 0.15, codec: 0, "": 0.75} {
		if got := s.without(part); math.Abs(got-want) > 1e-9 {
			t.Errorf("without calls %q takes %g, want %g", part, got, want)
		}
	}
	if got := (shares{}).without(""); got != 0 {
		t.Errorf("without samples: %g", got)
	}
}
