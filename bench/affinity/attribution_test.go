package main

import "testing"

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
