//go:build go_merge_added

package server

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/bytedance/gopkg/cloud/metainfo"

	"github.com/cloudwego/kitex/pkg/consts"
	"github.com/cloudwego/kitex/pkg/endpoint"
	"github.com/cloudwego/kitex/pkg/kerrors"
	"github.com/cloudwego/kitex/pkg/limit"
	"github.com/cloudwego/kitex/pkg/remote"
	remotetransmeta "github.com/cloudwego/kitex/pkg/remote/transmeta"
	"github.com/cloudwego/kitex/pkg/rpcinfo"
	"github.com/cloudwego/kitex/pkg/transmeta"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeTestHeaders makes the headers in the place of a client, and counts.
type goMergeTestHeaders struct{ made int }

func (h *goMergeTestHeaders) GoMergeHeaders() (header, reply *goMergeHeader) {
	h.made++
	return &goMergeHeader{
		Str: map[string]string{metainfo.PrefixPersistent + "P": "p", metainfo.PrefixTransient + "T": "t"},
		Int: map[uint16]string{remotetransmeta.FromService: "item", remotetransmeta.FromMethod: "Show", remotetransmeta.RPCTimeout: "1000"},
	}, &goMergeHeader{Str: make(map[string]string), Int: make(map[uint16]string)}
}

// goMergeTestSilent is a meta handler of a service.
type goMergeTestSilent struct{}

func (goMergeTestSilent) WriteMeta(ctx context.Context, _ remote.Message) (context.Context, error) {
	return ctx, nil
}

func (goMergeTestSilent) ReadMeta(ctx context.Context, _ remote.Message) (context.Context, error) {
	return ctx, nil
}

// TestGoMergeValues has calls with values seen as those with headers are, with and without
// a reason for headers.
func TestGoMergeValues(t *testing.T) {
	var seen, biz string
	looks := func(next endpoint.Endpoint) endpoint.Endpoint {
		return func(ctx context.Context, request, response interface{}) error {
			info := rpcinfo.GetRPCInfo(ctx)
			p, _ := metainfo.GetPersistentValue(ctx, "P")
			v, _ := metainfo.GetValue(ctx, "T")
			seen = fmt.Sprintf("%s %s, from %s %s, timeout %v, in %v, further %d", p, v, info.From().ServiceName(), info.From().Method(),
				info.Config().RPCTimeout(), ctx.Value(consts.CtxKeyMethod), metainfo.CountValues(metainfo.TransferForward(ctx)))
			metainfo.SendBackwardValue(ctx, "B", biz)
			if biz != "" {
				info.Invocation().(rpcinfo.InvocationSetter).SetBizStatusErr(kerrors.NewBizStatusError(7, biz))
			}
			return next(ctx, request, response)
		}
	}
	options := []Option{WithMiddleware(looks), WithMetaHandler(transmeta.ServerTTHeaderHandler)}
	for name, test := range map[string]struct {
		options []Option
		headers bool
	}{
		"values":       {options, goMergeNewMessage == nil},
		"meta handler": {append(options[:2:2], WithMetaHandler(goMergeTestSilent{})), true},
		"transport":    {append(options[:2:2], WithLimit(&limit.Option{MaxConnections: 100, MaxQPS: 1000})), true},
	} {
		t.Run(name, func(t *testing.T) {
			call := goMergeTestServer(t, test.options...)
			for _, biz = range []string{"", "sold out"} {
				var client goMergeTestHeaders
				meta := &goMergeMeta{Protocol: int(transport.TTHeader), Values: &goMergeValues{
					Persistent: []goMergePair{{"P", "p"}}, Transient: []goMergePair{{"T", "t"}},
					FromService: "item", FromMethod: "Show", Timeout: time.Second, Timed: true, Client: &client,
				}}
				seen = ""
				_, response := call(func() error { return nil }, meta)
				if response.Failed() || (response.Way == mergeruntime.Short) == test.headers {
					t.Errorf("response %+v", response)
				}
				if seen != "p t, from item Show, timeout 1s, in Get, further 0" {
					t.Errorf("the middleware sees %q", seen)
				}
				if made := client.made > 0; made != test.headers {
					t.Errorf("asks for headers: %t, want %t", made, test.headers)
				}
				if meta.Reply == nil || meta.Reply.Str["biz-message"] != biz {
					t.Errorf("the reply has %+v", meta.Reply)
				} else if v, ok := meta.Reply.Str["B"]; !ok || v != biz {
					t.Errorf("the reply has the backward value %q", v)
				}
			}
		})
	}
}

// TestGoMergeValuesWithoutReply has a call that nobody has anything to say about.
func TestGoMergeValuesWithoutReply(t *testing.T) {
	if goMergeNewMessage == nil {
		t.Skip("before v0.15.0 headers go through the transport level")
	}
	pass := func(next endpoint.Endpoint) endpoint.Endpoint { return next }
	call := goMergeTestServer(t, WithMiddleware(pass), WithMetaHandler(transmeta.ServerTTHeaderHandler))
	meta := &goMergeMeta{Protocol: int(transport.TTHeader), Values: &goMergeValues{Client: new(goMergeTestHeaders)}}
	if _, response := call(func() error { return nil }, meta); response.Failed() || meta.Reply != nil {
		t.Errorf("response %+v with the reply's header %+v", response, meta.Reply)
	}
}
