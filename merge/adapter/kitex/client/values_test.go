//go:build go_merge_added

package client

import (
	"context"
	"testing"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"

	"github.com/cloudwego/kitex/pkg/remote"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeTestSilent is a meta handler of a service.
type goMergeTestSilent struct{}

func (goMergeTestSilent) WriteMeta(ctx context.Context, _ remote.Message) (context.Context, error) {
	return ctx, nil
}

func (goMergeTestSilent) ReadMeta(ctx context.Context, _ remote.Message) (context.Context, error) {
	return ctx, nil
}

// TestGoMergeValues has a callee take values, and ask for the headers in their place.
func TestGoMergeValues(t *testing.T) {
	if goMergeNewMessage == nil {
		t.Skip("before v0.15.0 headers go through the transport level")
	}
	if !goMergeSends() {
		t.Fatal("metainfo is not hooked")
	}
	ctx := metainfo.WithBackwardValues(metainfo.WithValue(metainfo.WithPersistentValue(context.Background(), "PERSISTENT", "p"), "TRANSIENT", "t"))
	asks := false // whether the callee asks for headers
	client := goMergeTestClient(t, func(ctx context.Context, request mergeruntime.Request) mergeruntime.Response {
		meta := request.Meta.(*goMergeMeta)
		if meta.Header != nil || meta.Reply != nil || meta.Values == nil {
			t.Fatalf("the call carries %+v", meta)
		}
		if v := meta.Values; len(v.Persistent) != 1 || len(v.Transient) != 1 || v.Persistent[0] != (goMergePair{"PERSISTENT", "p"}) || v.Transient[0] != (goMergePair{"TRANSIENT", "t"}) {
			t.Errorf("it carries %+v", *v)
		}
		if asks {
			header, reply := meta.Values.Client.GoMergeHeaders()
			if header.Str["RPC_PERSIST_PERSISTENT"] != "p" || header.Str["RPC_TRANSIT_TRANSIENT"] != "t" || len(header.Int) == 0 {
				t.Errorf("the header is %v", *header)
			}
			reply.Str["asked"] = "yes"
			meta.Values, meta.Header, meta.Reply = nil, header, reply
		}
		return goMergeGreet(ctx, request)
	}, WithTransportProtocol(transport.TTHeader), WithMetaHandler(transmeta.ClientTTHeaderHandler), WithStatsLevel(1))
	for _, asks = range []bool{false, true} {
		if err := client.Call(ctx, "Get", &goMergeTestArgs{ID: 1}, new(goMergeTestResult)); err != nil {
			t.Fatal(err)
		}
		if _, ok := metainfo.RecvBackwardValue(ctx, "asked"); ok != asks {
			t.Errorf("the callee asks for headers: %t, and gives a backward value: %t", asks, ok)
		}
	}
}

// TestGoMergeValuesNeedHeader has calls carry headers, for a meta handler of the
// service's and for a key that means something else on the wire.
func TestGoMergeValuesNeedHeader(t *testing.T) {
	if goMergeNewMessage == nil {
		t.Skip("before v0.15.0 headers go through the transport level")
	}
	for name, test := range map[string]struct {
		ctx     context.Context
		options []Option
	}{
		"meta handler": {context.Background(), []Option{WithMetaHandler(goMergeTestSilent{})}},
		"upstream key": {metainfo.WithValue(context.Background(), "UPSTREAM_key", "value"), nil},
	} {
		t.Run(name, func(t *testing.T) {
			runs := 0
			client := goMergeTestClient(t, func(ctx context.Context, request mergeruntime.Request) mergeruntime.Response {
				runs++
				if meta := request.Meta.(*goMergeMeta); meta.Header == nil || meta.Values != nil {
					t.Errorf("the call carries %+v", meta)
				}
				return goMergeGreet(ctx, request)
			}, append(test.options, WithTransportProtocol(transport.TTHeader))...)
			if err := client.Call(test.ctx, "Get", &goMergeTestArgs{ID: 1}, new(goMergeTestResult)); err != nil || runs != 1 {
				t.Errorf("error %v, %d runs", err, runs)
			}
		})
	}
}

// TestGoMergeValuesOfTimeout has a callee learn of the timeout that its caller has set.
func TestGoMergeValuesOfTimeout(t *testing.T) {
	if goMergeNewMessage == nil {
		t.Skip("before v0.15.0 headers go through the transport level")
	}
	const timeout = time.Minute + time.Microsecond
	client := goMergeTestClient(t, func(ctx context.Context, request mergeruntime.Request) mergeruntime.Response {
		if v := request.Meta.(*goMergeMeta).Values; !v.Timed || v.Timeout != time.Minute {
			t.Errorf("timeout %v, %t", v.Timeout, v.Timed)
		}
		return goMergeGreet(ctx, request)
	}, WithTransportProtocol(transport.TTHeader), WithMetaHandler(transmeta.ClientTTHeaderHandler), WithRPCTimeout(timeout))
	if err := client.Call(context.Background(), "Get", &goMergeTestArgs{ID: 1}, new(goMergeTestResult)); err != nil {
		t.Fatal(err)
	}
}
