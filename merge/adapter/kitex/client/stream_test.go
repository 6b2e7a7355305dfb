//go:build go_merge_added

package client

import (
	"context"
	"crypto/tls"
	"strings"
	"testing"

	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/codes"
	"github.com/cloudwego/kitex/pkg/remote/trans/nphttp2/status"
	"github.com/cloudwego/kitex/pkg/serviceinfo"
	"github.com/cloudwego/kitex/transport"

	mergeruntime "github.com/gomerge/rules_go_merge/merge/runtime"
)

// goMergeTestText is a message that encodes itself.
type goMergeTestText struct{ Text string }

func (m *goMergeTestText) Marshal([]byte) ([]byte, error) { return []byte(m.Text), nil }

func (m *goMergeTestText) Unmarshal(in []byte) error {
	m.Text = string(in)
	return nil
}

// goMergeTestGRPC returns a client over gRPC of a callee with one handler, and no
// other address that answers.
func goMergeTestGRPC(t *testing.T, config mergeruntime.ServerConfig, options ...Option) *goMergeClient {
	t.Helper()
	newText := func() interface{} { return new(goMergeTestText) }
	svcInfo := &serviceinfo.ServiceInfo{
		ServiceName: t.Name(), PayloadCodec: serviceinfo.Protobuf, Extra: map[string]interface{}{"PackageName": "stock"},
		Methods: map[string]serviceinfo.MethodInfo{"Get": serviceinfo.NewMethodInfo(nil, newText, newText, false, serviceinfo.WithStreamingMode(serviceinfo.StreamingUnary))},
	}
	mergeruntime.AddLink(mergeruntime.Link{
		Caller: goMergeService, Callee: "callee", RPCService: t.Name(), Methods: map[string]mergeruntime.Method{"Get": {Stream: true}},
	})
	t.Cleanup(mergeruntime.ServeFirst("callee", t.Name(), config))
	made, err := NewClient(svcInfo, append([]Option{WithDestService(t.Name()), WithHostPorts("127.0.0.1:1"), WithTransportProtocol(transport.GRPC)}, options...)...)
	if err != nil {
		t.Fatal(err)
	}
	return made.(*goMergeClient)
}

// TestGoMergeStreamFailures has the runtime refuse calls over gRPC.
func TestGoMergeStreamFailures(t *testing.T) {
	for name, test := range map[string]struct {
		kind mergeruntime.FailureKind
		code codes.Code
		text string
	}{
		"denied":     {mergeruntime.Denied, codes.PermissionDenied, "the reason"},
		"overloaded": {mergeruntime.Overloaded, codes.ResourceExhausted, "the reason"},
		"closed":     {mergeruntime.Closed, codes.Unknown, "connection error"},
	} {
		t.Run(name, func(t *testing.T) {
			client := goMergeTestGRPC(t, mergeruntime.ServerConfig{Handler: func(context.Context, mergeruntime.Request) mergeruntime.Response {
				return mergeruntime.Response{Failure: &mergeruntime.Failure{Kind: test.kind, Message: "the reason"}}
			}})
			err := client.Call(context.Background(), "Get", new(goMergeTestText), new(goMergeTestText))
			if err == nil || !strings.Contains(err.Error(), test.text) {
				t.Fatalf("error %v", err)
			}
			if s, ok := status.FromError(err); ok && s.Code() != test.code {
				t.Errorf("code %d, want %d", s.Code(), test.code)
			} else if !ok && test.code != codes.Unknown {
				t.Errorf("error %v has no status", err)
			}
		})
	}
}

// TestGoMergeStreamObstacles has calls over gRPC that are RPCs.
func TestGoMergeStreamObstacles(t *testing.T) {
	for name, test := range map[string]struct {
		streamsByRPC string
		options      []Option
	}{
		"the server takes none": {streamsByRPC: "it takes none"},
		"TLS":                   {options: []Option{WithGRPCTLSConfig(new(tls.Config))}},
		"the size of headers":   {options: []Option{WithGRPCMaxHeaderListSize(1000)}},
		"not over gRPC":         {},
	} {
		t.Run(name, func(t *testing.T) {
			client := goMergeTestGRPC(t, mergeruntime.ServerConfig{StreamsByRPC: test.streamsByRPC, Handler: func(context.Context, mergeruntime.Request) mergeruntime.Response {
				t.Error("the call is inline")
				return mergeruntime.Response{}
			}}, test.options...)
			if name == "not over gRPC" {
				if bound, _ := client.link.runtime.Draw("Get"); client.link.takes("Get", bound) {
					t.Error("a method that is a stream is bound for a call that is not")
				}
				return
			}
			if err := client.Call(context.Background(), "Get", new(goMergeTestText), new(goMergeTestText)); err == nil {
				t.Error("nobody listens, and there is an answer")
			}
		})
	}
}
